import { describeError, forEachParallel, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import { Sha256Stream } from '../crypto/sha256.ts';
import { idBytes } from '../format/ids.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { readPackHeader } from '../pack/read-pack-header.ts';
import { isDamage } from '../repository/file-damage.ts';
import type { Repository } from '../repository/repository.ts';
import { ByteBudget } from './byte-budget.ts';
import type { CheckedPack } from './check-selection.ts';
import { BlobVerifier, FAULT_TEXTS } from './workers/blob-verifier.ts';
import type { PackVerdict } from './workers/messages.ts';
import type { PackPool } from './workers/pack-pool.ts';
import { compareWithIndex, PackProblems } from './workers/pack-verifier.ts';

/** Packs up to this size are read whole. Longer ones are rare (restic's limit is 128 MiB) and read piece by piece. */
const WHOLE_PACK_BYTES_MAX = 160 * 2 ** 20;
/** Bytes of packs in memory at once; one pack may always be. */
const BYTES_IN_FLIGHT_MAX = 96 * 2 ** 20;
const PIECE_BYTES = 16 * 2 ** 20;

export type PackOutcome =
  | { readonly kind: 'verified'; readonly verdict: PackVerdict }
  | { readonly kind: 'unreadable'; readonly error: unknown };

export interface VerifyPacksOptions {
  readonly packs: readonly CheckedPack[];
  readonly pool: PackPool;
  readonly signal: AbortSignal;
  readonly onPack: (pack: CheckedPack, outcome: PackOutcome) => void;
  /** Longer packs are read piece by piece; for tests. */
  readonly wholePackBytesMax?: number;
}

/** Reads packs whole and verifies every byte of them. Packs are read in the order given, verified in parallel. */
export async function verifyPacks(
  repository: Repository,
  index: BlobIndex,
  options: VerifyPacksOptions,
): Promise<void> {
  const { packs, pool, signal, onPack, wholePackBytesMax = WHOLE_PACK_BYTES_MAX } = options;
  const budget = new ByteBudget(BYTES_IN_FLIGHT_MAX);
  const packsInFlightMax = Math.max(
    1,
    Math.min(pool.jobsInFlightMax + 1, repository.backend.properties.connectionsMax),
  );
  await forEachParallel(packs, packsInFlightMax, async (pack) => {
    signal.throwIfAborted();
    const bytesInMemory = Math.min(pack.sizeBytes, wholePackBytesMax);
    const outcome = await budget.run(bytesInMemory, () =>
      verifyTwice(repository, index, { pack, pool, signal, wholePackBytesMax }),
    );
    onPack(pack, outcome);
  });
}

/** What is damaged may have been damaged on the way: the second look counts. */
async function verifyTwice(repository: Repository, index: BlobIndex, work: PackWork): Promise<PackOutcome> {
  const first = await verifyOnce(repository, index, work);
  const isFine = first.kind === 'verified' && first.verdict.problems.length === 0;
  return isFine ? first : verifyOnce(repository, index, work);
}

interface PackWork {
  readonly pack: CheckedPack;
  readonly pool: PackPool;
  readonly signal: AbortSignal;
  readonly wholePackBytesMax: number;
}

async function verifyOnce(repository: Repository, index: BlobIndex, work: PackWork): Promise<PackOutcome> {
  const { pack, pool, signal } = work;
  try {
    if (pack.sizeBytes > work.wholePackBytesMax)
      return { kind: 'verified', verdict: await verifyInPieces(repository, index, work) };
    // The whole file, whatever its length: a file that grew has another hash.
    const bytes = await repository.backend.load({ folder: 'data', name: pack.id }, undefined, { signal });
    const { verdict } = await pool.run({ kind: 'verify', packNr: pack.packNr, bytes });
    return { kind: 'verified', verdict };
  } catch (error) {
    signal.throwIfAborted();
    if (isDamage(error)) return { kind: 'unreadable', error };
    throw error;
  }
}

/** As `verifyPack`, for packs that are too long to be read whole. Works on the calling thread. */
async function verifyInPieces(repository: Repository, index: BlobIndex, work: PackWork): Promise<PackVerdict> {
  const { pack, signal } = work;
  const problems = new PackProblems();
  const load = (offset: number, length: number): Promise<Buffer> =>
    repository.loadPackRange(pack.id, { offset, length }, { signal });
  const indexed = index.blobsOfPack(pack.packNr);
  let header: PackedBlob[] | undefined;
  try {
    header = await readPackHeader({ id: pack.id, sizeBytes: pack.sizeBytes, load }, repository.sealer);
    compareWithIndex(header, indexed, problems);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const message = `its header cannot be read: ${describeError(error)}`;
    problems.add({ kind: 'header', error: toErrorRecord(error), message });
  }

  const hash = new Sha256Stream();
  const verifier = new BlobVerifier(repository.sealer);
  let position = 0;
  const skipTo = async (end: number): Promise<void> => {
    while (position < end) {
      const length = Math.min(PIECE_BYTES, end - position);
      hash.update(await load(position, length));
      position += length;
    }
  };
  for (const blob of indexed) {
    const end = blob.offset + blob.lengthBytes;
    if (end > pack.sizeBytes) {
      const message = `blob ${blob.id}: ${FAULT_TEXTS.truncated}`;
      problems.add({ kind: 'blob', message, blobId: blob.id, fault: 'truncated' });
      continue;
    }
    await skipTo(blob.offset);
    const sealed = await load(blob.offset, blob.lengthBytes);
    // Blobs that overlap, by a lying index, are not hashed twice.
    if (end > position) hash.update(sealed.subarray(position - blob.offset));
    position = Math.max(position, end);
    const verified = verifier.verifyBlob(sealed, idBytes(blob.id), blob.uncompressedBytes);
    if (typeof verified === 'string') {
      const message = `blob ${blob.id}: ${FAULT_TEXTS[verified]}`;
      problems.add({ kind: 'blob', message, blobId: blob.id, fault: verified });
    }
  }
  await skipTo(pack.sizeBytes);
  const actualId = hash.digest().toString('hex');
  if (actualId !== pack.id) {
    const message = `its content is not what its name says: the hash is ${actualId}`;
    problems.add({ kind: 'hash', actualId, message });
  }
  return { problems: problems.list(), blobsVerified: indexed.length };
}
