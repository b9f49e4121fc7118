import { describeError } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import { sha256Hex } from '../../crypto/sha256.ts';
import { idBytes, type PackId } from '../../format/ids.ts';
import type { PackedBlob } from '../../format/pack-header.ts';
import { readPackHeader } from '../../pack/read-pack-header.ts';
import { type BlobVerifier, FAULT_TEXTS } from './blob-verifier.ts';
import type { PackProblem, PackVerdict } from './messages.ts';

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
    return [...this.#problems, { kind: 'blob', message: `and ${this.#omitted} more` }];
  }
}

/** Is this whole pack file what its name, its header and the index say it is? Every blob that either of them names is opened,
 *  decompressed and hashed. */
export async function verifyPack(
  pack: { readonly packNr: number; readonly bytes: Buffer },
  tools: { readonly index: BlobIndex; readonly sealer: Sealer; readonly verifier: BlobVerifier },
): Promise<PackVerdict> {
  const { packNr, bytes } = pack;
  const { index, sealer, verifier } = tools;
  const packId = index.packId(packNr);
  const problems = new PackProblems();

  const actualId = sha256Hex(bytes);
  if (actualId !== packId)
    problems.add({ kind: 'hash', message: `its content is not what its name says: the hash is ${actualId}` });

  const indexed = index.blobsOfPack(packNr);
  const header = await headerOf(packId, bytes, sealer, problems);
  if (header !== undefined) compareWithIndex(header, indexed, problems);
  for (const blob of indexed) {
    const sealed = bytes.subarray(blob.offset, blob.offset + blob.lengthBytes);
    if (sealed.length < blob.lengthBytes) {
      problems.add({ kind: 'blob', message: `blob ${blob.id}: the pack ends before it`, blobId: blob.id });
      continue;
    }
    const verified = verifier.verifyBlob(sealed, idBytes(blob.id), blob.uncompressedBytes);
    if (typeof verified === 'string') {
      problems.add({ kind: 'blob', message: `blob ${blob.id}: ${FAULT_TEXTS[verified]}`, blobId: blob.id });
    }
  }
  return { problems: problems.list(), blobsVerified: indexed.length };
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
    problems.add({ kind: 'header', message: `its header cannot be read: ${describeError(error)}` });
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
      kind: 'index',
      message: `blob ${blob.id} is in its header but not so in the index`,
      blobId: blob.id,
    });
  }
  for (const blob of byPlace.values()) {
    problems.add({
      kind: 'index',
      message: `blob ${blob.id} is in the index but not so in its header`,
      blobId: blob.id,
    });
  }
}

function placeOf(blob: PackedBlob): string {
  return `${blob.type} ${blob.id} ${blob.offset} ${blob.lengthBytes} ${blob.uncompressedBytes}`;
}
