// How many inputs each fuzz test was given, and whether every parser of hostile bytes was given enough.
import { existsSync, readFileSync } from 'node:fs';

/** Cases by the full title of the test: `an index file > fuzz: …`. */
export type FuzzCases = ReadonlyMap<string, number>;

/** What reads bytes or words that somebody else wrote, and the test that gives it real ones with damage. */
export const PARSERS: readonly (readonly [parser: string, title: RegExp])[] = [
  ['key', /^documents > fuzz: damaged.*KEY_FILE_INVALID/],
  ['master key', /^a master key > fuzz: damaged/],
  ['config', /^documents > fuzz: damaged.*CONFIG_INVALID/],
  ['polynomial', /^polynomials > fuzz: /],
  ['snapshot', /^documents > fuzz: damaged.*SNAPSHOT_INVALID/],
  ['lock', /^documents > fuzz: damaged.*LOCK_INVALID/],
  ['unpacked file', /^an unpacked file > fuzz: damaged/],
  ['compressed frame', /^compression with .* > fuzz: any bytes come back/],
  ['sealed bytes', / > fuzz: opens what it sealed/],
  ['index', /^an index file > fuzz: damaged/],
  ['index in memory', /^an index document.* > fuzz: however it is damaged/],
  ['pack header', /^a pack header > fuzz: damaged/],
  ['pack trailer', /^readPackHeader > fuzz: any damage/],
  ['tree', / > fuzz: damaged trees/],
  ['parent tree', / > fuzz: any bytes are a folder or trouble/],
  ['JSON cursor', / > fuzz: takes for JSON what the runtime does/],
  ['name quoting', / > fuzz: any text stands for some name/],
  ['timestamp', / > fuzz: reads damaged stamps/],
  ['retention duration', /^spans of time > fuzz: damaged/],
  ['pattern', /^patterns > fuzz: damaged, are patterns/],
  ['pattern file', /^patterns > fuzz: damaged files of them/],
  ['snapshot name', / > fuzz: damaged, are refused or say all that was typed/],
  ['repository address', /^the address of a repository > fuzz: /],
  ['command line', /^the command line > fuzz: answers lines that are almost right/],
  ['option values', /^OptionBag > fuzz: /],
  ['command in words', /^splitWords > fuzz: /],
  ['users and groups', /^readPosixNames > fuzz: /],
  ['procedure', /^a procedure document > fuzz: /],
];

/** A line for each property that was checked, as `record-fuzz-cases.ts` writes them. Several of one test are summed. */
export function readFuzzCases(file: string): FuzzCases {
  const cases = new Map<string, number>();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  for (const line of lines.filter((text) => text !== '')) {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) continue;
    const { title, cases: count } = { title: '', cases: 0, ...entry };
    cases.set(title, (cases.get(title) ?? 0) + count);
  }
  return cases;
}

/** A line a test, the parsers' names in front. */
export function fuzzTable(cases: FuzzCases): string {
  const rows = [...cases].map(([title, count]) => {
    const parser = PARSERS.find(([, wanted]) => wanted.test(title))?.[0] ?? '';
    return [String(count).padStart(9), parser.padEnd(19), title] as const;
  });
  return rows
    .toSorted(([, a, c], [, b, d]) => compare(a.trim() === '' ? '~' : a, b.trim() === '' ? '~' : b) || compare(c, d))
    .map((row) => row.join('  '))
    .join('\n');
}

/** What was left out: a parser without a test is as bad as one with too few cases. */
export function unfuzzedParsers(cases: FuzzCases, casesMin: number): string[] {
  return PARSERS.flatMap(([parser, wanted]) => {
    const counts = [...cases].filter(([title]) => wanted.test(title)).map(([, count]) => count);
    const least = counts.length === 0 ? 0 : Math.min(...counts);
    return least >= casesMin ? [] : [`${parser}: ${least} of ${casesMin} cases`];
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
