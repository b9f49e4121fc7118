// Runs by asset and local date: what compliance counts and the planner asks for.
import { type AssetId, isGoodOutcome, type LocalDate, type TimeZone } from '@lumbung/contracts';
import { localDateOf } from '../calendar/zone.ts';
import { type BackupRun, datingOfRun, isGoodRun } from './backup-run.ts';

/** The best that an asset has of a date, best first. `awaiting`: a backup without its verdict; `unproven`: one whose verdict
 *  was revoked or whose time cannot be believed; `failed`: runs, and no backup. */
export const DAY_RESULTS = ['good', 'awaiting', 'unproven', 'failed', 'none'] as const;
export type DayResult = (typeof DAY_RESULTS)[number];

export interface RunDay {
  readonly result: DayResult;
  /** Runs that began on this date. */
  readonly attempts: number;
  /** Entries that people wrote down: they count apart. */
  readonly manualEntries: number;
}

const NOTHING: RunDay = { result: 'none', attempts: 0, manualEntries: 0 };

export class RunDays {
  readonly #days = new Map<AssetId, Map<LocalDate, RunDay>>();

  constructor(runs: Iterable<BackupRun>, zone: TimeZone, nowMs: number) {
    for (const run of runs) {
      let ofAsset = this.#days.get(run.assetId);
      if (ofAsset === undefined) {
        ofAsset = new Map();
        this.#days.set(run.assetId, ofAsset);
      }
      const date = localDateOf(run.startedAt, zone);
      ofAsset.set(date, joined(ofAsset.get(date) ?? NOTHING, run, nowMs));
    }
  }

  day(assetId: AssetId, date: LocalDate): RunDay {
    return this.#days.get(assetId)?.get(date) ?? NOTHING;
  }

  isGood(assetId: AssetId, date: LocalDate): boolean {
    return this.day(assetId, date).result === 'good';
  }

  /** Nothing is left to do for the date, unless the verdict is still to come and is bad. */
  isDone(assetId: AssetId, date: LocalDate): boolean {
    const { result } = this.day(assetId, date);
    return result === 'good' || result === 'awaiting';
  }
}

function joined(before: RunDay, run: BackupRun, nowMs: number): RunDay {
  if (run.origin === 'manual-entry') return { ...before, manualEntries: before.manualEntries + 1 };
  // A planned run that never began is no attempt.
  if (run.outcome === 'missed') return before;
  const result = resultOf(run, nowMs);
  const isBetter = DAY_RESULTS.indexOf(result) < DAY_RESULTS.indexOf(before.result);
  return { ...before, result: isBetter ? result : before.result, attempts: before.attempts + 1 };
}

function resultOf(run: BackupRun, nowMs: number): DayResult {
  if (!isGoodOutcome(run.outcome)) return 'failed';
  if (isGoodRun(run, nowMs)) return 'good';
  return run.verification === 'pending' && datingOfRun(run, nowMs) === 'sound' ? 'awaiting' : 'unproven';
}
