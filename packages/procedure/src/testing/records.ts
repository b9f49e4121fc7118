// Records as a store would hand them in, from as little as a test wants to say.
import {
  type ApplicationId,
  type AssetId,
  type AssetKind,
  type LocalDate,
  type Outcome,
  parseApplicationId,
  parseAssetId,
  parseLocalDate,
  parseRunId,
  parseSnapshotId,
  parseTimeOfDay,
  parseTimeZone,
  type RunOrigin,
  type SnapshotId,
  type TimeZone,
  type Verification,
} from '@lumbung/contracts';
import { instantAt } from '../calendar/zone.ts';
import type { Application, Asset, Life, Pause } from '../records/asset.ts';
import type { BackupRun } from '../records/backup-run.ts';
import type { StoredCopy } from '../records/stored-copy.ts';

export const WITA = parseTimeZone('Asia/Makassar');
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

/** `2026-03-05 08:30`, or a date alone for its noon, on clocks of the zone. */
export function at(text: string, zone: TimeZone = WITA): number {
  const [date = '', time = '12:00'] = text.split(' ');
  return instantAt(parseLocalDate(date), parseTimeOfDay(time), zone);
}

export function snapshotId(number: number): SnapshotId {
  return parseSnapshotId(number.toString(16).padStart(64, '0'));
}

export interface LifeWords {
  readonly from?: string;
  readonly retired?: string;
  readonly trial?: boolean;
  readonly pauses?: readonly Pause[];
}

export function lifeOf({ from = '2020-01-01', retired, trial = false, pauses = [] }: LifeWords = {}): Life {
  const registeredOn = parseLocalDate(from);
  if (retired !== undefined) return { state: 'retired', registeredOn, pauses, retiredOn: parseLocalDate(retired) };
  return { state: trial ? 'trial' : 'active', registeredOn, pauses };
}

export function assetOf(kind: AssetKind, id: string, words: LifeWords & { readonly app?: string } = {}): Asset {
  const applicationId = words.app === undefined ? undefined : parseApplicationId(words.app);
  return { id: parseAssetId(id), kind, life: lifeOf(words), ...(applicationId === undefined ? {} : { applicationId }) };
}

export function applicationOf(id: string, words: LifeWords = {}): Application {
  return { id: parseApplicationId(id), life: lifeOf(words) };
}

export interface RunWords {
  readonly outcome?: Outcome;
  readonly verification?: Verification;
  readonly origin?: RunOrigin;
  readonly receivedAt?: number;
  readonly minutes?: number;
  readonly zone?: TimeZone;
}

let runs = 0;

/** A run of an asset that began at a local time: good, verified, ten minutes long, unless it says otherwise. */
export function runOf(asset: Asset | AssetId, when: string | number, words: RunWords = {}): BackupRun {
  const startedAt = typeof when === 'number' ? when : at(when, words.zone);
  runs += 1;
  const { outcome = 'succeeded', verification = 'verified', origin = 'scheduled', receivedAt, minutes = 10 } = words;
  return {
    runId: parseRunId(`run-${runs}`),
    assetId: typeof asset === 'string' ? asset : asset.id,
    origin,
    startedAt,
    endedAt: startedAt + minutes * MINUTE_MS,
    outcome,
    verification: outcome === 'succeeded' || outcome === 'warned' ? verification : 'pending',
    ...(receivedAt === undefined ? {} : { receivedAt }),
  };
}

export interface CopyWords {
  readonly outcome?: 'succeeded' | 'warned';
  readonly verification?: Verification;
  readonly pinned?: boolean;
  readonly trashedAt?: string | number;
  readonly trashedBy?: 'retention' | 'person';
  readonly receivedAt?: number;
  readonly zone?: TimeZone;
}

/** A verified copy of an asset that was read at a local time, unless it says otherwise. */
export function copyOf(
  asset: Asset | AssetId,
  number: number,
  when: string | number,
  words: CopyWords = {},
): StoredCopy {
  const { outcome = 'succeeded', verification = 'verified', pinned = false, trashedAt, receivedAt, zone } = words;
  const trashed =
    trashedAt === undefined
      ? undefined
      : ({
          at: typeof trashedAt === 'number' ? trashedAt : at(trashedAt, zone),
          by: words.trashedBy ?? 'retention',
        } as const);
  return {
    id: snapshotId(number),
    assetId: typeof asset === 'string' ? asset : asset.id,
    readAt: typeof when === 'number' ? when : at(when, zone),
    outcome,
    verification,
    pin: pinned ? 'pinned' : 'none',
    ...(trashed === undefined ? {} : { trashed }),
    ...(receivedAt === undefined ? {} : { receivedAt }),
  };
}

export const day = (text: string): LocalDate => parseLocalDate(text);
export const appId = (text: string): ApplicationId => parseApplicationId(text);
