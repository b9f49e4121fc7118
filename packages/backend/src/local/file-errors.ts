import { describeError, type ErrorKind, errnoOf, LumbungError } from '@lumbung/stdx';
import { fileMissing } from '../driver-errors.ts';

interface Translation {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
}

const NO_SPACE: Translation = {
  code: 'BACKEND_NO_SPACE',
  kind: 'operator',
  message: 'there is no space left',
  hint: 'free some space or move the repository to a larger disk; nothing that was stored is lost',
};
const DENIED: Translation = {
  code: 'BACKEND_ACCESS_DENIED',
  kind: 'operator',
  message: 'access is denied',
  hint: 'check who owns the files of the repository and as whom Lumbung runs',
};
const READ_ONLY: Translation = {
  code: 'BACKEND_READ_ONLY',
  kind: 'operator',
  message: 'the file system is mounted read-only',
  hint: 'mount it for writing; a disk that turned read-only by itself may be failing',
};
const NOT_A_FOLDER: Translation = {
  code: 'BACKEND_NOT_A_FOLDER',
  kind: 'operator',
  message: 'something that is no folder lies on the way',
  hint: 'name a folder for the repository; a file or a circle of symbolic links lies where one should be',
};
const NOT_A_FILE: Translation = {
  code: 'BACKEND_NOT_A_FILE',
  kind: 'corruption',
  message: 'what lies there is not a file',
  hint: 'somebody changed the repository by hand: move it away and run lumbung check',
};
const UNAVAILABLE: Translation = {
  code: 'BACKEND_UNAVAILABLE',
  kind: 'transient',
  message: 'the file system does not answer as it should',
  hint: 'look at the system log for errors of the disk or of the network share',
};

const TRANSLATIONS: ReadonlyMap<string, Translation> = new Map([
  ['ENOSPC', NO_SPACE],
  ['EDQUOT', NO_SPACE],
  ['EFBIG', NO_SPACE],
  ['EACCES', DENIED],
  ['EPERM', DENIED],
  ['EROFS', READ_ONLY],
  // What no waiting mends.
  ['ENOTDIR', NOT_A_FOLDER],
  ['EEXIST', NOT_A_FOLDER],
  ['ELOOP', NOT_A_FOLDER],
  ['ENAMETOOLONG', NOT_A_FOLDER],
  ['EISDIR', NOT_A_FILE],
  // A named pipe.
  ['ESPIPE', NOT_A_FILE],
]);

/** What a system error means for a backend. Errors that are not the system's pass. */
export function backendError(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (error instanceof LumbungError || errno === undefined || !/^E[A-Z0-9]+$/.test(errno)) return error;
  if (errno === 'ENOENT') return fileMissing(path, error);
  // The rest may pass: an input/output error, a network share that is away, too many open files.
  const { code, kind, message, hint } = TRANSLATIONS.get(errno) ?? UNAVAILABLE;
  return new LumbungError(code, {
    kind,
    message: `${path}: ${message} (${describeError(error)})`,
    context: { place: path, errno },
    hint,
    cause: error,
  });
}

/** Runs `act`; what it throws is told as a backend's error, but for the reason of the caller's own cancellation. */
export async function translating<T>(path: string, act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await act();
  } catch (error) {
    // A close that failed as well must not hide what failed first.
    const first: unknown = error instanceof SuppressedError ? error.suppressed : error;
    throw signal?.aborted === true && first === signal.reason ? first : backendError(first, path);
  }
}
