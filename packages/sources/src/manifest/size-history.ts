import type { Manifest } from './manifest.ts';

export interface DumpSizes {
  readonly bytes: number;
  /** By `schema.table`, or `table`. */
  readonly rows: ReadonlyMap<string, number>;
}

export type SizeAnomaly =
  | { readonly kind: 'shrunk' | 'grown'; readonly bytes: number; readonly usualBytes: number }
  | {
      readonly kind: 'table-vanished' | 'table-emptied' | 'table-shrunk';
      readonly table: string;
      readonly rows: number;
      readonly usualRows: number;
    };

/** How many earlier dumps say what is usual. */
const REMEMBERED = 7;
const SHRUNK_BELOW = 0.5;
const GROWN_ABOVE = 3;
/** Below these, halves and multiples mean nothing. */
const BYTES_MIN = 16 * 1024 * 1024;
const ROWS_MIN = 100;

export function sizesOf(manifest: Manifest): DumpSizes {
  const rows = new Map<string, number>();
  let bytes = 0;
  for (const table of manifest.tables) {
    rows.set(tableName(table), table.rows);
    bytes += table.bytes;
  }
  for (const file of manifest.files) bytes += file.bytes;
  return { bytes, rows };
}

/**
 * What is unusual about a dump that is whole: a person decides whether it is right, and until then no older one is
 * removed. Usual is the median of the last seven; a single odd day neither warns twice nor hides the next one.
 *
 * @param earlier the newest last
 */
export function judgeSizes(current: DumpSizes, earlier: readonly DumpSizes[]): SizeAnomaly[] {
  const remembered = earlier.slice(-REMEMBERED);
  if (remembered.length === 0) return [];
  return [...judgeBytes(current, remembered), ...judgeTables(current, remembered)];
}

/** `schema.table` as people write it. */
export function tableName({ schema, name }: { readonly schema?: string | undefined; readonly name: string }): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

function judgeBytes({ bytes }: DumpSizes, earlier: readonly DumpSizes[]): SizeAnomaly[] {
  const usualBytes = median(earlier.map((each) => each.bytes));
  if (Math.max(bytes, usualBytes) < BYTES_MIN) return [];
  if (bytes < usualBytes * SHRUNK_BELOW) return [{ kind: 'shrunk', bytes, usualBytes }];
  if (bytes > usualBytes * GROWN_ABOVE) return [{ kind: 'grown', bytes, usualBytes }];
  return [];
}

function judgeTables(current: DumpSizes, earlier: readonly DumpSizes[]): SizeAnomaly[] {
  const anomalies: SizeAnomaly[] = [];
  // Tables of the last dump: what vanished before that was reported then.
  for (const table of earlier.at(-1)?.rows.keys() ?? []) {
    const usualRows = median(earlier.flatMap(({ rows }) => rows.get(table) ?? []));
    const rows = current.rows.get(table);
    if (rows === undefined) anomalies.push({ kind: 'table-vanished', table, rows: 0, usualRows });
    else if (usualRows < ROWS_MIN || rows >= usualRows * SHRUNK_BELOW) continue;
    else anomalies.push({ kind: rows === 0 ? 'table-emptied' : 'table-shrunk', table, rows, usualRows });
  }
  return anomalies;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
