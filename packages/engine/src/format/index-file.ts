import { LumbungError } from '@lumbung/stdx';
import { GrowingText } from './growing-text.ts';
import { ID_HEX_LENGTH, type PackId } from './ids.ts';
import { isJsonSpace, JsonCursor, tokenOf } from './json-cursor.ts';
import type { BlobType, PackedBlob } from './pack-header.ts';

export interface IndexPack {
  readonly id: PackId;
  readonly blobs: readonly PackedBlob[];
}

/** Where a scanner puts what it finds. Ids are given as the place of the first of 64 characters in the scanned bytes;
 *  whoever decodes them checks that they are hex digits. */
export interface IndexSink {
  pack(idHexOffset: number): void;
  /** A blob of the pack told last. Numbers fit into 32 bits; nothing else is promised of them. */
  blob(type: BlobType, idHexOffset: number, offset: number, lengthBytes: number, uncompressedBytes: number): void;
}

/** The document of an index, newline included. */
export function encodeIndexFile(packs: Iterable<IndexPack>): Buffer {
  const text = new GrowingText(64 * 1024);
  text.append('{"packs":[');
  let isFirst = true;
  for (const { id, blobs } of packs) {
    text.append(`${isFirst ? '' : ','}{"id":"${id}","blobs":[${blobs.map(blobJson).join(',')}]}`);
    isFirst = false;
  }
  text.append(']}\n');
  return text.take();
}

function blobJson({ id, type, offset, lengthBytes, uncompressedBytes }: PackedBlob): string {
  const uncompressed = uncompressedBytes === 0 ? '' : `,"uncompressed_length":${uncompressedBytes}`;
  return `{"id":"${id}","type":"${type}","offset":${offset},"length":${lengthBytes}${uncompressed}}`;
}

function invalid(reason: string, at: number): LumbungError {
  return new LumbungError('INDEX_INVALID', {
    kind: 'corruption',
    message: `an index file is damaged: ${reason}`,
    context: { reason, at },
    hint: 'run lumbung repair index',
  });
}

/**
 * Tells `sink` every pack and blob of an index document, in the order they stand, and makes no object a blob. The form
 * that clients write takes 0.15 µs a blob; other orders of keys and unknown keys are understood, too. What clients
 * once wrote or others add (`supersedes`, packs to be deleted) is passed over, as stock restic does.
 *
 * @throws LumbungError INDEX_INVALID (corruption); the sink may then have part of it
 * @see docs/design/repository-format.md#index
 */
export function scanIndexFile(bytes: Uint8Array, sink: IndexSink): void {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  new IndexScanner(buffer, sink).scan();
}

const PACK_BEGIN = tokenOf('{"id":"');
const PACK_BLOBS = tokenOf('","blobs":[');
const BLOB_BEGIN = tokenOf('{"id":"');
const BLOB_DATA = tokenOf('","type":"data","offset":');
const BLOB_TREE = tokenOf('","type":"tree","offset":');
const BLOB_LENGTH = tokenOf(',"length":');
const BLOB_UNCOMPRESSED = tokenOf(',"uncompressed_length":');

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Begins `null`. */
const SMALL_N = 0x6e;

const U32_MAX = 2 ** 32 - 1;
const ABSENT = -1;

class IndexScanner {
  readonly #bytes: Buffer;
  readonly #sink: IndexSink;
  readonly #cursor: JsonCursor;

  constructor(bytes: Buffer, sink: IndexSink) {
    this.#bytes = bytes;
    this.#sink = sink;
    this.#cursor = new JsonCursor(bytes, invalid);
  }

  scan(): void {
    const cursor = this.#cursor;
    cursor.skipSpace();
    if (this.#bytes[cursor.at] === OPEN_BRACKET) {
      throw invalid('it has the form of very old clients; an old restic can rebuild the index', cursor.at);
    }
    let hasPacks = false;
    this.#forEachField((key, at) => {
      if (key !== 'packs') return cursor.skipValue();
      if (hasPacks) throw invalid('it has two lists of packs', at);
      hasPacks = true;
      this.#forEachItem(() => this.#scanPack());
    });
    cursor.skipSpace();
    if (cursor.at !== this.#bytes.length) throw invalid('there is something behind its end', cursor.at);
  }

  #scanPack(): void {
    const cursor = this.#cursor;
    const begin = cursor.at;
    if (cursor.takeAll(PACK_BEGIN)) {
      const idAt = cursor.at;
      cursor.at += ID_HEX_LENGTH;
      if (cursor.takeAll(PACK_BLOBS)) {
        this.#sink.pack(idAt);
        // Back to the bracket: the list is read like any other.
        cursor.at -= 1;
        this.#scanBlobs();
        if (cursor.take(CLOSE_BRACE)) return;
        throw invalid('a pack is not closed after its blobs', cursor.at);
      }
    }
    cursor.at = begin;
    this.#scanUnusualPack();
  }

  #scanUnusualPack(): void {
    const cursor = this.#cursor;
    const begin = cursor.at;
    let idAt = ABSENT;
    let blobsAt = ABSENT;
    this.#forEachField((key, at) => {
      if (key === 'id') idAt = this.#takeId();
      else if (key === 'blobs' && blobsAt >= 0) throw invalid('a pack has two lists of blobs', at);
      else {
        if (key === 'blobs') blobsAt = cursor.at;
        cursor.skipValue();
      }
    });
    if (idAt < 0) throw invalid('a pack has no id', begin);
    this.#sink.pack(idAt);
    if (blobsAt < 0) return;
    // The blobs may stand before the id that they belong to: only now are they read.
    const end = cursor.at;
    cursor.at = blobsAt;
    this.#scanBlobs();
    cursor.at = end;
  }

  #scanBlobs(): void {
    this.#forEachItem(() => {
      const begin = this.#cursor.at;
      if (this.#scanUsualBlob()) return;
      this.#cursor.at = begin;
      this.#scanUnusualBlob();
    });
  }

  /** Reads the form that clients write. False: it is another, or wrong, and the sink was not told. */
  #scanUsualBlob(): boolean {
    const cursor = this.#cursor;
    if (!cursor.takeAll(BLOB_BEGIN)) return false;
    const idAt = cursor.at;
    cursor.at += ID_HEX_LENGTH;
    const isData = cursor.takeAll(BLOB_DATA);
    if (!isData && !cursor.takeAll(BLOB_TREE)) return false;
    const offset = this.#digits();
    if (offset < 0 || offset > U32_MAX || !cursor.takeAll(BLOB_LENGTH)) return false;
    const length = this.#digits();
    if (length < 0 || length > U32_MAX) return false;
    let uncompressed = 0;
    if (this.#bytes[cursor.at] === COMMA) {
      if (!cursor.takeAll(BLOB_UNCOMPRESSED)) return false;
      uncompressed = this.#digits();
      if (uncompressed < 0 || uncompressed > U32_MAX) return false;
    }
    if (!cursor.take(CLOSE_BRACE)) return false;
    this.#sink.blob(isData ? 'data' : 'tree', idAt, offset, length, uncompressed);
    return true;
  }

  #scanUnusualBlob(): void {
    const begin = this.#cursor.at;
    let idAt = ABSENT;
    let type: BlobType | undefined;
    let offset = ABSENT;
    let length = ABSENT;
    let uncompressed = 0;
    this.#forEachField((key) => {
      if (key === 'id') idAt = this.#takeId();
      else if (key === 'type') type = this.#takeType();
      else if (key === 'offset') offset = this.#takeNumber();
      else if (key === 'length') length = this.#takeNumber();
      else if (key === 'uncompressed_length') uncompressed = this.#takeNumber();
      else this.#cursor.skipValue();
    });
    if (idAt < 0) throw invalid('a blob has no id', begin);
    if (type === undefined) throw invalid('a blob has no type', begin);
    if (offset < 0) throw invalid('a blob has no offset', begin);
    if (length < 0) throw invalid('a blob has no length', begin);
    this.#sink.blob(type, idAt, offset, length, uncompressed);
  }

  /** Reads an object; `read` is called at each value and must step over it. */
  #forEachField(read: (key: string, at: number) => void): void {
    const cursor = this.#cursor;
    cursor.expect(OPEN_BRACE);
    cursor.skipSpace();
    if (cursor.take(CLOSE_BRACE)) return;
    do {
      cursor.skipSpace();
      const keyAt = cursor.at;
      cursor.skipString();
      const key = this.#bytes.toString('latin1', keyAt + 1, cursor.at - 1);
      cursor.enterField();
      read(key, keyAt);
      cursor.skipSpace();
    } while (cursor.take(COMMA));
    cursor.expect(CLOSE_BRACE);
  }

  /** Reads a list, or null for none; `read` is called at each item and must step over it. */
  #forEachItem(read: () => void): void {
    const cursor = this.#cursor;
    if (this.#bytes[cursor.at] === SMALL_N) return cursor.skipValue();
    cursor.expect(OPEN_BRACKET);
    cursor.skipSpace();
    if (cursor.take(CLOSE_BRACKET)) return;
    do {
      cursor.skipSpace();
      read();
      if (isJsonSpace(this.#bytes[cursor.at])) cursor.skipSpace();
    } while (cursor.take(COMMA));
    cursor.expect(CLOSE_BRACKET);
  }

  #takeId(): number {
    const { at } = this.#cursor;
    this.#cursor.skipString();
    if (this.#cursor.at !== at + ID_HEX_LENGTH + 2) throw invalid('an id is none', at);
    return at + 1;
  }

  #takeType(): BlobType {
    const { at } = this.#cursor;
    this.#cursor.skipString();
    const type = this.#bytes.toString('latin1', at + 1, this.#cursor.at - 1);
    if (type === 'data' || type === 'tree') return type;
    throw invalid(`a blob is of the unknown type ${JSON.stringify(type.slice(0, 40))}`, at);
  }

  /** A number of 32 bits; null counts as 0. */
  #takeNumber(): number {
    const cursor = this.#cursor;
    const { at } = cursor;
    if (this.#bytes[at] === SMALL_N) {
      cursor.skipValue();
      return 0;
    }
    const value = this.#digits();
    if (value < 0) throw invalid('a number is none', at);
    if (value > U32_MAX) throw invalid('a place is beyond 4 GiB', at);
    return value;
  }

  /** The number of the digits that come; negative when there are none. Longer ones than fit into a double are only large. */
  #digits(): number {
    const bytes = this.#bytes;
    const begin = this.#cursor.at;
    let at = begin;
    let value = 0;
    for (;;) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at += 1;
    }
    this.#cursor.at = at;
    return at === begin ? ABSENT : value;
  }
}
