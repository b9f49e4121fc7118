import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { idBytes, type PackId } from '../format/ids.ts';
import type { PackedBlob } from '../format/pack-header.ts';
import { readPackHeader } from '../pack/read-pack-header.ts';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { signalUnder } from './act-options.ts';
import { rewriteIndexWithout } from './index-rewrite.ts';
import { PlanLedger } from './plan-ledger.ts';
import { removePacks } from './remove-packs.ts';
import type {
  ExecuteRepairPacksOptions,
  RepairPacksOptions,
  RepairPacksPlan,
  RepairPacksResult,
} from './repair-plan.ts';
import { BlobVerifier } from './workers/blob-verifier.ts';
import type { StoredBlobFault } from './workers/messages.ts';

/** A damaged pack is handed to its keeper in pieces of this size. */
const PIECE_BYTES = 16 * 2 ** 20;

interface DamagedPack {
  readonly packId: PackId;
  /** Undefined: the file is missing. */
  readonly sizeBytes: number | undefined;
  readonly blobs: readonly PackedBlob[];
}

interface RepairPacksDetails {
  readonly repository: Repository;
  readonly indexed: IndexedRepository;
  readonly packs: readonly DamagedPack[];
}

const repairPacksPlans = new PlanLedger<RepairPacksPlan, RepairPacksDetails>();

/** What of damaged packs can still be read. Nothing is written.
 *  @throws LumbungError PACK_UNKNOWN (operator): neither the index nor the backend knows it; PACKS_NOT_NAMED (operator); BACKEND_* */
export async function planRepairPacks(repository: Repository, options: RepairPacksOptions): Promise<RepairPacksPlan> {
  const signal = signalUnder('none', options);
  const packIds = [...new Set(options.packIds)];
  if (packIds.length === 0) throw noPacks();
  const indexed = await repository.loadIndex({ signal, from: 'files' });
  const verifier = new BlobVerifier(repository.sealer);
  const packs: DamagedPack[] = [];
  const described: RepairPacksPlan['packs'][number][] = [];
  for (const packId of packIds) {
    const pack = await findPack(indexed, packId, signal);
    let blobsReadable = 0;
    await readBlobs(repository, pack, {
      verifier,
      signal,
      onBlob: () => {
        blobsReadable += 1;
      },
      onFault: () => undefined, // counted by what is left
    });
    packs.push(pack);
    described.push({ packId, sizeBytes: pack.sizeBytes, blobsReadable, blobsLost: pack.blobs.length - blobsReadable });
    options.onEvent?.({ kind: 'progress', phase: 'read', done: packs.length, total: packIds.length });
  }
  return repairPacksPlans.register({ packs: described }, { repository, indexed, packs }, { lock: options.lock });
}

/**
 * Executes the plan, once: each pack is handed to its keeper, its readable blobs are stored in new packs, which are indexed; then the
 * index forgets the damaged packs; then they go.
 *
 * @throws LumbungError PLAN_SPENT, PLAN_NOT_EXECUTABLE, LOCK_REQUIRED (bug), BACKEND_*, what the keeper throws: then nothing of that pack
 * or a later one was changed
 */
export async function executeRepairPacks(
  plan: RepairPacksPlan,
  options: ExecuteRepairPacksOptions,
): Promise<RepairPacksResult> {
  const signal = signalUnder('exclusive', options);
  const { repository, indexed, packs } = repairPacksPlans.spend(plan, options.lock);
  for (const pack of packs) {
    if (pack.sizeBytes !== undefined)
      await options.keepDamagedPack(pack.packId, piecesOf(repository, pack.packId, pack.sizeBytes, signal));
  }
  const { blobsSaved, blobsLost } = await saveReadable(indexed, packs, options, signal);
  const damagedNrs = new Set(packs.map(({ packId }) => indexed.index.findPack(packId)));
  await rewriteIndexWithout(indexed, (packNr) => damagedNrs.has(packNr), { signal });
  let packsRemoved = 0;
  const present = packs.flatMap(({ packId, sizeBytes }) => (sizeBytes === undefined ? [] : [packId]));
  await removePacks(repository, present, {
    signal,
    onRemoved: () => {
      packsRemoved += 1;
    },
    onFailed: (packId, error) => options.onEvent?.({ kind: 'removeFailed', packId, error }),
  });
  return { blobsSaved, blobsLost, packsRemoved };
}

async function saveReadable(
  indexed: IndexedRepository,
  packs: readonly DamagedPack[],
  options: ExecuteRepairPacksOptions,
  signal: AbortSignal,
): Promise<{ blobsSaved: number; blobsLost: number }> {
  const { repository } = indexed;
  const verifier = new BlobVerifier(repository.sealer);
  const writer = indexed.createWriter({ signal });
  let blobsSaved = 0;
  let blobsLost = 0;
  for (const [packIdx, pack] of packs.entries()) {
    await readBlobs(repository, pack, {
      verifier,
      signal,
      onBlob: async ({ type, id }, plaintext) => {
        await writer.save(type, plaintext, { id, force: true });
        blobsSaved += 1;
      },
      onFault: ({ type, id }, fault) => {
        blobsLost += 1;
        options.onEvent?.({ kind: 'blobLost', packId: pack.packId, blobType: type, blobId: id, fault });
      },
    });
    options.onEvent?.({ kind: 'progress', phase: 'repair', done: packIdx + 1, total: packs.length });
  }
  await writer.flush();
  return { blobsSaved, blobsLost };
}

/** Where the blobs of the pack lie: by the index, and by its own header where that can still be read. */
async function findPack(indexed: IndexedRepository, packId: PackId, signal: AbortSignal): Promise<DamagedPack> {
  const { repository, index } = indexed;
  const packNr = index.findPack(packId);
  const indexedBlobs = packNr < 0 ? [] : index.blobsOfPack(packNr);
  let sizeBytes: number;
  try {
    sizeBytes = (await repository.backend.stat({ folder: 'data', name: packId }, { signal })).sizeBytes;
  } catch (error) {
    if (!isLumbungError(error, 'BACKEND_FILE_MISSING')) throw error;
    if (packNr < 0) throw packUnknown(packId, error);
    return { packId, sizeBytes: undefined, blobs: indexedBlobs };
  }
  const headerBlobs = await tryReadHeader(repository, packId, sizeBytes, signal);
  const places = new Map([...indexedBlobs, ...headerBlobs].map((blob) => [`${blob.type} ${blob.id}`, blob]));
  const blobs = [...places.values()].sort((a, b) => a.offset - b.offset);
  return { packId, sizeBytes, blobs };
}

async function tryReadHeader(
  repository: Repository,
  id: PackId,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<PackedBlob[]> {
  const load = (offset: number, length: number): Promise<Buffer> =>
    repository.backend.load({ folder: 'data', name: id }, { offset, length }, { signal });
  try {
    return await readPackHeader({ id, sizeBytes, load }, repository.sealer);
  } catch (error) {
    if (isDamage(error)) return []; // the pack is damaged: that is why we are here
    throw error;
  }
}

/** Reads each blob by itself: whatever is wrong with one says nothing of the others. */
async function readBlobs(
  repository: Repository,
  pack: DamagedPack,
  work: {
    readonly verifier: BlobVerifier;
    readonly signal: AbortSignal;
    readonly onBlob: (blob: PackedBlob, plaintext: Uint8Array) => Promise<void> | void;
    readonly onFault: (blob: PackedBlob, fault: StoredBlobFault | 'missing') => void;
  },
): Promise<void> {
  const { verifier, signal, onBlob, onFault } = work;
  const file = { folder: 'data', name: pack.packId };
  for (const blob of pack.blobs) {
    signal.throwIfAborted();
    let sealed: Buffer;
    try {
      sealed = await repository.backend.load(file, { offset: blob.offset, length: blob.lengthBytes }, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isDamage(error)) throw error;
      onFault(blob, pack.sizeBytes === undefined ? 'missing' : 'truncated');
      continue;
    }
    const verified = verifier.verifyBlob(sealed, idBytes(blob.id), blob.uncompressedBytes);
    if (typeof verified === 'string') onFault(blob, verified);
    else await onBlob(blob, verified.plaintext);
  }
}

async function* piecesOf(
  repository: Repository,
  id: PackId,
  sizeBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < sizeBytes; offset += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, sizeBytes - offset);
    yield await repository.backend.load({ folder: 'data', name: id }, { offset, length }, { signal });
  }
}

function noPacks(): LumbungError {
  return new LumbungError('PACKS_NOT_NAMED', {
    kind: 'operator',
    message: 'no pack is named',
    hint: 'name the packs that "check --read-data" found damaged',
  });
}

function packUnknown(packId: PackId, cause: unknown): LumbungError {
  return new LumbungError('PACK_UNKNOWN', {
    kind: 'operator',
    message: `there is no pack ${packId}, and no index names it`,
    context: { pack: packId },
    hint: 'compare the id with what "check" prints',
    cause,
  });
}
