// The road of one request through its endpoint, in this order: who asks, how often, may they, what do they send, was it sent
// before; then the handler; then what it answered is parsed as well, so that nothing leaves that the document does not name.
import { authorise, type Caller, type Language, type Reach, type Refusal, reachOf } from '@lumbung/contracts';
import { assert, assertNever, type Clock, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Authenticator } from './authenticator.ts';
import { addressGroup } from './client-address.ts';
import type { EventSource } from './event-stream.ts';
import { eventStream } from './event-stream.ts';
import {
  type IdempotencyKey,
  type IdempotencyStore,
  type KeptAnswer,
  parseIdempotencyKey,
  refuseBegun,
} from './idempotency.ts';
import { issueTexts } from './language.ts';
import { fieldProblems, RequestInvalid } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { checkMediaType, decodeText, parseJsonBody, readBodyBytes } from './read-body.ts';
import { parseIfMatch, printEtag } from './revision.ts';
import type { BodyAnswer, BytesAnswer, Route, RouteContext, RouteInput } from './route.ts';

export interface RoutePorts {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly idempotency: IdempotencyStore;
  readonly limits: RateLimits;
  /** How long a handler may take; streams may last. */
  readonly answerMsMax: number;
}

export interface RouteRequest {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly requestId: string;
  readonly clientAddress: string;
  /** The other end of the connection is this machine, and nobody in between says otherwise. */
  readonly isThisMachine: boolean;
  /** Headers of the answer, also of one that is an error. */
  readonly answerHeaders: Headers;
  readonly language: Language;
  /** The account chose another language, or is known now: for the log. */
  readonly onCaller: (caller: Caller | undefined, language: Language) => void;
}

export async function runRoute(route: Route, sent: RouteRequest, ports: RoutePorts): Promise<Response> {
  const { request, clientAddress, answerHeaders } = sent;
  const at = ports.clock.nowMs();
  ports.limits.take(route.limit, `address ${addressGroup(clientAddress)}`);
  const { caller, language, cookies } = await ports.authenticator.authenticate({
    headers: request.headers,
    clientAddress,
    at,
  });
  for (const cookie of cookies) answerHeaders.append('Set-Cookie', cookie);
  sent.onCaller(caller, language ?? sent.language);
  if (caller !== undefined) ports.limits.take(route.limit, `account ${caller.accountId}`);
  const access = new RouteAccess(route, caller, at, sent.isThisMachine);
  access.begin();

  const input = await readInput(route, sent, language ?? sent.language);
  const key = idempotencyKey(route, sent, caller, input.bodyBytes, ports.idempotency);
  if (key !== undefined) {
    const begun = await ports.idempotency.begin(key, at);
    if (begun.kind === 'answered') return keptResponse(begun.answer, answerHeaders);
    if (begun.kind !== 'new') refuseBegun(begun);
  }
  const context = contextOf(sent, { route, caller, language: language ?? sent.language, at, access });
  try {
    const answer = await withinTime(ports, request.signal, (signal) => route.handle(input, context(signal)));
    access.end();
    const { response, kept } = respond(route, answer, { sent, clock: ports.clock });
    if (key !== undefined) await ports.idempotency.finish(key, route.answerIsSecret ? undefined : kept);
    return response;
  } catch (error) {
    // A refusal changed nothing. Of anything else nobody knows: the key stays taken, and says so.
    if (key !== undefined && isLumbungError(error) && error.kind === 'operator') await ports.idempotency.abandon(key);
    throw error;
  }
}

/** What the matrix says, and whether it was asked. */
class RouteAccess {
  readonly #route: Route;
  readonly #caller: Caller | undefined;
  readonly #at: number;
  readonly #isThisMachine: boolean;
  #wasAsked = false;

  constructor(route: Route, caller: Caller | undefined, at: number, isThisMachine: boolean) {
    this.#route = route;
    this.#caller = caller;
    this.#at = at;
    this.#isThisMachine = isThisMachine;
  }

  /** Refuses at once whoever may do this to nothing at all. */
  begin(): void {
    if (this.#route.alsoOpenTo === 'this-machine' && this.#isThisMachine) {
      this.#wasAsked = true;
      return;
    }
    const reach = reachOf(this.#caller, this.#route.action, this.#at);
    if (reach.kind === 'nothing') throw accessRefused(this.#route, reach.because);
    if (this.#route.authorises === 'route') this.authorise({});
  }

  reach(): Reach {
    this.#wasAsked = true;
    return reachOf(this.#caller, this.#route.action, this.#at);
  }

  authorise(resource: Parameters<RouteContext['authorise']>[0]): void {
    this.#wasAsked = true;
    const verdict = authorise(this.#caller, this.#route.action, resource, this.#at);
    switch (verdict.kind) {
      case 'allowed':
        return;
      case 'refused':
        throw accessRefused(this.#route, verdict.because);
      case 'needs-second-person':
        throw new LumbungError('SECOND_PERSON_NEEDED', {
          kind: 'operator',
          message: 'this needs the consent of a second person',
          context: { action: this.#route.action, missing: verdict.missing.join(' ') },
          hint: 'ask for approval, and send its id when it is given',
        });
      default:
        return assertNever(verdict);
    }
  }

  /** An answer that was made without asking does not leave the house. */
  end(): void {
    assert(this.#wasAsked, `${this.#route.method} ${this.#route.path} answered without asking who may`);
  }
}

function accessRefused(route: Route, because: Refusal): LumbungError {
  if (because === 'not-signed-in') {
    return new LumbungError('SIGN_IN_NEEDED', {
      kind: 'operator',
      message: 'this needs an account',
      hint: 'sign in, or send a token',
    });
  }
  if (because === 'second-factor') {
    return new LumbungError('SECOND_FACTOR_NEEDED', {
      kind: 'operator',
      message: 'the roles of this account ask for a second factor, and it has none',
      hint: 'set one up in the settings of the account',
    });
  }
  return new LumbungError('ACCESS_REFUSED', {
    kind: 'operator',
    message: 'this account may not do that',
    context: { action: route.action, because },
    hint: 'ask an administrator for the role, if the work is yours',
  });
}

interface ReadInput extends RouteInput<unknown, unknown, unknown> {
  readonly bodyBytes: Buffer | undefined;
}

async function readInput(route: Route, sent: RouteRequest, language: Language): Promise<ReadInput> {
  const parse = (part: string, schema: Route['body'], value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value, { error: issueTexts(language) });
    if (!parsed.success) throw new RequestInvalid(fieldProblems(part, parsed.error.issues));
    return parsed.data;
  };
  const params = parse('path', route.params, sent.params);
  const query = parse('query', route.query, sent.query);
  if (route.body === undefined) return { params, query, body: undefined, bodyBytes: undefined };
  checkMediaType(sent.request.headers.get('content-type'), route.bodyMediaType);
  const bodyBytes = await readBodyBytes(sent.request, route.bodyBytesMax);
  const value = route.bodyMediaType === 'application/json' ? parseJsonBody(bodyBytes) : decodeText(bodyBytes);
  return { params, query, body: parse('body', route.body, value), bodyBytes };
}

function idempotencyKey(
  route: Route,
  { request }: RouteRequest,
  caller: Caller | undefined,
  bodyBytes: Buffer | undefined,
  store: IdempotencyStore,
): IdempotencyKey | undefined {
  if (route.method !== 'post' || caller === undefined) return undefined;
  const key = parseIdempotencyKey(request.headers.get('idempotency-key'));
  if (key === undefined) return undefined;
  const { pathname, search } = new URL(request.url);
  const text = `${route.method} ${pathname}${search}\n${bodyBytes?.toString('latin1') ?? ''}`;
  return { key, accountId: caller.accountId, requestSha256: store.digest(text) };
}

function contextOf(
  sent: RouteRequest,
  known: {
    readonly route: Route;
    readonly caller: Caller | undefined;
    readonly language: Language;
    readonly at: number;
    readonly access: RouteAccess;
  },
): (signal: AbortSignal) => RouteContext {
  const { request, requestId, clientAddress, answerHeaders } = sent;
  const { caller, language, at, access } = known;
  return (signal) => ({
    caller,
    get accountId() {
      assert(caller !== undefined, 'an action without an account has no account');
      return caller.accountId;
    },
    language,
    requestId,
    clientAddress,
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 300),
    at,
    signal,
    headers: request.headers,
    search: new URL(request.url).search,
    approvalId: request.headers.get('lumbung-approval')?.slice(0, 128) ?? undefined,
    reach: () => access.reach(),
    authorise: (resource) => {
      access.authorise(resource);
    },
    expectedRevision: () => parseIfMatch(request.headers.get('if-match')),
    addHeader: (name, value) => {
      answerHeaders.append(name, value);
    },
  });
}

/** Ends waiting, and asks the handler to end, when the time for an answer is over. */
async function withinTime<Value>(
  { clock, answerMsMax }: RoutePorts,
  clientSignal: AbortSignal,
  act: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([clientSignal, late.signal]);
  const timer = clock.sleep(answerMsMax, done.signal).then(
    () => {
      const error = new LumbungError('ANSWER_LATE', {
        kind: 'transient',
        message: 'the answer took too long',
        hint: 'try again later',
      });
      late.abort(error);
      throw error;
    },
    // Stopped: the answer was there first.
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([act(signal), timer]);
  } finally {
    done.abort();
  }
}

function respond(
  route: Route,
  answer: unknown,
  { sent, clock }: { readonly sent: RouteRequest; readonly clock: Clock },
): { readonly response: Response; readonly kept: KeptAnswer } {
  const headers = sent.answerHeaders;
  const { answer: wanted } = route;
  // What a handler answers has the type of its route's answer: defineRoute saw to it.
  switch (wanted.kind) {
    case 'body': {
      const { body, revision } = answer as BodyAnswer<unknown>;
      const text = JSON.stringify(wanted.schema.parse(body));
      headers.set('Content-Type', 'application/json');
      if (revision !== undefined) headers.set('ETag', printEtag(revision));
      const kept = {
        'Content-Type': 'application/json',
        ...(revision === undefined ? {} : { ETag: printEtag(revision) }),
      };
      return {
        response: new Response(text, { status: wanted.status, headers }),
        kept: { status: wanted.status, body: text, headers: kept },
      };
    }
    case 'empty':
      return {
        response: new Response(null, { status: 204, headers }),
        kept: { status: 204, body: null, headers: {} },
      };
    case 'redirect': {
      const { location } = answer as { readonly location: string };
      headers.set('Location', location);
      return {
        response: new Response(null, { status: 302, headers }),
        kept: { status: 302, body: null, headers: { Location: location } },
      };
    }
    case 'bytes': {
      const { stream, mediaType, fileName, sizeBytes } = answer as BytesAnswer;
      headers.set('Content-Type', mediaType);
      if (sizeBytes !== undefined) headers.set('Content-Length', String(sizeBytes));
      if (fileName !== undefined) headers.set('Content-Disposition', printFileName(fileName));
      return {
        response: new Response(stream, { headers }),
        kept: { status: 200, body: null, headers: {} },
      };
    }
    case 'events': {
      headers.set('Content-Type', 'text/event-stream');
      // A proxy that collects the stream first would deliver nothing.
      headers.set('X-Accel-Buffering', 'no');
      const stream = eventStream(answer as EventSource, {
        lastEventId: sent.request.headers.get('last-event-id'),
        signal: sent.request.signal,
        clock,
      });
      return { response: new Response(stream, { headers }), kept: { status: 200, body: null, headers: {} } };
    }
    default:
      return assertNever(wanted);
  }
}

/** RFC 6266: plain letters for old programs, the real name for the others. Nothing of the name can end the header. */
export function printFileName(name: string): string {
  const plain = name.replaceAll(/[^\w.\- ]/g, '_').slice(0, 120);
  const encoded = encodeURIComponent(name.slice(0, 200)).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function keptResponse(answer: KeptAnswer, headers: Headers): Response {
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
  headers.set('Idempotency-Replayed', 'true');
  return new Response(answer.body, { status: answer.status, headers });
}
