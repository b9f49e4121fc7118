// What runs left in repositories, written down with them.
import type { DestinationId, JobSpec, RunRecord, StoredCopy } from '@lumbung/contracts';
import { parseJobSpec } from '@lumbung/contracts/schemas';
import { localDateOf } from '@lumbung/procedure';
import { assert, type Clock } from '@lumbung/stdx';
import type { Transaction } from '../../store/store.ts';
import { readOrganisation } from '../organisation/index.ts';
import type { RunEnd, RunFollower, StoredRun } from '../runs/index.ts';
import { adoptSnapshots } from './adopt.ts';
import { findSnapshotsById, insertSnapshot, judgeSnapshot, type NewSnapshot, noteRemoved } from './snapshots.store.ts';

/** Keeps the catalogue of copies equal to what the records of runs say, and to what is found in repositories. */
export function catalogueFollower({ clock }: { readonly clock: Clock }): RunFollower {
  return {
    async ended(tx, run, end) {
      const spec = parseJobSpec(JSON.parse(run.spec));
      await keepCopies(tx, run, end);
      await keepResult(tx, { run, spec, record: end.record });
    },
    async found(tx, destinationId, entries) {
      await adoptSnapshots(tx, entries, { destinationId, at: clock.nowMs() });
    },
  };
}

async function keepCopies(tx: Transaction, run: StoredRun, { record, countsOn }: RunEnd): Promise<void> {
  if (record.copies.length === 0) return;
  assert(run.destination_id !== null, 'a run that stores copies has a destination');
  for (const copy of record.copies) {
    await insertSnapshot(tx, {
      ...judgementOf(copy),
      snapshotId: copy.snapshotId,
      destinationId: run.destination_id,
      assetId: copy.asset ?? run.asset_id,
      runId: run.id,
      originalId: null,
      content: copy.content,
      outcome: record.outcome === 'succeeded' ? 'succeeded' : 'warned',
      claimedAt: copy.takenAt,
      receivedAt: record.endedAt,
      countsOn,
      bytes: copy.bytes,
      bytesAdded: copy.storedBytes,
      flags: flagsOf(copy),
    });
  }
}

function judgementOf({
  verification,
}: StoredCopy): Pick<NewSnapshot, 'verification' | 'verifiedAt' | 'verificationCode'> {
  if (verification === undefined) return { verification: 'pending', verifiedAt: null, verificationCode: null };
  const isGood = verification.verdict === 'verified';
  return {
    verification: isGood ? 'verified' : 'revoked',
    verifiedAt: verification.verifiedAt,
    verificationCode: isGood ? null : (verification.findings[0]?.code ?? 'damaged'),
  };
}

/** What a person should look at before anything older is removed. */
function flagsOf(copy: StoredCopy): unknown {
  const flags = {
    ...(copy.anomalies.length === 0 ? {} : { anomalies: copy.anomalies }),
    ...(copy.unreadCount === 0 ? {} : { unread: copy.unreadCount }),
  };
  return Object.keys(flags).length === 0 ? undefined : flags;
}

interface Told {
  readonly run: StoredRun;
  readonly spec: JobSpec;
  readonly record: RunRecord;
}

async function keepResult(tx: Transaction, { run, spec, record }: Told): Promise<void> {
  const { result } = record;
  if (result === undefined || run.destination_id === null) return;
  switch (result.kind) {
    case 'verify':
      if (spec.kind === 'verify') {
        await judgeSnapshot(tx, {
          snapshotId: spec.snapshotId,
          destinationId: run.destination_id,
          verification: result.verification.verdict === 'verified' ? 'verified' : 'revoked',
          code: result.verification.findings[0]?.code ?? null,
          at: result.verification.verifiedAt,
        });
      }
      return;
    case 'retention':
      for (const snapshotId of [...result.removedIds, ...result.goneIds]) {
        await noteRemoved(tx, { snapshotId, destinationId: run.destination_id, at: record.endedAt, reason: run.id });
      }
      return;
    case 'copy':
      for (const { fromId, toId } of [...result.copied, ...result.skipped]) {
        await keepSecondCopy(tx, { fromId, toId, destinationId: run.destination_id, record });
      }
      return;
    case 'check':
      for (const { severity, code, snapshotId } of result.findings) {
        if (severity !== 'error' || snapshotId === undefined) continue;
        await judgeSnapshot(tx, {
          snapshotId,
          destinationId: run.destination_id,
          verification: 'revoked',
          code,
          at: record.endedAt,
        });
      }
      break;
    // The rest leaves nothing in a repository.
    default:
  }
}

interface SecondCopy {
  readonly fromId: NewSnapshot['snapshotId'];
  readonly toId: NewSnapshot['snapshotId'];
  readonly destinationId: DestinationId;
  readonly record: RunRecord;
}

/** A copy elsewhere is as old as its original, and is proof of nothing until it was read itself. */
async function keepSecondCopy(tx: Transaction, { fromId, toId, destinationId, record }: SecondCopy): Promise<void> {
  const [original] = await findSnapshotsById(tx, fromId);
  if (original === undefined) return;
  const { zone } = await readOrganisation(tx);
  await insertSnapshot(tx, {
    snapshotId: toId,
    destinationId,
    assetId: original.asset_id,
    runId: original.run_id,
    originalId: fromId,
    content: original.content,
    outcome: original.outcome,
    claimedAt: original.claimed_at,
    receivedAt: record.endedAt,
    countsOn: localDateOf(original.claimed_at, zone),
    bytes: original.bytes,
    bytesAdded: null,
    verification: 'pending',
    verifiedAt: null,
    verificationCode: null,
    flags: undefined,
  });
}
