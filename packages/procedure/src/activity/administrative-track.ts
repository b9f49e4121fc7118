// unreported → reported → acknowledged | returned → closed. People's track: it never gates a backup, and a failed date is
// reported, acknowledged and closed too.
import type { AcknowledgerPart, Activity, ActivityActor, ActivityRefusal, Role } from '@lumbung/contracts';
import {
  type ActingPerson,
  type ActivityEvent,
  type ActivityRules,
  type Advance,
  advanced,
  refused,
} from './activity-event.ts';
import { beginStep, endStep } from './step-clock.ts';
import { isTechnicalResult } from './technical-track.ts';

type Of<Kind extends ActivityEvent['kind']> = Extract<ActivityEvent, { kind: Kind }>;

export function beginReport(activity: Activity, { at }: Of<'report-began'>): Advance {
  const code = notReportable(activity);
  return code === undefined ? advanced(beginStep(activity, 'report', at)) : refused(code);
}

/** Step 4 ends when the report is sent; acknowledging has a limit of its own. */
export function report(activity: Activity, { at, by }: Of<'reported'>): Advance {
  const code = notReportable(activity);
  const result = activity.technical;
  if (code !== undefined || !isTechnicalResult(result)) return refused(code ?? 'work-not-settled');
  const begun = beginStep(activity, 'report', at);
  const submission = { at, ...(by === undefined ? {} : { by: actorOf(by) }), result };
  return advanced({
    ...endStep(begun, 'report', at),
    administrative: 'reported',
    submissions: [...activity.submissions, submission],
  });
}

function notReportable({ administrative, technical }: Activity): ActivityRefusal | undefined {
  switch (administrative) {
    case 'closed':
      return 'already-closed';
    case 'acknowledged':
      return 'already-acknowledged';
    case 'reported':
      return 'already-reported';
    case 'unreported':
    case 'returned':
      return isTechnicalResult(technical) ? undefined : 'work-not-settled';
  }
}

export function acknowledge(activity: Activity, { at, by, note }: Of<'acknowledged'>, rules: ActivityRules): Advance {
  const answer = mayAcknowledge(activity, by, rules);
  if (answer.status === 'refused') return answer;
  const acknowledgement = {
    at,
    by: actorOf(by),
    as: answer.as,
    flag: answer.flag,
    ...(note === undefined || note.trim() === '' ? {} : { note }),
  };
  const acknowledged = { ...activity, administrative: 'acknowledged', acknowledgement } as const;
  // Step 5 waits for people before this, and that is not its time.
  return advanced(beginStep(acknowledged, 'close', at));
}

/** A return needs a note: what is to be corrected. */
export function giveBack(activity: Activity, { at, by, note }: Of<'returned'>, rules: ActivityRules): Advance {
  const answer = mayAcknowledge(activity, by, rules);
  if (answer.status === 'refused') return answer;
  if (note.trim() === '') return refused('note-missing');
  const returned = { at, by: actorOf(by), note };
  return advanced({ ...activity, administrative: 'returned', returns: [...activity.returns, returned] });
}

/** Whoever may acknowledge may ask somebody else to; not the reporter. */
export function delegate(activity: Activity, { at, by, to }: Of<'delegated'>, rules: ActivityRules): Advance {
  const answer = mayAcknowledge(activity, by, rules);
  if (answer.status === 'refused') return answer;
  const isReporter = reportersOf(activity).some((reporter) => isSame(reporter, to));
  if (isReporter && rules.procedure.standards.reporting.selfAcknowledgement === 'refused') {
    return refused('acknowledger-is-reporter');
  }
  return advanced({ ...activity, delegations: [...activity.delegations, { at, by: actorOf(by), to: actorOf(to) }] });
}

export function close(activity: Activity, { at }: Of<'closed'>): Advance {
  if (activity.administrative === 'closed') return refused('already-closed');
  if (activity.administrative !== 'acknowledged') return refused('not-acknowledged');
  return advanced({ ...endStep(activity, 'close', at), administrative: 'closed', closedAt: at });
}

export type MayAcknowledge =
  | { readonly status: 'may'; readonly as: AcknowledgerPart; readonly flag: 'none' | 'self' }
  | { readonly status: 'refused'; readonly code: ActivityRefusal };

/** May this person acknowledge the report, or give it back, and as whom? When the system reports by itself, the officer of the
 *  date counts as the reporter. */
export function mayAcknowledge(activity: Activity, by: ActingPerson, { procedure }: ActivityRules): MayAcknowledge {
  const code = notAcknowledgeable(activity);
  if (code !== undefined) return { status: 'refused', code };
  const recipient = procedure.steps.find(({ act }) => act === 'report')?.acknowledgedBy ?? 'recipient';
  const as = partOf(activity, by, recipient);
  if (as === undefined) return { status: 'refused', code: 'role-may-not' };
  const isReporter = reportersOf(activity).some((reporter) => isSame(reporter, by));
  if (!isReporter) return { status: 'may', as, flag: 'none' };
  return procedure.standards.reporting.selfAcknowledgement === 'flagged'
    ? { status: 'may', as, flag: 'self' }
    : { status: 'refused', code: 'acknowledger-is-reporter' };
}

function notAcknowledgeable({ administrative }: Activity): ActivityRefusal | undefined {
  switch (administrative) {
    case 'unreported':
    case 'returned':
      return 'not-reported';
    case 'acknowledged':
      return 'already-acknowledged';
    case 'closed':
      return 'already-closed';
    case 'reported':
      return undefined;
  }
}

function partOf({ delegations }: Activity, by: ActingPerson, recipient: Role): AcknowledgerPart | undefined {
  if (by.roles.includes(recipient)) return 'recipient';
  if (delegations.some(({ to }) => isSame(to, by))) return 'delegate';
  return by.roles.includes('overseer') ? 'overseer' : undefined;
}

interface Identity {
  readonly accountId?: ActivityActor['accountId'] | undefined;
  readonly personId?: ActivityActor['personId'] | undefined;
}

/** Everyone who reported this activity, in whatever submission. */
function reportersOf({ submissions, officer }: Activity): Identity[] {
  return submissions.flatMap(({ by }) => by ?? officer ?? []);
}

/** The same account, or the same official under two accounts. */
function isSame(a: Identity, b: Identity): boolean {
  const isSameAccount = a.accountId !== undefined && a.accountId === b.accountId;
  return isSameAccount || (a.personId !== undefined && a.personId === b.personId);
}

/** Without the roles of the moment, which are not the activity's to keep. */
function actorOf({ accountId, personId }: ActivityActor): ActivityActor {
  return { accountId, ...(personId === undefined ? {} : { personId }) };
}
