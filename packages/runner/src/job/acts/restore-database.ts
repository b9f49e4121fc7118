import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import type { RestoreOptions, RestorePlan, RestoreReport } from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';
import { planDatabaseRestore } from '../../database/restore-database.ts';
import { CheckSeries } from '../check-series.ts';
import { databasePlaceOf } from '../database-place.ts';
import { withRepository } from '../job-repository.ts';
import { databaseControl, JobFailure, type JobRun } from '../job-run.ts';
import { errorOfRemark, recordOfRemark } from '../remark-record.ts';
import { clipped } from '../shown-text.ts';
import { loadStoredDump } from './stored-dump.ts';
import { findingOfDump } from './verify-copy.ts';

type Spec = JobSpecOf<'restoreDatabase'> | JobSpecOf<'restoreTable'>;
type Result = Extract<JobResult, { readonly kind: Spec['kind'] }>;

const TABLES_LISTED_MAX = 1000;

/**
 * Restores a database, or tables of it, under a new name, and compares it with what was dumped. The live one is not touched.
 *
 * @throws LumbungError SNAPSHOT_NO_DUMP (operator); the first check that failed, DB_RESTORE_DIFFERS (corruption), with the result
 */
export async function restoreDatabase(spec: Spec, run: JobRun): Promise<JobResult> {
  const place = await databasePlaceOf(run, spec.server);
  return await withRepository(run, spec.repository, { lock: 'shared' }, async ({ repository, run: held }) => {
    const { book, ports } = held;
    book.step('plan', spec.server.name);
    const dump = await loadStoredDump(repository, spec.snapshotId, held);
    const options = { target: place.target, restore: optionsOf(spec, held), workFolder: ports.workFolder };
    const planned = await planDatabaseRestore(repository, place.driver, dump, options, databaseControl<never>(held));
    const { plan } = planned;
    const checks = new CheckSeries(held, 'destination', spec.server.name);
    for (const { id, durationMs, result, remark } of plan.checks) {
      checks.add({ id, durationMs }, { result, ...recordOfRemark(remark), error: errorOfRemark(remark) });
    }
    if (checks.failure !== undefined) throw new JobFailure(checks.failure, previewOf(spec, plan));
    if (spec.mode === 'preview') return previewOf(spec, plan);
    book.step('restore', spec.server.name);
    const report = await planned.execute();
    const result = resultOf(spec, plan, report);
    book.restored({ bytes: sum(report.tables, 'bytes'), rows: result.rows });
    for (const { severity, code, message, table, path } of result.findings) {
      const item = table ?? path;
      if (severity === 'warning') book.warn({ code, message, ...(item === undefined ? {} : { item }) });
    }
    const different = result.findings.find(({ severity }) => severity === 'error');
    if (different !== undefined) throw new JobFailure(restoreDiffers(spec.database, different.message), result);
    return result;
  });
}

function optionsOf(spec: Spec, { limits }: JobRun): RestoreOptions {
  const { ownership } = spec;
  return {
    database: spec.database,
    ...(spec.kind === 'restoreTable' ? { tables: spec.tables } : {}),
    ownership:
      ownership.kind === 'map'
        ? { kind: 'map', roles: Object.fromEntries(ownership.roles.map(({ from, to }) => [from, to])) }
        : ownership,
    createRoles: spec.missingRoles === 'create',
    verify: spec.compare,
    parallel: limits.parallel,
  };
}

function previewOf(spec: Spec, plan: RestorePlan): Result {
  return {
    kind: spec.kind,
    mode: 'preview',
    database: spec.database,
    tables: plan.tables
      .slice(0, TABLES_LISTED_MAX)
      .map(({ table, rows, bytes }) => ({ table: clipped(table), rows, bytes })),
    tableCount: plan.tables.length,
    rows: sum(plan.tables, 'rows'),
    leftOut: plan.leftOut.slice(0, 10_000).map(recordOfRemark),
    neededBytes: plan.neededBytes,
    findings: [],
    restoreMs: 0,
    verifyMs: 0,
  };
}

function resultOf(spec: Spec, plan: RestorePlan, report: RestoreReport): Result {
  return {
    ...previewOf(spec, plan),
    mode: 'execute',
    // Where a driver gave it another one.
    database: report.database,
    tables: report.tables
      .slice(0, TABLES_LISTED_MAX)
      .map(({ table, rows, bytes, compared }) => ({ table: clipped(table), rows, bytes, compared })),
    tableCount: report.tables.length,
    rows: sum(report.tables, 'rows'),
    findings: report.findings.slice(0, 1000).map(findingOfDump),
    restoreMs: report.restoreMs,
    verifyMs: report.verifyMs,
  };
}

function sum(tables: readonly { readonly rows: number; readonly bytes: number }[], what: 'rows' | 'bytes'): number {
  return tables.reduce((total, table) => total + table[what], 0);
}

function restoreDiffers(database: string, reason: string): LumbungError {
  return new LumbungError('DB_RESTORE_DIFFERS', {
    kind: 'corruption',
    message: `the restored database ${database} is not what was backed up: ${reason}`,
    context: { database, reason },
    hint: 'do not use it; see the findings, and restore from another snapshot',
  });
}
