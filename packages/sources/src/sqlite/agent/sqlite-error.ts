import { describeError, errnoOf, isLumbungError, LumbungError } from '@lumbung/stdx';

// @see https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
const READ_ONLY_ROLLBACK = 776;

/** What a failure of SQLite means for the database at `path`. Anything else is given back as it is. */
export function errorOfSqlite(error: unknown, path: string): unknown {
  if (isLumbungError(error)) return error;
  const code = resultCodeOf(error);
  if (code === undefined) return errnoOf(error) === undefined ? error : errorOfFile(error, path);
  const detail = describeError(error);
  const more = { context: { path, detail }, cause: error };
  if (code === READ_ONLY_ROLLBACK) return hotJournal(path, error);
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return new LumbungError('SQLITE_LOCKED', {
        kind: 'transient',
        message: `${path} is locked by another program`,
        hint: 'try again when the application writes less, or find what holds it',
        ...more,
      });
    case READ_ONLY:
    case CANNOT_OPEN:
      return sidecarsUnavailable(path, error);
    case CORRUPT:
      return damaged(path, detail, error);
    case NOT_A_DATABASE:
      return notADatabase(path, error);
    case FULL:
      return new LumbungError('DB_WORKSPACE_FULL', {
        kind: 'operator',
        message: 'the working folder has no room for the dump',
        hint: 'free space there, or give the working folder more room',
        ...more,
      });
    default:
      return new LumbungError('SQLITE_FAILED', { kind: 'operator', message: `${path}: ${detail}`, ...more });
  }
}

export function notADatabase(path: string, cause?: unknown): LumbungError {
  return new LumbungError('SQLITE_NOT_A_DATABASE', {
    kind: 'operator',
    message: `${path} is no SQLite database, or an encrypted one`,
    context: { path },
    hint: 'name another file; back up an encrypted database as a file, while its application is stopped',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function damaged(path: string, detail: string, cause?: unknown): LumbungError {
  return new LumbungError('SQLITE_DAMAGED', {
    kind: 'corruption',
    message: `the database ${path} is damaged: ${detail}`,
    context: { path, detail },
    hint: 'restore the last good backup, or rescue what is left with the .recover command of sqlite3',
    ...(cause === undefined ? {} : { cause }),
  });
}

function hotJournal(path: string, cause: unknown): LumbungError {
  return new LumbungError('SQLITE_HOT_JOURNAL', {
    kind: 'operator',
    message: `the application of ${path} died in the middle of a change`,
    context: { path },
    hint: 'start the application, which takes the change back; then back it up',
    cause,
  });
}

export function sidecarsUnavailable(path: string, cause?: unknown): LumbungError {
  return new LumbungError('SQLITE_SIDECARS_UNAVAILABLE', {
    kind: 'operator',
    message: `${path} cannot be read without writing its -wal and -shm files beside it`,
    context: { path },
    hint: 'run the backup as root, or as the user of the application, with permission to write into the folder',
    ...(cause === undefined ? {} : { cause }),
  });
}

function errorOfFile(error: unknown, path: string): LumbungError {
  const errno = errnoOf(error);
  const common = { kind: 'operator', context: { path, errno }, cause: error } as const;
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new LumbungError('SQLITE_MISSING', { ...common, message: `${path} does not exist`, hint: 'check the path' });
  }
  return new LumbungError('SQLITE_UNREADABLE', {
    ...common,
    message: `${path} cannot be read (${errno ?? 'unknown'})`,
    hint: 'run the backup as a user who may read it',
  });
}

/** The extended result code, where SQLite gave the error. */
export function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
