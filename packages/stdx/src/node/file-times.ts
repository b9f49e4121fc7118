import type { ByteString } from '../byte-string.ts';
import { cString, libcFunction, throwErrno } from './libc.ts';

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

function fill(times: FileTimes): Buffer {
  timespecs.writeBigInt64LE(BigInt(times.atimeSeconds), 0);
  timespecs.writeBigInt64LE(BigInt(times.atimeNanoseconds), 8);
  timespecs.writeBigInt64LE(BigInt(times.mtimeSeconds), 16);
  timespecs.writeBigInt64LE(BigInt(times.mtimeNanoseconds), 24);
  return timespecs;
}

/** Sets the times of what lies at `path` itself, exactly: Node's own call goes through a double and loses some hundred
 *  nanoseconds, which a later backup takes for a change. @throws SystemCallError */
export function setTimes(path: ByteString, times: FileTimes): void {
  if (utimensat(AT_FDCWD, cString(path), fill(times), AT_SYMLINK_NOFOLLOW) !== 0) throwErrno('utimensat');
}

/** The same for an open file. @throws SystemCallError */
export function setTimesOfFd(fd: number, times: FileTimes): void {
  if (futimens(fd, fill(times)) !== 0) throwErrno('futimens');
}
