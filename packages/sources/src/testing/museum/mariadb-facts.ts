import type { MuseumFacts } from './museum-facts.ts';
import { ODD_NAMES } from './odd-names.ts';

const ROWS: Readonly<Record<string, number>> = {
  numbers: 8,
  moments: 5,
  things: 5,
  every_byte: 256,
  texts: 45,
  large_values: 2,
  mojibake: 6,
  character_sets: 2,
  empty: 0,
  one_row: 1,
  zero_key: 3,
  duplicates: 7,
  only_generated: 2,
  generated: 2,
  invisible: 3,
  all_hidden_but_one: 3,
  shuffled: 500,
  long_unique: 2,
  placed: 2,
  compressed: 10,
  wide: 1,
  in_myisam: 2,
  in_aria: 1,
  in_memory: 1,
  in_csv: 2,
  merged_a: 1,
  merged_b: 2,
  'x` VALUES (': 1,
  '-- Table structure for table `fake`': 1,
  from_sequence: 2,
  versioned: 2,
  versioned_openly: 2,
  rented: 2,
  by_range: 200,
  by_list: 5,
  by_key: 50,
  hens: 10,
  eggs: 10,
  staff: 3,
  orphans: 2,
  watched: 2,
  watch_log: 0,
};

/** Without those that MariaDB refuses: with characters of four bytes, or white space at the end. */
export const MARIADB_ODD_NAMES: readonly string[] = ODD_NAMES.filter(
  (name) => !/\s$|[\u{10000}-\u{10FFFF}]/u.test(name),
);

export function mariadbFacts(bigRows: number): MuseumFacts {
  const rows = Object.entries({ ...ROWS, big: bigRows });
  return {
    tables: [
      ...rows.map(([name, count]) => ({ name, rows: count })),
      ...MARIADB_ODD_NAMES.map((name) => ({ name, rows: 1 })),
    ],
    counts: {
      views: 6,
      brokenViews: 1,
      mergedTables: 1,
      sequences: 3,
      procedures: 2,
      functions: 3,
      packages: 1,
      triggers: 4,
      events: 2,
      systemVersionedTables: 2,
      foreignKeys: 4,
    },
  };
}
