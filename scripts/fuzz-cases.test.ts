import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fuzzTable, PARSERS, readFuzzCases, unfuzzedParsers } from './fuzz-cases.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lumbung-fuzz-cases-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const KEY = 'documents > fuzz: damaged, are read or refused with KEY_FILE_INVALID';

describe('the cases of fuzz tests', () => {
  it('are summed over the properties of a test', () => {
    const file = path.join(folder, 'cases');
    writeFileSync(file, `{"title":"a","cases":3}\n{"title":"b","cases":1}\n{"title":"a","cases":4}\n`);
    expect([...readFuzzCases(file)]).toEqual([
      ['a', 7],
      ['b', 1],
    ]);
    expect([...readFuzzCases(path.join(folder, 'none'))]).toEqual([]);
  });

  it('are enough when no parser has fewer', () => {
    const all = new Map(PARSERS.map(([, { source }]) => [source.replace(/^\^/, '').replaceAll('.*', 'x'), 10]));
    expect(unfuzzedParsers(all, 10)).toEqual([]);
    expect(unfuzzedParsers(all, 11)).toHaveLength(PARSERS.length);
  });

  it('are missed of a parser that was not tested, or in one way too little', () => {
    expect(unfuzzedParsers(new Map(), 1)).toContain('key: 0 of 1 cases');
    expect(unfuzzedParsers(new Map([[KEY, 5]]), 5)).not.toContainEqual(expect.stringMatching(/^key:/));
    const twice = new Map([
      ['compression with a > fuzz: any bytes come back', 5],
      ['compression with b > fuzz: any bytes come back', 4],
    ]);
    expect(unfuzzedParsers(twice, 5)).toContain('compressed frame: 4 of 5 cases');
  });

  it('are shown beside their parser', () => {
    const table = fuzzTable(
      new Map([
        ['other > fuzz: x', 1],
        [KEY, 10_000],
      ]),
    );
    expect(table.split('\n')).toEqual([
      `    10000  key                  ${KEY}`,
      '        1                       other > fuzz: x',
    ]);
  });
});
