import os from 'node:os';
import type { ByteString } from '../byte-string.ts';
import { cString, lastErrno, libcFunction, SystemCallError, throwErrno } from './libc.ts';

const llistxattr = libcFunction('int64_t llistxattr(const void *path, void *list, size_t size)');
const lgetxattr = libcFunction('int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)');
const lsetxattr = libcFunction(
  'int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
);
const lremovexattr = libcFunction('int lremovexattr(const void *path, const void *name)');

const { ENOTSUP, ENODATA, ERANGE } = os.constants.errno;

/** Linux itself allows 64 KiB for a list and for a value; some file systems (ZFS, FUSE) answer more. */
const ANSWER_BYTES_MAX = 16 * 2 ** 20;

/** Most files have no attribute or short ones: one call with this buffer answers. Larger answers are asked for again.
 *  Calls are synchronous and every thread has its own copy of this module, so no two calls meet in it. */
const buffer: Buffer = Buffer.alloc(64 * 1024);
/** The kernel clears as much memory as a value might take: asking for 64 KiB first costs 2.7 µs, for 2 KiB 1.1 µs. */
const smallBuffer: Buffer = buffer.subarray(0, 2048);
const NONE: readonly ByteString[] = Object.freeze([]);

/** Names of the extended attributes of what lies at `path` itself, in the kernel's order. None where there are none or
 *  the file system has no such thing. @throws SystemCallError */
export function listXattrs(path: ByteString): readonly ByteString[] {
  const cPath = cString(path, 'llistxattr');
  for (let names = buffer; ; names = larger(names, 'llistxattr', path)) {
    const length = llistxattr(cPath, names, names.length);
    if (length === 0) return NONE;
    if (length > 0) {
      // Every name ends with a NUL, the last one too.
      return names
        .toString('latin1', 0, length - 1)
        .split('\0')
        .map((name) => name as ByteString); // latin1 of bytes is what a byte string is
    }
    const errno = lastErrno();
    if (errno === ENOTSUP) return NONE;
    if (errno !== ERANGE) throw new SystemCallError('llistxattr', errno, path);
  }
}

/** One attribute's value, possibly empty; undefined when it is not there (any more). @throws SystemCallError */
export function getXattr(path: ByteString, name: ByteString): Buffer | undefined {
  const cPath = cString(path, 'lgetxattr');
  const cName = cString(name, 'lgetxattr');
  for (let value = smallBuffer; ; value = larger(value, 'lgetxattr', path)) {
    const length = lgetxattr(cPath, cName, value, value.length);
    if (length >= 0) return Buffer.from(value.subarray(0, length));
    const errno = lastErrno();
    if (errno === ENODATA || errno === ENOTSUP) return undefined;
    // The kernel says ERANGE of an impossible name too.
    if (errno !== ERANGE || name.length === 0 || name.length > 255) {
      throw new SystemCallError('lgetxattr', errno, path);
    }
  }
}

/** Sets or replaces one attribute. @throws SystemCallError (`ENOTSUP` where the file system has none) */
export function setXattr(path: ByteString, name: ByteString, value: Uint8Array): void {
  // koffi wants a pointer to something even for no bytes.
  const bytes = value.length === 0 ? Buffer.alloc(1) : value;
  const result = lsetxattr(cString(path, 'lsetxattr'), cString(name, 'lsetxattr'), bytes, value.length, 0);
  if (result !== 0) throwErrno('lsetxattr', path);
}

/** Removes one attribute; fine when it is not there. @throws SystemCallError */
export function removeXattr(path: ByteString, name: ByteString): void {
  if (lremovexattr(cString(path, 'lremovexattr'), cString(name, 'lremovexattr')) === 0) return;
  const errno = lastErrno();
  if (errno !== ENODATA) throw new SystemCallError('lremovexattr', errno, path);
}

function larger(tried: Buffer, syscall: string, path: ByteString): Buffer {
  if (tried.length >= ANSWER_BYTES_MAX) throw new SystemCallError(syscall, ERANGE, path);
  return tried === smallBuffer ? buffer : Buffer.alloc(tried.length * 4);
}
