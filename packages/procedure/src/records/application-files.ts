// The file sets of an application: an application was backed up on a date when each of them was.
import type { ApplicationId, LocalDate } from '@lumbung/contracts';
import { type DateSpan, intersectSpans } from '../calendar/date-arithmetic.ts';
import { type Application, type Asset, activeSpan, isActiveOn } from './asset.ts';
import type { RunDays } from './run-days.ts';

export function fileSetsByApplication(assets: readonly Asset[]): ReadonlyMap<ApplicationId, readonly Asset[]> {
  const files = new Map<ApplicationId, Asset[]>();
  for (const asset of assets) {
    if (asset.kind !== 'files' || asset.applicationId === undefined) continue;
    const known = files.get(asset.applicationId);
    if (known === undefined) files.set(asset.applicationId, [asset]);
    else known.push(asset);
  }
  return files;
}

/** From the first date of an application's files to the last: before and after there is nothing to back up. */
export function fileSpan(application: Application, files: readonly Asset[], today: LocalDate): DateSpan | undefined {
  const life = activeSpan(application.life, today);
  const spans = files.flatMap((asset) => activeSpan(asset.life, today) ?? []);
  const [first] = spans.map((span) => span.first).toSorted();
  const last = spans
    .map((span) => span.last)
    .toSorted()
    .at(-1);
  if (life === undefined || first === undefined || last === undefined) return undefined;
  return intersectSpans(life, { first, last });
}

/** Each of the file sets that lived on the date has a good backup of it. */
export function isGoodDate(files: readonly Asset[], date: LocalDate, days: RunDays): boolean {
  const living = files.filter(({ life }) => isActiveOn(life, date));
  return living.length > 0 && living.every(({ id }) => days.isGood(id, date));
}
