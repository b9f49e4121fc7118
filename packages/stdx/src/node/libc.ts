// The door to libc: calls that Node has no name for. A wrong signature crashes the process, so nothing outside this
// folder loads a symbol, and every function here is tested on real files.
import os from 'node:os';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');

/** A call that the kernel refused, in the shape of Node's own errors: `code` is the errno's name. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  constructor(syscall: string, errno: number) {
    const code = ERRNO_NAMES.get(errno) ?? `E${errno}`;
    super(`${code}: ${syscall} failed`);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }
}

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(os.constants.errno).map(([name, errno]): [number, string] => [errno, name]),
);

/** Loads one function of libc by its C prototype. */
export function libcFunction(prototype: string): ReturnType<typeof libc.func> {
  return libc.func(prototype);
}

/** errno of the last call made through this door. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Throws what the kernel said about a call that returned -1. */
export function throwErrno(syscall: string): never {
  throw new SystemCallError(syscall, koffi.errno());
}

/** A path as C wants it. @param path one character a byte */
export function cString(path: string): Buffer {
  return Buffer.from(`${path}\0`, 'latin1');
}
