import os from 'node:os';
import type { ByteString } from '../byte-string.ts';
import { cString, lastErrno, libcFunction, throwErrno } from './libc.ts';

const llistxattr = libcFunction('int64_t llistxattr(const void *path, void *list, size_t size)');
const lgetxattr = libcFunction('int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)');
const lsetxattr = libcFunction(
  'int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
);
const lremovexattr = libcFunction('int lremovexattr(const void *path, const void *name)');

const { ENOTSUP, ENODATA, ERANGE } = os.constants.errno;

/** Most files have no attribute or short ones: one call with this buffer answers. Larger answers are asked for again. */
const buffer = Buffer.alloc(64 * 1024);
const NONE: readonly ByteString[] = [];

/** Names of the extended attributes of what lies at `path` itself, in the kernel's order. None where there are none or
 *  the file system has no such thing. @throws SystemCallError */
export function listXattrs(path: ByteString): readonly ByteString[] {
  const cPath = cString(path);
  let names = buffer;
  for (;;) {
    const length = Number(llistxattr(cPath, names, names.length));
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
    if (errno !== ERANGE) throwErrno('llistxattr');
    names = Buffer.alloc(names.length * 4);
  }
}

/** One attribute's value; undefined when it is not there (any more). @throws SystemCallError */
export function getXattr(path: ByteString, name: ByteString): Buffer | undefined {
  const cPath = cString(path);
  const cName = cString(name);
  let value = buffer;
  for (;;) {
    const length = Number(lgetxattr(cPath, cName, value, value.length));
    if (length >= 0) return Buffer.from(value.subarray(0, length));
    const errno = lastErrno();
    if (errno === ENODATA || errno === ENOTSUP) return undefined;
    if (errno !== ERANGE) throwErrno('lgetxattr');
    value = Buffer.alloc(value.length * 4);
  }
}

/** Sets or replaces one attribute. @throws SystemCallError (`ENOTSUP` where the file system has none) */
export function setXattr(path: ByteString, name: ByteString, value: Uint8Array): void {
  // koffi wants a pointer to something even for no bytes.
  const bytes = value.length === 0 ? Buffer.alloc(1) : Buffer.from(value.buffer, value.byteOffset, value.length);
  if (lsetxattr(cString(path), cString(name), bytes, value.length, 0) !== 0) throwErrno('lsetxattr');
}

/** Removes one attribute; fine when it is not there. @throws SystemCallError */
export function removeXattr(path: ByteString, name: ByteString): void {
  if (lremovexattr(cString(path), cString(name)) !== 0 && lastErrno() !== ENODATA) throwErrno('lremovexattr');
}
