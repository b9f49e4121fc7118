import { assert } from '@lumbung/stdx';
import type { Relation, RelationColumns, RelationSize } from '../catalogue/relations.ts';
import { quoteLiteral, quoteName, quoteQualified } from '../wire/quote.ts';

/** A table below this is sorted whatever it costs; above only if its file is nearly in that order already. */
const SORT_BYTES_MAX = 256 * 1024 * 1024;
export const CORRELATION_MIN = 0.9;
/** A table above this is cut into files of about this size at most. */
const SEGMENT_BYTES = 1024 * 1024 * 1024;
/** More than so many files mean that the numbers are far apart: then it stays one. */
const SEGMENTS_MAX = 1000;
const INTEGER_TYPES = new Set(['int2', 'int4', 'int8']);
const BYTEA_GROWTH = 2;

export interface TablePlan {
  readonly relation: Relation;
  readonly columns: readonly string[];
  readonly generated: readonly string[];
  /** Null: as the file of the table has them. */
  readonly order: readonly string[] | null;
  readonly format: 'text' | 'binary';
  readonly segments: readonly SegmentPlan[];
  readonly estimatedBytes: number;
}

export interface SegmentPlan {
  readonly number: number;
  /** A condition on the key; undefined: all rows. */
  readonly where?: string;
}

/** What is worth asking about a table before its plan is made. */
export function needsCorrelation(size: RelationSize): boolean {
  return size.key !== undefined && size.bytes + size.toastBytes >= SORT_BYTES_MAX;
}

/** `correlation`: how much the file follows the first column of the key, -1 to 1. */
export function orderOf(size: RelationSize, correlation: number | undefined): readonly string[] | null {
  if (size.key === undefined) return null;
  if (!needsCorrelation(size)) return size.key.columns;
  return (correlation ?? 0) > CORRELATION_MIN ? size.key.columns : null;
}

/** Large, in order, and by one whole number: only then is a part read without reading the rest. */
export function mayBeSegmented(
  size: RelationSize,
  order: readonly string[] | null,
  segmentBytes = SEGMENT_BYTES,
): boolean {
  const isLarge = size.bytes + size.toastBytes > segmentBytes;
  return isLarge && size.rows > 0 && order?.length === 1 && INTEGER_TYPES.has(size.key?.type ?? '');
}

/**
 * Cuts at multiples of a power of eight: never by the number of rows, so that old rows stay in the files they were in
 * while new ones are added. Where the guess of the row's size crosses a power of eight everything is cut anew; the
 * content stays the same, so that this costs little.
 */
export function planSegments(
  size: RelationSize,
  key: { readonly column: string; readonly min: bigint; readonly max: bigint },
  segmentBytes = SEGMENT_BYTES,
): readonly SegmentPlan[] {
  const whole: readonly SegmentPlan[] = [{ number: 0 }];
  const rowBytes = Math.max((size.bytes + size.toastBytes) / Math.max(size.rows, 1), 1);
  const rowsWanted = Math.max(segmentBytes / rowBytes, 8);
  const step = 8n ** BigInt(Math.floor(Math.log2(rowsWanted) / 3));
  if (key.min < 0n || key.max < key.min) return whole;
  const first = key.min / step;
  const last = key.max / step;
  if (last >= BigInt(SEGMENTS_MAX) || first === last) return whole;
  const column = quoteName(key.column);
  return Array.from({ length: Number(last - first) + 1 }, (_, idx) => {
    const number = Number(first) + idx;
    const low = BigInt(number) * step;
    // The last one is open: no arithmetic of ours decides whether a row is left out.
    const upper = BigInt(number) === last ? '' : ` AND ${column} < ${low + step}`;
    const lower = BigInt(number) === first ? '' : `${column} >= ${low}`;
    return { number, where: `${lower}${upper}`.replace(/^ AND /, '') };
  });
}

/** How large the text of the longest row may be, as SQL; undefined when no column can hold much. */
export function rowBytesExpression({ columns, types }: RelationColumns): string | undefined {
  const parts = columns.flatMap((column, idx) => {
    const type = types[idx] ?? '';
    if (type === 'bytea') return [`coalesce(pg_catalog.octet_length(${quoteName(column)}), 0)::int8 * ${BYTEA_GROWTH}`];
    if (['text', 'varchar', 'json', 'xml'].includes(type)) {
      return [`coalesce(pg_catalog.octet_length(${quoteName(column)}::text), 0)::int8`];
    }
    return [];
  });
  return parts.length === 0 ? undefined : parts.join(' + ');
}

/** `encoding` is the database's own: converting could fail on bytes that have no equal elsewhere. */
export function copyStatement(plan: TablePlan, segment: SegmentPlan, encoding: string): string {
  const table = quoteQualified(plan.relation.schema, plan.relation.name);
  const options = [
    ...(plan.format === 'binary' ? ['FORMAT binary'] : []),
    ...(encoding === 'UTF8' || plan.format === 'binary' ? [] : [`ENCODING ${quoteLiteral(encoding)}`]),
  ];
  const tail = `TO STDOUT${options.length === 0 ? '' : ` WITH (${options.join(', ')})`}`;
  const columns = plan.columns.map(quoteName).join(', ');
  const { condition } = plan.relation;
  if (plan.order === null && segment.where === undefined && (condition ?? '') === '') {
    return `COPY ${table}${columns === '' ? '' : ` (${columns})`} ${tail}`;
  }
  const where = segment.where === undefined ? '' : ` WHERE ${segment.where}`;
  const order = plan.order === null ? '' : ` ORDER BY ${plan.order.map(quoteName).join(', ')}`;
  // The extension's own words, `WHERE …`, written by whoever installed it.
  const extra = (condition ?? '') === '' ? '' : ` ${condition}`;
  assert(extra === '' || where === '', 'a table of an extension is not cut');
  return `COPY (SELECT ${columns} FROM ONLY ${table}${extra}${where}${order}) ${tail}`;
}
