import type { AssetId, LocalDate, TimeZone } from '@lumbung/contracts';
import { localDateOf } from '../calendar/zone.ts';
import type { BackupRun } from '../records/backup-run.ts';

/** The attempts of each asset: what really ran, in order. */
export class RunHistory {
  readonly #runs: ReadonlyMap<AssetId, readonly BackupRun[]>;
  readonly #zone: TimeZone;

  /** Runs later than now are passed over: the clock went back, and they say nothing about today. */
  constructor(runs: Iterable<BackupRun>, zone: TimeZone, nowMs: number) {
    const attempts = [...runs].filter(
      ({ origin, outcome, startedAt }) => origin !== 'manual-entry' && outcome !== 'missed' && startedAt <= nowMs,
    );
    this.#runs = Map.groupBy(
      attempts.toSorted((a, b) => a.startedAt - b.startedAt),
      ({ assetId }) => assetId,
    );
    this.#zone = zone;
  }

  last(assetId: AssetId): BackupRun | undefined {
    return this.#runs.get(assetId)?.at(-1);
  }

  /** The date of the last attempt. */
  lastDate(assetId: AssetId): LocalDate | undefined {
    const last = this.last(assetId);
    return last === undefined ? undefined : localDateOf(last.startedAt, this.#zone);
  }

  on(assetId: AssetId, date: LocalDate): readonly BackupRun[] {
    return (this.#runs.get(assetId) ?? []).filter(({ startedAt }) => localDateOf(startedAt, this.#zone) === date);
  }
}
