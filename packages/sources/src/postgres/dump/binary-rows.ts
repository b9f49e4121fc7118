import { LumbungError } from '@lumbung/stdx';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const END_OF_ROWS = -1;

/** Counts the rows of `COPY … (FORMAT binary)` as they pass. Format: PostgreSQL documentation, COPY, "Binary Format". */
export class BinaryRowCounter {
  rows = 0;
  #state: 'signature' | 'extension' | 'row' | 'field' | 'end' = 'signature';
  #fieldsLeft = 0;
  #skipBytes = 0;
  #held = Buffer.alloc(0);

  /** The trailer was seen, and nothing came after it. */
  get isWhole(): boolean {
    return this.#state === 'end' && this.#held.length === 0 && this.#skipBytes === 0;
  }

  update(chunk: Uint8Array): void {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#held.length > 0) bytes = Buffer.concat([this.#held, bytes]);
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skipBytes, bytes.length - at);
      this.#skipBytes -= skipped;
      at += skipped;
      const needed = NEEDED_BYTES[this.#state];
      if (this.#skipBytes > 0 || bytes.length - at < needed || needed === 0) break;
      this.#step(bytes, at);
      at += needed;
    }
    this.#held = Buffer.from(bytes.subarray(at));
  }

  #step(bytes: Buffer, at: number): void {
    switch (this.#state) {
      case 'signature':
        if (!bytes.subarray(at, at + SIGNATURE.length).equals(SIGNATURE)) throw unknownForm();
        this.#state = 'extension';
        break;
      case 'extension':
        this.#skipBytes = length(bytes.readInt32BE(at + 4));
        this.#state = 'row';
        break;
      case 'row':
        this.#fieldsLeft = bytes.readInt16BE(at);
        if (this.#fieldsLeft === END_OF_ROWS) this.#state = 'end';
        else {
          this.rows += 1;
          this.#state = length(this.#fieldsLeft) === 0 ? 'row' : 'field';
        }
        break;
      case 'field': {
        const lengthBytes = bytes.readInt32BE(at);
        this.#skipBytes = lengthBytes === -1 ? 0 : length(lengthBytes);
        this.#fieldsLeft -= 1;
        if (this.#fieldsLeft === 0) this.#state = 'row';
        break;
      }
      case 'end':
        break;
    }
  }
}

const NEEDED_BYTES = { signature: SIGNATURE.length, extension: 8, row: 2, field: 4, end: 0 } as const;

function length(value: number): number {
  if (value < 0) throw unknownForm();
  return value;
}

function unknownForm(): LumbungError {
  const detail = 'a binary copy of an unknown form';
  return new LumbungError('DB_PROTOCOL_ERROR', { kind: 'operator', message: detail, context: { detail } });
}
