import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

export interface Leak {
  /** Which of the secrets, by its place in the list: a finding does not show it either. */
  readonly secretIdx: number;
  readonly form: string;
  readonly place: string;
}

interface Needle {
  readonly secretIdx: number;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Looks for secrets in all that a program wrote. It is made without what redacts, so that it finds what that forgot. */
export class SecretScanner {
  readonly #needles: readonly Needle[];
  readonly #longest: number;

  /** @param secrets of four characters at least; in shorter ones everything would be found */
  constructor(secrets: readonly string[]) {
    for (const secret of secrets) if (secret.length < 4) throw new Error('too short to be looked for');
    this.#needles = secrets.flatMap((secret, secretIdx) => needlesOf(secret, secretIdx));
    this.#longest = Math.max(1, ...this.#needles.map(({ bytes }) => bytes.length));
  }

  inText(text: string, place: string): Leak[] {
    return this.#inBytes(Buffer.from(text), place);
  }

  /** Every file under a folder, its names too. What is sealed or compressed shows nothing. */
  async inFolder(folder: string): Promise<Leak[]> {
    const leaks: Leak[] = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const place = path.join(entry.parentPath, entry.name);
      leaks.push(...this.inText(entry.name, `the name of ${place}`));
      if (entry.isFile()) leaks.push(...(await this.inFile(place)));
    }
    return leaks;
  }

  async inFile(file: string): Promise<Leak[]> {
    const found = new Map<string, Leak>();
    let rest = Buffer.alloc(0);
    for await (const chunk of createReadStream(file)) {
      const bytes = Buffer.concat([rest, chunk as Buffer]);
      for (const leak of this.#inBytes(bytes, file)) found.set(`${leak.secretIdx} ${leak.form}`, leak);
      rest = bytes.subarray(-(this.#longest - 1) || bytes.length);
    }
    return [...found.values()];
  }

  #inBytes(bytes: Buffer, place: string): Leak[] {
    return this.#needles
      .filter((needle) => bytes.includes(needle.bytes))
      .map(({ secretIdx, form }) => ({ secretIdx, form, place }));
  }
}

function needlesOf(secret: string, secretIdx: number): Needle[] {
  const bytes = Buffer.from(secret);
  const forms: readonly (readonly [string, Buffer])[] = [
    ['as it is', bytes],
    ['reversed', Buffer.from([...secret].reverse().join(''))],
    ['UTF-16', Buffer.from(secret, 'utf16le')],
    ['hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['hexadecimal', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['JSON', Buffer.from(JSON.stringify(secret).slice(1, -1))],
    ['percent', Buffer.from(encodeURIComponent(secret))],
    ['percent, all of it', Buffer.from(bytes.toString('hex').replace(/../g, '%$&'))],
    ['form', Buffer.from(encodeURIComponent(secret).replaceAll('%20', '+'))],
    ['HTML', Buffer.from(htmlOf(secret))],
    ...[0, 1, 2].map((shift) => ['base64', base64Inside(bytes, shift, 'base64')] as const),
    ...[0, 1, 2].map((shift) => ['base64url', base64Inside(bytes, shift, 'base64url')] as const),
  ];
  return forms.filter(([, needle]) => needle.length >= 4).map(([form, needle]) => ({ secretIdx, form, bytes: needle }));
}

function htmlOf(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** What is the same of a secret's base64 wherever it stands in a longer text: the signs that hold bits of it alone. */
function base64Inside(bytes: Buffer, shift: number, form: 'base64' | 'base64url'): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString(form)
    .replace(/=+$/, '');
  const from = Math.ceil((shift * 8) / 6);
  const until = Math.floor(((shift + bytes.length) * 8) / 6);
  return Buffer.from(text.slice(from, until));
}
