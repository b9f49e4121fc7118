import { protocolError } from './protocol-error.ts';

const COPY_DATA = 0x64; // 'd'
const HEADER_BYTES = 5;
/** Below this many bytes a loop is faster than the call of `copyWithin` (measured: 40 ns a call). */
const LOOP_COPY_BYTES_MAX = 48;
/** Nothing of ours is larger: a row of a catalogue, a function's text. Copied data is not held, so not bounded. */
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

export interface MessageSink {
  /** A whole message. `body` is valid during the call only. */
  message(type: number, body: Buffer): void;
  /** What one or several CopyData messages carry, joined; belongs to the sink from then on. */
  copyData(run: Buffer): void;
}

/**
 * Cuts what a server sends into messages. State: `carry` holds a message that is not complete yet (its first bytes), or
 * nothing; `copyLeftBytes` counts what is still to come of a CopyData body whose first part was handed on already.
 *
 * The server frames every row on its own. One event per row would cost more than the copy itself, so that the bodies of
 * neighbouring CopyData messages are moved together inside the chunk they came in and handed on as one run.
 */
export class MessageSplitter {
  readonly #sink: MessageSink;
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #copyLeftBytes = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** True between two messages: a connection that ends elsewhere was cut. */
  get isAtBoundary(): boolean {
    return this.#carryBytes === 0 && this.#copyLeftBytes === 0;
  }

  /** `chunk` belongs to the splitter from now on: it is changed in place. @throws DB_PROTOCOL_ERROR */
  push(chunk: Buffer): void {
    const end = chunk.length;
    let at = this.#completeCarry(chunk);
    while (at < end) {
      if (this.#copyLeftBytes > 0 || chunk[at] === COPY_DATA) {
        at = this.#copyRun(chunk, at);
        if (at < end && chunk[at] === COPY_DATA) return this.#keep(chunk.subarray(at)); // its header is cut
        continue;
      }
      if (end - at < HEADER_BYTES) return this.#keep(chunk.subarray(at));
      const size = 1 + bodySize(chunk, at);
      if (end - at < size) return this.#keep(chunk.subarray(at));
      this.#sink.message(byteAt(chunk, at), chunk.subarray(at + HEADER_BYTES, at + size));
      at += size;
    }
  }

  /** From `from`, inside a CopyData body or at its header, to the first byte that is neither; returns where that is. */
  #copyRun(chunk: Buffer, from: number): number {
    const end = chunk.length;
    let at = from;
    let begin = -1;
    let written = 0;
    let left = this.#copyLeftBytes;
    for (;;) {
      if (left === 0) {
        if (end - at < HEADER_BYTES || chunk[at] !== COPY_DATA) break;
        left = bodySize(chunk, at) - 4;
        at += HEADER_BYTES;
        if (left === 0) continue;
      }
      const taken = Math.min(left, end - at);
      if (begin < 0) {
        begin = at;
        written = at + taken;
      } else {
        move(chunk, { from: at, to: written, lengthBytes: taken });
        written += taken;
      }
      at += taken;
      left -= taken;
      if (at === end) break;
    }
    this.#copyLeftBytes = left;
    if (begin >= 0 && written > begin) this.#sink.copyData(chunk.subarray(begin, written));
    return at;
  }

  /** Finishes the message that an earlier chunk began; returns how much of `chunk` that took. */
  #completeCarry(chunk: Buffer): number {
    if (this.#carryBytes === 0) return 0;
    let at = 0;
    if (this.#carryBytes < HEADER_BYTES) {
      at = Math.min(HEADER_BYTES - this.#carryBytes, chunk.length);
      this.#keep(chunk.subarray(0, at));
      if (this.#carryBytes < HEADER_BYTES) return at;
      this.#carry = [Buffer.concat(this.#carry)];
    }
    const header = this.#carry[0];
    if (header === undefined) return at;
    const lengthBytes = bodySize(header, 0);
    if (header[0] === COPY_DATA) {
      // Never carried beyond its header: the body is handed on as it comes.
      this.#drop();
      this.#copyLeftBytes = lengthBytes - 4;
      return at;
    }
    const missing = 1 + lengthBytes - this.#carryBytes;
    const taken = Math.min(missing, chunk.length - at);
    this.#keep(chunk.subarray(at, at + taken));
    at += taken;
    if (taken < missing) return at;
    const whole = Buffer.concat(this.#carry);
    this.#drop();
    this.#sink.message(byteAt(whole, 0), whole.subarray(HEADER_BYTES));
    return at;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#carry.push(part);
    this.#carryBytes += part.length;
  }

  #drop(): void {
    this.#carry = [];
    this.#carryBytes = 0;
  }
}

/** The length a message at `at` says it has, without its type. */
function bodySize(bytes: Buffer, at: number): number {
  const lengthBytes = bytes.readInt32BE(at + 1);
  if (lengthBytes < 4 || (bytes[at] !== COPY_DATA && lengthBytes > MESSAGE_BYTES_MAX)) {
    throw protocolError(`a message of ${lengthBytes} bytes`);
  }
  return lengthBytes;
}

function move(bytes: Buffer, range: { readonly from: number; readonly to: number; readonly lengthBytes: number }) {
  const { from, to, lengthBytes } = range;
  if (lengthBytes > LOOP_COPY_BYTES_MAX) {
    bytes.copyWithin(to, from, from + lengthBytes);
    return;
  }
  for (let idx = 0; idx < lengthBytes; idx += 1) bytes[to + idx] = byteAt(bytes, from + idx);
}

function byteAt(bytes: Buffer, at: number): number {
  // The callers have checked the bounds; the compiler cannot see that.
  return bytes[at] ?? 0;
}
