import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from './command-list.ts';
import type { CommandNode } from './command-spec.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { runProgram } from './program.ts';
import { damagedWords } from './testing/damaged-words.ts';
import { fakeWorld } from './testing/fake-world.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-program-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function run(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const world = fakeWorld({ folder, variables });
  const exitCode = await runProgram(words, world);
  return { exitCode, stdout: world.stdout.text, stderr: world.stderr.text };
}

/** Every command with the words that call it, families too. */
function callsOf(nodes: readonly CommandNode[], before: readonly string[] = []): string[][] {
  return nodes.flatMap((node) => {
    const words = [...before, node.name];
    return node.kind === 'family' ? [words, ...callsOf(node.members, words)] : [words];
  });
}

function flagsOf(nodes: readonly CommandNode[]): string[] {
  return nodes.flatMap((node) =>
    node.kind === 'family'
      ? flagsOf(node.members)
      : node.options.flatMap(({ flags }) => flags.match(/--?[a-z][\w-]*/g) ?? []),
  );
}

describe('the command line', () => {
  it.each(['en', 'id'])('shows help for everything in %s, within the width of the terminal', async (language) => {
    for (const words of [[], ...callsOf(COMMANDS)]) {
      const { exitCode, stdout, stderr } = await run([...words, '--help', '--lang', language]);
      expect({ words, exitCode, stderr }).toEqual({ words, exitCode: 0, stderr: '' });
      expect(stdout).toContain('lumbung');
      expect(stdout).not.toContain('{{');
    }
  });

  it('suggests the option that was meant', async () => {
    const { exitCode, stderr } = await run(['snapshots', '--latets', '1']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--latets');
    expect(stderr).toContain('--latest');
  });

  it('suggests the command that was meant, in the language that was asked for', async () => {
    const { exitCode, stderr } = await run(['snapshot', '--lang=id']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('snapshots');
    expect(stderr).toContain('Maksud Anda');
  });

  it.each([
    [['ls'], 'snapshot'],
    [['snapshots', '--host'], '--host'],
    [['list', 'kittens', '--repo', 'r'], 'kittens'],
    [['version', 'please'], 'please'],
    [['forget', '--keep-last', 'many', '--repo', 'r'], 'many'],
  ])('refuses %j with one sentence that names the cause', async (words, cause) => {
    const { exitCode, stdout, stderr } = await run(words, { LUMBUNG_PASSWORD: 'x' });
    expect({ exitCode, stdout }).toEqual({ exitCode: expect.any(Number), stdout: '' });
    expect(exitCode).not.toBe(0);
    if (words[0] !== 'forget') expect(stderr).toContain(cause);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('says what went wrong as JSON too', async () => {
    const { exitCode, stderr } = await run(['snapshots', '--json', '--repo', 'nowhere'], { LUMBUNG_PASSWORD: 'x' });
    expect(exitCode).toBe(10);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message_type: 'exit_error', code: 10 });
  });

  it('fuzz: answers whatever is typed with an exit code, and never with a stack', async () => {
    // Nothing that gives a password: no repository can be made or opened.
    const isHarmless = (flag: string): boolean => !/password/.test(flag);
    const flags = [
      ...GLOBAL_OPTIONS.flatMap(({ flags: text }) => text.match(/--?[a-z][\w-]*/g) ?? []),
      ...flagsOf(COMMANDS),
    ];
    const word = fc.oneof(
      fc.constantFrom(...callsOf(COMMANDS).flat()),
      fc.constantFrom(...new Set(flags.filter(isHarmless))),
      fc.constantFrom(
        'latest',
        'r',
        '-',
        '--',
        '=',
        '--repo=r',
        '--no-lock',
        '-vvv',
        '--verbose=9',
        '--json',
        '1',
        '',
        '-1',
      ),
      fc.string({ maxLength: 12 }).filter((text) => !/pass|-p/.test(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (words) => {
        const { exitCode, stderr } = await run(words);
        expect([0, 1, 3, 10]).toContain(exitCode);
        expect(stderr).not.toMatch(/\n\s+at /);
      }),
      { numRuns: fuzzRuns(), endOnFailure: true },
    );
    expect((await readdir(folder)).filter((name) => name === 'r')).toEqual([]);
  });

  it('fuzz: answers lines that are almost right the same way', async () => {
    await fc.assert(
      fc.asyncProperty(damagedWords(LINES.map((line) => [...line.split(' '), '--repo', 'r'])), async (words) => {
        const { exitCode, stderr } = await run(words);
        expect([0, 1, 3, 10]).toContain(exitCode);
        expect(stderr).not.toMatch(/\n\s+at /);
        expect(stderr).not.toContain('{{');
      }),
      { numRuns: fuzzRuns(), endOnFailure: true },
    );
    expect((await readdir(folder)).filter((name) => name === 'r')).toEqual([]);
  });
});

const LINES = [
  'backup . --tag a,b --exclude *.o --exclude-larger-than 1.5G --time 2024-01-02 --group-by host,paths',
  'restore latest:/a/b --target t --include /a/* --overwrite if-newer --dry-run',
  'forget --keep-last 3 --keep-within 1y6m --keep-daily unlimited --group-by host --tag x,y --dry-run',
  'prune --max-unused 10% --max-repack-size 512M --repack-small',
  'check --read-data-subset 5% --with-cache',
  'find --oldest 2024-01-02 --newest 2024-02-03 *.c --long',
  'ls latest /a --recursive --sort size --json',
  'snapshots --latest 3 --host h --group-by tags --json',
  'diff 1234abcd latest:/a --metadata',
  'dump latest /a/b --archive zip --target x',
  'tag --add a,b --remove c latest --retry-lock 1h30m',
  'stats --mode raw-data latest -vv --limit-upload 100',
  'key list --no-lock --cache-dir c',
  'rewrite --exclude *.o --new-host h --forget latest',
  'cat snapshot 1234abcd --lang id',
];
