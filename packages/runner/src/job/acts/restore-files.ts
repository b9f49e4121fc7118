import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { JobResult, JobSpecOf, SnapshotId } from '@lumbung/contracts';
import {
  executeRestore,
  planRestore,
  previewRestore,
  type Repository,
  type RestoreEvent,
  type RestoreOptions,
  type RestoreResult,
} from '@lumbung/engine';
import { type ByteString, byteStringOfText, LumbungError, textOf } from '@lumbung/stdx';
import { absoluteByteString } from '../file-path.ts';
import { withRepository } from '../job-repository.ts';
import { JobFailure, type JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';
import { clipped } from '../shown-text.ts';

type Spec = JobSpecOf<'restoreFiles'>;

const ERRORS_NAMED_MAX = 100;

/**
 * Brings files back, beside what there is or in its place, and reads every file again that it wrote.
 *
 * @throws LumbungError RESTORE_EXTRA_UNSELECTED, RESTORE_NOTHING_SELECTED, SNAPSHOT_NOT_FOUND (operator); RESTORE_INCOMPLETE
 *   (operator), with the result: single items could not be restored, they are named; see `executeRestore`
 */
export async function restoreFiles(spec: Spec, run: JobRun): Promise<JobResult> {
  if (spec.extra === 'remove' && spec.selection.length === 0) {
    throw new LumbungError('RESTORE_EXTRA_UNSELECTED', {
      kind: 'operator',
      message: 'what a snapshot does not have is only removed from folders that were selected',
      hint: 'select the folders, or keep what is there',
    });
  }
  const target = spec.target.kind === 'inPlace' ? '/' : spec.target.folder;
  return await withRepository(run, spec.repository, { lock: 'shared' }, async ({ repository, run: held }) => {
    const { book } = held;
    const restored = await restore(
      repository,
      spec.snapshotId,
      {
        target: byteStringOfText(target),
        paths: spec.selection.length === 0 ? undefined : spec.selection.map(absoluteByteString),
        overwrite: spec.overwrite,
        deleteExtra: spec.extra === 'remove',
        mode: spec.mode,
      },
      held,
    );
    const { progress, errorCount, filesVerified } = restored;
    book.restored({ bytes: progress.bytesRestored, files: progress.filesRestored });
    const result: JobResult = {
      kind: 'restoreFiles',
      mode: spec.mode,
      target: clipped(target),
      files: progress.filesRestored,
      filesSkipped: progress.filesSkipped,
      filesDeleted: progress.filesDeleted,
      bytes: progress.bytesRestored,
      filesVerified,
      errorCount,
    };
    if (errorCount > 0) throw new JobFailure(restoreIncomplete(restored), result);
    if (progress.filesRestored + progress.filesSkipped === 0) throw new JobFailure(nothingSelected(), result);
    return result;
  });
}

interface Restore {
  readonly target: ByteString;
  readonly paths: readonly ByteString[] | undefined;
  readonly overwrite: NonNullable<RestoreOptions['overwrite']>;
  readonly deleteExtra: boolean;
  readonly mode: 'execute' | 'preview';
}

async function restore(
  repository: Repository,
  snapshotId: SnapshotId,
  { target, paths, overwrite, deleteExtra, mode }: Restore,
  { book, signal, limits }: JobRun,
): Promise<RestoreResult> {
  book.step('plan');
  const snapshot = await loadJobSnapshot(repository, snapshotId, signal);
  const indexed = await repository.loadIndex({ signal });
  const plan = await planRestore(
    indexed,
    {
      treeId: snapshot.tree,
      target,
      ...(paths === undefined ? {} : { paths }),
      overwrite,
      deleteExtra,
      verify: true,
      workerCount: limits.workers,
    },
    signal,
  );
  let errorsNamed = 0;
  const onEvent = (event: RestoreEvent): void => {
    switch (event.kind) {
      case 'status': {
        const { filesRestored, filesSkipped, filesTotal, bytesRestored, bytesSkipped, bytesTotal } = event.progress;
        book.progress({
          doneItems: filesRestored + filesSkipped,
          totalItems: filesTotal + filesSkipped,
          doneBytes: bytesRestored + bytesSkipped,
          totalBytes: bytesTotal + bytesSkipped,
        });
        break;
      }
      case 'error':
      case 'warning': {
        const item = textOf(event.path);
        const { message } = event.error;
        errorsNamed += 1;
        if (errorsNamed > ERRORS_NAMED_MAX) {
          book.warnOfMore(1);
          break;
        }
        const code = event.kind === 'error' ? 'ITEM_NOT_RESTORED' : 'ITEM_RESTORED_PARTLY';
        book.warn({ code, message: `${item}: ${message}`, item, values: { item, reason: message } });
        break;
      }
      case 'verifying':
        book.step('verify');
        break;
      case 'item':
        break;
    }
  };
  book.step('restore');
  return mode === 'preview'
    ? await previewRestore(plan, { signal, onEvent })
    : await executeRestore(plan, { signal, onEvent });
}

/** Restores all of a snapshot into a private folder that is gone afterwards: a drill. */
export async function restoreForDrill(
  repository: Repository,
  snapshotId: SnapshotId,
  run: JobRun,
): Promise<RestoreResult> {
  // Only its owner can enter what mkdtemp makes.
  const folder = await mkdtemp(path.join(run.ports.workFolder, 'lumbung-drill-'));
  try {
    return await restore(
      repository,
      snapshotId,
      { target: byteStringOfText(folder), paths: undefined, overwrite: 'always', deleteExtra: false, mode: 'execute' },
      run,
    );
  } finally {
    run.book.step('clean');
    await rm(folder, { recursive: true, force: true });
  }
}

function restoreIncomplete({ errorCount, errors }: RestoreResult): LumbungError {
  const [first] = errors;
  const item = first === undefined ? '' : textOf(first.path);
  const reason = first?.error.message ?? '';
  return new LumbungError('RESTORE_INCOMPLETE', {
    kind: 'operator',
    message: `${errorCount} items could not be restored: ${item}: ${reason}`,
    context: { count: errorCount, item, reason },
    hint: 'see which items, put right what keeps them from being written, and restore these again',
  });
}

function nothingSelected(): LumbungError {
  return new LumbungError('RESTORE_NOTHING_SELECTED', {
    kind: 'operator',
    message: 'nothing of the snapshot was selected: nothing was restored',
    hint: 'choose paths that the snapshot has',
  });
}
