import { isLumbungError } from '@lumbung/stdx';

/** Exit codes, restic's where restic has them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** A snapshot was written, but some items could not be read; or some snapshots could not be removed. */
  incomplete: 3,
  noRepository: 10,
  locked: 11,
  wrongPassword: 12,
  interrupted: 130,
} as const;

const BY_CODE: ReadonlyMap<string, number> = new Map([
  ['REPOSITORY_MISSING', EXIT.noRepository],
  ['LOCK_CONFLICT', EXIT.locked],
  ['LOCK_INVALID', EXIT.locked],
  ['PASSWORD_WRONG', EXIT.wrongPassword],
]);

export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return EXIT.interrupted;
  return (isLumbungError(error) ? BY_CODE.get(error.code) : undefined) ?? EXIT.failed;
}
