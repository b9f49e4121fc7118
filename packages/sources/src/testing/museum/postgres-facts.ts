import type { MuseumFacts, MuseumTable } from './museum-facts.ts';
import { ODD_NAMES } from './odd-names.ts';

const ODD_SCHEMA = 'Odd schema; DROP SCHEMA museum CASCADE; --';

const MUSEUM_ROWS: Readonly<Record<string, number>> = {
  numbers: 8,
  moments: 7,
  things: 3,
  every_byte: 256,
  texts: 35,
  large_values: 2,
  empty: 0,
  one_row: 1,
  no_columns: 3,
  only_generated: 2,
  duplicates: 7,
  shuffled: 500,
  changed: 3,
  identities: 3,
  wide: 1,
  unlogged: 2,
  User: 1,
  user: 2,
  USER: 3,
  hens: 10,
  eggs: 10,
  staff: 3,
  violated: 2,
  bookings: 3,
  parent: 2,
  other_parent: 0,
  child: 1,
  grandchild: 2,
  by_range_2025: 42,
  'by_range_2026 a': 48,
  by_range_2026_rest: 25,
  by_range_2027: 74,
  by_range_default: 112,
  by_hash_0: 16,
  by_hash_1: 27,
  by_hash_2: 17,
  secrets: 100,
  watched: 2,
  watch_log: 0,
  ruled: 1,
  documents: 3,
  // The table with extensions is made after the event trigger.
  ddl_log: 1,
  extended: 3,
};

/** Of postgres-17.sql and postgres-18.sql. */
const ROWS_SINCE: ReadonlyArray<readonly [since: number, rows: Readonly<Record<string, number>>]> = [
  [17, { since_17_one: 2 }],
  [18, { since_18: 2, not_null_parent: 0, not_null_child: 1, rooms: 2, rents: 1 }],
];
const COUNTS_SINCE: ReadonlyArray<readonly [since: number, counts: Readonly<Record<string, number>>]> = [
  [17, { views: 1, partitionedTables: 1, sequences: 1 }],
  [18, { extensions: 1, foreignKeys: 2 }],
];

/** `extended` and the extensions are there when the server has its contrib modules. */
export function postgresFacts(bigRows: number, major: number): MuseumFacts {
  const newer = ROWS_SINCE.filter(([since]) => since <= major).map(([, rows]) => rows);
  const rows: Record<string, number> = Object.assign({ ...MUSEUM_ROWS, big: bigRows }, ...newer);
  const museum = Object.entries(rows);
  const tables: MuseumTable[] = [
    ...museum.map(([name, count]) => ({ schema: 'museum', name, rows: count })),
    ...ODD_NAMES.map((name) => ({ schema: ODD_SCHEMA, name, rows: 1 })),
    { schema: '..', name: '.', rows: 1 },
    { schema: 'new\nline', name: 'ta\nble', rows: 2 },
    { schema: 'public', name: 'public', rows: 1 },
  ];
  const counts: Record<string, number> = { ...COUNTS };
  for (const [since, more] of COUNTS_SINCE) {
    if (since > major) continue;
    for (const [kind, count] of Object.entries(more)) counts[kind] = (counts[kind] ?? 0) + count;
  }
  return { tables, counts };
}

const COUNTS: Readonly<Record<string, number>> = {
  schemas: 7,
  views: 5,
  materializedViews: 3,
  partitionedTables: 4,
  foreignTables: 1,
  sequences: 12,
  functions: 13,
  triggers: 4,
  eventTriggers: 1,
  policies: 2,
  rules: 2,
  types: 7,
  extensions: 5,
  largeObjects: 5,
  publications: 1,
  foreignKeys: 4,
};
