import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ErrorText } from '@lumbung/contracts/texts';
import { describe, expect, it } from 'vitest';
import { thrownErrors } from '../testing/thrown-errors.ts';
import { enErrors } from './en/errors.ts';
import { en } from './en/index.ts';
import { idErrors } from './id/errors.ts';
import { id } from './id/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const enTexts: Readonly<Record<string, string>> = en;
const idTexts: Readonly<Record<string, string>> = id;
const enErrorTexts: Readonly<Record<string, ErrorText>> = enErrors;
const idErrorTexts: Readonly<Record<string, ErrorText>> = idErrors;

function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))].sort();
}

/** What an error may say: message and hint together, whatever values it has. */
function wholeText({ message, hint = '', messageWith = {}, hintWith = {} }: ErrorText): string {
  return [message, hint, ...Object.values(messageWith), ...Object.values(hintWith)].join('\n');
}

/** What every place must give: a text that is for errors with some value may count on that one. */
function wantedOf({ message, hint = '', messageWith = {}, hintWith = {} }: ErrorText): string[] {
  const optional = [...Object.entries(messageWith), ...Object.entries(hintWith)].flatMap(([name, text]) =>
    placeholdersOf(text).filter((each) => each !== name),
  );
  return [...placeholdersOf(`${message}\n${hint}`), ...optional];
}

/** `ERRNO_EACCES` when a command fails by it, `EACCES` as the reason beside an item. */
function isOfSystem(code: string): boolean {
  return /^(?:ERRNO_)?E[A-Z]+$/.test(code);
}

function sourcesUnder(pattern: string): string {
  return globSync(pattern, { cwd: ROOT })
    .filter((file) => !/\.(?:test|tmp)\.ts$|\/testing\/|\/texts\/(?:en|id)\//.test(file))
    .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
    .join('\n');
}

describe('the texts of the command line', () => {
  it('has the same keys in both languages; Indonesian needs no singular', () => {
    const singular = /_one$/;
    const wanted = Object.keys(en).filter((key) => !singular.test(key));
    expect(
      Object.keys(id)
        .filter((key) => !singular.test(key))
        .sort(),
    ).toEqual(wanted.sort());
  });

  it('has no empty text', () => {
    const empty = [...Object.entries(en), ...Object.entries(id)].filter(([, text]) => text.trim() === '');
    expect(empty).toEqual([]);
  });

  it('asks for the same values in both languages', () => {
    const differing = Object.keys(id).filter(
      (key) => placeholdersOf(enTexts[key] ?? '').join() !== placeholdersOf(idTexts[key] ?? '').join(),
    );
    expect(differing).toEqual([]);
  });

  it('has no plural without both of its forms', () => {
    const singles = Object.keys(en).filter((key) => key.endsWith('_one'));
    expect(singles.filter((key) => !Object.hasOwn(en, key.replace(/_one$/, '_other')))).toEqual([]);
  });

  it('has no text that nobody shows', () => {
    const source = sourcesUnder('apps/cli/src/**/*.ts');
    const literals = new Set([...source.matchAll(/'([a-z]\w*(?:\.[\w-]+)+)'/g)].map(([, key]) => key));
    // `check.phase.${phase}`: any key that begins so may be meant.
    const heads = [...source.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{/g)].map(([, head = '']) => head);
    const unused = Object.keys(en)
      .map((key) => key.replace(/_(?:one|other)$/, ''))
      .filter((key) => !literals.has(key) && !heads.some((head) => key.startsWith(head)));
    expect(unused).toEqual([]);
  });
});

describe('the texts of errors', () => {
  const sites = thrownErrors(ROOT);

  it('finds the places where errors are made', () => {
    expect(sites.length).toBeGreaterThan(150);
  });

  it('has a text for every code in both languages', () => {
    const codes = [...new Set(sites.map(({ code }) => code))];
    expect(codes.filter((code) => !Object.hasOwn(enErrors, code))).toEqual([]);
    expect(Object.keys(idErrors).sort()).toEqual(Object.keys(enErrors).sort());
  });

  it('has no text for a code that nobody throws', () => {
    const source = sourcesUnder('{packages,apps}/*/src/**/*.ts');
    // Some codes reach `new LumbungError` through a table or an argument, and some are those of the operating system.
    const unknown = Object.keys(enErrors).filter((code) => !isOfSystem(code) && !source.includes(`'${code}'`));
    expect(unknown).toEqual([]);
  });

  it('asks only for values that every place gives', () => {
    const missing = sites.flatMap(({ code, place, contextKeys }) => {
      const text = enErrorTexts[code];
      if (text === undefined || contextKeys === undefined) return [];
      const given = new Set(contextKeys);
      return wantedOf(text)
        .filter((name) => !given.has(name))
        .map((name) => `${code} ${name} ${place}`);
    });
    expect(missing).toEqual([]);
  });

  it('asks for no value in Indonesian that English does not know', () => {
    const strange = Object.entries(idErrorTexts).flatMap(([code, text]) => {
      const english = enErrorTexts[code];
      const known = new Set(english === undefined ? [] : placeholdersOf(wholeText(english)));
      return placeholdersOf(wholeText(text)).filter((name) => !known.has(name));
    });
    expect(strange).toEqual([]);
  });

  it('says what to do about everything that is no fault of the program', () => {
    const faults = new Set(sites.filter(({ kind }) => kind === "'bug'").map(({ code }) => code));
    const silent = Object.entries(enErrorTexts)
      .filter(([code, { hint }]) => hint === undefined && !faults.has(code) && !isOfSystem(code))
      .map(([code]) => code);
    // Who cancelled, or closed the output, knows what to do; of the unexpected nobody does.
    expect(silent.sort()).toEqual(['CANCELLED', 'DUMP_TARGET_CLOSED', 'UNEXPECTED']);
  });
});
