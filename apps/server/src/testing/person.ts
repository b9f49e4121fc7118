import type { AccountId, Language } from '@lumbung/contracts';
import type { App } from '../http/create-app.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed when it is JSON. */
  // A test looks at what it does not trust.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of JSON of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

/** A browser with its cookies in front of an app. */
export class Person {
  readonly #app: App;
  readonly #baseUrl: string;
  readonly #from: string;
  readonly #language: Language | undefined;
  readonly cookies = new Map<string, string>();
  /** Instead of cookies. */
  token: string | undefined;
  #accountId: AccountId | undefined;

  constructor(
    app: App,
    baseUrl: string,
    { language, from = '192.0.2.7' }: { readonly language?: Language; readonly from?: string } = {},
  ) {
    this.#app = app;
    this.#baseUrl = baseUrl;
    this.#language = language;
    this.#from = from;
  }

  as(accountId: AccountId): this {
    this.#accountId = accountId;
    return this;
  }

  get accountId(): AccountId {
    if (this.#accountId === undefined) throw new Error('nobody said which account this is');
    return this.#accountId;
  }

  async send(method: string, path: string, { body, headers = {}, raw }: Sending = {}): Promise<Answer> {
    const sent = new Headers({ host: new URL(this.#baseUrl).host, 'user-agent': 'test' });
    if (this.#language !== undefined) sent.set('accept-language', this.#language);
    if (this.token !== undefined) sent.set('authorization', `Bearer ${this.token}`);
    else {
      if (this.cookies.size > 0) sent.set('cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '));
      sent.set('sec-fetch-site', 'same-origin');
    }
    if (body !== undefined || raw !== undefined) sent.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(headers)) {
      if (value === '') sent.delete(name);
      else sent.set(name, value);
    }
    const request = new Request(new URL(path, this.#baseUrl), {
      method,
      headers: sent,
      body: raw ?? (body === undefined ? null : JSON.stringify(body)),
    });
    const response = await this.#app.fetch(request, { incoming: { socket: { remoteAddress: this.#from } } });
    this.#keep(response.headers.getSetCookie());
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  async get(path: string, sending?: Sending): Promise<Answer> {
    return await this.send('GET', `/api/v1${path}`, sending);
  }

  async post(path: string, body?: unknown, sending: Sending = {}): Promise<Answer> {
    return await this.send('POST', `/api/v1${path}`, { ...(body === undefined ? {} : { body }), ...sending });
  }

  async delete(path: string, sending?: Sending): Promise<Answer> {
    return await this.send('DELETE', `/api/v1${path}`, sending);
  }

  async login(login: string, password: string): Promise<Answer> {
    return await this.post('/login', { login, password });
  }

  #keep(setCookies: readonly string[]): void {
    for (const cookie of setCookies) {
      const [pair = '', ...attributes] = cookie.split('; ');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || attributes.some((attribute) => /^max-age=0$/i.test(attribute))) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
