import { protocolError } from './protocol-error.ts';

/** Reads the fields of one message. Whatever is missing is a protocol error: a server may be hostile. */
export class MessageReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get leftBytes(): number {
    return this.#body.length - this.#at;
  }

  byte(): number {
    return this.#take(1).readUInt8(0);
  }

  int16(): number {
    return this.#take(2).readInt16BE(0);
  }

  int32(): number {
    return this.#take(4).readInt32BE(0);
  }

  /** A view of the message, valid as long as that is. */
  bytes(lengthBytes: number): Buffer {
    return this.#take(lengthBytes);
  }

  text(): string {
    const end = this.#body.indexOf(0, this.#at);
    if (end < 0) throw protocolError('a text without its end');
    const text = this.#body.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  rest(): Buffer {
    return this.#take(this.leftBytes);
  }

  #take(lengthBytes: number): Buffer {
    if (lengthBytes < 0 || lengthBytes > this.leftBytes) throw protocolError('a message that is too short');
    const bytes = this.#body.subarray(this.#at, this.#at + lengthBytes);
    this.#at += lengthBytes;
    return bytes;
  }
}
