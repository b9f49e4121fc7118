import { type Activity, type ActivityId, type LocalDate, newId } from '@lumbung/contracts';
import { activitySchema } from '@lumbung/contracts/schemas';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import type { ActivityRow, ActivityStepRow } from '../../store/rows/work.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

const MINUTE_MS = 60_000;

/** The activity of a date: the document that the rules know, and the id others refer to. */
export interface StoredActivity {
  readonly id: ActivityId;
  readonly revision: number;
  readonly activity: Activity;
}

export async function findActivity(queries: Queries, date: LocalDate): Promise<StoredActivity | undefined> {
  const row = await queries.selectFrom('activity').selectAll().where('held_on', '=', date).executeTakeFirst();
  return row === undefined ? undefined : activityOf(row);
}

export async function findActivityById(queries: Queries, id: ActivityId): Promise<StoredActivity | undefined> {
  const row = await queries.selectFrom('activity').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : activityOf(row);
}

/** Those on which something is still to be done, oldest first: results that are not final, reports nobody has closed. */
export async function listOpenActivities(queries: Queries): Promise<StoredActivity[]> {
  const rows = await queries
    .selectFrom('activity')
    .selectAll()
    .where(({ eb, or }) => or([eb('technical_final_at', 'is', null), eb('closed_at', 'is', null)]))
    .orderBy('held_on')
    .execute();
  return rows.map(activityOf);
}

export async function insertActivity(
  tx: Transaction,
  activity: Activity,
  ports: { readonly clock: Clock; readonly random: Random; readonly procedureNumber: number },
): Promise<StoredActivity> {
  const id = newId('activity', ports);
  await tx
    .insertInto('activity')
    .values({
      id,
      held_on: activity.date,
      procedure_number: ports.procedureNumber,
      opened_at: ports.clock.nowMs(),
      ...columnsOf(activity),
    })
    .execute();
  await tx
    .insertInto('activity_step')
    .values(
      activity.steps.map(({ stepId, act, standardMinutes }, index) => ({
        activity_id: id,
        step_id: stepId,
        number: index + 1,
        act,
        standard_ms: standardMinutes * MINUTE_MS,
        begun_at: null,
        ended_at: null,
        worked_ms: null,
        result: null,
        checks: null,
        outputs: null,
      })),
    )
    .execute();
  return { id, revision: 1, activity };
}

/** @throws LumbungError ACTIVITY_CHANGED (transient): somebody else has changed it since it was read */
export async function saveActivity(
  tx: Transaction,
  { id, revision }: StoredActivity,
  activity: Activity,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('activity')
    .set({ ...columnsOf(activity), revision: revision + 1 })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    throw new LumbungError('ACTIVITY_CHANGED', {
      kind: 'transient',
      message: `the activity of ${activity.date} was changed meanwhile`,
      context: { date: activity.date },
    });
  }
  for (const { stepId, beganAt, endedAt } of activity.steps) {
    await tx
      .updateTable('activity_step')
      .set({ begun_at: beganAt ?? null, ended_at: endedAt ?? null })
      .where('activity_id', '=', id)
      .where('step_id', '=', stepId)
      .execute();
  }
}

/** What proves a step: checks with their answers, copies with their ids. JSON documents. */
export async function saveEvidence(
  tx: Transaction,
  evidence: {
    readonly activityId: ActivityId;
    readonly act: ActivityStepRow['act'];
    readonly result: NonNullable<ActivityStepRow['result']>;
    readonly checks?: unknown;
    readonly outputs?: unknown;
  },
): Promise<void> {
  await tx
    .updateTable('activity_step')
    .set({
      result: evidence.result,
      ...(evidence.checks === undefined ? {} : { checks: JSON.stringify(evidence.checks) }),
      ...(evidence.outputs === undefined ? {} : { outputs: JSON.stringify(evidence.outputs) }),
    })
    .where('activity_id', '=', evidence.activityId)
    .where('act', '=', evidence.act)
    .execute();
}

export async function listSteps(queries: Queries, id: ActivityId): Promise<Stored<ActivityStepRow>[]> {
  return await queries
    .selectFrom('activity_step')
    .selectAll()
    .where('activity_id', '=', id)
    .orderBy('number')
    .execute();
}

function columnsOf(activity: Activity) {
  return {
    technical_state: activity.technical,
    technical_final_at: activity.finalAt ?? null,
    administrative_state: activity.administrative,
    person_id: activity.officer?.personId ?? null,
    closed_at: activity.closedAt ?? null,
    document: JSON.stringify(activity),
  };
}

function activityOf({ id, revision, held_on, document }: Stored<ActivityRow>): StoredActivity {
  const parsed = activitySchema.safeParse(JSON.parse(document ?? 'null'));
  if (parsed.success) return { id, revision, activity: parsed.data };
  throw new LumbungError('ACTIVITY_UNREADABLE', {
    kind: 'corruption',
    message: `what is stored of the activity of ${held_on} cannot be understood`,
    context: { date: held_on },
    hint: 'a newer version may have written it; use that one',
  });
}
