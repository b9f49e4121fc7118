// The assets that a date is expected to back up, and what their attempts come to.
import {
  type Activity,
  type ActivityPart,
  isGoodOutcome,
  type PartAttempt,
  type TechnicalResult,
} from '@lumbung/contracts';
import type { ExpectedPart } from './activity-event.ts';

/** Parts that are there already stay as they are. */
export function withParts(parts: readonly ActivityPart[], expected: readonly ExpectedPart[]): readonly ActivityPart[] {
  const known = new Set(parts.map(({ assetId }) => assetId));
  const added = expected.filter(({ assetId }, index) => {
    const isFirst = expected.findIndex((each) => each.assetId === assetId) === index;
    return isFirst && !known.has(assetId);
  });
  return [...parts, ...added.map((each): ActivityPart => ({ ...each, readiness: 'unknown', attempts: [] }))];
}

export const isUnderWay = ({ end }: PartAttempt): boolean => end === undefined;

/** What counts for the date. A manual entry is written down beside it. */
const isOfSystem = ({ origin }: PartAttempt): boolean => origin !== 'manual-entry';

export function attemptsOf({ attempts }: ActivityPart): readonly PartAttempt[] {
  return attempts.filter(isOfSystem);
}

/** `good`: one attempt of the date was. `failed`: all were not, or it was never ready. `open`: nothing was tried yet. */
export type PartResult = 'good' | 'failed' | 'open';

export function resultOfPart(part: ActivityPart): PartResult {
  const ends = attemptsOf(part).flatMap(({ end }) => end ?? []);
  if (ends.some(({ outcome }) => isGoodOutcome(outcome))) return 'good';
  return ends.length > 0 || part.readiness === 'not-ready' ? 'failed' : 'open';
}

export function hasRunUnderWay({ parts }: Activity): boolean {
  return parts.some((part) => attemptsOf(part).some(isUnderWay));
}

export function hasAttempts({ parts }: Activity): boolean {
  return parts.some((part) => attemptsOf(part).length > 0);
}

/** What the date comes to; a part without a good attempt counts as failed. */
export function resultOfParts(parts: readonly ActivityPart[]): Exclude<TechnicalResult, 'missed'> {
  const good = parts.filter((part) => resultOfPart(part) === 'good').length;
  if (good === parts.length) return 'succeeded';
  return good === 0 ? 'failed' : 'partly';
}
