import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import { withRepository } from '../job-repository.ts';
import { JobFailure, type JobRun } from '../job-run.ts';
import { copyDamaged, verifyCopy } from './verify-copy.ts';

/** @throws LumbungError COPY_DAMAGED (corruption), with the result; SNAPSHOT_NOT_FOUND (operator) */
export async function verify(spec: JobSpecOf<'verify'>, run: JobRun): Promise<JobResult> {
  const { repository: place, snapshotId, readBytesMax } = spec;
  // Past the cache, or the cache would be looked at instead of what is stored; under a lock, or a prune could take away
  // what is being read.
  return await withRepository(run, place, { lock: 'shared', cache: 'past' }, async ({ repository, run: held }) => {
    held.book.step('verify');
    const verification = await verifyCopy(repository, snapshotId, held, { readBytesMax });
    const result: JobResult = { kind: 'verify', snapshotId, verification };
    for (const { severity, code, message, path, table } of verification.findings) {
      const item = table ?? path;
      if (severity === 'warning') held.book.warn({ code, message, ...(item === undefined ? {} : { item }) });
    }
    if (verification.verdict === 'damaged') throw new JobFailure(copyDamaged(snapshotId, verification), result);
    return result;
  });
}
