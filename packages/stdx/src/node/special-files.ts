import { fstatSync } from 'node:fs';
import os from 'node:os';
import type { ByteString } from '../byte-string.ts';
import { cString, hasLibcSymbol, lastErrno, libcFunction, SystemCallError, throwErrno } from './libc.ts';

const mknod = libcFunction('int mknod(const void *path, uint32_t mode, uint64_t device)');
// What glibc before 2.33 exports in place of mknod: a version first, and the device by address.
const xmknod = libcFunction('int __xmknod(int version, const void *path, uint32_t mode, const void *device)');
const mkfifo = libcFunction('int mkfifo(const void *path, uint32_t mode)');
const fallocate = libcFunction('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
const lseek = libcFunction('int64_t lseek(int fd, int64_t offset, int whence)');

const { EINVAL, ENOSYS, ENOTSUP, ENXIO } = os.constants.errno;
/** _MKNOD_VER of 64-bit glibc. */
const XMKNOD_VERSION = 0;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const PERMISSION_BITS = 0o7777;

/** Makes a device node. @param mode S_IFBLK or S_IFCHR with permission bits, of which the umask is taken away
 *  @param device the kernel's 64-bit number, as `st_rdev` tells it
 *  @throws SystemCallError (`EPERM` without the privilege) */
export function makeDevice(path: ByteString, mode: number, device: bigint): void {
  const cPath = cString(path, 'mknod');
  if (device < 0n || device >= 2n ** 64n) throw new SystemCallError('mknod', EINVAL, path);
  let result: number;
  if (hasLibcSymbol('mknod')) {
    result = mknod(cPath, mode, device);
  } else {
    const deviceCell = Buffer.alloc(8);
    deviceCell.writeBigUInt64LE(device);
    result = xmknod(XMKNOD_VERSION, cPath, mode, deviceCell);
  }
  if (result !== 0) throwErrno('mknod', path);
}

/** Makes a named pipe with the permission bits of `mode`, of which the umask is taken away. @throws SystemCallError */
export function makeFifo(path: ByteString, mode: number): void {
  if (mkfifo(cString(path, 'mkfifo'), mode & PERMISSION_BITS) !== 0) throwErrno('mkfifo', path);
}

/** Reserves room for a file of `sizeBytes`, so that a full disk shows before the work and the file lies in one piece.
 *  A file system that cannot is no error. @throws SystemCallError (`ENOSPC`) */
export function preallocate(fd: number, sizeBytes: number): void {
  if (sizeBytes <= 0 || fallocate(fd, 0, 0, sizeBytes) === 0) return;
  const errno = lastErrno();
  if (errno !== ENOTSUP && errno !== ENOSYS && errno !== EINVAL) throw new SystemCallError('fallocate', errno);
}

/** Where the next data begins at or after `offset`; undefined when only a hole is left, or nothing. A file system that
 *  knows no holes has data everywhere. The descriptor's own position moves: read with positions beside this.
 *  @throws SystemCallError */
export function seekData(fd: number, offset: number): number | undefined {
  const found = lseek(fd, offset, SEEK_DATA);
  if (found >= 0) return found;
  return withoutHoles(fd, offset, lastErrno(), () => offset);
}

/** Where the next hole begins at or after `offset` (the end of the file counts as one); undefined from the end on.
 *  @see seekData @throws SystemCallError */
export function seekHole(fd: number, offset: number): number | undefined {
  const found = lseek(fd, offset, SEEK_HOLE);
  if (found >= 0) return found;
  return withoutHoles(fd, offset, lastErrno(), (sizeBytes) => sizeBytes);
}

function withoutHoles(
  fd: number,
  offset: number,
  errno: number,
  answer: (sizeBytes: number) => number,
): number | undefined {
  // Also what a negative offset gets, which is no question about holes.
  if (errno === ENXIO && offset >= 0) return undefined;
  if (errno !== EINVAL || offset < 0) throw new SystemCallError('lseek', errno);
  const { size } = fstatSync(fd);
  return offset < size ? answer(size) : undefined;
}
