// What the planner is handed, and what it gives.
import type {
  ApplicationId,
  AssetId,
  AssetKind,
  DueReason,
  LocalDate,
  Schedule,
  Standards,
  TimeOfDay,
  TimeZone,
  Weekday,
} from '@lumbung/contracts';
import type { Application, Asset } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import type { Jitter } from './jitter.ts';

/** Where an asset or an application is planned otherwise than the rest. */
export interface OwnSchedule {
  readonly at?: TimeOfDay | undefined;
  /** Of applications. */
  readonly plannedOn?: readonly Weekday[] | undefined;
}

/** A person wants a run now. */
export interface ManualRequest {
  readonly assetId: AssetId;
  readonly requestedAt: number;
}

export interface PlannerInput {
  readonly standards: Pick<Standards, 'applications' | 'retries'>;
  readonly schedule: Schedule;
  readonly ownSchedules?: ReadonlyMap<AssetId | ApplicationId, OwnSchedule>;
  readonly applications: readonly Application[];
  readonly assets: readonly Asset[];
  /** Of the last two weeks, and the latest of each asset however old. Manual entries may be among them. */
  readonly runs: Iterable<BackupRun>;
  /** Assets with a run that is queued or under way. */
  readonly underWay: ReadonlySet<AssetId>;
  readonly requests: readonly ManualRequest[];
  readonly jitter: Jitter;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

interface Planned {
  readonly assetId: AssetId;
  readonly kind: AssetKind;
  readonly applicationId?: ApplicationId | undefined;
  readonly reason: DueReason;
  /** When it was to begin: now or before of what is due, later of what is to come. */
  readonly plannedAt: number;
}

/** Work that should begin now. How many run at the same time is not decided here. */
export interface DueItem extends Planned {
  /** The same for the same work, however often and by whomever it is planned: a queue takes it once. */
  readonly key: string;
  readonly date: LocalDate;
  /** Which attempt of the date it is, from 1. */
  readonly attempt: number;
}

export interface UpcomingItem extends Planned {
  readonly date: LocalDate;
}

export interface WorkPlan {
  /** What a person asked for first, then by planned time. */
  readonly due: readonly DueItem[];
  /** The next time of each asset that is neither due nor under way. */
  readonly upcoming: readonly UpcomingItem[];
  /** Assets whose attempts of today are used up: somebody must look. */
  readonly exhausted: readonly AssetId[];
}

export interface PlannedApplication {
  /** Absent: a file set that belongs to none. */
  readonly applicationId?: ApplicationId | undefined;
  readonly assetIds: readonly AssetId[];
}

/** What a local date is expected to bring. */
export interface PlannedDate {
  readonly date: LocalDate;
  readonly databases: readonly AssetId[];
  readonly applications: readonly PlannedApplication[];
  /** The earliest planned begin; absent where nothing is planned. */
  readonly beginsAt?: number | undefined;
}
