import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import { copySnapshots } from '@lumbung/engine';
import { CheckSeries } from '../check-series.ts';
import { judgeFreeSpace } from '../free-space.ts';
import { withRepository } from '../job-repository.ts';
import type { JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';

/**
 * Copies snapshots to another repository, with the data that it lacks. One that is there already is passed over. Sources are not
 * asked: what is copied is what was verified.
 *
 * @throws LumbungError SNAPSHOT_NOT_FOUND, DESTINATION_SPACE_SHORT (operator), BLOB_DAMAGED, BLOB_MISSING (corruption), BACKEND_*
 */
export async function copy(spec: JobSpecOf<'copy'>, run: JobRun): Promise<JobResult> {
  return await withRepository(run, spec.from, { lock: 'shared' }, async (source) => {
    return await withRepository(source.run, spec.to, { lock: 'shared' }, async ({ repository, lock, run: held }) => {
      const { book, signal, limits } = held;
      for (const id of spec.snapshotIds) await loadJobSnapshot(source.repository, id, signal);
      const space = new CheckSeries(held, 'destination', spec.to.address);
      await space.ask('free-space', () => judgeFreeSpace(spec.to.address, { freeBytesMin: limits.freeBytesMin }));
      if (space.failure !== undefined) throw space.failure;
      book.step('copy');
      const { copied, skipped, bytesCopied } = await copySnapshots(source.repository, repository, {
        lock,
        sourceLock: source.lock,
        signal,
        workerCount: limits.workers,
        selection: { ids: spec.snapshotIds, filter: {} },
        onEvent: (event) => {
          if (event.kind !== 'progress') return;
          const { bytesDone, bytesTotal, blobsDone, blobsTotal } = event;
          book.progress({ doneBytes: bytesDone, totalBytes: bytesTotal, doneItems: blobsDone, totalItems: blobsTotal });
        },
      });
      const pairs = (ids: typeof copied) => ids.map(({ sourceId, targetId }) => ({ fromId: sourceId, toId: targetId }));
      return { kind: 'copy', copied: pairs(copied), skipped: pairs(skipped), bytesCopied };
    });
  });
}
