import type { CopyVerification, RunFinding } from '@lumbung/contracts';
import { FINDINGS_KEPT_MAX } from '@lumbung/contracts';
import {
  type CheckFinding,
  type Repository,
  type SnapshotId,
  type SnapshotRecord,
  verifySnapshot,
} from '@lumbung/engine';
import { type Finding, type Manifest, readManifest } from '@lumbung/sources';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { driverOf } from '../../database/database-driver.ts';
import { folderOfSnapshot } from '../../database/dump-place.ts';
import type { StoredDump } from '../../database/find-dump.ts';
import { verifyDump } from '../../database/restore-database.ts';
import { openDumpTree } from '../../database/stored-tree.ts';
import { databaseControl, type JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';
import { recordOfRemark } from '../remark-record.ts';
import { momentOf } from '../run-book.ts';
import { clipped, errorOf } from '../shown-text.ts';

/** Of files, when a job says nothing: a first copy of a terabyte is not read again in full before the night is over. */
const READ_BYTES_MAX = 64 * 2 ** 30;

/**
 * Whether a stored copy is whole. A dump is read to its last byte and compared with its manifest. Of files see
 * `verifySnapshot`: structure, and what this copy added.
 *
 * What is wrong are findings. @throws BACKEND_*, SNAPSHOT_NOT_FOUND and the signal's reason
 */
export async function verifyCopy(
  repository: Repository,
  snapshotId: SnapshotId,
  run: JobRun,
  options: { readonly readBytesMax?: number | undefined } = {},
): Promise<CopyVerification> {
  const { clock } = run.ports;
  const beganMs = clock.monotonicMs();
  const findings = new FindingList();
  const counts = await damageAsFinding(findings, async () => {
    const stored = repository.withoutCache();
    const snapshot = await loadJobSnapshot(stored, snapshotId, run.signal);
    const folder = folderOfSnapshot(snapshot);
    return folder === undefined
      ? await verifyFiles(stored, snapshot, { findings, readBytesMax: options.readBytesMax ?? READ_BYTES_MAX }, run)
      : await verifyDatabase(stored, { snapshot, folder }, findings, run);
  });
  const { filesSeen = 0, bytesRead = 0, bytesToRead = 0 } = counts ?? {};
  return {
    verdict: findings.hasErrors ? 'damaged' : 'verified',
    level: bytesRead < bytesToRead ? 'sampled' : 'complete',
    verifiedAt: momentOf(clock),
    durationMs: clock.monotonicMs() - beganMs,
    filesSeen,
    bytesRead,
    bytesToRead,
    findings: findings.kept,
    findingCount: findings.count,
  };
}

/** For a run that must not end well with a damaged copy. */
export function copyDamaged(snapshotId: string, { findings, findingCount }: CopyVerification): LumbungError {
  const [first] = findings;
  return new LumbungError('COPY_DAMAGED', {
    kind: 'corruption',
    message: `the stored copy ${snapshotId} is not whole: ${first?.message ?? ''}`,
    context: { snapshot: snapshotId, count: findingCount, reason: first?.message ?? '' },
    hint: 'make a new copy, and check the repository and the disk it lies on',
  });
}

interface Counts {
  readonly filesSeen: number;
  readonly bytesRead: number;
  readonly bytesToRead: number;
}

/** Damage that ended the look early is what was looked for. */
async function damageAsFinding(findings: FindingList, act: () => Promise<Counts>): Promise<Counts | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!isLumbungError(error) || error.kind !== 'corruption') throw error;
    const { code, message } = errorOf(error);
    findings.add({ code, severity: 'error', message });
    return undefined;
  }
}

async function verifyFiles(
  repository: Repository,
  { id, summary }: SnapshotRecord,
  { findings, readBytesMax }: { readonly findings: FindingList; readonly readBytesMax: number },
  run: JobRun,
): Promise<Counts> {
  const {
    counts,
    findings: found,
    errorCount,
  } = await verifySnapshot(repository, {
    snapshotId: id,
    lock: 'unlocked',
    signal: run.signal,
    readBytesMax,
    onEvent: (event) => {
      if (event.kind === 'progress') run.book.progress({ doneItems: event.done, totalItems: event.total });
    },
  });
  for (const finding of found) findings.add(findingOfCheck(finding));
  findings.addMore(errorCount - found.filter(({ severity }) => severity === 'error').length);
  return {
    filesSeen: summary?.totalFilesProcessed ?? 0,
    bytesRead: counts.bytesRead,
    bytesToRead: counts.newBytes,
  };
}

function findingOfCheck({ code, severity, message, nodeName }: CheckFinding): RunFinding {
  return {
    code,
    severity: severity === 'error' ? 'error' : 'warning',
    message: clipped(message),
    ...(nodeName === undefined ? {} : { path: clipped(nodeName) }),
  };
}

async function verifyDatabase(
  repository: Repository,
  dump: StoredDump,
  findings: FindingList,
  run: JobRun,
): Promise<Counts> {
  const manifest = await readManifest(
    await openDumpTree(repository, dump.snapshot, dump.folder, run.signal),
    run.signal,
  );
  for await (const finding of verifyDump(repository, driverOf(manifest.engine), dump, databaseControl<never>(run))) {
    findings.add(findingOfDump(finding));
  }
  const bytes = bytesOf(manifest);
  return { filesSeen: filesOf(manifest), bytesRead: bytes, bytesToRead: bytes };
}

export function findingOfDump({ code, severity, table, path, remark: said }: Finding): RunFinding {
  const remark = recordOfRemark(said);
  return {
    code,
    severity,
    message: remark.message,
    remark,
    ...(table === undefined ? {} : { table: clipped(table) }),
    ...(path === undefined ? {} : { path: clipped(path) }),
  };
}

function filesOf({ tables, files }: Manifest): number {
  return files.length + tables.reduce((sum, { segments }) => sum + segments.length, 0);
}

function bytesOf({ tables, files }: Manifest): number {
  const ofSegments = tables.flatMap(({ segments }) => segments).reduce((sum, { bytes }) => sum + bytes, 0);
  return ofSegments + files.reduce((sum, { bytes }) => sum + bytes, 0);
}

class FindingList {
  readonly kept: RunFinding[] = [];
  count = 0;
  hasErrors = false;

  add(finding: RunFinding): void {
    this.count += 1;
    this.hasErrors ||= finding.severity === 'error';
    if (this.kept.length < FINDINGS_KEPT_MAX) this.kept.push(finding);
  }

  /** Errors of which only the number is known. */
  addMore(count: number): void {
    if (count <= 0) return;
    this.count += count;
    this.hasErrors = true;
  }
}
