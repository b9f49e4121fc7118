import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import {
  instantOf,
  loadReadableSnapshots,
  millisecondsOf,
  REPOSITORY_FOLDERS,
  type Repository,
  repositoryStats,
  type SnapshotRecord,
} from '@lumbung/engine';
import { freeBytesAt } from '../free-space.ts';
import { withRepository } from '../job-repository.ts';
import type { JobRun } from '../job-run.ts';
import { countOf } from '../run-book.ts';

type Spec = JobSpecOf<'statistics'>;
type Result = Extract<JobResult, { readonly kind: 'statistics' }>;

const DAY_MS = 86_400_000;

/** How large a repository is, and how it grows. Nothing is locked: figures may be some moments old. */
export async function statistics(spec: Spec, run: JobRun): Promise<JobResult> {
  return await withRepository(run, spec.repository, { lock: 'none' }, async ({ repository, run: held }) => {
    const { book, signal } = held;
    book.step('read');
    let unreadable = 0;
    const snapshots = await loadReadableSnapshots(
      repository,
      () => {
        unreadable += 1;
      },
      signal,
    );
    if (unreadable > 0) {
      const message = `${unreadable} snapshots cannot be read`;
      book.warn({ code: 'SNAPSHOT_UNREADABLE', message, values: { count: unreadable } });
    }
    const sizes = await sizesOf(repository, held);
    const { blobs, plainBytes } = repositoryStats(await repository.loadIndex({ signal }));
    const freeBytes = await freeBytesAt(spec.repository.address);
    const times = snapshots.map(momentOf);
    const [oldestAt, newestAt] = [times[0], times.at(-1)];
    return {
      kind: 'statistics',
      totalBytes: sizes.totalBytes,
      packs: sizes.packs,
      packBytes: sizes.packBytes,
      indexBytes: sizes.indexBytes,
      snapshots: snapshots.length,
      blobs,
      plainBytes,
      ...(freeBytes === undefined ? {} : { freeBytes }),
      ...(oldestAt === undefined ? {} : { oldestAt }),
      ...(newestAt === undefined ? {} : { newestAt }),
      growth: growthOf(snapshots, spec),
    };
  });
}

async function sizesOf(
  { backend }: Repository,
  { signal, book }: JobRun,
): Promise<Pick<Result, 'totalBytes' | 'packs' | 'packBytes' | 'indexBytes'>> {
  const sizes = { totalBytes: 0, packs: 0, packBytes: 0, indexBytes: 0 };
  let files = 0;
  for (const folder of REPOSITORY_FOLDERS) {
    for await (const { sizeBytes } of backend.list(folder, { signal })) {
      files += 1;
      sizes.totalBytes += sizeBytes;
      if (folder === 'data') {
        sizes.packs += 1;
        sizes.packBytes += sizeBytes;
      } else if (folder === 'index') {
        sizes.indexBytes += sizeBytes;
      }
      if (files % 1000 === 0) book.progress({ doneItems: files, doneBytes: sizes.totalBytes });
    }
  }
  return sizes;
}

function growthOf(snapshots: readonly SnapshotRecord[], { growthUntil, growthDays }: Spec): Result['growth'] {
  const beginAt = Math.max(0, growthUntil - growthDays * DAY_MS);
  const days = Array.from({ length: growthDays }, (_, dayIdx) => ({
    from: Math.max(0, growthUntil - (growthDays - dayIdx) * DAY_MS),
    snapshots: 0,
    storedBytes: 0,
  }));
  for (const snapshot of snapshots) {
    const at = momentOf(snapshot);
    if (at < beginAt || at >= growthUntil) continue;
    const day = days[growthDays - 1 - Math.floor((growthUntil - 1 - at) / DAY_MS)];
    if (day === undefined) continue;
    day.snapshots += 1;
    day.storedBytes += countOf(snapshot.summary?.dataAddedPacked);
  }
  return days;
}

function momentOf({ time }: SnapshotRecord): number {
  return countOf(millisecondsOf(instantOf(time)));
}
