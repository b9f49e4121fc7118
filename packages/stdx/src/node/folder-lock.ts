import { closeSync, constants, openSync } from 'node:fs';
import os from 'node:os';
import { lastErrno, libcFunction, SystemCallError } from './libc.ts';

const flock = libcFunction('int flock(int fd, int operation)');

const LOCK_EX = 2;
const LOCK_NB = 4;
const { EAGAIN, EINTR } = os.constants.errno;

export interface FolderLock extends Disposable {
  /** Gives it back. A second call does nothing. */
  release(): void;
}

/**
 * Takes a folder for this process alone, or undefined while another holds it. The kernel keeps the lock: it goes with the
 * process, however that ends, and a lock that nobody holds cannot be left behind. Children do not inherit it. It counts
 * among those who ask for it, on this machine.
 * @throws Error of Node (`ENOENT`, `ENOTDIR` …), SystemCallError (`ENOLCK` …, on file systems without locks)
 */
export function tryLockFolder(folder: string): FolderLock | undefined {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  let isHeld = false;
  try {
    isHeld = lock(fd);
  } finally {
    if (!isHeld) closeSync(fd);
  }
  if (!isHeld) return undefined;
  let isOpen = true;
  const release = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return { release, [Symbol.dispose]: release };
}

function lock(fd: number): boolean {
  for (;;) {
    if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
    const errno = lastErrno();
    if (errno === EAGAIN) return false;
    if (errno !== EINTR) throw new SystemCallError('flock', errno);
  }
}
