import type { AssetId, LocalDate } from '@lumbung/contracts';
import { type DueItem, type ExpectedPart, localDateOf, plannedDate, planWork, type WorkPlan } from '@lumbung/procedure';
import type { Clock, Random } from '@lumbung/stdx';
import {
  type ActivityPorts,
  findActivity,
  happen,
  happenIfFits,
  listOpenActivities,
  provideActivity,
  type StoredActivity,
} from '../modules/activities/index.ts';
import { listActiveDestinations } from '../modules/destinations/index.ts';
import { careForRepositories, proveCopies, provideRepositories } from '../modules/maintenance/index.ts';
import { type ReportPorts, reportDay } from '../modules/reports/index.ts';
import {
  backupSpecOf,
  listUnfinishedRuns,
  preflightSourceOf,
  type RunService,
  repositoryPlaceOf,
} from '../modules/runs/index.ts';
import { latestSizes } from '../modules/snapshots/index.ts';
import type { DestinationRow } from '../store/rows/register.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { Stored } from '../store/stored.ts';
import { splitDueWork } from './due-work.ts';
import { type Planning, readPlanning } from './read-planning.ts';

export interface SchedulerPorts extends ActivityPorts, ReportPorts {
  readonly store: Store;
  readonly runs: RunService;
  readonly clock: Clock;
  readonly random: Random;
  /** Of this installation. */
  readonly jitterSeed: string;
}

/** What a look at the plan led to, for the log and for tests. */
export interface Tick {
  readonly today: LocalDate;
  readonly prepared: number;
  readonly backedUp: number;
  readonly reported: readonly LocalDate[];
  readonly closed: readonly LocalDate[];
  /** When to look again at the latest, if nothing else happens: the next planned time; undefined: nothing is planned. */
  readonly nextAt: number | undefined;
}

/** Databases before files; what people ask for goes before both. */
const PRIORITIES = { database: 20, files: 10, preflight: 30 } as const;

/** Looks at the plan and asks for what is due. It may be called at any time and as often as one likes: the same state and
 *  the same moment ask for nothing twice. Everything it decides is one transaction. */
export async function tick(ports: SchedulerPorts): Promise<Tick> {
  return await ports.store.transaction(async (tx) => await tickWithin(tx, ports));
}

async function tickWithin(tx: Transaction, ports: SchedulerPorts): Promise<Tick> {
  const nowMs = ports.clock.nowMs();
  const planning = await readPlanning(tx, nowMs, ports.jitterSeed);
  const today = localDateOf(nowMs, planning.zone);
  await provideRepositories(tx, nowMs, ports);
  await endDates(tx, today, nowMs);
  const plan = planWork(planning.input);
  const activity = await provideToday(tx, { today, planning, plan, nowMs }, ports);
  const asked = await askForWork(tx, { activity, planning, plan, nowMs }, ports);
  const reported = await report(tx, { today, planning, plan, nowMs }, ports);
  const closed = await close(tx, nowMs);
  await proveCopies(tx, nowMs, ports);
  // Care waits until the work of the day is done, and never longer than the day.
  if (!hasWorkToday(plan, planning, today)) await careForRepositories(tx, nowMs, ports);
  return { today, ...asked, reported, closed, nextAt: plan.upcoming[0]?.plannedAt };
}

/** Dates that are over become final. */
async function endDates(tx: Transaction, today: LocalDate, nowMs: number): Promise<void> {
  for (const stored of await listOpenActivities(tx)) {
    const { date, finalAt, dateEndedAt } = stored.activity;
    if (date >= today || finalAt !== undefined || dateEndedAt !== undefined) continue;
    await happenIfFits(tx, stored, { kind: 'date-ended', at: nowMs });
  }
}

interface Look {
  readonly planning: Planning;
  readonly plan: WorkPlan;
  readonly nowMs: number;
}

async function provideToday(
  tx: Transaction,
  { today, planning, plan, nowMs }: Look & { readonly today: LocalDate },
  ports: SchedulerPorts,
): Promise<StoredActivity> {
  const { databases, applications } = plannedDate(planning.input, today);
  const planned = [...databases, ...applications.flatMap(({ assetIds }) => assetIds)];
  const expected = partsOf([...planned, ...plan.due.map(({ assetId }) => assetId)], planning);
  const found = await findActivity(tx, today);
  if (found === undefined) return await provideActivity(tx, today, expected, ports);
  const known = new Set(found.activity.parts.map(({ assetId }) => assetId));
  if (expected.every(({ assetId }) => known.has(assetId))) return found;
  return await happenIfFits(tx, found, { kind: 'expected', at: nowMs, parts: expected });
}

function partsOf(assetIds: readonly AssetId[], { assets }: Planning): ExpectedPart[] {
  return [...new Set(assetIds)].flatMap((assetId) => {
    const asset = assets.get(assetId);
    if (asset === undefined) return [];
    const { kind, application_id } = asset;
    return { assetId, kind, ...(application_id === null ? {} : { applicationId: application_id }) };
  });
}

interface Asked {
  readonly prepared: number;
  readonly backedUp: number;
}

async function askForWork(
  tx: Transaction,
  { activity, planning, plan, nowMs }: Look & { readonly activity: StoredActivity },
  ports: SchedulerPorts,
): Promise<Asked> {
  const destination = (await listActiveDestinations(tx)).find(({ repository_id }) => repository_id !== null);
  if (destination === undefined || plan.due.length === 0) return { prepared: 0, backedUp: 0 };
  const unfinished = await listUnfinishedRuns(tx);
  const work = splitDueWork({
    due: plan.due,
    activity: activity.activity,
    underWay: planning.input.underWay,
    isPreparing: unfinished.some(({ kind, activity_id }) => kind === 'preflight' && activity_id === activity.id),
    retries: planning.procedure.standards.retries,
    nowMs,
  });
  const order: Order = { activity, planning, destination, sizes: await latestSizes(tx, destination.id), nowMs };
  if (work.prepare.length > 0) await prepare(tx, work.prepare, order, ports);
  for (const item of work.backUp) await backUp(tx, item, order, ports);
  return { prepared: work.prepare.length, backedUp: work.backUp.length };
}

interface Order {
  readonly activity: StoredActivity;
  readonly planning: Planning;
  readonly destination: Stored<DestinationRow>;
  readonly sizes: Awaited<ReturnType<typeof latestSizes>>;
  readonly nowMs: number;
}

async function prepare(
  tx: Transaction,
  items: readonly DueItem[],
  { activity, planning, destination, sizes, nowMs }: Order,
  { runs }: SchedulerPorts,
): Promise<void> {
  await happen(tx, activity, { kind: 'preparation-began', at: nowMs });
  const assets = items.flatMap(({ assetId }) => planning.assets.get(assetId) ?? []);
  const expectedBytes = items.reduce((sum, { assetId }) => sum + (sizes.get(assetId)?.bytesAdded ?? 0), 0);
  await runs.request(tx, {
    order: {
      kind: 'preflight',
      sources: assets.map(preflightSourceOf),
      destinations: [{ subject: destination.id, repository: repositoryPlaceOf(destination), expectedBytes }],
    },
    origin: 'scheduled',
    activityId: activity.id,
    stepId: stepOf(activity, 'preflight'),
    plannedOn: activity.activity.date,
    priority: PRIORITIES.preflight,
  });
}

async function backUp(
  tx: Transaction,
  item: DueItem,
  { activity, planning, destination, sizes }: Order,
  { runs }: SchedulerPorts,
): Promise<void> {
  const asset = planning.assets.get(item.assetId);
  if (asset === undefined) return;
  const application = asset.application_id === null ? undefined : planning.applications.get(asset.application_id);
  await runs.request(tx, {
    order: backupSpecOf({ asset, application, destination, expectedBytes: sizes.get(asset.id)?.bytes }),
    origin: item.reason,
    assetId: asset.id,
    destinationId: destination.id,
    activityId: activity.id,
    stepId: stepOf(activity, asset.kind === 'database' ? 'databases' : 'applications'),
    attempt: item.attempt,
    plannedOn: item.date,
    priority: PRIORITIES[asset.kind],
  });
}

function stepOf({ activity }: StoredActivity, act: StoredActivity['activity']['steps'][number]['act']) {
  return activity.steps.find((step) => step.act === act)?.stepId;
}

/** Every date whose work is settled and of which nobody has told anyone yet. Today's only when nothing more is to come. */
async function report(
  tx: Transaction,
  { today, planning, plan, nowMs }: Look & { readonly today: LocalDate },
  ports: SchedulerPorts,
): Promise<readonly LocalDate[]> {
  const isMoreToCome = hasWorkToday(plan, planning, today);
  const told: LocalDate[] = [];
  for (const stored of await listOpenActivities(tx)) {
    const { date } = stored.activity;
    if (date > today || (date === today && isMoreToCome)) continue;
    if (await reportDay(tx, stored, nowMs, ports)) told.push(date);
  }
  return told;
}

function hasWorkToday({ due, upcoming }: WorkPlan, { input }: Planning, today: LocalDate): boolean {
  return due.length > 0 || input.underWay.size > 0 || upcoming.some(({ date }) => date === today);
}

/** Acknowledged: the last step needs nobody. */
async function close(tx: Transaction, nowMs: number): Promise<readonly LocalDate[]> {
  const closed: LocalDate[] = [];
  for (const stored of await listOpenActivities(tx)) {
    if (stored.activity.administrative !== 'acknowledged') continue;
    await happen(tx, stored, { kind: 'closed', at: nowMs });
    closed.push(stored.activity.date);
  }
  return closed;
}
