import { constants, type Dirent, type Stats } from 'node:fs';
import { access, lstat, opendir } from 'node:fs/promises';
import type { FilePath } from '@lumbung/contracts';
import { errnoOf, fsPath, LumbungError } from '@lumbung/stdx';
import type { CheckSeries, Verdict } from './check-series.ts';
import { absoluteByteString, shownPath } from './file-path.ts';

export interface FileSet {
  readonly paths: readonly FilePath[];
  readonly required: readonly FilePath[];
}

/**
 * Whether everything that is to be backed up is there, can be read and is not empty. A folder on which nothing is mounted
 * is empty, and backing it up would look like a success.
 */
export async function checkFileSources(checks: CheckSeries, { paths, required }: FileSet): Promise<void> {
  for (const path of paths) await checks.ask(`path ${shownPath(path)}`, () => judgePath(path));
  for (const path of required) await checks.ask(`required ${shownPath(path)}`, () => judgeRequired(path));
}

async function judgePath(path: FilePath): Promise<Verdict> {
  const shown = shownPath(path);
  const place = fsPath(absoluteByteString(path));
  const found = await statOf(path);
  if (found.isSymbolicLink()) {
    throw new LumbungError('SOURCE_IS_LINK', {
      kind: 'operator',
      message: `${shown} is a link: a backup would hold the link and not what it leads to`,
      context: { path: shown },
      hint: 'name the folder that it leads to',
    });
  }
  if (found.isDirectory()) {
    if (await hasEntry(place, shown)) return { result: 'pass', message: `${shown} is there and not empty` };
    throw sourceEmpty(shown);
  }
  if (!found.isFile()) {
    throw new LumbungError('SOURCE_NO_FILES', {
      kind: 'operator',
      message: `${shown} is neither a folder nor a file`,
      context: { path: shown },
      hint: 'name a folder or a file',
    });
  }
  await reading(shown, () => access(place, constants.R_OK));
  if (found.size === 0) throw sourceEmpty(shown);
  return { result: 'pass', message: `${shown} is there and not empty` };
}

async function judgeRequired(path: FilePath): Promise<Verdict> {
  await statOf(path);
  return { result: 'pass', message: `${shownPath(path)} is there` };
}

async function statOf(path: FilePath): Promise<Stats> {
  const shown = shownPath(path);
  return await reading(shown, () => lstat(fsPath(absoluteByteString(path))));
}

/** One entry is enough: folders may hold millions. */
async function hasEntry(place: string | Buffer, shown: string): Promise<boolean> {
  return await reading(shown, async () => {
    const folder = await opendir(place, { bufferSize: 1 });
    try {
      const entry: Dirent | null = await folder.read();
      return entry !== null;
    } finally {
      await folder.close();
    }
  });
}

async function reading<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      throw new LumbungError('SOURCE_MISSING', {
        kind: 'operator',
        message: `${path} is not there`,
        context: { path },
        hint: 'look whether the disk is mounted and the path still right',
        cause,
      });
    }
    throw new LumbungError('SOURCE_UNREADABLE', {
      kind: 'operator',
      message: `${path} cannot be read (${errno})`,
      context: { path, errno },
      hint: 'give the account of the service the right to read it',
      cause,
    });
  }
}

export function sourceEmpty(path: string): LumbungError {
  return new LumbungError('SOURCE_EMPTY', {
    kind: 'operator',
    message: `${path} is empty: there is nothing to back up`,
    context: { path },
    hint: 'look whether the disk is mounted, and whether excludes leave anything',
  });
}
