// What the report of a date says, assembled from the activity and its runs: never from memory.
import {
  type Activity,
  type ActivityCorrection,
  type ActivityPart,
  type AdministrativeState,
  type ApplicationId,
  type AssetId,
  type AssetKind,
  isGoodOutcome,
  type LocalDate,
  type Outcome,
  type PartAttempt,
  type ProcedureIdentity,
  type RunId,
  type RunOrigin,
  type SnapshotId,
  type TechnicalState,
  type Verification,
} from '@lumbung/contracts';
import { attemptsOf, resultOfPart } from '../activity/parts.ts';
import { type StepTimes, stepTimes } from '../activity/step-clock.ts';

/** What a run left behind, as its record says. */
export interface RunOutput {
  readonly snapshotId: SnapshotId;
  readonly bytes: number;
  readonly verification: Verification;
  /** Where it is kept, by the names people gave. */
  readonly destinations: readonly string[];
}

export interface Tally {
  readonly good: number;
  readonly total: number;
}

/** One line of the log sheet: an attempt, or a part that was never tried. */
export interface DailyRow {
  readonly assetId: AssetId;
  readonly kind: AssetKind;
  readonly applicationId?: ApplicationId | undefined;
  readonly runId?: RunId | undefined;
  readonly origin?: RunOrigin | undefined;
  readonly beganAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** Absent: under way, or never tried. */
  readonly outcome?: Outcome | undefined;
  readonly reasonCode?: string | undefined;
  readonly output?: RunOutput | undefined;
}

/** A part without a good backup, and the latest thing known of it. */
export interface DailyFailure {
  readonly assetId: AssetId;
  readonly applicationId?: ApplicationId | undefined;
  readonly outcome?: Outcome | undefined;
  readonly reasonCode?: string | undefined;
}

/** How many distinct dates of this week an application has. */
export interface WeekTally {
  readonly applicationId: ApplicationId;
  readonly done: number;
  readonly needed: number;
}

export interface DailyFacts {
  readonly date: LocalDate;
  readonly procedureNumber: string;
  readonly procedureVersion: number;
  readonly technical: TechnicalState;
  readonly administrative: AdministrativeState;
  readonly reasonCodes: readonly string[];
  readonly databases: Tally;
  /** Applications that were due: good when each of their file sets is. */
  readonly applications: Tally;
  readonly weeks: readonly WeekTally[];
  readonly failures: readonly DailyFailure[];
  readonly rows: readonly DailyRow[];
  readonly times: StepTimes;
  /** From the first run's begin to the last one's end; absent where nothing ran. */
  readonly beganAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly copies: { readonly count: number; readonly bytes: number };
  /** How the day was worked: `system` throughout, or some of it asked for by people. */
  readonly workedBy: 'system' | 'people-too';
  readonly corrections: readonly ActivityCorrection[];
}

export interface DailyFactsInput {
  readonly activity: Activity;
  readonly identity: Pick<ProcedureIdentity, 'number'>;
  readonly weeks: readonly WeekTally[];
  readonly outputs: ReadonlyMap<RunId, RunOutput>;
  readonly nowMs: number;
}

export function dailyFacts({ activity, identity, weeks, outputs, nowMs }: DailyFactsInput): DailyFacts {
  const rows = activity.parts.flatMap((part) => rowsOf(part, outputs));
  const attempts = activity.parts.flatMap(attemptsOf);
  const begins = attempts.map(({ beganAt }) => beganAt);
  const ends = attempts.flatMap(({ end }) => end?.at ?? []);
  const kept = rows.flatMap(({ output, outcome }) =>
    output !== undefined && outcome !== undefined && isGoodOutcome(outcome) ? [output] : [],
  );
  return {
    date: activity.date,
    procedureNumber: identity.number,
    procedureVersion: activity.procedureVersion,
    technical: activity.technical,
    administrative: activity.administrative,
    reasonCodes: activity.reasonCodes,
    databases: tally(activity.parts.filter(({ kind }) => kind === 'database').map(isGood)),
    applications: tally(applicationsOf(activity)),
    weeks,
    failures: activity.parts.filter((part) => !isGood(part)).map(failureOf),
    rows,
    times: stepTimes(activity, nowMs),
    ...(begins.length === 0 ? {} : { beganAt: Math.min(...begins) }),
    ...(ends.length === 0 ? {} : { endedAt: Math.max(...ends) }),
    copies: { count: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) },
    workedBy: activity.parts.some(({ attempts: all }) => all.some(isOfPeople)) ? 'people-too' : 'system',
    corrections: activity.corrections,
  };
}

const isGood = (part: ActivityPart): boolean => resultOfPart(part) === 'good';
const isOfPeople = ({ origin }: PartAttempt): boolean => origin === 'manual' || origin === 'manual-entry';

function tally(results: readonly boolean[]): Tally {
  return { good: results.filter(Boolean).length, total: results.length };
}

/** One result an application; a file set without one stands for itself. */
function applicationsOf({ parts }: Activity): boolean[] {
  const files = parts.filter(({ kind }) => kind === 'files');
  const groups = Map.groupBy(files, ({ applicationId, assetId }) => applicationId ?? `asset ${assetId}`);
  return [...groups.values()].map((members) => members.every(isGood));
}

function failureOf(part: ActivityPart): DailyFailure {
  const last = attemptsOf(part).at(-1);
  const reasonCode = last === undefined ? part.reasonCode : last.end?.reasonCode;
  return { assetId: part.assetId, applicationId: part.applicationId, outcome: last?.end?.outcome, reasonCode };
}

function rowsOf(part: ActivityPart, outputs: ReadonlyMap<RunId, RunOutput>): DailyRow[] {
  const words = { assetId: part.assetId, kind: part.kind, applicationId: part.applicationId };
  if (part.attempts.length === 0) return [{ ...words, reasonCode: part.reasonCode }];
  return part.attempts.map(({ runId, origin, beganAt, end }) => ({
    ...words,
    runId,
    origin,
    beganAt,
    endedAt: end?.at,
    outcome: end?.outcome,
    reasonCode: end?.reasonCode,
    output: outputs.get(runId),
  }));
}
