import { mkdtempSync, rmSync } from 'node:fs';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandClock } from '../testing/hand-clock.ts';
import { findTool } from './find-tool.ts';
import { mysqlOptionText, pgPassText } from './login-texts.ts';
import { runTool } from './run-tool.ts';
import { Secret } from './secret.ts';
import type { Tool } from './tool-call.ts';

const root = mkdtempSync('/tmp/lumbung-login-');
afterAll(() => rmSync(root, { recursive: true, force: true }));
const control = { signal: new AbortController().signal, clock: new HandClock(), stallMs: 60_000, hardMs: 600_000 };
const HARD = 'p"a\'\\ $(id);é:%&#`!\\\\"" \\n=[x]';

/** Undone as fe-connect.c of libpq does: fields end at a colon, and a backslash takes the next character as it is. */
function pgPassFields(line: string): string[] {
  const fields = [''];
  for (let at = 0; at < line.length; at++) {
    const last = fields.length - 1;
    if (line[at] === ':') fields.push('');
    else if (line[at] === '\\' && at + 1 < line.length) fields[last] += line[++at] ?? '';
    else fields[last] += line[at] ?? '';
  }
  return fields;
}

describe('a password file of libpq', () => {
  it.each(['a\nb', 'a\r', 'a\0b'])('cannot hold %j', (password) => {
    expect(() => pgPassText(new Secret(password))).toThrow(expect.objectContaining({ code: 'DB_PASSWORD_UNUSABLE' }));
  });

  it('hides itself', () => {
    expect(String(pgPassText(new Secret('hunter2')))).not.toContain('hunter2');
  });

  it('fuzz: gives every server the password that was written', () => {
    const password = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(':', '\\', '*', '#', ' ', 'a'), maxLength: 10 }),
    );
    fc.assert(
      fc.property(password, (value) => {
        fc.pre(!/[\0\r\n]/.test(value));
        const text = pgPassText(new Secret(value)).reveal();
        expect(text.endsWith('\n')).toBe(true);
        expect(pgPassFields(text.slice(0, -1))).toEqual(['*', '*', '*', '*', value]);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('an option file of MySQL', () => {
  it.each(['a\0b', 'x'.repeat(5000)])('cannot hold some passwords', (password) => {
    expect(() => mysqlOptionText({ password: new Secret(password) })).toThrow(
      expect.objectContaining({ code: 'DB_PASSWORD_UNUSABLE' }),
    );
    expect(() => mysqlOptionText({ user: password })).toThrow(
      expect.objectContaining({ code: 'DB_PASSWORD_UNUSABLE' }),
    );
  });

  it('says nothing of what is not given, and hides itself', () => {
    expect(mysqlOptionText({}).reveal()).toBe('[client]\n');
    expect(String(mysqlOptionText({ user: 'u', password: new Secret('hunter2') }))).not.toContain('hunter2');
  });
});

const printer: Tool | undefined = await findTool({ names: ['my_print_defaults'], packageName: 'mariadb-client' }).catch(
  () => undefined,
);
if (printer === undefined)
  process.stderr.write('SKIPPED: my_print_defaults is missing: what MySQL reads from an option file\n');

describe.skipIf(printer === undefined)('what the programs of MariaDB read from /dev/fd/3', () => {
  // MySQL's hides passwords unless it is told not to; MariaDB's does not know the option.
  let show: string[] = [];
  beforeAll(async () => {
    if (printer === undefined) return;
    const { stdout } = await runTool({ tool: printer, args: ['--help'], homeFolder: root }, control);
    if (stdout.includes('--show')) show = ['--show'];
  });

  async function read(user: string, password: string): Promise<string[]> {
    if (printer === undefined) return [];
    const { stdout } = await runTool(
      {
        tool: printer,
        args: ['--defaults-file=/dev/fd/3', ...show, 'client'],
        homeFolder: root,
        inheritedText: mysqlOptionText({ user, password: new Secret(password) }),
      },
      control,
    );
    return stdout
      .toString()
      .split(/^--(?:user|password)=/m)
      .slice(1)
      .map((text) => text.replace(/\n$/, ''));
  }

  it.each([
    HARD,
    '',
    ' spaces ',
    '#',
    ';',
    '"',
    "'",
    '"quoted"',
    "'quoted'",
    '\\',
    'ends in \\',
    'a\nb\tc\rd\be',
    '日本',
    'x'.repeat(990),
  ])('is the password %j', async (password) => {
    expect(await read('cadangan', password)).toEqual(['cadangan', password]);
  });

  it('fuzz: is whatever was written', async () => {
    const value = fc.string({
      unit: fc.constantFrom(
        '\\',
        '"',
        "'",
        '#',
        ' ',
        'n',
        't',
        's',
        '\n',
        '\r',
        '\t',
        '\b',
        ';',
        '=',
        '[',
        ']',
        'é',
        '%',
      ),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(value, value, async (user, password) => {
        expect(await read(user, password)).toEqual([user, password]);
      }),
      { numRuns: fuzzRuns(60) },
    );
  });
});
