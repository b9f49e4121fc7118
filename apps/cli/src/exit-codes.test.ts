import { LumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from './exit-codes.ts';

const quiet = { interrupted: new AbortController().signal, outputClosed: new AbortController().signal };

describe('exitCodeOf', () => {
  it.each([
    ['REPOSITORY_MISSING', 10],
    ['LOCK_CONFLICT', 11],
    ['LOCK_INVALID', 11],
    ['PASSWORD_WRONG', 12],
    ['CANCELLED', 130],
    ['BACKUP_NO_TARGET', 1],
  ])('is that of restic for %s', (code, exitCode) => {
    expect(exitCodeOf(new LumbungError(code, { kind: 'operator' }), quiet)).toBe(exitCode);
  });

  it('is 1 for what nobody expected', () => {
    expect(exitCodeOf(new TypeError('x'), quiet)).toBe(1);
    expect(exitCodeOf(undefined, quiet)).toBe(1);
  });

  it('is 130 when the user stopped it, whatever broke by that', () => {
    const error = new LumbungError('REPOSITORY_MISSING', { kind: 'operator' });
    expect(exitCodeOf(error, { ...quiet, interrupted: AbortSignal.abort() })).toBe(130);
  });

  it('is 141 when nobody reads the output any more', () => {
    expect(exitCodeOf(new Error('EPIPE'), { ...quiet, outputClosed: AbortSignal.abort() })).toBe(141);
  });
});
