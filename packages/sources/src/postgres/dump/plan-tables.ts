import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import {
  type Relation,
  type RelationColumns,
  type RelationSize,
  readColumns,
  readSizes,
} from '../catalogue/relations.ts';
import { optionalNumber, optionalText } from '../columns.ts';
import { type PostgresSession, select, selectOne } from '../session.ts';
import { quoteLiteral, quoteName, quoteQualified } from '../wire/quote.ts';
import {
  mayBeSegmented,
  needsCorrelation,
  orderOf,
  planSegments,
  rowBytesExpression,
  type SegmentPlan,
  type TablePlan,
} from './table-plan.ts';

/** Where so much lies out of line a single row may be too long for text; looking costs a scan without those values. */
const LARGE_VALUES_BYTES_MIN = 8 * 1024 * 1024;
/** The server holds a row in a buffer of 1 GiB at most; what is estimated may double where it has to be escaped. */
const TEXT_ROW_BYTES_MAX = 500 * 1024 * 1024;

const NOTHING_KNOWN: RelationSize = { bytes: 0, toastBytes: 0, rows: 0, key: undefined };

export interface TablePlans {
  /** The largest first, so that none is left to run alone at the end. */
  readonly plans: readonly TablePlan[];
  /** Tables whose rows stay out, by the caller's wish: `schema.table`. */
  readonly excluded: readonly string[];
  /** Unlogged tables, which a replica has no rows of. */
  readonly unreadable: readonly string[];
}

/** Decides for every table in what order, form and files it is copied. Asks inside the snapshot, after the locks. */
export async function planTables(
  session: PostgresSession,
  relations: readonly Relation[],
  options: {
    readonly excludeData: readonly string[];
    readonly isReplica: boolean;
    readonly segmentBytes: number | undefined;
    readonly textRowBytesMax: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<TablePlans> {
  const { signal } = options;
  const tables = relations.filter(({ kind }) => kind === 'r');
  const excluded = excludedTables(tables, options.excludeData);
  const columns = await readColumns(session.connection, session.version, signal);
  const sizes = await readSizes(session.connection, session.version, signal);
  const plans: TablePlan[] = [];
  const unreadable: string[] = [];
  for (const relation of tables) {
    if (excluded.has(relation)) continue;
    if (options.isReplica && relation.persistence === 'u') {
      unreadable.push(nameOf(relation));
      continue;
    }
    const found = columns.get(relation.oid) ?? { columns: [], types: [], generated: [] };
    plans.push(await planTable(session, { relation, found, size: sizes.get(relation.oid) ?? NOTHING_KNOWN }, options));
  }
  return {
    plans: plans.toSorted((a, b) => b.estimatedBytes - a.estimatedBytes),
    excluded: [...excluded].map(nameOf).toSorted(),
    unreadable,
  };
}

export function nameOf({ schema, name }: Relation): string {
  return `${schema}.${name}`;
}

interface KnownTable {
  readonly relation: Relation;
  readonly found: RelationColumns;
  readonly size: RelationSize;
}

async function planTable(
  session: PostgresSession,
  table: KnownTable,
  options: {
    readonly segmentBytes: number | undefined;
    readonly textRowBytesMax: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<TablePlan> {
  const { relation, found, size } = table;
  const { signal, segmentBytes, textRowBytesMax = TEXT_ROW_BYTES_MAX } = options;
  const correlation = needsCorrelation(size) ? await readCorrelation(session, table, signal) : undefined;
  const order = orderOf(size, correlation);
  const isBinary =
    size.toastBytes >= LARGE_VALUES_BYTES_MIN && ((await longestRow(session, table, signal)) ?? 0) > textRowBytesMax;
  const isCut = !isBinary && (relation.condition ?? '') === '' && mayBeSegmented(size, order, segmentBytes);
  return {
    relation,
    columns: found.columns,
    generated: found.generated,
    order,
    format: isBinary ? 'binary' : 'text',
    segments: isCut ? await readSegments(session, table, options) : [{ number: 0 }],
    estimatedBytes: size.bytes + size.toastBytes,
  };
}

async function readCorrelation(
  session: PostgresSession,
  { relation, size }: KnownTable,
  signal: AbortSignal,
): Promise<number | undefined> {
  const [row] = await select(
    session.connection,
    z.object({ correlation: optionalNumber }),
    `SELECT correlation FROM pg_catalog.pg_stats WHERE NOT inherited AND schemaname = ${quoteLiteral(relation.schema)}
       AND tablename = ${quoteLiteral(relation.name)} AND attname = ${quoteLiteral(size.key?.columns[0] ?? '')}`,
    signal,
  );
  return row?.correlation ?? undefined;
}

/** As text, at a guess; null: there is no row, or no column that holds much. */
async function longestRow(
  session: PostgresSession,
  { relation, found }: KnownTable,
  signal: AbortSignal,
): Promise<number | null> {
  const expression = rowBytesExpression(found);
  if (expression === undefined) return null;
  const sql = `SELECT pg_catalog.max(${expression}) AS bytes FROM ONLY ${quoteQualified(relation.schema, relation.name)}`;
  const { bytes } = await selectOne(session.connection, z.object({ bytes: optionalNumber }), sql, signal);
  return bytes;
}

async function readSegments(
  session: PostgresSession,
  { relation, size }: KnownTable,
  { segmentBytes, signal }: { readonly segmentBytes: number | undefined; readonly signal: AbortSignal },
): Promise<readonly SegmentPlan[]> {
  const column = size.key?.columns[0] ?? '';
  const { low, high } = await selectOne(
    session.connection,
    z.object({ low: optionalText, high: optionalText }),
    `SELECT pg_catalog.min(${quoteName(column)}) AS low, pg_catalog.max(${quoteName(column)}) AS high
     FROM ONLY ${quoteQualified(relation.schema, relation.name)}`,
    signal,
  );
  if (low === null || high === null) return [{ number: 0 }];
  return planSegments(size, { column, min: BigInt(low), max: BigInt(high) }, segmentBytes);
}

function excludedTables(tables: readonly Relation[], wanted: readonly string[]): ReadonlySet<Relation> {
  const excluded = new Set<Relation>();
  for (const each of wanted) {
    const matching = tables.filter((relation) => relation.name === each || nameOf(relation) === each);
    if (matching.length === 0) {
      throw new LumbungError('DB_TABLE_UNKNOWN', {
        kind: 'operator',
        message: `there is no table ${each} whose rows could be left out`,
        context: { table: each },
        hint: 'correct the list of tables whose rows are left out',
      });
    }
    for (const relation of matching) excluded.add(relation);
  }
  return excluded;
}
