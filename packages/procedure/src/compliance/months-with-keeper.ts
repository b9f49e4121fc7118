// Of past months one application backup is kept. @see docs/design/procedure-rules.md#compliance
import type { ApplicationId, AssetId, Month, RetentionPolicy, TimeZone } from '@lumbung/contracts';
import { addMonths, intersectSpans, monthOf, monthSpan, monthsFromTo } from '../calendar/date-arithmetic.ts';
import { localDateOf } from '../calendar/zone.ts';
import { fileSetsByApplication, fileSpan } from '../records/application-files.ts';
import { type Application, type Asset, activeSpan } from '../records/asset.ts';
import { isReliable, type StoredCopy } from '../records/stored-copy.ts';
import type { Figure } from './figure.ts';

export interface MonthsWithKeeperInput {
  readonly policy: RetentionPolicy;
  /** Where an application has a policy of its own. */
  readonly policies?: ReadonlyMap<ApplicationId, RetentionPolicy>;
  readonly applications: readonly Application[];
  readonly assets: readonly Asset[];
  readonly copies: Iterable<StoredCopy>;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export interface MonthWithoutKeeper {
  readonly applicationId: ApplicationId;
  readonly month: Month;
  /** The file sets without a verified copy of that month. */
  readonly assetIds: readonly AssetId[];
}

/** Every past month of an application's life within retention, the first partial one too. */
export function monthsWithKeeper(input: MonthsWithKeeperInput): Figure<MonthWithoutKeeper> {
  const { zone, nowMs, applications, policies, policy } = input;
  const today = localDateOf(nowMs, zone);
  const kept = keptMonths(input);
  const filesOf = fileSetsByApplication(input.assets);
  const judged = applications.flatMap((application) => {
    const files = filesOf.get(application.id) ?? [];
    const life = fileSpan(application, files, today);
    if (life === undefined) return [];
    const earliest = addMonths(monthOf(today), -(policies?.get(application.id) ?? policy).monthly);
    const latest = addMonths(monthOf(today), -1);
    const [first, last] = [monthOf(life.first), monthOf(life.last)];
    return monthsFromTo(first > earliest ? first : earliest, last < latest ? last : latest).flatMap((month) => {
      const living = files.filter((asset) => {
        const span = activeSpan(asset.life, today);
        return span !== undefined && intersectSpans(span, monthSpan(month)) !== undefined;
      });
      const assetIds = living.flatMap(({ id }) => (kept.get(id)?.has(month) === true ? [] : [id]));
      return living.length === 0 ? [] : [{ applicationId: application.id, month, assetIds }];
    });
  });
  const misses = judged.filter(({ assetIds }) => assetIds.length > 0);
  return { numerator: judged.length - misses.length, denominator: judged.length, misses };
}

function keptMonths({ copies, zone, nowMs }: MonthsWithKeeperInput): ReadonlyMap<AssetId, ReadonlySet<Month>> {
  const months = new Map<AssetId, Set<Month>>();
  for (const copy of copies) {
    if (!isReliable(copy, nowMs)) continue;
    const month = monthOf(localDateOf(copy.readAt, zone));
    const known = months.get(copy.assetId);
    if (known === undefined) months.set(copy.assetId, new Set([month]));
    else known.add(month);
  }
  return months;
}
