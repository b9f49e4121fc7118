// Which work is due now, and when the next falls due. @see docs/design/procedure-rules.md#planner
import type { AssetId, DueReason, LocalDate } from '@lumbung/contracts';
import { addDays } from '../calendar/date-arithmetic.ts';
import { localDateOf, startOfDate } from '../calendar/zone.ts';
import type { Asset } from '../records/asset.ts';
import { nextAttemptAt } from './back-off.ts';
import { Cadence, groupKey } from './cadence.ts';
import type { DueItem, ManualRequest, PlannedDate, PlannerInput, UpcomingItem, WorkPlan } from './plan-input.ts';
import { leaveQuiet } from './quiet-windows.ts';
import { RunHistory } from './run-history.ts';

/** Work that begins later than this after its time is being caught up. */
const PUNCTUAL_MS_MAX = 15 * 60_000;
const LOOK_AHEAD_DAYS = 15;

/** The same records and the same moment give the same plan. */
export function planWork(input: PlannerInput): WorkPlan {
  const planner = new WorkPlanner(input);
  const answers = input.assets.map((asset) => planner.answer(asset));
  return {
    due: answers.flatMap(({ due }) => due ?? []).toSorted(compareDue),
    upcoming: answers
      .flatMap(({ upcoming }) => upcoming ?? [])
      .toSorted((a, b) => a.plannedAt - b.plannedAt || byId(a, b)),
    exhausted: answers.flatMap(({ exhausted }) => exhausted ?? []),
  };
}

/** What a date is expected to bring, as far as is known now: today with what is caught up and what is under way, a date to come
 *  by the plan. */
export function plannedDate(input: PlannerInput, date: LocalDate): PlannedDate {
  return new WorkPlanner(input).planned(date);
}

interface Answer {
  readonly due?: DueItem;
  readonly upcoming?: UpcomingItem;
  readonly exhausted?: AssetId;
}

/** When work of today may begin, and why it should. */
interface Opening {
  readonly reason: DueReason;
  readonly plannedAt: number;
}

class WorkPlanner {
  readonly #input: PlannerInput;
  readonly #cadence: Cadence;
  readonly #history: RunHistory;
  readonly #requests: ReadonlyMap<AssetId, ManualRequest>;
  readonly #today: LocalDate;

  constructor(input: PlannerInput) {
    this.#input = input;
    this.#cadence = new Cadence(input);
    this.#history = new RunHistory(input.runs, input.zone, input.nowMs);
    this.#requests = new Map(
      input.requests.toSorted((a, b) => b.requestedAt - a.requestedAt).map((each) => [each.assetId, each]),
    );
    this.#today = localDateOf(input.nowMs, input.zone);
  }

  answer(asset: Asset): Answer {
    if (this.#input.underWay.has(asset.id)) return {};
    const request = this.#requests.get(asset.id);
    if (request !== undefined)
      return { due: this.#dueItem(asset, { reason: 'manual', plannedAt: request.requestedAt }) };
    const opening = this.#opening(asset);
    if (opening === 'exhausted') return { exhausted: asset.id, ...this.#later(asset) };
    if (opening === undefined) return this.#later(asset);
    const { nowMs, schedule, zone } = this.#input;
    const windows = { kind: asset.kind, windows: schedule.quietWindows, zone };
    const beginsAt = leaveQuiet(Math.max(opening.plannedAt, nowMs), windows);
    if (beginsAt === undefined) return this.#later(asset);
    if (beginsAt <= nowMs) return { due: this.#dueItem(asset, opening) };
    return {
      upcoming: { ...wordsOf(asset), date: localDateOf(beginsAt, zone), reason: opening.reason, plannedAt: beginsAt },
    };
  }

  planned(date: LocalDate): PlannedDate {
    const expected = this.#input.assets.filter((asset) => this.#isExpectedOn(asset, date));
    const files = expected.filter(({ kind }) => kind === 'files');
    const starts = expected.flatMap((asset) => this.#cadence.startOn(asset, date) ?? []);
    return {
      date,
      databases: expected.filter(({ kind }) => kind === 'database').map(({ id }) => id),
      applications: [...Map.groupBy(files, groupKey).values()].map((members) => ({
        applicationId: members[0]?.applicationId,
        assetIds: members.map(({ id }) => id),
      })),
      ...(starts.length === 0 ? {} : { beginsAt: Math.min(...starts) }),
    };
  }

  #isExpectedOn(asset: Asset, date: LocalDate): boolean {
    if (this.#cadence.reasonFor(asset, date) !== undefined) return true;
    if (date !== this.#today) return false;
    const isTouched = this.#input.underWay.has(asset.id) || this.#history.on(asset.id, date).length > 0;
    return isTouched || this.#opening(asset) !== undefined;
  }

  /** The work that is left of today. */
  #opening(asset: Asset): Opening | 'exhausted' | undefined {
    const today = this.#today;
    if (!this.#cadence.isWorkable(asset, today) || this.#cadence.isDone(asset.id, today)) return undefined;
    return this.#repeated(asset) ?? this.#caughtUp(asset) ?? this.#ofToday(asset);
  }

  /** What was tried and did not work. */
  #repeated(asset: Asset): Opening | 'exhausted' | undefined {
    const last = this.#history.last(asset.id);
    if (last === undefined) return undefined;
    const attempts = this.#history.on(asset.id, this.#today);
    // The machine died with it: the work is due again, though its own date is over.
    if (attempts.length === 0)
      return last.outcome === 'lost' ? { reason: 'retry', plannedAt: last.endedAt } : undefined;
    const isAsked = last.origin === 'manual' || last.origin === 'pushed';
    // What nobody planned is not repeated by itself.
    if (isAsked && this.#cadence.reasonFor(asset, this.#today) === undefined) return undefined;
    const plannedAt = nextAttemptAt(attempts, this.#input.standards.retries);
    return plannedAt === 'exhausted' ? 'exhausted' : { reason: 'retry', plannedAt };
  }

  /** What never ran, or was not tried on its last planned date: once, at once. */
  #caughtUp(asset: Asset): Opening | undefined {
    const { zone } = this.#input;
    const lastDate = this.#history.lastDate(asset.id);
    if (lastDate === undefined) return { reason: 'new-asset', plannedAt: startOfDate(asset.life.registeredOn, zone) };
    const missed = this.#cadence.plannedBefore(asset, this.#today);
    if (missed === undefined || lastDate >= missed) return undefined;
    return { reason: 'catch-up', plannedAt: this.#cadence.startOn(asset, missed) ?? startOfDate(missed, zone) };
  }

  #ofToday(asset: Asset): Opening | undefined {
    const reason = this.#cadence.reasonFor(asset, this.#today);
    const plannedAt = reason === undefined ? undefined : this.#cadence.startOn(asset, this.#today);
    if (reason === undefined || plannedAt === undefined) return undefined;
    const isLate = this.#input.nowMs - plannedAt > PUNCTUAL_MS_MAX;
    return { reason: reason === 'scheduled' && isLate ? 'catch-up' : reason, plannedAt };
  }

  /** The next date after today. */
  #later(asset: Asset): Answer {
    for (let days = 1; days <= LOOK_AHEAD_DAYS; days += 1) {
      const date = addDays(this.#today, days);
      const reason = this.#cadence.reasonFor(asset, date);
      const plannedAt = reason === undefined ? undefined : this.#cadence.startOn(asset, date);
      if (reason !== undefined && plannedAt !== undefined)
        return { upcoming: { ...wordsOf(asset), date, reason, plannedAt } };
    }
    return {};
  }

  #dueItem(asset: Asset, { reason, plannedAt }: Opening): DueItem {
    const attempt = this.#history.on(asset.id, this.#today).length + 1;
    const key = reason === 'manual' ? `${asset.id}/manual/${plannedAt}` : `${asset.id}/${this.#today}/${attempt}`;
    return { ...wordsOf(asset), key, date: this.#today, reason, plannedAt, attempt };
  }
}

function wordsOf({ id, kind, applicationId }: Asset): Pick<DueItem, 'assetId' | 'kind' | 'applicationId'> {
  return { assetId: id, kind, applicationId };
}

function byId(a: { readonly assetId: AssetId }, b: { readonly assetId: AssetId }): number {
  return a.assetId < b.assetId ? -1 : a.assetId > b.assetId ? 1 : 0;
}

function compareDue(a: DueItem, b: DueItem): number {
  const [first, second] = [a, b].map(({ reason }) => (reason === 'manual' ? 0 : 1));
  return (first ?? 0) - (second ?? 0) || a.plannedAt - b.plannedAt || byId(a, b);
}
