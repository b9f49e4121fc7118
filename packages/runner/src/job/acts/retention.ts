import type { JobResult, JobSpecOf, PruneFigures, SnapshotId } from '@lumbung/contracts';
import { executeForget, executePrune, type PruneEvent, type PrunePlan, planForget, planPrune } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import { type HeldRepository, withRepository } from '../job-repository.ts';
import { JobFailure, type JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';

type Spec = JobSpecOf<'retention'>;
type Result = Extract<JobResult, { readonly kind: 'retention' }>;

/**
 * Removes the snapshots that were decided upon, then the data that nobody needs. It decides nothing, but refuses everything as
 * soon as one of the copies that the decision relies on cannot be read, and a prune refuses a repository that is not whole.
 *
 * @throws LumbungError RETENTION_CONTRADICTS (bug), RETENTION_KEEPER_MISSING (operator), RETENTION_INCOMPLETE (transient, with the
 *   result); what `planPrune` fails with, with the result
 */
export async function retention(spec: Spec, run: JobRun): Promise<JobResult> {
  refuseContradiction(spec);
  const lock = spec.mode === 'execute' ? 'exclusive' : 'shared';
  return await withRepository(run, spec.repository, { lock }, async (held) => {
    held.run.book.step('plan');
    await requireKeepers(spec, held);
    const { present, gone } = await lookForRemovable(spec, held);
    const removed = await forget(spec, present, held);
    const result: Result = { kind: 'retention', mode: spec.mode, removedIds: removed.ids, goneIds: gone };
    if (removed.failure !== undefined) throw new JobFailure(removed.failure, result);
    if (spec.prune.kind === 'no') return result;
    try {
      return { ...result, prune: await prune(spec, present, held) };
    } catch (error) {
      held.run.signal.throwIfAborted();
      throw new JobFailure(error, result);
    }
  });
}

/** @throws LumbungError RETENTION_CONTRADICTS (bug) */
function refuseContradiction({ remove, keepers }: Spec): void {
  const kept = new Set(keepers);
  const both = remove.find((id) => kept.has(id));
  if (both === undefined) return;
  throw new LumbungError('RETENTION_CONTRADICTS', {
    kind: 'bug',
    message: `snapshot ${both} is to be removed and kept`,
    context: { snapshot: both },
  });
}

/** A decision is only as good as the copies it relies on: that they are listed somewhere does not mean that they are there. */
async function requireKeepers({ keepers }: Spec, { repository, run }: HeldRepository): Promise<void> {
  const stored = repository.withoutCache();
  for (const [keeperIdx, id] of keepers.entries()) {
    run.book.progress({ doneItems: keeperIdx, totalItems: keepers.length });
    try {
      await loadJobSnapshot(stored, id, run.signal);
    } catch (cause) {
      run.signal.throwIfAborted();
      throw new LumbungError('RETENTION_KEEPER_MISSING', {
        kind: 'operator',
        message: `snapshot ${id}, which must stay, is not there or cannot be read; nothing was removed`,
        context: { snapshot: id },
        hint: 'check the repository; retention goes on when its copies are verified again',
        cause,
      });
    }
  }
}

async function lookForRemovable(
  { remove }: Spec,
  { repository, run }: HeldRepository,
): Promise<{ readonly present: SnapshotId[]; readonly gone: SnapshotId[] }> {
  const there = new Set<string>();
  for await (const { id } of repository.listIds('snapshots', { signal: run.signal })) there.add(id);
  const wanted = [...new Set(remove)];
  return { present: wanted.filter((id) => there.has(id)), gone: wanted.filter((id) => !there.has(id)) };
}

async function forget(
  { mode }: Spec,
  ids: readonly SnapshotId[],
  { repository, lock, run }: HeldRepository,
): Promise<{ readonly ids: readonly SnapshotId[]; readonly failure?: LumbungError }> {
  if (ids.length === 0 || mode === 'preview') return { ids: mode === 'preview' ? ids : [] };
  const { signal, book } = run;
  const plan = await planForget(repository, { lock, signal, selection: { kind: 'ids', ids } });
  book.step('remove');
  const { removedIds, failures } = await executeForget(plan, {
    lock,
    signal,
    onEvent: (event) => {
      if (event.kind === 'progress') book.progress({ doneItems: event.done, totalItems: event.total });
    },
  });
  const [first] = failures;
  if (first === undefined) return { ids: removedIds };
  const failure = new LumbungError('RETENTION_INCOMPLETE', {
    kind: 'transient',
    message: `${failures.length} snapshots could not be removed: ${first.error.message}`,
    context: { count: failures.length, reason: first.error.message },
    hint: 'it is tried again by itself; see whether the storage lets files be removed',
  });
  return { ids: removedIds, failure };
}

async function prune(
  spec: Spec,
  ids: readonly SnapshotId[],
  { repository, lock, run }: HeldRepository,
): Promise<PruneFigures> {
  const { book, signal, limits } = run;
  const { unusedPercentMax, repackBytesMax } = spec.prune.kind === 'yes' ? spec.prune : {};
  const onEvent = (event: PruneEvent): void => {
    if (event.kind === 'progress') book.progress({ doneItems: event.done, totalItems: event.total });
    if (event.kind === 'removeFailed') {
      const { message } = event.error;
      book.warn({
        code: 'PACK_NOT_REMOVED',
        message: `${event.packId}: ${message}`,
        item: event.packId,
        values: { reason: message },
      });
    }
  };
  book.step('plan');
  const plan = await planPrune(repository, {
    lock,
    signal,
    onEvent,
    workerCount: limits.workers,
    ...(unusedPercentMax === undefined ? {} : { maxUnused: { kind: 'percent', percent: unusedPercentMax } }),
    ...(repackBytesMax === undefined ? {} : { maxRepackBytes: repackBytesMax }),
    ...(spec.mode === 'preview' ? { withoutSnapshots: new Set(ids) } : {}),
  });
  if (spec.mode === 'preview') return figuresOf(plan, 0);
  book.step('prune');
  const { removeFailures } = await executePrune(plan, { lock, signal, onEvent, workerCount: limits.workers });
  return figuresOf(plan, removeFailures);
}

function figuresOf({ statistics: { bytes, packs } }: PrunePlan, packsLeftOver: number): PruneFigures {
  return {
    bytesBefore: bytes.total,
    bytesUsed: bytes.used,
    bytesUnused: bytes.unused + bytes.duplicate + bytes.unreferenced,
    bytesRemoved: bytes.removeTotal,
    bytesRepacked: bytes.repack,
    bytesAfter: bytes.remaining,
    packsRemoved: packs.removeTotal,
    packsRepacked: packs.repack,
    packsLeftOver,
  };
}
