import type { Activity, ActivityRefusal, LocalDate } from '@lumbung/contracts';
import { type ActivityEvent, type ActivityRules, advance, type ExpectedPart, openActivity } from '@lumbung/procedure';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import type { Transaction } from '../../store/store.ts';
import { readHolidayCalendar, readOrganisation } from '../organisation/index.ts';
import { readProcedureInForce } from '../procedures/index.ts';
import { findActivity, insertActivity, type StoredActivity, saveActivity } from './activities.store.ts';

export interface ActivityPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** The rules by which activities are judged now. */
export async function readActivityRules(tx: Transaction): Promise<ActivityRules> {
  const { procedure } = await readProcedureInForce(tx);
  const { zone } = await readOrganisation(tx);
  return { procedure, zone, calendar: await readHolidayCalendar(tx) };
}

/** The activity of a date; it is opened when there is none, with what the date is expected to bring. */
export async function provideActivity(
  tx: Transaction,
  date: LocalDate,
  expected: readonly ExpectedPart[],
  ports: ActivityPorts,
): Promise<StoredActivity> {
  const found = await findActivity(tx, date);
  if (found !== undefined) return found;
  const { number, procedure } = await readProcedureInForce(tx);
  return await insertActivity(tx, openActivity({ date, procedure, expected }), { ...ports, procedureNumber: number });
}

/** Has one event happen to an activity and keeps the result.
 *  @throws LumbungError ACTIVITY_REFUSED (operator) with the rule's own code as `refusal` */
export async function happen(tx: Transaction, stored: StoredActivity, event: ActivityEvent): Promise<StoredActivity> {
  const result = advance(stored.activity, event, await readActivityRules(tx));
  if (result.status === 'refused') throw activityRefused(stored.activity, result.code);
  await saveActivity(tx, stored, result.activity);
  return { ...stored, revision: stored.revision + 1, activity: result.activity };
}

/** As `happen`, for what the system itself tells: a fact that the rules refuse (a run that was told of twice, a date that is
 *  over) leaves the activity as it is. */
export async function happenIfFits(
  tx: Transaction,
  stored: StoredActivity,
  event: ActivityEvent,
): Promise<StoredActivity> {
  const result = advance(stored.activity, event, await readActivityRules(tx));
  if (result.status === 'refused') return stored;
  await saveActivity(tx, stored, result.activity);
  return { ...stored, revision: stored.revision + 1, activity: result.activity };
}

function activityRefused({ date }: Activity, refusal: ActivityRefusal): LumbungError {
  return new LumbungError('ACTIVITY_REFUSED', {
    kind: 'operator',
    message: `the activity of ${date} refuses this: ${refusal}`,
    context: { date, refusal },
    hint: 'look at the activity as it is now, and decide again',
  });
}
