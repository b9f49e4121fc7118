import type { AssetKind, LocalDate, QuietWindow, TimeZone } from '@lumbung/contracts';
import { addDays, weekdayOf } from '../calendar/date-arithmetic.ts';
import { type InstantSpan, instantAt, localDateOf } from '../calendar/zone.ts';

/** Windows that follow one another through a whole week leave no moment at all. */
const STEPS_MAX = 64;

/** The earliest moment, `at` or later, outside the quiet windows of the kind; undefined: there is none within days. */
export function leaveQuiet(
  at: number,
  options: { readonly kind: AssetKind; readonly windows: readonly QuietWindow[]; readonly zone: TimeZone },
): number | undefined {
  const windows = options.windows.filter(({ kinds }) => kinds.includes(options.kind));
  let moment = at;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const around = spansAround(moment, windows, options.zone).find(
      ({ beginAt, endAt }) => beginAt <= moment && moment < endAt,
    );
    if (around === undefined) return moment;
    moment = around.endAt;
  }
  return undefined;
}

/** The windows that begin on the date of the moment or on the one before: those over midnight reach into it. */
function spansAround(moment: number, windows: readonly QuietWindow[], zone: TimeZone): InstantSpan[] {
  const today = localDateOf(moment, zone);
  return [addDays(today, -1), today].flatMap((date) =>
    windows.filter(({ on }) => on.includes(weekdayOf(date))).map((window) => spanOf(window, date, zone)),
  );
}

function spanOf({ from, until }: QuietWindow, date: LocalDate, zone: TimeZone): InstantSpan {
  return {
    beginAt: instantAt(date, from, zone),
    endAt: instantAt(until > from ? date : addDays(date, 1), until, zone),
  };
}
