import os from 'node:os';
import type { ByteString } from '../byte-string.ts';
import { cString, lastErrno, libcFunction, throwErrno } from './libc.ts';

const mknod = libcFunction('int mknod(const void *path, uint32_t mode, uint64_t device)');
const mkfifo = libcFunction('int mkfifo(const void *path, uint32_t mode)');
const fallocate = libcFunction('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
const lseek = libcFunction('int64_t lseek(int fd, int64_t offset, int whence)');

const { ENOTSUP, ENOSYS, EINVAL, ENXIO } = os.constants.errno;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** Makes a device node. @param mode S_IFBLK or S_IFCHR with permission bits; @param device the kernel's 64-bit number
 *  @throws SystemCallError (`EPERM` without the privilege) */
export function makeDevice(path: ByteString, mode: number, device: bigint): void {
  if (mknod(cString(path), mode, device) !== 0) throwErrno('mknod');
}

/** @throws SystemCallError */
export function makeFifo(path: ByteString, mode: number): void {
  if (mkfifo(cString(path), mode) !== 0) throwErrno('mkfifo');
}

/** Reserves room for a file of `sizeBytes`, so that a full disk shows before the work and the file lies in one piece.
 *  A file system that cannot is no error. @throws SystemCallError (`ENOSPC`) */
export function preallocate(fd: number, sizeBytes: number): void {
  if (sizeBytes <= 0 || fallocate(fd, 0, 0, sizeBytes) === 0) return;
  const errno = lastErrno();
  if (errno !== ENOTSUP && errno !== ENOSYS && errno !== EINVAL) throwErrno('fallocate');
}

function seek(fd: number, offset: number, whence: number): number | undefined {
  const found = Number(lseek(fd, offset, whence));
  if (found >= 0) return found;
  if (lastErrno() === ENXIO) return undefined;
  return throwErrno('lseek');
}

/** Where the next data begins at or after `offset`; undefined when only a hole is left. @throws SystemCallError */
export function seekData(fd: number, offset: number): number | undefined {
  return seek(fd, offset, SEEK_DATA);
}

/** Where the next hole begins at or after `offset` (the end of the file counts as one). @throws SystemCallError */
export function seekHole(fd: number, offset: number): number | undefined {
  return seek(fd, offset, SEEK_HOLE);
}
