// From what is due to what is asked for now: preparation first, then databases, then the files that go with them. Pure.
import type { Activity, AssetId, RetryStandard } from '@lumbung/contracts';
import type { DueItem } from '@lumbung/procedure';

const MINUTE_MS = 60_000;
/** A preparation is good for as long as its standard time is: what was ready an hour ago has to be asked again. */
const READY_FOR_MS = 30 * MINUTE_MS;

export interface DueWork {
  /** To be asked whether they can be read, before anything is. */
  readonly prepare: readonly DueItem[];
  /** Found ready a moment ago. */
  readonly backUp: readonly DueItem[];
}

export interface DueWorkInput {
  readonly due: readonly DueItem[];
  readonly activity: Activity;
  /** Assets with a backup that is queued or under way. */
  readonly underWay: ReadonlySet<AssetId>;
  readonly isPreparing: boolean;
  readonly retries: RetryStandard;
  readonly nowMs: number;
}

/** What is not ready is asked again after the first delay of the standard, and does not keep the rest waiting. */
export function splitDueWork(input: DueWorkInput): DueWork {
  const { due, activity, nowMs, retries } = input;
  if (input.isPreparing) return { prepare: [], backUp: [] };
  const preparedAt = activity.steps.find(({ act }) => act === 'preflight')?.endedAt;
  const sincePreparation = preparedAt === undefined ? Number.POSITIVE_INFINITY : nowMs - preparedAt;
  const readiness = new Map(activity.parts.map((part) => [part.assetId, part.readiness]));
  const prepare: DueItem[] = [];
  const ready: DueItem[] = [];
  for (const item of due) {
    const state = readiness.get(item.assetId) ?? 'unknown';
    if (state === 'ready' && sincePreparation <= READY_FOR_MS) ready.push(item);
    else if (state !== 'not-ready' || sincePreparation >= retries.firstDelayMinutes * MINUTE_MS) prepare.push(item);
  }
  return { prepare, backUp: pairsInOrder(ready, input) };
}

/** An application is backed up as a pair: its databases first, then its files, so that no file names a row that is not in
 *  the copy of the database. */
function pairsInOrder(ready: readonly DueItem[], { due, underWay, activity }: DueWorkInput): readonly DueItem[] {
  const isDue = new Set(due.filter(({ kind }) => kind === 'database').map(({ assetId }) => assetId));
  const waitsFor = (applicationId: DueItem['applicationId']): boolean =>
    applicationId !== undefined &&
    activity.parts.some(
      (part) =>
        part.kind === 'database' &&
        part.applicationId === applicationId &&
        part.readiness !== 'not-ready' &&
        (isDue.has(part.assetId) || underWay.has(part.assetId)),
    );
  return ready.filter(({ kind, applicationId }) => kind === 'database' || !waitsFor(applicationId));
}
