// The acts of the engine in the short form that whole-house tests need: each takes its lock, and fails the test when an
// item failed.
import {
  type BackupOptions,
  type BackupResult,
  backup,
  type CheckReport,
  check,
  executeForget,
  executePrune,
  executeRestore,
  findSnapshot,
  type Lock,
  type LockMode,
  lockRepository,
  type PruneResult,
  planForget,
  planPrune,
  planRestore,
  type Repository,
  type RestoreResult,
  type SnapshotId,
} from '@lumbung/engine';
import { byteStringOfText } from '@lumbung/stdx';

/** So that each snapshot is later than the one before, though the clocks of the lab stand still. */
let backups = 0;

/** `cd folder && lumbung backup .` */
export async function backUp(
  repository: Repository,
  folder: string,
  options: Partial<BackupOptions> = {},
): Promise<BackupResult & { readonly snapshotId: SnapshotId }> {
  const timeMs = repository.ports.clock.nowMs() + (backups += 1);
  const own = { targets: ['.'], workingDirectory: folder, workerCount: 1, timeMs };
  const result = await backup(repository, { ...own, ...options });
  if (result.errors.length > 0) throw new Error(`backup: ${JSON.stringify(result.errors)}`);
  if (result.snapshotId === undefined) throw new Error('the backup wrote no snapshot');
  return { ...result, snapshotId: result.snapshotId };
}

export async function underLock<T>(
  repository: Repository,
  kind: LockMode,
  act: (lock: Lock) => Promise<T>,
): Promise<T> {
  await using lock = await lockRepository(repository, { kind });
  return await act(lock);
}

export async function restoreTo(
  repository: Repository,
  snapshot: string,
  target: string,
  options: { readonly sparse?: boolean } = {},
): Promise<RestoreResult> {
  const found = await findSnapshot(repository, snapshot);
  const indexed = await repository.loadIndex();
  const plan = await planRestore(indexed, {
    treeId: found.snapshot.tree,
    target: byteStringOfText(target),
    workerCount: 1,
    ...options,
  });
  const result = await executeRestore(plan);
  if (result.errorCount > 0) throw new Error(`restore: ${JSON.stringify(result.errors)}`);
  return result;
}

export function forget(repository: Repository, ids: readonly string[]): Promise<readonly SnapshotId[]> {
  return underLock(repository, 'exclusive', async (lock) => {
    const plan = await planForget(repository, { selection: { kind: 'ids', ids }, lock });
    return (await executeForget(plan, { lock })).removedIds;
  });
}

/** Nothing unused stays. */
export function prune(repository: Repository): Promise<PruneResult> {
  return underLock(repository, 'exclusive', async (lock) => {
    const plan = await planPrune(repository, { lock, maxUnused: { kind: 'bytes', bytes: 0 }, workerCount: 1 });
    return await executePrune(plan, { lock, workerCount: 1 });
  });
}

/** What our own check says: errors only, or hints too. */
export async function complaints(
  repository: Repository,
  severities: readonly ('error' | 'hint' | 'information')[] = ['error'],
): Promise<string[]> {
  const report: CheckReport = await check(repository, { lock: 'unlocked', readData: { kind: 'all' }, workerCount: 0 });
  return report.findings
    .filter(({ severity }) => severities.includes(severity))
    .map(({ code, message }) => `${code}: ${message}`);
}
