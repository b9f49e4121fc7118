// What runs did, as a store hands it in: one record an asset and attempt.
import type { AssetId, Outcome, RunId, RunOrigin, SnapshotId, Verification } from '@lumbung/contracts';
import { isGoodOutcome } from '@lumbung/contracts';
import { judgeDating } from './dating.ts';

export interface BackupRun {
  readonly runId: RunId;
  readonly assetId: AssetId;
  readonly origin: RunOrigin;
  /** When it began to read: the run belongs to the local date of this moment. Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** When the copy reached us, if its time is claimed by another machine; absent when our own clock timed it. */
  readonly receivedAt?: number | undefined;
  readonly outcome: Outcome;
  /** What is known of the copy today, whenever it was verified. Of an outcome without a copy: `pending`. */
  readonly verification: Verification;
  /** The copy. Absent where there is none. */
  readonly snapshotId?: SnapshotId | undefined;
}

/** It counts: a copy exists, it is verified, its time is believable, and it was not only written down by a person. */
export function isGoodRun(run: BackupRun, nowMs: number): boolean {
  return (
    isGoodOutcome(run.outcome) &&
    run.verification === 'verified' &&
    run.origin !== 'manual-entry' &&
    datingOfRun(run, nowMs) === 'sound'
  );
}

export function datingOfRun({ startedAt, receivedAt }: BackupRun, nowMs: number): ReturnType<typeof judgeDating> {
  return judgeDating({ claimedAt: startedAt, receivedAt }, nowMs);
}
