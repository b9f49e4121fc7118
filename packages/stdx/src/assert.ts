import { LumbungError } from './errors.ts';

/** Ends a `switch` over a union: the compiler refuses the call while a member is missing. */
export function assertNever(value: never): never {
  throw new LumbungError('BUG_UNREACHABLE', { kind: 'bug', message: `unexpected value ${String(value)}` });
}

/** States what must be true here; a failure is a bug of ours. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new LumbungError('BUG_ASSERTION', { kind: 'bug', message });
}
