import { describeError, type ErrorKind, errnoOf, LumbungError } from '@lumbung/stdx';

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
const MISSING: Translation = {
  code: 'BACKEND_FILE_MISSING',
  kind: 'operator',
  message: 'the file does not exist',
  hint: 'check the address of the repository',
};
const READ_ONLY: Translation = {
  code: 'BACKEND_READ_ONLY',
  kind: 'operator',
  message: 'the file system is mounted read-only',
  hint: 'mount it for writing; a disk that turned read-only by itself may be failing',
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
  ['ENOENT', MISSING],
  ['ENOTDIR', MISSING],
  ['EROFS', READ_ONLY],
]);

/** What a system error means for a backend. Our own errors pass. */
export function backendError(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (error instanceof LumbungError || errno === undefined || errno === 'ABORT_ERR') return error;
  const { code, kind, message, hint } = TRANSLATIONS.get(errno) ?? UNAVAILABLE;
  return new LumbungError(code, {
    kind,
    message: `${path}: ${message} (${describeError(error)})`,
    context: { path, errno },
    hint,
    cause: error,
  });
}

/** Runs `act`; what it throws is told as a backend's error. */
export async function translating<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw backendError(error, path);
  }
}
