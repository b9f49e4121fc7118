import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import { type CheckReport, check as checkRepository, type ReadDataSelection } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import { withRepository } from '../job-repository.ts';
import { JobFailure, type JobRun } from '../job-run.ts';
import { clipped } from '../shown-text.ts';

type Spec = JobSpecOf<'check'>;

const FINDINGS_MAX = 1000;

/**
 * Whether a repository is whole. It holds a shared lock: copies are made beside it, since they only add; what takes away waits.
 *
 * @throws LumbungError REPOSITORY_DAMAGED (corruption), with the result; BACKEND_*
 */
export async function check(spec: Spec, run: JobRun): Promise<JobResult> {
  // Past the cache, or the cache would be checked instead of what is stored.
  return await withRepository(
    run,
    spec.repository,
    { lock: 'shared', cache: 'past' },
    async ({ repository, lock, run: held }) => {
      const { book, signal } = held;
      book.step('read');
      const report = await checkRepository(repository, {
        lock,
        signal,
        readData: selectionOf(spec.read),
        onEvent: (event) => {
          if (event.kind === 'progress')
            book.progress({ doneItems: event.done, totalItems: event.total, item: event.phase });
        },
      });
      const result = resultOf(report);
      if (report.suggestRepairIndex) {
        book.warn({ code: 'REPAIR_INDEX_ADVISED', message: 'the index of the repository should be repaired' });
      }
      if (!report.isSound) throw new JobFailure(repositoryDamaged(report, repository.backend.location), result);
      return result;
    },
  );
}

function selectionOf(read: Spec['read']): ReadDataSelection {
  switch (read.kind) {
    case 'nothing':
      return { kind: 'none' };
    case 'all':
      return { kind: 'all' };
    case 'share':
      return { kind: 'bucket', bucket: read.nr, of: read.of };
  }
}

function resultOf(report: CheckReport): Extract<JobResult, { readonly kind: 'check' }> {
  const { counts, findings, errorCount, isSound, suggestPrune, suggestRepairIndex } = report;
  // Errors first: there may be more of the rest than is kept.
  const errors = findings.filter(({ severity }) => severity === 'error');
  const others = findings.filter(({ severity }) => severity !== 'error');
  return {
    kind: 'check',
    verdict: isSound ? 'sound' : 'damaged',
    errorCount,
    findings: [...errors, ...others].slice(0, FINDINGS_MAX).map(({ severity, code, message, snapshotId }) => ({
      severity,
      code,
      message: clipped(message),
      ...(snapshotId === undefined ? {} : { snapshotId }),
    })),
    advice: [...(suggestRepairIndex ? (['repair-index'] as const) : []), ...(suggestPrune ? (['prune'] as const) : [])],
    snapshots: counts.snapshots,
    trees: counts.trees,
    packs: counts.packs,
    packsRead: counts.packsRead,
    bytesRead: counts.bytesRead,
  };
}

function repositoryDamaged({ errorCount, findings }: CheckReport, repository: string): LumbungError {
  const reason = findings.find(({ severity }) => severity === 'error')?.message ?? '';
  return new LumbungError('REPOSITORY_DAMAGED', {
    kind: 'corruption',
    message: `the repository at ${repository} is damaged: ${reason}`,
    context: { repository, count: errorCount, reason },
    hint: 'remove nothing; look at the disk, then at the other copies, and repair with "repair"',
  });
}
