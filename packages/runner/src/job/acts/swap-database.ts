import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import type { DatabaseBackupEvent } from '../../database/backup-databases.ts';
import { swapDatabase as swap } from '../../database/swap-database.ts';
import { databasePlaceOf } from '../database-place.ts';
import { copyOfDump, publishDump } from '../dump-copy.ts';
import { withRepository } from '../job-repository.ts';
import { databaseControl, type JobRun } from '../job-run.ts';
import { recordOfRemark } from '../remark-record.ts';
import { clippedError } from '../shown-text.ts';
import { snapshotTags } from '../snapshot-tags.ts';

/**
 * Gives a restored database the name of the live one, after a backup of the live one.
 *
 * @throws LumbungError DB_SWAP_WITHOUT_BACKUP (operator): nothing was changed; what the driver's `swap` fails with
 */
export async function swapDatabase(spec: JobSpecOf<'swapDatabase'>, run: JobRun): Promise<JobResult> {
  const { driver, target } = await databasePlaceOf(run, spec.server);
  return await withRepository(run, spec.repository, { lock: 'shared' }, async ({ repository, run: held }) => {
    const { ports, limits, book } = held;
    book.step(spec.safety === 'backup' ? 'dump' : 'restore', spec.server.name);
    const { safety, report } = await swap(
      repository,
      driver,
      {
        target,
        server: spec.server.name,
        plan: { live: spec.live, restored: spec.restored, keepAs: spec.keepAs },
        safety: spec.safety,
        dump: { parallel: limits.parallel, excludeData: [], untransactional: 'lock' },
        snapshot: {
          tags: snapshotTags(spec),
          hostname: spec.hostname ?? ports.identity.hostname,
          programVersion: ports.programVersion,
          workerCount: limits.workers,
        },
        workFolder: ports.workFolder,
        retryAfterMs: limits.retryAfterMs,
      },
      databaseControl<DatabaseBackupEvent>(held, (event) => {
        if (event.kind === 'begin') book.reading();
        if (event.kind === 'retry') book.waiting('attempt-failed', event.afterMs, clippedError(event.error));
        if (event.kind !== 'end') return;
        const { outcome } = event;
        if (outcome.kind === 'failed') return;
        // Told before the exchange begins: whatever becomes of that, the copy is known.
        const copy = copyOfDump(outcome, { asset: spec.asset, application: spec.application });
        if (copy !== undefined) publishDump(book, copy, outcome.manifest);
        book.step('restore', spec.server.name);
      }),
    );
    if (safety === undefined) {
      const message = `the database ${spec.live} was exchanged without a backup of it`;
      book.warn({ code: 'SWAPPED_WITHOUT_BACKUP', message, item: spec.live, values: { database: spec.live } });
    }
    return {
      kind: 'swapDatabase',
      live: report.live,
      keptAs: report.keptAs,
      downtimeMs: report.downtimeMs,
      remarks: report.remarks.slice(0, 1000).map(recordOfRemark),
    };
  });
}
