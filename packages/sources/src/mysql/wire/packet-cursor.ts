import { protocolError } from './protocol-error.ts';

/** Reads the fields of one packet; every read is checked against its end. */
export class PacketCursor {
  readonly #packet: Buffer;
  #at: number;

  constructor(packet: Buffer, at = 0) {
    this.#packet = packet;
    this.#at = at;
  }

  get leftBytes(): number {
    return this.#packet.length - this.#at;
  }

  peek(): number {
    this.#need(1);
    return this.#packet.readUInt8(this.#at);
  }

  skip(bytes: number): void {
    this.#need(bytes);
    this.#at += bytes;
  }

  uint8(): number {
    this.#need(1);
    return this.#packet.readUInt8(this.#at++);
  }

  uint16(): number {
    this.#need(2);
    this.#at += 2;
    return this.#packet.readUInt16LE(this.#at - 2);
  }

  uint32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#packet.readUInt32LE(this.#at - 4);
  }

  bytes(length: number): Buffer {
    this.#need(length);
    this.#at += length;
    return this.#packet.subarray(this.#at - length, this.#at);
  }

  rest(): Buffer {
    return this.bytes(this.leftBytes);
  }

  /** Up to a zero byte, which is passed over; or to the end when there is none. */
  zeroTerminated(): Buffer {
    const end = this.#packet.indexOf(0, this.#at);
    if (end < 0) return this.rest();
    const bytes = this.#packet.subarray(this.#at, end);
    this.#at = end + 1;
    return bytes;
  }

  /** A length-encoded integer; null is the mark of SQL's NULL. */
  lengthOrNull(): number | null {
    const first = this.uint8();
    if (first < 0xfb) return first;
    switch (first) {
      case 0xfb:
        return null;
      case 0xfc:
        return this.uint16();
      case 0xfd: {
        const low = this.uint16();
        return low + this.uint8() * 0x10000;
      }
      case 0xfe: {
        const low = this.uint32();
        const high = this.uint32();
        const value = high * 0x1_0000_0000 + low;
        if (!Number.isSafeInteger(value)) throw protocolError('a length that cannot be');
        return value;
      }
      default:
        throw protocolError('a length that is none');
    }
  }

  length(): number {
    const value = this.lengthOrNull();
    if (value === null) throw protocolError('NULL in place of a length');
    return value;
  }

  lengthEncoded(): Buffer {
    return this.bytes(this.length());
  }

  lengthEncodedOrNull(): Buffer | null {
    const length = this.lengthOrNull();
    return length === null ? null : this.bytes(length);
  }

  #need(bytes: number): void {
    if (bytes > this.leftBytes) throw protocolError('a packet that is shorter than it says');
  }
}
