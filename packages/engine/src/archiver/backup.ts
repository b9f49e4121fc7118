import { lstatSync, readdirSync } from 'node:fs';
import { type ByteString, byteStringOfText, errnoOf, fsPath, LumbungError, textOf, toErrorRecord } from '@lumbung/stdx';
import { readPosixNames } from '@lumbung/stdx/node';
import { parseBlobId } from '../format/ids.ts';
import { instantOf, localZone } from '../format/timestamp.ts';
import type { Repository } from '../repository/repository.ts';
import type { BackupCallOptions, BackupOptions, BackupResult } from './backup-options.ts';
import { type BackupContent, type BackupSession, runBackupSession } from './backup-session.ts';
import { FileChange } from './file-change.ts';
import { FileStore } from './file-store.ts';
import { extendedAttributesText, NodeHeadWriter } from './node-text.ts';
import { Selection } from './selection.ts';
import { SourceWalker } from './source-walker.ts';
import type { SourcesAhead } from './sources-ahead.ts';
import { joinPath, type ResolvedTargets, resolveTargets } from './targets.ts';

/**
 * Backs up files and folders into a new snapshot.
 *
 * Items that cannot be read are left out and reported in `errors` and as events; the snapshot is written all the same.
 * Cancellation rejects with the signal's reason and leaves no snapshot and no lock.
 *
 * @throws LumbungError BACKUP_NO_TARGET, BACKUP_TARGET_CONFLICT, BACKUP_TARGETS_MISSING, BACKUP_EMPTY, PATTERN_INVALID,
 *   LOCK_CONFLICT (operator), LOCK_LOST (transient), errors of the backend
 */
export async function backup(
  repository: Repository,
  options: BackupOptions,
  call: BackupCallOptions = {},
): Promise<BackupResult> {
  const workingDirectory = byteStringOfText(options.workingDirectory);
  const targets = resolveTargets(options.targets, {
    workingDirectory: options.workingDirectory,
    listNames: (folder) => listNames(folder.startsWith('/') ? folder : joinPath(workingDirectory, folder)),
  });
  refuseWhenAllAreMissing(targets);
  return await runBackupSession(repository, options, call, {
    paths: targets.absolutePaths.map(textOf),
    withAtime: options.withAtime ?? false,
    fill: (session) => archiveTargets(session, { options, targets, workingDirectory, ahead: call.ahead }),
  });
}

async function archiveTargets(
  session: BackupSession,
  sources: {
    readonly options: BackupOptions;
    readonly targets: ResolvedTargets;
    readonly workingDirectory: ByteString;
    readonly ahead: SourcesAhead | undefined;
  },
): Promise<BackupContent> {
  const { options, targets, workingDirectory, ahead } = sources;
  const { progress, pool, trees, indexed, parent, signal } = session;
  const headWriter = new NodeHeadWriter({
    zone: localZone(),
    names: readPosixNames(),
    withAtime: options.withAtime ?? false,
  });
  const attributesText = (path: ByteString): string =>
    extendedAttributesText(path, (_name, error) => {
      progress.itemFailed(path, toErrorRecord(error));
    });
  const files = new FileStore({ pool, progress, headWriter, attributesText });
  const began = parent?.summary?.backupStart;
  const walker = new SourceWalker({
    selection: new Selection(options.exclude ?? {}, (path, error) => {
      progress.itemFailed(path, toErrorRecord(error));
    }),
    progress,
    headWriter,
    files,
    change: new FileChange({
      headWriter,
      hasBlob: (id) => indexed.index.findHex('data', id) >= 0,
      attributesText,
      onContentMissing: (path) => {
        progress.emit({
          kind: 'warning',
          code: 'PARENT_CONTENT_MISSING',
          message: 'the parent snapshot refers to content that the repository does not have; the file is read again',
          item: textOf(path),
        });
      },
      parentBegan: began === undefined ? undefined : instantOf(began),
      ignoreCtime: options.ignoreCtime ?? false,
      ignoreInode: options.ignoreInode ?? false,
    }),
    loadParentTree: (id) => loadParentTree(session, id),
    onParentUnreadable: (error) => {
      warnOfParentTree(session, error);
    },
    saveTree: (job) => trees.save(job),
    workingDirectory,
    ahead,
    signal,
  });

  let root: BackupContent | undefined;
  const excludes = options.exclude?.patterns ?? [];
  await ahead?.stop();
  // Everything is read anyway then, and the memory is better used for that.
  if (parent === undefined) ahead?.clear();
  await walker.walk(targets.root, parent?.tree, (tree, job) => {
    root = { tree, isEmpty: job.nodeCount === 0, excludes };
  });
  progress.endWalk();
  await files.finish();
  if (root === undefined) {
    throw new LumbungError('BUG_ROOT_UNFINISHED', { kind: 'bug', message: 'the walk ended without a root tree' });
  }
  return root;
}

/** A tree of the parent that is damaged costs speed, not the backup: the folder is then treated as new. */
function loadParentTree(session: BackupSession, treeId: string): Buffer | undefined | Promise<Buffer | undefined> {
  const { indexed, signal } = session;
  const id = parseBlobId(treeId);
  const now = indexed.tryLoadTreeNow(id);
  if (now !== undefined) return now;
  return indexed.loadTreeBytes(id, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    warnOfParentTree(session, error);
    return undefined;
  });
}

function warnOfParentTree({ progress }: BackupSession, error: unknown): void {
  progress.emit({ kind: 'warning', code: 'PARENT_TREE_UNREADABLE', message: toErrorRecord(error).message });
}

function listNames(folder: ByteString): readonly ByteString[] {
  // latin1 gives one character a byte: the names as byte strings.
  return readdirSync(fsPath(folder), { encoding: 'latin1' }) as ByteString[];
}

function refuseWhenAllAreMissing(targets: ResolvedTargets): void {
  const isMissing = (path: ByteString): boolean => {
    try {
      lstatSync(fsPath(path));
      return false;
    } catch (error) {
      // Anything but "not there" is told when the target's turn comes.
      return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    }
  };
  if (!targets.absolutePaths.every(isMissing)) return;
  const path = targets.absolutePaths.map(textOf).join(', ');
  throw new LumbungError('BACKUP_TARGETS_MISSING', {
    kind: 'operator',
    message: `nothing to back up: ${path} does not exist`,
    context: { path },
    hint: 'check the spelling of the path',
  });
}
