import { describeError, LumbungError } from '@lumbung/stdx';
import * as z from 'zod';
import { isIdText, type PackId } from './ids.ts';
import { type BlobType, type PackedBlob } from './pack-header.ts';

export interface IndexPack {
  readonly id: PackId;
  readonly blobs: readonly PackedBlob[];
}

/** Where a scanner puts what it finds. Ids are given as the place of their first hex digit in the scanned bytes. */
export interface IndexSink {
  pack(idHexOffset: number): void;
  blob(type: BlobType, idHexOffset: number, offset: number, lengthBytes: number, uncompressedBytes: number): void;
}

/** The document of an index, newline included. */
export function encodeIndexFile(packs: Iterable<IndexPack>): Buffer {
  const written: string[] = [];
  for (const { id, blobs } of packs) {
    const entries = blobs.map(
      ({ id: blobId, type, offset, lengthBytes, uncompressedBytes }) =>
        `{"id":"${blobId}","type":"${type}","offset":${offset},"length":${lengthBytes}${uncompressedBytes === 0 ? '' : `,"uncompressed_length":${uncompressedBytes}`}}`,
    );
    written.push(`{"id":"${id}","blobs":[${entries.join(',')}]}`);
  }
  return Buffer.from(`{"packs":[${written.join(',')}]}\n`, 'latin1');
}

function invalid(reason: string, cause?: unknown): LumbungError {
  return new LumbungError('INDEX_INVALID', {
    kind: 'corruption',
    message: `an index file is damaged: ${reason}`,
    context: { reason },
    hint: 'run lumbung repair index',
    cause,
  });
}

const bytesOfText = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const BEGIN = bytesOfText('{"packs":[');
const PACK_BEGIN = bytesOfText('{"id":"');
const PACK_BLOBS = bytesOfText('","blobs":[');
const BLOB_BEGIN = bytesOfText('{"id":"');
const BLOB_TYPE = bytesOfText('","type":"');
const BLOB_OFFSET = bytesOfText('","offset":');
const BLOB_LENGTH = bytesOfText(',"length":');
const BLOB_UNCOMPRESSED = bytesOfText(',"uncompressed_length":');
const DATA = bytesOfText('data');
const TREE = bytesOfText('tree');

const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const ID_LENGTH = 64;

/** Reads the form that clients write, byte by byte, into a sink. Anything else ends the scan. */
class CanonicalScanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether all of the document had the expected form; the sink has everything up to where it had not. */
  scan(sink: IndexSink): boolean {
    if (!this.#take(BEGIN)) return false;
    if (this.#takeByte(CLOSE_BRACKET)) return this.#isEnd();
    do {
      if (!this.#scanPack(sink)) return false;
    } while (this.#takeByte(COMMA));
    return this.#takeByte(CLOSE_BRACKET) && this.#isEnd();
  }

  #scanPack(sink: IndexSink): boolean {
    if (!this.#take(PACK_BEGIN)) return false;
    const idAt = this.#at;
    if (!this.#skipId() || !this.#take(PACK_BLOBS)) return false;
    sink.pack(idAt);
    if (this.#takeByte(CLOSE_BRACKET)) return this.#takeByte(CLOSE_BRACE);
    do {
      if (!this.#scanBlob(sink)) return false;
    } while (this.#takeByte(COMMA));
    return this.#takeByte(CLOSE_BRACKET) && this.#takeByte(CLOSE_BRACE);
  }

  #scanBlob(sink: IndexSink): boolean {
    if (!this.#take(BLOB_BEGIN)) return false;
    const idAt = this.#at;
    if (!this.#skipId() || !this.#take(BLOB_TYPE)) return false;
    const isData = this.#take(DATA);
    if (!isData && !this.#take(TREE)) return false;
    if (!this.#take(BLOB_OFFSET)) return false;
    const offset = this.#number();
    if (offset < 0 || !this.#take(BLOB_LENGTH)) return false;
    const length = this.#number();
    if (length < 0) return false;
    let uncompressed = 0;
    if (this.#bytes[this.#at] === COMMA) {
      if (!this.#take(BLOB_UNCOMPRESSED)) return false;
      uncompressed = this.#number();
      if (uncompressed < 0) return false;
    }
    if (!this.#takeByte(CLOSE_BRACE)) return false;
    sink.blob(isData ? 'data' : 'tree', idAt, offset, length, uncompressed);
    return true;
  }

  #take(expected: Uint8Array): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    for (let idx = 0; idx < expected.length; idx += 1) if (bytes[at + idx] !== expected[idx]) return false;
    this.#at = at + expected.length;
    return true;
  }

  #takeByte(expected: number): boolean {
    if (this.#bytes[this.#at] !== expected) return false;
    this.#at += 1;
    return true;
  }

  /** Only where it ends is looked at: whoever decodes the digits checks them. */
  #skipId(): boolean {
    this.#at += ID_LENGTH;
    return this.#bytes[this.#at] === 0x22;
  }

  /** -1: no digits, or more than a safe integer has. */
  #number(): number {
    const bytes = this.#bytes;
    let value = 0;
    let at = this.#at;
    for (; at < this.#at + 15; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === this.#at || at === this.#at + 15) return -1;
    this.#at = at;
    return value;
  }

  #isEnd(): boolean {
    if (!this.#takeByte(CLOSE_BRACE)) return false;
    for (; this.#at < this.#bytes.length; this.#at += 1) {
      const byte = this.#bytes[this.#at] ?? 0;
      if (byte !== 0x0a && byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
    }
    return true;
  }
}

const idSchema = z.string().refine(isIdText, 'not an id');
const sizeSchema = z.int().min(0);
const generalSchema = z.object({
  packs: z
    .array(
      z.object({
        id: idSchema,
        blobs: z
          .array(
            z.object({
              id: idSchema,
              type: z.enum(['data', 'tree']),
              offset: sizeSchema,
              length: sizeSchema,
              uncompressed_length: sizeSchema.nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/**
 * Tells `sink` every pack and blob of an index document. The form that clients write is read without making an object
 * a blob; other orders of keys are read in general and told again from the start, so a sink may hear a thing twice.
 *
 * @throws LumbungError INDEX_INVALID (corruption); the sink may then have part of it
 * @see docs/design/repository-format.md#index
 */
export function scanIndexFile(bytes: Uint8Array, sink: IndexSink): void {
  if (new CanonicalScanner(bytes).scan(sink)) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let value: unknown;
  try {
    value = JSON.parse(buffer.toString('utf8'));
  } catch (cause) {
    throw invalid(describeError(cause), cause);
  }
  if (Array.isArray(value))
    throw invalid('it has the form of very old clients; upgrade the repository with an older restic');
  const result = generalSchema.safeParse(value);
  if (!result.success) throw invalid(result.error.issues[0]?.message ?? 'unknown', result.error);
  // Ids are looked up again in the text: a sink wants their place.
  const places = new Map<string, number>();
  const placeOf = (id: string): number => {
    const known = places.get(id);
    const place = known ?? buffer.indexOf(id, 0, 'latin1');
    if (place < 0) throw invalid('an id is written with escapes');
    places.set(id, place);
    return place;
  };
  for (const pack of result.data.packs ?? []) {
    sink.pack(placeOf(pack.id));
    for (const blob of pack.blobs ?? []) {
      sink.blob(blob.type, placeOf(blob.id), blob.offset, blob.length, blob.uncompressed_length ?? 0);
    }
  }
}
