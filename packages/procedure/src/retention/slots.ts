// A slot is a past month or year of which one copy is kept. Which copies lie in it, and which one stands for it.
import type { LocalDate, Month, RetentionPolicy } from '@lumbung/contracts';
import { monthOf, monthsBetween, yearOf } from '../calendar/date-arithmetic.ts';
import { compareCopies, isBetterKeeper, isReliable, keeperOf, type StoredCopy } from '../records/stored-copy.ts';

/** A copy with the local date on which it was read. */
export interface DatedCopy {
  readonly copy: StoredCopy;
  readonly date: LocalDate;
}

export interface Slot {
  readonly span: 'month' | 'year';
  /** Its latest verified copy outside the trash; undefined: it has none. */
  readonly keeper: StoredCopy | undefined;
  /** Its latest verified copy in the trash that retention put there. */
  readonly keeperInTrash: StoredCopy | undefined;
  /** A copy newer than the keeper has no verdict yet: nothing newer than the keeper may go. */
  readonly awaits: 'nothing' | 'verdict';
}

/** The slots that cover a date: spans of calendar time before this month and this year. */
export function coveringSlots(
  date: LocalDate,
  policy: RetentionPolicy,
  today: LocalDate,
): { readonly month?: Month; readonly year?: number } {
  const [monthsAgo, yearsAgo] = [monthsBetween(monthOf(date), monthOf(today)), yearOf(today) - yearOf(date)];
  return {
    ...(monthsAgo >= 1 && monthsAgo <= policy.monthly ? { month: monthOf(date) } : {}),
    ...(yearsAgo >= 1 && yearsAgo <= policy.yearly ? { year: yearOf(date) } : {}),
  };
}

export class Slots {
  readonly #months = new Map<Month, Slot>();
  readonly #years = new Map<number, Slot>();

  /** @param copies all of one asset, with dates that can be believed */
  constructor(copies: readonly DatedCopy[], nowMs: number) {
    for (const [month, members] of Map.groupBy(copies, ({ date }) => monthOf(date))) {
      this.#months.set(month, slotOf('month', members, nowMs));
    }
    for (const [year, members] of Map.groupBy(copies, ({ date }) => yearOf(date))) {
      this.#years.set(year, slotOf('year', members, nowMs));
    }
  }

  month(month: Month): Slot {
    return this.#months.get(month) ?? EMPTY_MONTH;
  }

  year(year: number): Slot {
    return this.#years.get(year) ?? EMPTY_YEAR;
  }
}

const EMPTY_MONTH: Slot = { span: 'month', keeper: undefined, keeperInTrash: undefined, awaits: 'nothing' };
const EMPTY_YEAR: Slot = { ...EMPTY_MONTH, span: 'year' };

function slotOf(span: Slot['span'], members: readonly DatedCopy[], nowMs: number): Slot {
  const copies = members.map(({ copy }) => copy);
  const keeper = keeperOf(copies.filter((copy) => isReliable(copy, nowMs)));
  const inTrash = copies.filter(
    ({ trashed, verification }) => trashed?.by === 'retention' && verification === 'verified',
  );
  const isAwaited = (copy: StoredCopy): boolean =>
    isPending(copy) && (keeper === undefined || compareCopies(copy, keeper) > 0);
  return {
    span,
    keeper,
    keeperInTrash: keeperOf(inTrash),
    awaits: copies.some(isAwaited) ? 'verdict' : 'nothing',
  };
}

function isPending({ verification, trashed }: StoredCopy): boolean {
  return verification === 'pending' && trashed === undefined;
}

/** What keeps a copy that is not the keeper from leaving a slot that has one. */
export function slotHoldsBack(
  slot: Slot,
  copy: StoredCopy,
): 'later-copy-awaits-verdict' | 'verdict-awaited' | undefined {
  if (slot.keeper === undefined) return undefined;
  if (slot.awaits === 'verdict' && compareCopies(copy, slot.keeper) > 0) return 'later-copy-awaits-verdict';
  // Older, but without the remarks of a keeper that is only `warned`: once verified it would be the keeper.
  return isPending(copy) && isBetterKeeper(copy, slot.keeper) ? 'verdict-awaited' : undefined;
}
