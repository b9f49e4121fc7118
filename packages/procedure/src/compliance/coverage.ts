// How many applications are protected now, and since when the others are not. @see docs/design/procedure-rules.md#compliance
import type { ApplicationId, AssetId, AssetKind, Standards, TimeZone } from '@lumbung/contracts';
import { localDateOf, startOfDate } from '../calendar/zone.ts';
import { type Application, type Asset, isActiveOn, type Pause, pauseOn } from '../records/asset.ts';
import { isReliable, type StoredCopy } from '../records/stored-copy.ts';
import type { Figure } from './figure.ts';

const HOUR_MS = 3_600_000;

export interface CoverageInput {
  readonly standards: Pick<Standards, 'databases' | 'applications'>;
  /** In hours, where an asset has a limit of its own. */
  readonly limits?: ReadonlyMap<AssetId, number>;
  readonly applications: readonly Application[];
  readonly assets: readonly Asset[];
  /** At least the latest verified copies of each asset. */
  readonly copies: Iterable<StoredCopy>;
  readonly zone: TimeZone;
  readonly nowMs: number;
}

export type AssetCoverage = {
  readonly assetId: AssetId;
  readonly kind: AssetKind;
  readonly applicationId?: ApplicationId | undefined;
  readonly limitHours: number;
  readonly pause?: Pause | undefined;
} & (
  | {
      readonly state: 'covered';
      /** When the data of the latest usable copy was read, and until when that is young enough. */
      readonly lastReadAt: number;
      readonly coveredUntil: number;
    }
  | {
      readonly state: 'uncovered';
      /** Absent: there is no usable copy. */
      readonly lastReadAt?: number | undefined;
      /** Since when nothing young enough is there. */
      readonly since: number;
    }
);

export type UncoveredAsset = Extract<AssetCoverage, { state: 'uncovered' }>;

export interface UncoveredApplication {
  readonly applicationId: ApplicationId;
  /** Empty: nothing of it is registered, so that nothing is protected. */
  readonly assets: readonly UncoveredAsset[];
}

export interface Coverage extends Figure<UncoveredApplication> {
  /** Every active asset. */
  readonly assets: readonly AssetCoverage[];
  /** Assets that are not covered, longest first; those of no application too. */
  readonly uncovered: readonly UncoveredAsset[];
}

/** Active applications all of whose databases and file sets have a usable copy within their limit, of all active ones. */
export function coverage(input: CoverageInput): Coverage {
  const today = localDateOf(input.nowMs, input.zone);
  const lastReadAt = latestReliable(input);
  const assets = input.assets
    .filter(({ life }) => isActiveOn(life, today))
    .map((asset) => coverageOf(asset, lastReadAt.get(asset.id), input));
  const byApplication = Map.groupBy(assets, ({ applicationId }) => applicationId);
  const active = input.applications.filter(({ life }) => isActiveOn(life, today));
  const misses = active.flatMap(({ id }) => {
    const ofApplication = byApplication.get(id) ?? [];
    const uncovered = ofApplication.filter(isUncovered);
    return ofApplication.length > 0 && uncovered.length === 0 ? [] : [{ applicationId: id, assets: uncovered }];
  });
  return {
    numerator: active.length - misses.length,
    denominator: active.length,
    misses,
    assets,
    uncovered: assets.filter(isUncovered).toSorted((a, b) => a.since - b.since),
  };
}

const isUncovered = (asset: AssetCoverage): asset is UncoveredAsset => asset.state === 'uncovered';

function latestReliable({ copies, nowMs }: CoverageInput): ReadonlyMap<AssetId, number> {
  const latest = new Map<AssetId, number>();
  for (const copy of copies) {
    if (!isReliable(copy, nowMs)) continue;
    latest.set(copy.assetId, Math.max(latest.get(copy.assetId) ?? copy.readAt, copy.readAt));
  }
  return latest;
}

function coverageOf(asset: Asset, lastReadAt: number | undefined, input: CoverageInput): AssetCoverage {
  const { standards, limits, nowMs, zone } = input;
  const standard = asset.kind === 'database' ? standards.databases : standards.applications;
  const limitHours = limits?.get(asset.id) ?? standard.coverageHoursMax;
  const words = {
    assetId: asset.id,
    kind: asset.kind,
    applicationId: asset.applicationId,
    limitHours,
    pause: pauseOn(asset.life, localDateOf(nowMs, zone)),
  };
  if (lastReadAt === undefined) {
    return { ...words, state: 'uncovered', since: startOfDate(asset.life.registeredOn, zone) };
  }
  const coveredUntil = lastReadAt + limitHours * HOUR_MS;
  return nowMs <= coveredUntil
    ? { ...words, state: 'covered', lastReadAt, coveredUntil }
    : { ...words, state: 'uncovered', lastReadAt, since: coveredUntil };
}
