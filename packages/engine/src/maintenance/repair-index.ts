import { forEachParallel, toErrorRecord } from '@lumbung/stdx';
import { BlobIndex } from '../blob-index/blob-index.ts';
import type { IndexId, PackId } from '../format/ids.ts';
import type { IndexPack } from '../format/index-file.ts';
import { readPackHeader } from '../pack/read-pack-header.ts';
import { isDamage } from '../repository/file-damage.ts';
import { rewriteIndex } from '../repository/index-saver.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { type ActOptions, signalUnder } from './act-options.ts';
import { countNamings, indexPacks } from './index-rewrite.ts';
import { hasPackGeometry, indexedPackSize, PackListing } from './pack-listing.ts';
import { PlanLedger } from './plan-ledger.ts';
import type { RepairIndexEvent, RepairIndexOptions, RepairIndexPlan, RepairIndexResult } from './repair-plan.ts';

interface RepairIndexDetails {
  readonly repository: Repository;
  readonly indexed: IndexedRepository;
  readonly toRead: readonly { readonly id: PackId; readonly sizeBytes: number }[];
  /** Packs that new index files take from the old ones. */
  readonly keptNrs: readonly number[];
  readonly obsoleteIds: readonly IndexId[];
}

const repairIndexPlans = new PlanLedger<RepairIndexPlan, RepairIndexDetails>();

/** What is wrong with the index, by the sizes of the packs there are. Nothing is written.
 *  @throws LumbungError BACKEND_* */
export async function planRepairIndex(repository: Repository, options: RepairIndexOptions): Promise<RepairIndexPlan> {
  const signal = signalUnder('none', options);
  const unreadable: IndexId[] = [];
  const indexed = await repository.loadIndex({
    signal,
    from: 'files',
    onProgress: ({ filesDone, filesTotal }) =>
      options.onEvent?.({ kind: 'progress', phase: 'index', done: filesDone, total: filesTotal }),
    onDamagedFile: (indexId, error) => {
      unreadable.push(indexId);
      options.onEvent?.({ kind: 'indexUnreadable', indexId, error: toErrorRecord(error) });
    },
  });
  const { index } = indexed;
  const listing = await PackListing.load(repository, index, signal);
  options.onEvent?.({ kind: 'progress', phase: 'packs', done: index.packCount, total: index.packCount });

  const isTrusted = trustedPacks(index, listing, options.readAllPacks === true);
  const missing: number[] = [];
  const doubted: { id: PackId; sizeBytes: number }[] = [];
  for (let packNr = 0; packNr < index.packCount; packNr += 1) {
    const sizeBytes = listing.sizeOf(packNr);
    if (sizeBytes === undefined) missing.push(packNr);
    else if (isTrusted[packNr] !== 1) doubted.push({ id: index.packId(packNr), sizeBytes });
  }
  const toRead = [...doubted, ...listing.unreferenced];
  const stale = staleFiles(indexed, isTrusted);
  const plan: RepairIndexPlan = {
    missingPackIds: missing.map((packNr) => index.packId(packNr)),
    readPackIds: toRead.map(({ id }) => id),
    replacedIndexCount: stale.obsoleteIds.length,
    unreadableIndexIds: unreadable,
    isEmpty: toRead.length + missing.length + stale.obsoleteIds.length + unreadable.length === 0,
  };
  const details: RepairIndexDetails = {
    repository,
    indexed,
    toRead,
    keptNrs: stale.keptNrs,
    obsoleteIds: [...stale.obsoleteIds, ...unreadable],
  };
  return repairIndexPlans.register(plan, details, { lock: options.lock });
}

/** 1 for packs of which the index is believed. */
function trustedPacks(index: BlobIndex, listing: PackListing, trustsNone: boolean): Uint8Array {
  const trusted = new Uint8Array(index.packCount);
  if (trustsNone) return trusted;
  for (let packNr = 0; packNr < index.packCount; packNr += 1) {
    const isRight = listing.sizeOf(packNr) === indexedPackSize(index, packNr) && hasPackGeometry(index, packNr);
    trusted[packNr] = isRight ? 1 : 0;
  }
  return trusted;
}

/** Index files that name a pack that is not trusted, or one that is named elsewhere too; and the trusted packs in them. */
function staleFiles(indexed: IndexedRepository, isTrusted: Uint8Array): { keptNrs: number[]; obsoleteIds: IndexId[] } {
  const namings = countNamings(indexed);
  const obsoleteIds: IndexId[] = [];
  const keptNrs = new Set<number>();
  for (const [id, packNrs] of indexed.indexFiles) {
    if (packNrs.every((packNr) => isTrusted[packNr] === 1 && namings[packNr] === 1)) continue;
    obsoleteIds.push(id);
    for (const packNr of packNrs) if (isTrusted[packNr] === 1) keptNrs.add(packNr);
  }
  return { keptNrs: [...keptNrs], obsoleteIds };
}

/** Executes the plan, once: headers are read, new index files stored, then the old ones go. A pack whose header cannot be read stays
 *  out of the index, and stays.
 *  @throws LumbungError PLAN_SPENT, PLAN_NOT_EXECUTABLE, LOCK_REQUIRED (bug), BACKEND_* */
export async function executeRepairIndex(
  plan: RepairIndexPlan,
  options: ActOptions<RepairIndexEvent>,
): Promise<RepairIndexResult> {
  const signal = signalUnder('exclusive', options);
  const details = repairIndexPlans.spend(plan, options.lock);
  const { repository, indexed, toRead, keptNrs, obsoleteIds } = details;
  const found = new BlobIndex();
  const unreadable: PackId[] = [];
  let packsDone = 0;
  await forEachParallel(toRead, Math.max(1, repository.backend.properties.connectionsMax), async (pack) => {
    signal.throwIfAborted();
    try {
      const load = (offset: number, length: number): Promise<Buffer> =>
        repository.backend.load({ folder: 'data', name: pack.id }, { offset, length }, { signal });
      found.addPack(pack.id, await readPackHeader({ ...pack, load }, repository.sealer));
    } catch (error) {
      signal.throwIfAborted();
      if (!isDamage(error)) throw error;
      unreadable.push(pack.id);
      options.onEvent?.({ kind: 'packUnreadable', packId: pack.id, error: toErrorRecord(error) });
    }
    packsDone += 1;
    options.onEvent?.({ kind: 'progress', phase: 'headers', done: packsDone, total: toRead.length });
  });
  const newIds = await rewriteIndex(
    repository,
    { packs: packsOfBoth(indexed, keptNrs, found), obsoleteIds },
    { signal, onSaved: (done) => options.onEvent?.({ kind: 'progress', phase: 'rewrite', done, total: 0 }) },
  );
  return {
    packsAdded: found.packCount,
    packsUnreadable: unreadable,
    indexFilesWritten: newIds.length,
    indexFilesRemoved: obsoleteIds.length,
  };
}

function* packsOfBoth(indexed: IndexedRepository, keptNrs: readonly number[], found: BlobIndex): Generator<IndexPack> {
  yield* indexPacks(indexed, keptNrs);
  for (let packNr = 0; packNr < found.packCount; packNr += 1)
    yield { id: found.packId(packNr), blobs: found.blobsOfPack(packNr) };
}
