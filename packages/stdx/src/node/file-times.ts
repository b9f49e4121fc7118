import os from 'node:os';
import type { ByteString } from '../byte-string.ts';
import { cString, libcFunction, SystemCallError, throwErrno } from './libc.ts';

const utimensat = libcFunction('int utimensat(int dirfd, const void *path, const void *times, int flags)');
const futimens = libcFunction('int futimens(int fd, const void *times)');

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;

/** Moments to the nanosecond; seconds since 1970 may be negative, nanoseconds are 0 to 999,999,999. */
export interface FileTimes {
  readonly atimeSeconds: number;
  readonly atimeNanoseconds: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
}

/** struct timespec[2] on 64-bit Linux: two pairs of 64-bit little-endian words. */
const timespecs = Buffer.alloc(32);

function fill(times: FileTimes, syscall: string): Buffer {
  fillOne(0, times.atimeSeconds, times.atimeNanoseconds, syscall);
  fillOne(16, times.mtimeSeconds, times.mtimeNanoseconds, syscall);
  return timespecs;
}

function fillOne(at: number, seconds: number, nanoseconds: number, syscall: string): void {
  // Beyond their range nanoseconds are commands to the kernel: "now", "leave as it is".
  const isTime =
    Number.isSafeInteger(seconds) && Number.isInteger(nanoseconds) && nanoseconds >= 0 && nanoseconds <= 999_999_999;
  if (!isTime) throw new SystemCallError(syscall, os.constants.errno.EINVAL);
  // In halves: a BigInt for each word costs more than the rest of this function.
  timespecs.writeUInt32LE(seconds >>> 0, at);
  timespecs.writeInt32LE(Math.floor(seconds / 2 ** 32), at + 4);
  timespecs.writeUInt32LE(nanoseconds, at + 8);
  timespecs.writeUInt32LE(0, at + 12);
}

/** Sets the times of what lies at `path` itself, exactly: Node's own call goes through a double and loses some hundred
 *  nanoseconds, which a later backup takes for a change. What a file system cannot hold it clamps or rounds down.
 *  @throws SystemCallError */
export function setTimes(path: ByteString, times: FileTimes): void {
  const result = utimensat(AT_FDCWD, cString(path, 'utimensat'), fill(times, 'utimensat'), AT_SYMLINK_NOFOLLOW);
  if (result !== 0) throwErrno('utimensat', path);
}

/** The same for an open file. @throws SystemCallError */
export function setTimesOfFd(fd: number, times: FileTimes): void {
  if (futimens(fd, fill(times, 'futimens')) !== 0) throwErrno('futimens');
}
