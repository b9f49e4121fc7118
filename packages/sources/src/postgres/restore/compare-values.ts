import { forEachParallel } from '@lumbung/stdx';
import type { RestoredTable } from '../../driver.ts';
import { accountFile, accountRows } from '../../manifest/account-stream.ts';
import type { ManifestTable } from '../../manifest/manifest.ts';
import { tableName } from '../../manifest/size-history.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import type { Finding } from '../../verify/finding.ts';
import { listRelations, type Relation } from '../catalogue/relations.ts';
import { copyStatement } from '../dump/table-plan.ts';
import type { ServerVersion } from '../server-version.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import type { RestoreRun } from './restore-run.ts';
import type { SessionPool } from './session-pool.ts';

export interface CompareOptions {
  readonly run: RestoreRun;
  readonly pool: SessionPool;
  readonly version: ServerVersion;
  readonly encoding: string;
  readonly parallel: number;
}

/**
 * Copies every table out again, as it was dumped, and compares what comes with the manifest: byte by byte where it comes
 * in the same order, row by row where it does not (another version of a collation, several files).
 */
export async function compareValues(
  options: CompareOptions,
  tables: readonly ManifestTable[],
): Promise<{ readonly compared: ReadonlyMap<ManifestTable, RestoredTable['compared']>; readonly findings: Finding[] }> {
  const { run, pool, version, parallel } = options;
  const relations = await pool.use((connection) => listRelations(connection, version, run.signal));
  const byName = new Map(relations.map((relation) => [keyOf(relation.schema, relation.name), relation]));
  const compared = new Map<ManifestTable, RestoredTable['compared']>();
  const findings: Finding[] = [];
  const largestFirst = tables.toSorted((a, b) => b.bytes - a.bytes);
  await forEachParallel(largestFirst, parallel, async (table) => {
    const relation = byName.get(keyOf(table.schema ?? 'public', table.name));
    const outcome =
      relation === undefined
        ? differing(table, 'inventory-differs', remark('table-absent'))
        : await pool.use((connection) => compareTable(options, connection, table, relation));
    if (typeof outcome === 'string') compared.set(table, outcome);
    else findings.push(outcome);
  });
  return { compared, findings };
}

async function compareTable(
  { run, encoding }: CompareOptions,
  connection: PostgresConnection,
  table: ManifestTable,
  relation: Relation,
): Promise<'sha256' | 'rowsum' | Finding> {
  const isBinary = table.segments.some(({ binary }) => binary === true);
  const plan = {
    relation,
    columns: table.columns,
    generated: table.generated,
    order: table.order,
    format: isBinary ? ('binary' as const) : ('text' as const),
    segments: [{ number: 0 }],
    estimatedBytes: 0,
  };
  const sql = copyStatement(plan, { number: 0 }, encoding);
  const stream = await connection.copyOut(sql, { signal: run.signal });
  let found: { rows?: number; sha256: string; rowsum?: string } = { sha256: '' };
  const passed = isBinary
    ? accountFile(stream, (account) => {
        found = account;
      })
    : accountRows(stream, (account) => {
        found = account;
      });
  for await (const chunk of passed) run.passed(tableName(table), (chunk as Buffer).length); // a stream of bytes
  const rows = stream.rows;
  if (rows !== table.rows) {
    return differing(table, 'rows-differ', remark('rows-differ', { found: rows, expected: table.rows }));
  }
  if (found.sha256 === table.sha256) return 'sha256';
  if (found.rowsum !== undefined && found.rowsum === table.rowsum) return 'rowsum';
  return differing(table, 'rowsum-differs', remark('values-differ'));
}

function keyOf(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}

function differing(table: ManifestTable, code: Finding['code'], said: Remark): Finding {
  return { code, severity: 'error', table: tableName(table), remark: said };
}
