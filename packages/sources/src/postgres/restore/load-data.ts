import { forEachParallel, LumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest, ManifestSegment, ManifestTable } from '../../manifest/manifest.ts';
import { tableName } from '../../manifest/size-history.ts';
import { readVerified } from '../../verify/read-verified.ts';
import type { PostgresConnection } from '../wire/connection.ts';
import { quoteLiteral, quoteName, quoteQualified } from '../wire/quote.ts';
import { grantStatements, LARGE_OBJECT_RIGHTS } from './acl.ts';
import type { RestoredLargeObject } from './dump-details.ts';
import { damaged } from './held-file.ts';
import type { RestoreRun } from './restore-run.ts';
import type { RoleNames } from './role-names.ts';
import type { SessionPool } from './session-pool.ts';

const LARGE_OBJECT_PART_BYTES = 1024 * 1024;

export interface LoadOptions {
  readonly run: RestoreRun;
  readonly pool: SessionPool;
  readonly tree: TreeSource;
  readonly encoding: string;
  readonly parallel: number;
}

/**
 * The rows of tables, the largest table first. A file is committed only when its digest was right and the server says that
 * it took as many rows as were dumped.
 *
 * @throws LumbungError SOURCE_FILE_DAMAGED, DB_RESTORE_ROWS_DIFFER (corruption); see `PostgresConnection.copyIn`
 */
export async function loadTables(options: LoadOptions, tables: readonly ManifestTable[]): Promise<void> {
  const acts = tables
    .toSorted((a, b) => b.bytes - a.bytes)
    .flatMap((table) => table.segments.map((segment) => ({ table, segment })));
  await forEachParallel(acts, options.parallel, ({ table, segment }) =>
    options.pool.use((connection) => loadSegment(options, connection, table, segment)),
  );
}

async function loadSegment(
  { run, tree, encoding }: LoadOptions,
  connection: PostgresConnection,
  table: ManifestTable,
  segment: ManifestSegment,
): Promise<void> {
  const { signal } = run;
  const name = tableName(table);
  await connection.query('BEGIN', { signal });
  const source = heard(readVerified(tree, segment, signal), (bytes) => run.passed(name, bytes));
  const rows = await connection.copyIn(copyInStatement(table, segment, encoding), source, { signal });
  if (rows !== segment.rows) throw rowsDiffer(name, rows, segment.rows);
  await connection.query('COMMIT', { signal });
  run.finished(rows);
}

/** For `COPY … FROM STDIN`, by a session that speaks UTF-8. */
export function copyInStatement(table: ManifestTable, segment: ManifestSegment, encoding: string): string {
  const options = [
    ...(segment.binary === true ? ['FORMAT binary'] : []),
    ...(encoding === 'UTF8' || segment.binary === true ? [] : [`ENCODING ${quoteLiteral(encoding)}`]),
  ];
  const columns = table.columns.length === 0 ? '' : ` (${table.columns.map(quoteName).join(', ')})`;
  const tail = options.length === 0 ? '' : ` WITH (${options.join(', ')})`;
  return `COPY ${quoteQualified(table.schema ?? 'public', table.name)}${columns} FROM STDIN${tail}`;
}

/** @throws LumbungError SOURCE_FILE_DAMAGED, DB_DUMP_DAMAGED (corruption) */
export async function loadLargeObjects(
  { run, pool, tree, parallel }: LoadOptions,
  objects: readonly RestoredLargeObject[],
  manifest: Manifest,
  names: RoleNames,
): Promise<void> {
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  const { signal } = run;
  await forEachParallel(objects, parallel, (object) =>
    pool.use(async (connection) => {
      const path = `lo/${object.oid}.bin`;
      const file = files.get(path);
      if (file === undefined) throw damaged(path);
      await connection.query('BEGIN', { signal });
      await connection.execute('SELECT pg_catalog.lo_create($1)', [String(object.oid)], { signal });
      let offset = 0;
      for await (const chunk of readVerified(tree, file, signal)) {
        for (let at = 0; at < chunk.byteLength; at += LARGE_OBJECT_PART_BYTES) {
          const part = Buffer.from(chunk.subarray(at, at + LARGE_OBJECT_PART_BYTES));
          const values = [String(object.oid), String(offset), `\\x${part.toString('hex')}`];
          await connection.execute('SELECT pg_catalog.lo_put($1, $2, $3)', values, { signal });
          offset += part.length;
          run.passed(path, part.length);
        }
      }
      for (const sql of largeObjectStatements(object, names)) await connection.query(sql, { signal });
      await connection.query('COMMIT', { signal });
    }),
  );
}

/** Whose it is, who may read it, and what is said of it. */
export function largeObjectStatements(object: RestoredLargeObject, names: RoleNames): string[] {
  const { oid, owner, acl, comment } = object;
  const what = `LARGE OBJECT ${oid}`;
  return [
    `ALTER ${what} OWNER TO ${quoteName(names.of(owner))}`,
    ...(names.areGrantsKept ? grantStatements({ what, rights: LARGE_OBJECT_RIGHTS, owner, acl }, names) : []),
    ...(comment === null ? [] : [`COMMENT ON ${what} IS ${quoteLiteral(comment)}`]),
  ];
}

/** A statement that gives a sequence the value it had. */
export function setvalStatement({ schema, name, last, called }: Manifest['sequences'][number]): string {
  const sequence = quoteLiteral(quoteQualified(schema ?? 'public', name));
  return `SELECT pg_catalog.setval(${sequence}, ${last}, ${called})`;
}

async function* heard(source: AsyncIterable<Uint8Array>, hear: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hear(chunk.byteLength);
    yield chunk;
  }
}

function rowsDiffer(table: string, rows: number, expected: number): LumbungError {
  return new LumbungError('DB_RESTORE_ROWS_DIFFER', {
    kind: 'corruption',
    message: `the server took ${rows} rows of ${table}, but ${expected} were dumped`,
    context: { table, rows, expectedRows: expected },
    hint: 'nothing was kept; check the repository, and restore another snapshot',
  });
}
