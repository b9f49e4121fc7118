// What can happen to an activity. Moments are epoch milliseconds.
import type {
  Activity,
  ActivityActor,
  ActivityRefusal,
  ApplicationId,
  AssetId,
  AssetKind,
  HolidayCalendar,
  Outcome,
  Procedure,
  Role,
  RunId,
  RunOrigin,
  TimeZone,
} from '@lumbung/contracts';

/** An asset that the date is expected to back up. */
export interface ExpectedPart {
  readonly assetId: AssetId;
  readonly kind: AssetKind;
  readonly applicationId?: ApplicationId | undefined;
}

/** Somebody who acts, with the roles they have now. */
export interface ActingPerson extends ActivityActor {
  readonly roles: readonly Role[];
}

export type ActivityEvent =
  /** More work is expected of the date than was planned: something was caught up, added, asked for. */
  | { readonly kind: 'expected'; readonly at: number; readonly parts: readonly ExpectedPart[] }
  | { readonly kind: 'preparation-began'; readonly at: number }
  /** What was found ready, and what was not, with a code each. Parts that are not named stay as they were. */
  | {
      readonly kind: 'preparation-ended';
      readonly at: number;
      readonly ready: readonly AssetId[];
      readonly notReady: readonly { readonly assetId: AssetId; readonly reasonCode: string }[];
    }
  | {
      readonly kind: 'run-began';
      readonly at: number;
      readonly runId: RunId;
      readonly assetId: AssetId;
      readonly origin: RunOrigin;
    }
  | {
      readonly kind: 'run-ended';
      readonly at: number;
      readonly runId: RunId;
      readonly outcome: Outcome;
      readonly reasonCode?: string | undefined;
    }
  /** The local date is over. */
  | { readonly kind: 'date-ended'; readonly at: number }
  | { readonly kind: 'report-began'; readonly at: number }
  /** Absent `by`: the system reported by itself. */
  | { readonly kind: 'reported'; readonly at: number; readonly by?: ActivityActor | undefined }
  | {
      readonly kind: 'acknowledged';
      readonly at: number;
      readonly by: ActingPerson;
      readonly note?: string | undefined;
    }
  | { readonly kind: 'returned'; readonly at: number; readonly by: ActingPerson; readonly note: string }
  | { readonly kind: 'delegated'; readonly at: number; readonly by: ActingPerson; readonly to: ActivityActor }
  | { readonly kind: 'closed'; readonly at: number };

/** What the rules need besides the activity. */
export interface ActivityRules {
  readonly procedure: Pick<Procedure, 'steps' | 'standards'>;
  readonly calendar: HolidayCalendar;
  readonly zone: TimeZone;
}

/** The activity after an event, or why it cannot happen. */
export type Advance =
  | { readonly status: 'advanced'; readonly activity: Activity }
  | { readonly status: 'refused'; readonly code: ActivityRefusal };

export const advanced = (activity: Activity): Advance => ({ status: 'advanced', activity });
export const refused = (code: ActivityRefusal): Advance => ({ status: 'refused', code });
