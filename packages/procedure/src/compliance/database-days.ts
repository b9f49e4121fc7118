// Databases every day. @see docs/design/procedure-rules.md#compliance
import type { AssetId, HolidayCalendar, LocalDate, Standards, TimeZone } from '@lumbung/contracts';
import { type DateSpan, datesOf, intersectSpans } from '../calendar/date-arithmetic.ts';
import { isWorkingDay } from '../calendar/holidays.ts';
import { localDateOf } from '../calendar/zone.ts';
import type { Ratio } from '../forms/numbers.ts';
import { type Asset, activeSpan, type Pause, pauseOn } from '../records/asset.ts';
import type { DayResult, RunDays } from '../records/run-days.ts';
import type { Figure } from './figure.ts';

export interface DatabaseDaysInput {
  readonly standard: Standards['databases'];
  /** Usually a month. Days to come do not count, nor days before or after a database's life. */
  readonly span: DateSpan;
  /** Assets of another kind are passed over. */
  readonly assets: readonly Asset[];
  readonly days: RunDays;
  readonly calendar: HolidayCalendar;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export interface MissedDatabaseDay {
  readonly assetId: AssetId;
  readonly date: LocalDate;
  /** What there is instead of a good backup. */
  readonly result: Exclude<DayResult, 'good'>;
  readonly manualEntries: number;
  readonly pause?: Pause | undefined;
}

export interface DatabaseRow extends Ratio {
  readonly assetId: AssetId;
  /** Missing days with attempts, and without. */
  readonly failed: number;
  readonly missed: number;
}

export interface DatabaseDays extends Figure<MissedDatabaseDay> {
  readonly rows: readonly DatabaseRow[];
  /** Missing days for which a person wrote down a backup of their own: a figure apart. */
  readonly manualDays: number;
}

/** Every date on which a database was active, first and last included; today only once it has a good backup. */
export function databaseDays(input: DatabaseDaysInput): DatabaseDays {
  const databases = input.assets.filter(({ kind }) => kind === 'database');
  const judged = databases.map((asset) => ({ asset, ...judgeDatabase(asset, input) }));
  const misses = judged.flatMap((each) => each.misses);
  return {
    numerator: judged.reduce((sum, { good }) => sum + good, 0),
    denominator: judged.reduce((sum, each) => sum + each.good + each.misses.length, 0),
    misses,
    rows: judged.map(({ asset, good, misses: ofAsset }) => {
      const missed = ofAsset.filter(({ result }) => result === 'none').length;
      return {
        assetId: asset.id,
        numerator: good,
        denominator: good + ofAsset.length,
        failed: ofAsset.length - missed,
        missed,
      };
    }),
    manualDays: misses.filter(({ manualEntries }) => manualEntries > 0).length,
  };
}

function judgeDatabase(asset: Asset, input: DatabaseDaysInput): { good: number; misses: MissedDatabaseDay[] } {
  const today = localDateOf(input.nowMs, input.zone);
  const life = activeSpan(asset.life, today);
  const span = life === undefined ? undefined : intersectSpans(life, input.span);
  let good = 0;
  const misses: MissedDatabaseDay[] = [];
  for (const date of span === undefined ? [] : datesOf(span)) {
    if (input.standard.count === 'working-days' && !isWorkingDay(date, input.calendar)) continue;
    const { result, manualEntries } = input.days.day(asset.id, date);
    if (result === 'good') good += 1;
    else if (date < today)
      misses.push({ assetId: asset.id, date, result, manualEntries, pause: pauseOn(asset.life, date) });
  }
  return { good, misses };
}
