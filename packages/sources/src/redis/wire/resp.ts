// The protocol of Redis, version 2: what every server speaks until it is asked for another.

import { LumbungError } from '@lumbung/stdx';

export const NULL_REPLY = Symbol('null');
/** Bulk strings come as bytes, simple ones as text. An error inside an array is a value. */
export type Reply = string | Buffer | number | bigint | typeof NULL_REPLY | ReplyError | readonly Reply[];

export class ReplyError {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** `NOPERM`, `WRONGPASS`, `ERR` … */
  get code(): string {
    return this.text.split(' ', 1)[0] ?? '';
  }
}

export function protocolError(detail: string): LumbungError {
  return new LumbungError('DB_PROTOCOL_ERROR', {
    kind: 'operator',
    message: `the server does not speak the protocol of Redis: ${detail}`,
    context: { detail },
    hint: 'check the address and port; connect directly, without a proxy',
  });
}

/** A command as the server wants it: an array of bulk strings. */
export function encodeCommand(words: readonly (string | Uint8Array)[]): Buffer {
  const pieces: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = typeof word === 'string' ? Buffer.from(word) : word;
    pieces.push(Buffer.from(`$${bytes.length}\r\n`), Buffer.from(bytes), LINE_END);
  }
  return Buffer.concat(pieces);
}

const LINE_END = Buffer.from('\r\n');
const LINE_BYTES_MAX = 64 * 1024;
/** Replies here are settings, lists of users, statistics: nothing large. */
const BULK_BYTES_MAX = 64 * 2 ** 20;
const ELEMENTS_MAX = 1_000_000;
const DEPTH_MAX = 8;
const INT_LENGTH_MAX = 20;
const CR = 0x0d;
const LF = 0x0a;

/** Takes replies, lines and raw bytes out of a stream, as they are asked for. Only what has arrived is ever allocated. */
export class RespReader {
  readonly #next: () => Promise<Uint8Array | undefined>;
  #buffer: Buffer = Buffer.alloc(0);

  /** @param next the next piece of the stream; undefined at its end */
  constructor(next: () => Promise<Uint8Array | undefined>) {
    this.#next = next;
  }

  /** @throws LumbungError DB_PROTOCOL_ERROR; what `next` throws */
  async readReply(depth = 0): Promise<Reply> {
    const line = await this.readLine();
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new ReplyError(rest);
      case ':':
        return integerOf(rest);
      case '$':
        return rest === '-1' ? NULL_REPLY : await this.#readBulk(countOf(rest, BULK_BYTES_MAX));
      case '*':
        return rest === '-1' ? NULL_REPLY : await this.#readArray(countOf(rest, ELEMENTS_MAX), depth);
      default:
        throw protocolError('an answer of no known kind');
    }
  }

  /** Without its end; a line of Latin-1, or UTF-8 where it is valid. */
  async readLine(): Promise<string> {
    let from = 0;
    for (;;) {
      const at = this.#buffer.indexOf(LF, from);
      if (at > LINE_BYTES_MAX || (at < 0 && this.#buffer.length > LINE_BYTES_MAX))
        throw protocolError('an endless line');
      if (at >= 0) {
        const end = at > 0 && this.#buffer[at - 1] === CR ? at - 1 : at;
        const line = this.#buffer.toString('utf8', 0, end);
        this.#buffer = this.#buffer.subarray(at + 1);
        return line;
      }
      from = this.#buffer.length;
      await this.#more();
    }
  }

  /** The next bytes as they come; undefined at the end of the stream. */
  async readSome(): Promise<Buffer | undefined> {
    if (this.#buffer.length === 0) {
      const piece = await this.#next();
      return piece === undefined ? undefined : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    }
    const bytes = this.#buffer;
    this.#buffer = Buffer.alloc(0);
    return bytes;
  }

  async #more(): Promise<void> {
    const piece = await this.#next();
    if (piece === undefined) throw connectionLost();
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#buffer, piece]);
  }

  async #readBulk(length: number): Promise<Buffer> {
    const wholeLength = length + LINE_END.length;
    const pieces: Buffer[] = [this.#buffer];
    let have = this.#buffer.length;
    while (have < wholeLength) {
      const piece = await this.#next();
      if (piece === undefined) throw connectionLost();
      pieces.push(Buffer.from(piece));
      have += piece.length;
    }
    const bytes = Buffer.concat(pieces);
    this.#buffer = bytes.subarray(wholeLength);
    if (bytes[length] !== CR || bytes[length + 1] !== LF) throw protocolError('a string longer than it says');
    return bytes.subarray(0, length);
  }

  async #readArray(length: number, depth: number): Promise<Reply[]> {
    if (depth >= DEPTH_MAX) throw protocolError('answers inside answers without end');
    const elements: Reply[] = [];
    while (elements.length < length) elements.push(await this.readReply(depth + 1));
    return elements;
  }
}

export function connectionLost(cause?: unknown): LumbungError {
  return new LumbungError('DB_CONNECTION_LOST', {
    kind: 'transient',
    message: 'the connection to the database server was lost',
    context: { detail: 'the server hung up' },
    hint: 'what was read so far is not kept; try again',
    ...(cause === undefined ? {} : { cause }),
  });
}

function countOf(text: string, max: number): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(count <= max)) throw protocolError('a length that cannot be');
  return count;
}

function integerOf(text: string): number | bigint {
  if (text.length > INT_LENGTH_MAX || !/^[-+]?\d+$/.test(text)) throw protocolError('a number that is none');
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
