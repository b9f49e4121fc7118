// Which copies of one asset in one destination stay, go, come back, and why. A plan: whoever executes it reads it first.
import type {
  LocalDate,
  RetentionAct,
  RetentionPolicy,
  RetentionReason,
  RetentionStop,
  SnapshotId,
  TimeZone,
} from '@lumbung/contracts';
import { assert } from '@lumbung/stdx';
import { addDays, monthOf, yearOf } from '../calendar/date-arithmetic.ts';
import { localDateOf } from '../calendar/zone.ts';
import { type Asset, isActiveOn } from '../records/asset.ts';
import { compareCopies, datingOf, type StoredCopy } from '../records/stored-copy.ts';
import { coveringSlots, type DatedCopy, type Slot, Slots, slotHoldsBack } from './slots.ts';

const DAY_MS = 86_400_000;

export interface RetentionInput {
  readonly asset: Pick<Asset, 'id' | 'life'>;
  /** All copies of the asset in one destination, those in the trash included, in any order: each destination keeps its own. */
  readonly copies: readonly StoredCopy[];
  readonly policy: RetentionPolicy;
  readonly trashDays: number;
  /** What stops all deletion of the asset until a person has looked. */
  readonly stops: readonly RetentionStop[];
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export interface RetentionDecision {
  readonly id: SnapshotId;
  readonly act: RetentionAct;
  /** At least one; all that apply. */
  readonly reasons: readonly RetentionReason[];
}

/** One decision a copy, oldest first. Nothing is decided by the order in which copies were handed in.
 *  @see docs/design/procedure-rules.md#retention */
export function planRetention(input: RetentionInput): readonly RetentionDecision[] {
  const { asset, copies, nowMs, zone } = input;
  assert(
    copies.every(({ assetId }) => assetId === asset.id),
    'retention is planned asset by asset',
  );
  const dated = copies.toSorted(compareCopies).map((copy) => ({ copy, date: localDateOf(copy.readAt, zone) }));
  const sound = dated.filter(({ copy }) => datingOf(copy, nowMs) === 'sound');
  const planner = new RetentionPlanner(input, new Slots(sound, nowMs));
  return dated.map((each) => {
    const [act, reasons] = planner.decide(each);
    return { id: each.copy.id, act, reasons };
  });
}

type Verdict = readonly [RetentionAct, readonly RetentionReason[]];

class RetentionPlanner {
  readonly #input: RetentionInput;
  readonly #slots: Slots;
  readonly #today: LocalDate;

  constructor(input: RetentionInput, slots: Slots) {
    this.#input = input;
    this.#slots = slots;
    this.#today = localDateOf(input.nowMs, input.zone);
  }

  decide(each: DatedCopy): Verdict {
    const { copy } = each;
    const isInTrash = copy.trashed !== undefined;
    if (copy.pin === 'pinned') return isInTrash ? ['restore-from-trash', ['pinned']] : ['keep', ['pinned']];
    const dating = datingOf(copy, this.#input.nowMs);
    if (dating !== 'sound') {
      return [isInTrash ? 'hold' : 'keep', [dating === 'future' ? 'time-in-future' : 'time-contradicted']];
    }
    return copy.trashed === undefined ? this.#outside(each) : this.#inside(each, copy.trashed);
  }

  #outside({ copy, date }: DatedCopy): Verdict {
    const slots = this.#covering(date);
    const wanted = [...this.#window(date), ...slots.filter(({ keeper }) => keeper === copy).map(keeperReason)];
    if (wanted.length > 0) return ['keep', wanted];
    // A slot without a verified copy keeps everything it has. Beyond all slots it is the year that must have had one.
    const unproven = (slots.length > 0 ? slots : [this.#slots.year(yearOf(date))]).filter(
      ({ keeper }) => keeper === undefined,
    );
    if (unproven.length > 0) return ['keep', unproven.map(unprovenReason)];
    const obstacles = [...slots.flatMap((slot) => slotHoldsBack(slot, copy) ?? []), ...this.#stops()];
    if (obstacles.length > 0) return ['hold', [...new Set(obstacles)]];
    return ['trash', slots.length > 0 ? slots.map(goneReason) : ['beyond-retention']];
  }

  #inside({ copy, date }: DatedCopy, trashed: NonNullable<StoredCopy['trashed']>): Verdict {
    const slots = this.#covering(date);
    // What a person put there, retention does not bring back.
    if (trashed.by === 'retention') {
      if (this.#window(date).length > 0) return ['restore-from-trash', ['wanted-again']];
      const proves = slots.filter(({ keeper, keeperInTrash }) => keeper === undefined && keeperInTrash === copy);
      if (proves.length > 0) return ['restore-from-trash', proves.map(provingReason)];
      const unproven = slots.filter(({ keeper }) => keeper === undefined);
      if (unproven.length > 0) return ['hold', unproven.map(unprovenReason)];
    }
    if (this.#input.nowMs - trashed.at < this.#input.trashDays * DAY_MS) return ['hold', ['trash-time-not-over']];
    const stops = trashed.by === 'person' ? this.#stopsOfPeople() : this.#stops();
    return stops.length > 0 ? ['hold', stops] : ['remove', ['trash-time-over']];
  }

  /** Spans in which everything is kept. */
  #window(date: LocalDate): RetentionReason[] {
    const { policy } = this.#input;
    const isThisMonth = monthOf(date) === monthOf(this.#today);
    const isRecent = policy.recentDays > 0 && date >= addDays(this.#today, -policy.recentDays);
    return [...(isThisMonth ? (['current-month'] as const) : []), ...(isRecent ? (['recent-days'] as const) : [])];
  }

  #covering(date: LocalDate): Slot[] {
    const { month, year } = coveringSlots(date, this.#input.policy, this.#today);
    return [
      ...(month === undefined ? [] : [this.#slots.month(month)]),
      ...(year === undefined ? [] : [this.#slots.year(year)]),
    ];
  }

  /** When backups stop, all deletion stops; of what is retired, people decide. */
  #stops(): RetentionReason[] {
    const isProtectedNow = this.#slots.month(monthOf(this.#today)).keeper !== undefined;
    return [
      ...(isProtectedNow ? [] : (['no-verified-copy-this-month'] as const)),
      ...(this.#isRetired() ? (['asset-retired'] as const) : []),
      ...this.#input.stops,
    ];
  }

  /** Minutes of destruction end what is retired: there is no fresh copy to wait for. */
  #stopsOfPeople(): RetentionReason[] {
    return this.#isRetired() ? [...this.#input.stops] : this.#stops();
  }

  #isRetired(): boolean {
    const { life } = this.#input.asset;
    return life.state === 'retired' && !isActiveOn(life, this.#today);
  }
}

const keeperReason = ({ span }: Slot): RetentionReason => (span === 'month' ? 'month-keeper' : 'year-keeper');
const goneReason = ({ span }: Slot): RetentionReason => (span === 'month' ? 'month-has-keeper' : 'year-has-keeper');
const unprovenReason = ({ span }: Slot): RetentionReason =>
  span === 'month' ? 'month-without-verified-copy' : 'year-without-verified-copy';
const provingReason = ({ span }: Slot): RetentionReason =>
  span === 'month' ? 'only-verified-of-month' : 'only-verified-of-year';
