import { MARIADB_ODD_NAMES } from './mariadb-facts.ts';
import type { MuseumFacts } from './museum-facts.ts';

const ROWS: Readonly<Record<string, number>> = {
  numbers: 8,
  moments: 5,
  things: 5,
  documents: 5,
  embeddings: 2,
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
  key_of_the_server: 3,
  shuffled: 500,
  placed: 2,
  compressed: 10,
  wide: 1,
  in_myisam: 2,
  in_memory: 1,
  in_csv: 2,
  merged_a: 1,
  merged_b: 2,
  'x` VALUES (': 1,
  '-- Table structure for table `fake`': 1,
  by_range: 200,
  by_list: 4,
  by_key: 50,
  hens: 10,
  eggs: 10,
  staff: 3,
  orphans: 2,
  watched: 2,
  watch_log: 0,
};

export function mysqlFacts(bigRows: number): MuseumFacts {
  const rows = Object.entries({ ...ROWS, big: bigRows });
  return {
    tables: [
      ...rows.map(([name, count]) => ({ name, rows: count })),
      ...MARIADB_ODD_NAMES.map((name) => ({ name, rows: 1 })),
    ],
    counts: {
      views: 7,
      brokenViews: 1,
      mergedTables: 1,
      procedures: 2,
      functions: 2,
      triggers: 4,
      events: 2,
      foreignKeys: 4,
    },
  };
}
