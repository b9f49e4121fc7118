// Whether everything that the database engines and discovery can tell has words in both languages, and says all that it knows.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  DISCOVERY_FINDINGS,
  DISCOVERY_WARNINGS,
  DUMP_PARTS,
  EXCLUDE_DOUBTS,
  EXCLUDE_REASONS,
  failure,
  OBJECT_KINDS,
  REMARKS,
  RESTORE_REMARKS,
  type Remark,
  remark,
  type ValueKind,
} from '@lumbung/runner/databases';
import { LumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { isEnglish } from '../testing/english-words.ts';
import { enErrors } from './en/errors.ts';
import { en } from './en/index.ts';
import { enRemarks } from './en/remarks/catalogue.ts';
import { enRemarkWords } from './en/remarks/words.ts';
import { id } from './id/index.ts';
import { idRemarks } from './id/remarks/catalogue.ts';
import { idRemarkWords } from './id/remarks/words.ts';
import { loadRemarks, type RemarkTexts } from './remarks.ts';
import { loadTexts } from './texts.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
type Specs = Readonly<Record<string, Readonly<Record<string, ValueKind>>>>;

/** What is wrong between the codes of remarks and their texts in one language. */
function problemsOf(specs: Specs, texts: RemarkTexts): string[] {
  const problems = Object.keys(texts)
    .filter((code) => !Object.hasOwn(specs, code))
    .map((code) => `${code}: nobody says it`);
  for (const [code, kinds] of Object.entries(specs)) {
    const text = Object.hasOwn(texts, code) ? texts[code] : undefined;
    if (text === undefined) {
      problems.push(`${code}: no text`);
      continue;
    }
    const whole = `${text.message}\n${text.hint ?? ''}`;
    if (text.message.trim() === '' || text.hint?.trim() === '') problems.push(`${code}: empty`);
    const asked = new Set([...whole.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name));
    for (const name of asked) if (!Object.hasOwn(kinds, name)) problems.push(`${code}: asks for ${name}`);
    for (const [name, kind] of Object.entries(kinds)) {
      // Statements stand below the sentence.
      if (kind !== 'paste' && !asked.has(name)) problems.push(`${code}: does not tell ${name}`);
    }
    const last = (text.hint ?? text.message).at(-1);
    if ('paste' in kinds && last !== ':') problems.push(`${code}: does not lead to what is pasted`);
    if (!('paste' in kinds) && last === ':') problems.push(`${code}: leads to nothing`);
  }
  return problems;
}

/** A value of each kind, and what no language may translate in it. */
const SAMPLES: Readonly<Record<ValueKind, unknown>> = {
  name: 'NAMA',
  names: { first: ['SATU', 'DUA'], count: 1234 },
  count: 1_234_567,
  bytes: 1_300_000,
  duration: 6500,
  paste: 'DROP DATABASE "SATU";\nSELECT 1;',
  parts: [...DUMP_PARTS],
  kind: 'foreignTable',
  objects: { first: OBJECT_KINDS.map((kind) => ({ kind, name: 'NAMA' })), count: OBJECT_KINDS.length },
};

function sampleOf(code: string, kinds: Readonly<Record<string, ValueKind>>): Remark {
  const params = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, SAMPLES[kind]]));
  return { code, params } as unknown as Remark; // of every code that there is, with values of its kinds
}

describe.each([
  ['English', enRemarks],
  ['Indonesian', idRemarks],
] as const)('the remarks in %s', (_, texts) => {
  it('are those that the engines have, and tell every value', () => {
    expect(Object.keys(texts).length).toBeGreaterThan(200);
    expect(problemsOf(REMARKS, texts)).toEqual([]);
  });

  it('would not pass with one too few, one too many, or other values', () => {
    const { 'file-missing': _left, ...fewer } = texts;
    expect(problemsOf(REMARKS, fewer)).toEqual(['file-missing: no text']);
    expect(problemsOf(REMARKS, { ...texts, 'not-a-remark': { message: 'x' } })).toEqual([
      'not-a-remark: nobody says it',
    ]);
    const others: RemarkTexts = {
      ...texts,
      'name-free': { message: 'x' },
      'name-taken': { message: '{{name}} {{other}}' },
      'old-closed': { message: '{{database}}' },
      'file-missing': { message: 'x:' },
    };
    expect(problemsOf(REMARKS, others).toSorted()).toEqual([
      'file-missing: leads to nothing',
      'name-free: does not tell name',
      'name-taken: asks for other',
      'old-closed: does not lead to what is pasted',
    ]);
    expect(problemsOf({ ...REMARKS, 'new-one': {} }, texts)).toEqual(['new-one: no text']);
  });
});

describe('the codes of remarks', () => {
  const source = globSync('packages/{sources,runner}/src/**/*.ts', { cwd: ROOT })
    .filter((file) => !/\.test\.ts$|\/testing\/|\/remarks\/of-/.test(file))
    .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
    .join('\n');
  const isSaid = (code: string) => source.includes(`'${code}'`);

  it('are all said somewhere', () => {
    expect(Object.keys(REMARKS).filter((code) => !isSaid(code))).toEqual([]);
    expect(isSaid('nobody-says-this')).toBe(false);
  });

  it('are no codes of errors, which stand in the same place', () => {
    expect(Object.keys(REMARKS).filter((code) => Object.hasOwn(enErrors, code) || /[A-Z_]/.test(code))).toEqual([]);
  });
});

describe('the words in remarks', () => {
  it.each([enRemarkWords, idRemarkWords])('are there for every part and kind', ({ parts, kinds }) => {
    expect(Object.keys(parts).toSorted()).toEqual([...DUMP_PARTS].toSorted());
    expect(Object.keys(kinds).toSorted()).toEqual([...OBJECT_KINDS].toSorted());
  });
});

describe('what discovery tells', () => {
  const wanted = [
    ...DISCOVERY_WARNINGS.map((code) => `app.warning.${code}`),
    ...DISCOVERY_FINDINGS.map((code) => `app.finding.${code}`),
    ...EXCLUDE_REASONS.map((code) => `app.exclude.${code}`),
    ...EXCLUDE_DOUBTS.map((code) => `app.confirm.${code}`),
    ...RESTORE_REMARKS.map((code) => `app.restoreRemark.${code}`),
  ].toSorted();
  const told = (texts: object) =>
    Object.keys(texts).filter((key) => /^app\.(?:warning|finding|exclude|confirm|restoreRemark)\./.test(key));

  it.each([en, id])('has a text for every code, and none for another', (texts) => {
    expect(told(texts).toSorted()).toEqual(wanted);
    expect(told({ ...texts, 'app.exclude.other': 'x' }).toSorted()).not.toEqual(wanted);
  });
});

describe('a remark', () => {
  it('is Indonesian where that is spoken, whatever it holds', async () => {
    const remarks = await loadRemarks(await loadTexts('id'));
    const said = Object.entries(REMARKS).map(([code, kinds]) => {
      const { message, hint = '' } = remarks.sentence(sampleOf(code, kinds));
      return `${code}: ${message} ${hint}`;
    });
    expect(said.filter((text) => isEnglish(text.slice(text.indexOf(':'))) || text.includes('{{'))).toEqual([]);
  });

  it('has numbers, sizes and times as the language writes them, and statements as they are', async () => {
    const grown = remark('locks-few', { needed: 1_234_567, room: 64, paste: 'ALTER SYSTEM SET a = 1.5;' });
    const lag = remark('replica-lag', { lag: 6500 });
    const order = remark('order-lost', { tables: { first: ['a.b'], count: 1 }, count: 1, size: 1_300_000 });
    const [english, indonesian] = [await loadRemarks(await loadTexts('en')), await loadRemarks(await loadTexts('id'))];
    expect(english.sentence(grown)).toMatchObject({ paste: 'ALTER SYSTEM SET a = 1.5;' });
    expect(english.sentence(grown).message).toContain('1,234,567');
    expect(english.sentence(lag).message).toContain('6.5 s');
    expect(english.sentence(order).message).toContain('1.24 MiB');
    expect(indonesian.sentence(grown)).toMatchObject({ paste: 'ALTER SYSTEM SET a = 1.5;' });
    expect(indonesian.sentence(grown).message).toContain('1.234.567');
    expect(indonesian.sentence(lag).message).toContain('6,5 s');
    expect(indonesian.sentence(order).message).toContain('1,24 MiB');
  });

  it('names the first of many, and how many more there are', async () => {
    const first = Array.from({ length: 20 }, (_, nr) => `t${nr}`);
    const many = remark('rows-hidden', { tables: { first, count: 4321 }, paste: 'x' });
    expect((await loadRemarks(await loadTexts('en'))).sentence(many).message).toMatch(/t0, .*, t9 and 4,311 more$/);
    expect((await loadRemarks(await loadTexts('id'))).sentence(many).message).toMatch(/t9, dan 4\.311 lainnya$/);
  });

  it('moves no cursor, whatever somebody has called a table or a role', async () => {
    const remarks = await loadRemarks(await loadTexts('id'));
    const evil = 'a\x1b[2J\u202eb';
    const said = [
      remark('tables-unreadable', { role: evil, tables: { first: [evil], count: 1 }, paste: `GRANT x TO "${evil}";` }),
      remark('objects-missing', { objects: { first: [{ kind: 'table', name: evil }], count: 1 } }),
      failure(
        new LumbungError('DB_SWAP_REFUSED', { kind: 'operator', context: { reason: `there is no database ${evil}` } }),
        evil,
      ),
    ].map((each) => JSON.stringify(remarks.sentence(each)));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(said.filter((text) => /[\u001b\u202e]|\\u001b/.test(text))).toEqual([]);
  });

  it('is beside its code and values, for programs', async () => {
    const remarks = await loadRemarks(await loadTexts('id'));
    expect(remarks.json(remark('name-taken', { name: 'situs' }))).toEqual({
      code: 'name-taken',
      params: { name: 'situs' },
      message: 'basis data situs sudah ada; pemulihan tidak pernah menimpa',
      hint: expect.stringContaining('`--as`'),
    });
    const missing = new LumbungError('DB_TOOL_MISSING', {
      kind: 'operator',
      context: { tool: 'pg_dump', package: 'p' },
    });
    expect(remarks.json(failure(missing))).toMatchObject({ code: 'DB_TOOL_MISSING', params: { tool: 'pg_dump' } });
  });

  it('of an older manifest is quoted as its own', async () => {
    const remarks = await loadRemarks(await loadTexts('id'));
    const stored = remark('stored-sentence', { code: 'publications', sentence: 'they publish at once: terbit' });
    expect(remarks.sentence(stored).message).toBe('publications: “they publish at once: terbit”');
  });
});
