import { describeError, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import { sha256Hex } from '../../crypto/sha256.ts';
import { ID_BYTES, type PackId } from '../../format/ids.ts';
import type { PackedBlob } from '../../format/pack-header.ts';
import { readPackHeader } from '../../pack/read-pack-header.ts';
import { entryBytesOf } from '../pack-listing.ts';
import { type BlobVerifier, FAULT_TEXTS } from './blob-verifier.ts';
import type { PackProblem, PackVerdict } from './messages.ts';

const TRAILER_BYTES = 4;

/** Problems told of one pack; a pack of zeros has as many as it has blobs. */
export const PROBLEMS_PER_PACK_MAX = 100;

/** Collects problems of one pack up to a bound. */
export class PackProblems {
  readonly #problems: PackProblem[] = [];
  #omitted = 0;

  add(problem: PackProblem): void {
    if (this.#problems.length < PROBLEMS_PER_PACK_MAX) this.#problems.push(problem);
    else this.#omitted += 1;
  }

  list(): PackProblem[] {
    if (this.#omitted === 0) return this.#problems;
    return [...this.#problems, { kind: 'more', count: this.#omitted, message: `and ${this.#omitted} more` }];
  }
}

/** Is this whole pack file what its name, its header and the index say it is? Every blob that the index names is opened,
 *  decompressed and hashed; one that only the header names is told. */
export async function verifyPack(
  pack: { readonly packNr: number; readonly bytes: Buffer },
  tools: { readonly index: BlobIndex; readonly sealer: Sealer; readonly verifier: BlobVerifier },
): Promise<PackVerdict> {
  const { packNr, bytes } = pack;
  const { index, sealer, verifier } = tools;
  const packId = index.packId(packNr);
  const problems = new PackProblems();

  const actualId = sha256Hex(bytes);
  if (actualId !== packId) {
    const message = `its content is not what its name says: the hash is ${actualId}`;
    problems.add({ kind: 'hash', actualId, message });
  }
  const entries = index.entriesOfPack(packNr).sort((a, b) => index.offsetOf(a) - index.offsetOf(b));
  if (!isHeaderAsIndexed(bytes, sealer, index, entries)) {
    const header = await headerOf(packId, bytes, sealer, problems);
    if (header !== undefined) compareWithIndex(header, index.blobsOfPack(packNr), problems);
  }
  for (const entry of entries) {
    const offset = index.offsetOf(entry);
    const sealed = bytes.subarray(offset, offset + index.lengthOf(entry));
    const verified = sealed.length < index.lengthOf(entry) ? 'truncated' : verifier.verify(sealed, index, entry);
    if (typeof verified !== 'string') continue;
    const blobId = index.idOf(entry);
    problems.add({ kind: 'blob', message: `blob ${blobId}: ${FAULT_TEXTS[verified]}`, blobId, fault: verified });
  }
  return { problems: problems.list(), blobsVerified: entries.length };
}

/** Whether the header is whole and says, byte for byte, what the index says. Without an object per blob; who is told false
 *  looks for the reason. @param entries of the pack, by offset */
function isHeaderAsIndexed(bytes: Buffer, sealer: Sealer, index: BlobIndex, entries: readonly number[]): boolean {
  if (bytes.length < TRAILER_BYTES) return false;
  const headerEnd = bytes.length - TRAILER_BYTES;
  const headerBegin = headerEnd - bytes.readUInt32LE(headerEnd);
  const sealed = bytes.subarray(Math.max(0, headerBegin), headerEnd);
  if (headerBegin < 0 || !sealer.verifySeal(sealed)) return false;
  const expected = indexedHeader(index, entries, headerBegin);
  return expected !== undefined && sealer.open(sealed).equals(expected);
}

/** The header that a pack has if it holds what the index says; undefined: its blobs do not lie one behind the other from its begin
 *  to `blobsEnd`. @see docs/design/repository-format.md#blobs-and-packs */
function indexedHeader(index: BlobIndex, entries: readonly number[], blobsEnd: number): Buffer | undefined {
  const header = Buffer.alloc(entries.reduce((bytes, entry) => bytes + entryBytesOf(index, entry), 0));
  let offset = 0;
  let at = 0;
  for (const entry of entries) {
    if (index.offsetOf(entry) !== offset) return undefined;
    const uncompressedBytes = index.uncompressedOf(entry);
    const plainType = index.typeOf(entry) === 'data' ? 0 : 1;
    at = header.writeUInt8(uncompressedBytes === 0 ? plainType : plainType + 2, at);
    at = header.writeUInt32LE(index.lengthOf(entry), at);
    if (uncompressedBytes > 0) at = header.writeUInt32LE(uncompressedBytes, at);
    index.copyIdTo(entry, header, at);
    at += ID_BYTES;
    offset += index.lengthOf(entry);
  }
  return offset === blobsEnd ? header : undefined;
}

async function headerOf(
  id: PackId,
  bytes: Buffer,
  sealer: Sealer,
  problems: PackProblems,
): Promise<PackedBlob[] | undefined> {
  const load = async (offset: number, length: number): Promise<Buffer> => bytes.subarray(offset, offset + length);
  try {
    return await readPackHeader({ id, sizeBytes: bytes.length, load }, sealer);
  } catch (error) {
    const message = `its header cannot be read: ${describeError(error)}`;
    problems.add({ kind: 'header', error: toErrorRecord(error), message });
    return undefined;
  }
}

/** Tells where header and index disagree. Both are in the order of offsets. */
export function compareWithIndex(
  header: readonly PackedBlob[],
  indexed: readonly PackedBlob[],
  problems: PackProblems,
): void {
  const byPlace = new Map(indexed.map((blob) => [placeOf(blob), blob]));
  for (const blob of header) {
    if (byPlace.delete(placeOf(blob))) continue;
    problems.add({
      kind: 'not-in-index',
      message: `blob ${blob.id} is in its header but not so in the index`,
      blobId: blob.id,
    });
  }
  for (const blob of byPlace.values()) {
    problems.add({
      kind: 'not-in-header',
      message: `blob ${blob.id} is in the index but not so in its header`,
      blobId: blob.id,
    });
  }
}

function placeOf(blob: PackedBlob): string {
  return `${blob.type} ${blob.id} ${blob.offset} ${blob.lengthBytes} ${blob.uncompressedBytes}`;
}
