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
  /** Nobody reads the output any more: what a shell reports of a program that SIGPIPE ended. */
  outputClosed: 141,
} as const;

const BY_CODE: ReadonlyMap<string, number> = new Map([
  ['REPOSITORY_MISSING', EXIT.noRepository],
  ['LOCK_CONFLICT', EXIT.locked],
  ['LOCK_INVALID', EXIT.locked],
  ['PASSWORD_WRONG', EXIT.wrongPassword],
  ['CANCELLED', EXIT.interrupted],
]);

/** Why a command was made to stop from outside. */
export interface Interruptions {
  readonly interrupted: AbortSignal;
  readonly outputClosed: AbortSignal;
}

export function exitCodeOf(error: unknown, { interrupted, outputClosed }: Interruptions): number {
  if (interrupted.aborted) return EXIT.interrupted;
  if (outputClosed.aborted) return EXIT.outputClosed;
  return (isLumbungError(error) ? BY_CODE.get(error.code) : undefined) ?? EXIT.failed;
}
