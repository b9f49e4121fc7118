// A copy in a repository, as the catalogue knows it.
import type { AssetId, GoodOutcome, SnapshotId, Verification } from '@lumbung/contracts';
import { judgeDating } from './dating.ts';

export interface StoredCopy {
  readonly id: SnapshotId;
  readonly assetId: AssetId;
  /** When the data was read: the time of the snapshot. Epoch milliseconds. */
  readonly readAt: number;
  /** When it reached us, if its time is claimed by another machine. */
  readonly receivedAt?: number | undefined;
  readonly outcome: GoodOutcome;
  readonly verification: Verification;
  /** Kunci retensi: a person said that it stays. */
  readonly pin: 'none' | 'pinned';
  /** Absent: it is not in the trash. */
  readonly trashed?: Trashed | undefined;
}

export interface Trashed {
  readonly at: number;
  /** Who put it there: a person's decision is not undone by a longer policy. */
  readonly by: 'retention' | 'person';
}

export function datingOf(copy: StoredCopy, nowMs: number): ReturnType<typeof judgeDating> {
  return judgeDating({ claimedAt: copy.readAt, receivedAt: copy.receivedAt }, nowMs);
}

/** It can be relied on now: verified, believably dated, not in the trash. */
export function isReliable(copy: StoredCopy, nowMs: number): boolean {
  return copy.verification === 'verified' && copy.trashed === undefined && datingOf(copy, nowMs) === 'sound';
}

/** By time to the second, as repositories show it, then by id: always the same way. */
export function compareCopies(a: StoredCopy, b: StoredCopy): number {
  const seconds = Math.floor(a.readAt / 1000) - Math.floor(b.readAt / 1000);
  if (seconds !== 0) return seconds;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The copy that stands for a span of time: the latest verified `succeeded` one, else the latest verified `warned` one.
 *  @param copies reliable ones, in any order */
export function keeperOf(copies: readonly StoredCopy[]): StoredCopy | undefined {
  return copies.reduce<StoredCopy | undefined>(
    (best, copy) => (best === undefined || isBetterKeeper(copy, best) ? copy : best),
    undefined,
  );
}

/** Would `a` be the keeper rather than `b`, were both verified? */
export function isBetterKeeper(a: StoredCopy, b: StoredCopy): boolean {
  if (a.outcome !== b.outcome) return a.outcome === 'succeeded';
  return compareCopies(a, b) > 0;
}
