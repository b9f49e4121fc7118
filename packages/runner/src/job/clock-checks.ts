import { LumbungError } from '@lumbung/stdx';
import { pass, type Verdict } from './check-series.ts';

/** This code did not exist before: a clock that says so lost its battery. 2026-01-01T00:00:00Z. */
const EARLIEST_MS = 1_767_225_600_000;
/** Clocks of several machines are never quite the same. */
const AHEAD_MS_MAX = 10 * 60_000;
/** Old snapshots may come from a machine whose clock was wrong; it is the recent ones that say something of today. */
const RECENT_COUNT = 20;

/** @param lastKnownAt the latest moment that was ever recorded
 *  @throws LumbungError CLOCK_WRONG (operator) */
export function judgeClock(nowMs: number, lastKnownAt: number | undefined): Verdict {
  if (nowMs < EARLIEST_MS) {
    throw clockWrong(`the clock of this machine says ${dayOf(nowMs)}, which is long ago`, nowMs);
  }
  if (lastKnownAt !== undefined && nowMs < lastKnownAt - AHEAD_MS_MAX) {
    throw clockWrong(`the clock of this machine was set back: ${dayOf(lastKnownAt)} is behind us already`, nowMs);
  }
  return pass(`the clock says ${new Date(nowMs).toISOString()}`);
}

/** A clock that is behind the newest snapshots was set back, or theirs are ahead. */
export function judgeSnapshotTimes(nowMs: number, timesMs: readonly number[]): Verdict {
  const ahead = timesMs.slice(-RECENT_COUNT).filter((timeMs) => timeMs > nowMs + AHEAD_MS_MAX);
  if (ahead.length === 0) return pass('no recent snapshot is from the future');
  return {
    result: 'warn',
    code: 'SNAPSHOT_FROM_FUTURE',
    message: `${ahead.length} recent snapshots are dated later than now, until ${dayOf(Math.max(...ahead))}`,
    hint: 'let all machines follow a time server; a copy from the future is kept, but proves nothing',
  };
}

function dayOf(momentMs: number): string {
  const date = new Date(momentMs);
  return Number.isNaN(date.getTime()) ? String(momentMs) : date.toISOString().slice(0, 10);
}

function clockWrong(message: string, nowMs: number): LumbungError {
  return new LumbungError('CLOCK_WRONG', {
    kind: 'operator',
    message,
    context: { date: dayOf(nowMs) },
    hint: 'set the clock and let it follow a time server; copies with a wrong date count for the wrong day',
  });
}
