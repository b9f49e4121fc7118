export { assert, assertNever } from './assert.ts';
export { forEachParallel, mapParallel, Semaphore } from './async.ts';
export type { Brand } from './brand.ts';
export { formatByteSize, parseByteSize } from './byte-size.ts';
export { type ByteString, byteStringOf, byteStringOfText, bytesOf, fsPath, textOf } from './byte-string.ts';
export {
  describeError,
  ERROR_KINDS,
  type ErrorKind,
  type ErrorRecord,
  errnoOf,
  fromErrorRecord,
  isLumbungError,
  LumbungError,
  type LumbungErrorOptions,
  toErrorRecord,
} from './errors.ts';
export type { Clock, Random } from './ports.ts';
