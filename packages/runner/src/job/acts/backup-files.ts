import type { JobResult, JobSpecOf, StoredCopy } from '@lumbung/contracts';
import {
  type BackupAcceptance,
  type BackupResult,
  backup,
  instantOf,
  millisecondsOf,
  type Repository,
  type SnapshotRecord,
} from '@lumbung/engine';
import { type ByteString, bytesOf, LumbungError, textOf } from '@lumbung/stdx';
import { anomalyWarning } from '../anomaly-warning.ts';
import { CheckSeries } from '../check-series.ts';
import { expectedBytesOf, historyOfFiles, judgeFileSizes } from '../file-history.ts';
import { absoluteByteString, shownPath } from '../file-path.ts';
import { checkFileSources, sourceEmpty } from '../file-source-checks.ts';
import { judgeFreeSpace } from '../free-space.ts';
import { withRepository } from '../job-repository.ts';
import { JobFailure, type JobRun } from '../job-run.ts';
import { momentOf } from '../run-book.ts';
import { snapshotTags } from '../snapshot-tags.ts';
import { copyDamaged, verifyCopy } from './verify-copy.ts';

type Spec = JobSpecOf<'backupFiles'>;

/** Unread items that are named one by one; the rest is a number. */
const UNREAD_NAMED_MAX = 100;

/**
 * Copies a set of files. Refused, before anything is stored: a path that is missing, empty or a link. There is no snapshot
 * when nothing could be read or something required is missing; single files that cannot be read are warnings.
 *
 * @throws LumbungError SOURCE_MISSING, SOURCE_EMPTY, SOURCE_UNREADABLE, SOURCE_IS_LINK, SOURCE_NO_FILES,
 *   SOURCE_REQUIRED_UNREAD, DESTINATION_SPACE_SHORT (operator), COPY_DAMAGED (corruption); see `withRepository` and `backup`
 */
export async function backupFiles(spec: Spec, run: JobRun): Promise<JobResult> {
  const paths = spec.paths.map(absoluteByteString);
  run.book.step('preflight');
  const checks = new CheckSeries(run, 'source', spec.asset ?? shownPath(spec.paths[0] ?? ''));
  await checkFileSources(checks, spec);
  if (checks.failure !== undefined) throw checks.failure;

  return await withRepository(run, spec.repository, { lock: 'shared' }, async ({ repository, run: held }) => {
    const hostname = spec.hostname ?? run.ports.identity.hostname;
    const source = { runId: spec.runId, asset: spec.asset, hostname, paths: paths.map(textOf) };
    const { adopted, earlier } = await historyOfFiles(repository, source, held.signal);
    if (adopted !== undefined) return await adopt(repository, spec, { adopted, earlier }, held);

    const space = new CheckSeries(held, 'destination', spec.repository.address);
    const expectedBytes = spec.expectedBytes ?? expectedBytesOf(earlier);
    await space.ask('free-space', () =>
      judgeFreeSpace(spec.repository.address, { expectedBytes, freeBytesMin: held.limits.freeBytesMin }),
    );
    if (space.failure !== undefined) throw space.failure;
    const stored = await store(repository, spec, { paths, hostname }, held);
    return await conclude(repository, spec, { ...stored, earlier }, held);
  });
}

async function store(
  repository: Repository,
  spec: Spec,
  { paths, hostname }: { readonly paths: readonly ByteString[]; readonly hostname: string },
  { ports, book, limits, signal }: JobRun,
): Promise<{ readonly result: BackupResult; readonly unreadCount: number }> {
  book.step('store');
  book.reading();
  let unreadCount = 0;
  const result = await backup(
    repository,
    {
      targets: paths.map(bytesOf),
      workingDirectory: '/',
      hostname,
      timeMs: momentOf(ports.clock),
      tags: snapshotTags(spec),
      programVersion: ports.programVersion,
      workerCount: limits.workers,
      exclude: {
        patterns: [...spec.excludes, ...spec.templateExcludes.map(({ pattern }) => pattern)],
        caches: spec.taggedCaches === 'leave-out',
        oneFileSystem: spec.otherFileSystems === 'stay',
        ...(spec.largerThanBytes === undefined ? {} : { largerThanBytes: spec.largerThanBytes }),
      },
      accept: (content) => {
        refuseHollow(spec, content);
        unreadCount = content.errorCount;
      },
    },
    {
      signal,
      onEvent: (event) => {
        if (event.kind === 'status') {
          const [item] = event.currentFiles;
          book.progress({
            doneBytes: event.bytesDone,
            totalBytes: event.bytesTotal,
            doneItems: event.filesDone,
            totalItems: event.filesTotal,
            ...(item === undefined ? {} : { item }),
          });
        } else if (event.kind === 'warning') {
          book.note(`${event.code}: ${event.message}${event.item === undefined ? '' : ` (${event.item})`}`);
        }
      },
    },
  );
  return { result, unreadCount };
}

/** What would be a snapshot and no backup. */
function refuseHollow(spec: Spec, { summary, errors }: BackupAcceptance): void {
  const shown = spec.paths.map(shownPath);
  // A path that went away, or was closed to us, after it was looked at.
  const lost = errors.find(({ item }) => shown.includes(item.length > 1 ? item.replace(/\/$/, '') : item));
  if (lost !== undefined) {
    throw new LumbungError('SOURCE_UNREADABLE', {
      kind: 'operator',
      message: `${lost.item} could not be read: ${lost.error.message}`,
      context: { path: lost.item, errno: lost.error.code },
      hint: 'give the account of the service the right to read it',
    });
  }
  if (summary.totalFilesProcessed === 0) throw sourceEmpty(shown.join(', '));
  const required = spec.required.map(shownPath);
  const unread = errors.find(({ item }) => required.includes(item.replace(/\/$/, '')));
  if (unread !== undefined) {
    throw new LumbungError('SOURCE_REQUIRED_UNREAD', {
      kind: 'operator',
      message: `${unread.item} could not be read, and without it this is no backup of the application: ${unread.error.message}`,
      context: { path: unread.item, reason: unread.error.message },
      hint: 'give the account of the service the right to read it',
    });
  }
}

interface Stored {
  readonly result: BackupResult;
  readonly unreadCount: number;
  readonly earlier: readonly SnapshotRecord[];
}

async function conclude(repository: Repository, spec: Spec, stored: Stored, run: JobRun): Promise<JobResult> {
  const { book } = run;
  const { result, unreadCount, earlier } = stored;
  const { summary, snapshotId, parentId, tree, durationMs, errors } = result;
  if (snapshotId === undefined) {
    throw new LumbungError('BUG_NO_SNAPSHOT', { kind: 'bug', message: 'a backup ended without a snapshot' });
  }
  for (const { item, error } of errors.slice(0, UNREAD_NAMED_MAX)) {
    book.warn({
      code: 'ITEM_UNREAD',
      message: `${item} could not be read: ${error.message}`,
      item,
      values: { item, reason: error.message },
    });
  }
  book.warnOfMore(unreadCount - Math.min(errors.length, UNREAD_NAMED_MAX));
  const copy: StoredCopy = {
    ...ownerOf(spec),
    snapshotId,
    content: 'files',
    origin: 'run',
    takenAt: millisecondsOf(instantOf(summary.backupStart)),
    paths: spec.paths,
    bytes: summary.totalBytesProcessed,
    files: summary.totalFilesProcessed,
    addedBytes: summary.dataAdded,
    storedBytes: summary.dataAddedPacked,
    treeId: tree,
    unreadCount,
    anomalies: judgeFileSizes({ bytes: summary.totalBytesProcessed, files: summary.totalFilesProcessed }, earlier),
    durationMs,
    attempts: 1,
  };
  return await publish(repository, spec, copy, run, {
    kind: 'backupFiles',
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnchanged: summary.filesUnmodified,
    ...(parentId === undefined ? {} : { parentId }),
  });
}

/** A copy that an attempt of this run made before it got lost: a second one would say nothing new. */
async function adopt(
  repository: Repository,
  spec: Spec,
  { adopted, earlier }: { readonly adopted: SnapshotRecord; readonly earlier: readonly SnapshotRecord[] },
  run: JobRun,
): Promise<JobResult> {
  run.book.note(`snapshot ${adopted.id} was made by a lost attempt of this run and is taken over`);
  const { summary } = adopted;
  const takenAt = Math.max(0, millisecondsOf(instantOf(adopted.time)));
  run.book.reading(takenAt);
  const sizes = { bytes: summary?.totalBytesProcessed ?? 0, files: summary?.totalFilesProcessed ?? 0 };
  const copy: StoredCopy = {
    ...ownerOf(spec),
    snapshotId: adopted.id,
    content: 'files',
    origin: 'adopted',
    takenAt,
    paths: spec.paths,
    ...sizes,
    addedBytes: summary?.dataAdded ?? 0,
    storedBytes: summary?.dataAddedPacked ?? 0,
    treeId: adopted.tree,
    unreadCount: 0,
    anomalies: judgeFileSizes(sizes, earlier),
    durationMs: 0,
    attempts: 1,
  };
  // Which items could not be read died with the attempt.
  run.book.warn({
    code: 'COPY_ADOPTED',
    message: 'taken over from a lost attempt: what it could not read is not known',
  });
  return await publish(repository, spec, copy, run, {
    kind: 'backupFiles',
    filesNew: summary?.filesNew ?? 0,
    filesChanged: summary?.filesChanged ?? 0,
    filesUnchanged: summary?.filesUnmodified ?? 0,
    ...(adopted.parent === undefined ? {} : { parentId: adopted.parent }),
  });
}

async function publish(
  repository: Repository,
  spec: Spec,
  copy: StoredCopy,
  run: JobRun,
  result: JobResult,
): Promise<JobResult> {
  const { book } = run;
  for (const anomaly of copy.anomalies) book.warn(anomalyWarning(anomaly, spec.paths.map(shownPath).join(', ')));
  book.stored(copy);
  if (spec.verify === 'later') return result;
  book.step('verify');
  const verification = await verifyCopy(repository, copy.snapshotId, run);
  book.stored({ ...copy, verification });
  if (verification.verdict === 'damaged') throw new JobFailure(copyDamaged(copy.snapshotId, verification), result);
  return result;
}

function ownerOf({ asset, application }: Spec): Pick<StoredCopy, 'asset' | 'application'> {
  return { ...(asset === undefined ? {} : { asset }), ...(application === undefined ? {} : { application }) };
}
