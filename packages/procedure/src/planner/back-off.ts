import type { RetryStandard } from '@lumbung/contracts';
import type { BackupRun } from '../records/backup-run.ts';

const MINUTE_MS = 60_000;

/** When work that failed may be tried again.
 *  @param attempts of one asset on one date, in order; at least one
 *  @returns `exhausted` when the date had as many attempts as it may have */
export function nextAttemptAt(attempts: readonly BackupRun[], standard: RetryStandard): number | 'exhausted' {
  const last = attempts.at(-1);
  if (last === undefined || attempts.length >= standard.attemptsPerDayMax) return 'exhausted';
  return last.endedAt + delayMinutes(last, attempts.length, standard) * MINUTE_MS;
}

function delayMinutes(last: BackupRun, attempts: number, standard: RetryStandard): number {
  switch (last.outcome) {
    case 'cancelled':
      // A person stopped it: not at once again.
      return standard.delayMinutesMax;
    case 'lost':
      // The machine or the process died, which says nothing about the source; but when it happens again, it may.
      return attempts === 1 ? 0 : grown(attempts - 1, standard);
    case 'succeeded':
    case 'warned':
    case 'failed':
    case 'stalled':
    case 'missed':
      return grown(attempts, standard);
  }
}

function grown(failures: number, { firstDelayMinutes, factor, delayMinutesMax }: RetryStandard): number {
  return Math.min(firstDelayMinutes * factor ** (failures - 1), delayMinutesMax);
}
