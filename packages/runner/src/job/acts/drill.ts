import type { JobResult, JobSpecOf, RunRemark } from '@lumbung/contracts';
import type { Repository, SnapshotRecord } from '@lumbung/engine';
import { readManifest } from '@lumbung/sources';
import { fromErrorRecord, LumbungError } from '@lumbung/stdx';
import { type AssertionResult, parseAssertion } from '../../database/assertion.ts';
import { driverOf } from '../../database/database-driver.ts';
import { type DrillResult, drillDatabase } from '../../database/drill-database.ts';
import { folderOfSnapshot } from '../../database/dump-place.ts';
import { openDumpTree } from '../../database/stored-tree.ts';
import { freeBytesIn } from '../free-space.ts';
import { withRepository } from '../job-repository.ts';
import { databaseControl, JobFailure, type JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';
import { recordOfRemark } from '../remark-record.ts';
import { clipped, errorOf } from '../shown-text.ts';
import { restoreForDrill } from './restore-files.ts';
import { findingOfDump } from './verify-copy.ts';

type Spec = JobSpecOf<'drill'>;
type Result = Extract<JobResult, { readonly kind: 'drill' }>;

/** Left to everybody else on the disk of the work folder. */
const SPACE_FACTOR = 1.1;

const NOTHING: Omit<Result, 'snapshotId' | 'verdict'> = {
  kind: 'drill',
  reasons: [],
  findings: [],
  assertions: [],
  phases: [],
  tables: 0,
  rows: 0,
  files: 0,
  bytes: 0,
};

/**
 * A restore that proves that it works: a database into a server of its own, compared value by value and asked what must hold;
 * files into a private folder, each read again. Nothing of it is left.
 *
 * @throws LumbungError DRILL_FAILED (corruption), with the result; DB_ASSERTION_INVALID, DB_ASSERTION_UNSUPPORTED (operator)
 */
export async function drill(spec: Spec, run: JobRun): Promise<JobResult> {
  return await withRepository(run, spec.repository, { lock: 'shared' }, async ({ repository, run: held }) => {
    held.book.step('drill');
    const snapshot = await loadJobSnapshot(repository, spec.snapshotId, held.signal);
    const folder = folderOfSnapshot(snapshot);
    const result =
      folder === undefined
        ? await drillFiles(repository, snapshot, held)
        : await drillDump(repository, { snapshot, folder }, spec, held);
    const { book } = held;
    book.restored({ bytes: result.bytes, files: result.files, rows: result.rows });
    if (result.verdict === 'not-testable') {
      const message = result.reasons.map((reason) => reason.message).join('; ');
      book.warn({ code: 'DRILL_NOT_TESTABLE', message: `the copy could not be tried out here: ${message}` });
    }
    return result;
  });
}

async function drillDump(
  repository: Repository,
  dump: { readonly snapshot: SnapshotRecord; readonly folder: string },
  spec: Spec,
  run: JobRun,
): Promise<Result> {
  const { signal, ports, limits } = run;
  const manifest = await readManifest(await openDumpTree(repository, dump.snapshot, dump.folder, signal), signal);
  const drilled = await drillDatabase(
    repository,
    driverOf(manifest.engine),
    dump,
    { workFolder: ports.workFolder, parallel: limits.parallel, assertions: spec.assertions.map(parseAssertion) },
    databaseControl<never>(run),
  );
  const evidence = {
    ...NOTHING,
    snapshotId: spec.snapshotId,
    manifestSha256: drilled.manifestSha256,
    serverVersion: clipped(drilled.serverVersion),
    phases: drilled.phases.map(({ phase, durationMs }) => ({ phase, durationMs })),
  };
  switch (drilled.kind) {
    case 'passed': {
      const { tables } = drilled.report;
      return {
        ...evidence,
        verdict: 'passed',
        findings: drilled.report.findings.slice(0, 1000).map(findingOfDump),
        assertions: drilled.assertions.map(assertionOf),
        recoveryMs: drilled.recoveryMs,
        tables: tables.length,
        rows: tables.reduce((sum, { rows }) => sum + rows, 0),
        bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    }
    case 'notTestable':
      return { ...evidence, verdict: 'not-testable', reasons: drilled.reasons.slice(0, 1000).map(recordOfRemark) };
    case 'failed': {
      const result: Result = {
        ...evidence,
        verdict: 'failed',
        findings: drilled.findings.slice(0, 1000).map(findingOfDump),
        assertions: drilled.assertions.map(assertionOf),
      };
      throw new JobFailure(failureOf(drilled), result);
    }
  }
}

function failureOf({ error, findings, assertions }: Extract<DrillResult, { readonly kind: 'failed' }>): LumbungError {
  const finding = findings.find(({ severity }) => severity === 'error');
  const broken = assertions.find(({ holds }) => !holds);
  const reason =
    error?.message ??
    (finding === undefined ? `it does not hold: ${broken?.question ?? ''}` : recordOfRemark(finding.remark).message);
  return error === undefined ? drillFailed(reason) : drillFailed(reason, fromErrorRecord(error));
}

/** A cause that passes, or that somebody can put right, says nothing of the copy. */
function drillFailed(reason: string, cause?: LumbungError): LumbungError {
  return new LumbungError('DRILL_FAILED', {
    kind: cause?.kind ?? 'corruption',
    message: `the copy could not be restored for proof: ${reason}`,
    context: { reason },
    hint: 'keep older copies, make a new one, and try that out',
    ...(cause === undefined ? {} : { cause }),
  });
}

function assertionOf(asked: AssertionResult): Result['assertions'][number] {
  const { question, expected } = asked;
  const head = { question: clipped(question), ...(expected === undefined ? {} : { expected: clipped(expected) }) };
  if ('problem' in asked) return { ...head, result: 'unanswered', problem: recordOfRemark(asked.problem) };
  return { ...head, result: asked.holds ? 'holds' : 'differs', answer: clipped(asked.answer) };
}

async function drillFiles(repository: Repository, snapshot: SnapshotRecord, run: JobRun): Promise<Result> {
  const { clock, workFolder } = run.ports;
  const head = { ...NOTHING, snapshotId: snapshot.id };
  const neededBytes = Math.ceil((snapshot.summary?.totalBytesProcessed ?? 0) * SPACE_FACTOR) + run.limits.freeBytesMin;
  const freeBytes = await freeBytesIn(workFolder);
  if (freeBytes < neededBytes) {
    const reason: RunRemark = {
      code: 'WORK_SPACE_SHORT',
      message: `${neededBytes} bytes are needed in ${workFolder}, ${freeBytes} are free`,
      values: { neededBytes, freeBytes, folder: workFolder },
    };
    return { ...head, verdict: 'not-testable', reasons: [reason] };
  }
  const beganMs = clock.monotonicMs();
  const { progress, filesVerified, errors, errorCount, durationMs } = await restoreForDrill(
    repository,
    snapshot.id,
    run,
  );
  const result: Result = {
    ...head,
    verdict: errorCount === 0 ? 'passed' : 'failed',
    findings: errors.slice(0, 1000).map(({ path, error }) => ({
      code: error.code,
      severity: 'error',
      path: clipped(Buffer.from(path, 'latin1').toString('utf8')),
      message: errorOf(fromErrorRecord(error)).message,
    })),
    phases: [
      { phase: 'restore', durationMs },
      { phase: 'clean', durationMs: Math.max(0, clock.monotonicMs() - beganMs - durationMs) },
    ],
    recoveryMs: durationMs,
    files: filesVerified,
    bytes: progress.bytesRestored,
  };
  if (errorCount > 0) throw new JobFailure(drillFailed(errors[0]?.error.message ?? ''), result);
  return result;
}
