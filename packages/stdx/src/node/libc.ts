// The door to libc: calls that Node has no name for, on Linux x64 and arm64, where all types used here are the same
// (64-bit little-endian words, `off_t`, `size_t` and `ssize_t` 64 bits, `mode_t` 32, `dev_t` 64). A wrong signature
// crashes the process, so nothing outside this folder loads a symbol, and every function is tested on real files.
import { createRequire } from 'node:module';
import os from 'node:os';
import type { LibraryHandle } from 'koffi';
import type { ByteString } from '../byte-string.ts';
import { textOf } from '../byte-string.ts';
import { LumbungError } from '../errors.ts';

/** A call that the kernel refused, in the shape of Node's own errors: `code` is the errno's name. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  constructor(syscall: string, errno: number, path?: ByteString) {
    const code = ERRNO_NAMES.get(errno) ?? `E${errno}`;
    super(`${code}: ${syscall} failed${path === undefined ? '' : ` on '${textOf(path)}'`}`);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }
}

const { EAGAIN, EINVAL, ENOTSUP } = os.constants.errno;

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(os.constants.errno).map(([name, errno]): [number, string] => [errno, name]),
  // Linux has two names each for these numbers; Node's own errors use the ones below.
  [ENOTSUP, 'ENOTSUP'],
  [EAGAIN, 'EAGAIN'],
]);

interface Library {
  readonly handle: LibraryHandle;
  errno(): number;
}

let library: Library | undefined;

/** Loaded by the first call, not by the import: koffi takes some 10 ms, and a command that touches no metadata should
 *  start without it (and where it cannot be loaded at all). @throws LumbungError POSIX_UNAVAILABLE (operator) */
function loadLibrary(): Library {
  if (library !== undefined) return library;
  if (os.platform() !== 'linux' || !['x64', 'arm64'].includes(os.arch())) throw unavailable();
  try {
    // The cast gives the untyped result of `require` the module's own declaration.
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    // The process itself: the C library that Node runs on is in it already, under whatever name (glibc, musl).
    library = { handle: koffi.load(null), errno: () => koffi.errno() };
    return library;
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause?: unknown): LumbungError {
  return new LumbungError('POSIX_UNAVAILABLE', {
    kind: 'operator',
    message: `file metadata beyond what Node offers is out of reach on ${os.platform()} ${os.arch()}`,
    context: { platform: os.platform(), arch: os.arch() },
    hint: 'run Lumbung on Linux (x64 or arm64) and install it together with its optional packages (koffi)',
    cause,
  });
}

/** What koffi takes for numbers and pointers. The results are untyped; all functions here return integers. */
type CFunction = (...args: readonly (number | bigint | Uint8Array)[]) => number;

/** One function of libc by its C prototype, bound at its first call. */
export function libcFunction(prototype: string): CFunction {
  let bound: CFunction | undefined;
  return (...args) => {
    bound ??= loadLibrary().handle.func(prototype);
    return bound(...args);
  };
}

/** Whether the C library exports `name`: older ones lack some. */
export function hasLibcSymbol(name: string): boolean {
  const { handle } = loadLibrary();
  try {
    return Boolean(handle.symbol(name));
  } catch {
    // koffi has no other way to say that there is none.
    return false;
  }
}

/** errno of the last call made through this door. */
export function lastErrno(): number {
  return loadLibrary().errno();
}

/** Throws what the kernel said about a call that returned -1. */
export function throwErrno(syscall: string, path?: ByteString): never {
  throw new SystemCallError(syscall, lastErrno(), path);
}

/** A path or name as C wants it. One with a NUL would reach another file: @throws SystemCallError EINVAL */
export function cString(text: ByteString, syscall: string): Buffer {
  if (text.includes('\0')) throw new SystemCallError(syscall, EINVAL, text);
  return Buffer.from(`${text}\0`, 'latin1');
}
