import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findOwnNode, isNodeNewEnough, ROOT } from '../bin/node24.mjs';
import { whyInstall } from './install.mjs';
import { pickLanguage } from './language.mjs';
import { readTestReport } from './test-report.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'lumbung-launcher-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function program(name: string, text: string): string {
  const file = path.join(scratch, name);
  writeFileSync(file, text);
  return file;
}

/** The machine's own Node, when it is too old for us: the launcher's reason to exist. npm puts our own before it on PATH. */
const oldNode = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .map((folder) => path.join(folder, 'node'))
  .filter((node) => existsSync(node))
  .find((node) => {
    const { stdout } = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    return !isNodeNewEnough(stdout.trim());
  });
const nodes = [
  ['the project’s own Node', process.execPath] as const,
  ...(oldNode === undefined ? [] : [['an old Node', oldNode] as const]),
];
const run = path.join(ROOT, 'scripts', 'run.mjs');

describe('which Node is new enough', () => {
  it.each([
    ['20.20.2', false],
    ['24.14.9', false],
    ['24.15.0', true],
    ['24.21.0', true],
    ['26.0.0', true],
  ])('%s: %s', (version, expected) => {
    expect(isNodeNewEnough(version)).toBe(expected);
  });
});

describe.each(nodes)('started by %s', (_name, node) => {
  const echo = program(
    'echo.ts',
    'const args: string[] = process.argv.slice(2); console.log(JSON.stringify(args)); process.exitCode = 7;',
  );
  const wait = program(
    'wait.ts',
    `process.on('SIGTERM', () => { console.log('told to stop'); process.exit(9); });
     setInterval(() => {}, 1000); console.log('ready');`,
  );

  it('runs TypeScript with its arguments and lends it its exit code', () => {
    const { stdout, status } = spawnSync(node, [run, echo, 'a b', '', '--flag'], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual(['a b', '', '--flag']);
    expect(status).toBe(7);
  });

  it('passes a signal on and waits for the program to tidy up', async () => {
    const child = spawn(node, [run, wait], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    const code = await new Promise((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (chunk.toString().includes('ready')) child.kill('SIGTERM');
      });
      child.once('close', resolve);
    });
    expect({ output, code }).toEqual({ output: 'ready\ntold to stop\n', code: 9 });
  });
});

describe('without the package that brings Node', () => {
  it('finds none', () => {
    expect(findOwnNode(scratch)).toBeUndefined();
  });

  it.skipIf(oldNode === undefined)('an old Node says what to do in two languages and exits with 78', () => {
    cpSync(path.join(ROOT, 'bin'), path.join(scratch, 'bin'), { recursive: true });
    const launcher = path.join(scratch, 'bin', 'lumbung.mjs');
    const { stderr, status } = spawnSync(oldNode ?? '', [launcher, 'snapshots'], { encoding: 'utf8' });
    expect(status).toBe(78);
    expect(stderr).toContain('Lumbung membutuhkan Node 24.15');
    expect(stderr).toContain('Lumbung needs Node 24.15');
  });
});

describe('whether packages must be installed', () => {
  const lock = (packages: object): string => JSON.stringify({ packages });
  const reason = (wanted: object, installed: object | undefined, withDevelopment = false): string | undefined => {
    const root = mkdtempSync(path.join(scratch, 'install-'));
    writeFileSync(path.join(root, 'package-lock.json'), lock(wanted));
    if (installed !== undefined) {
      cpSync(path.join(root, 'package-lock.json'), path.join(root, 'node_modules', '.package-lock.json'));
      writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), lock(installed));
    }
    return whyInstall({ root, withDevelopment });
  };
  const a = { 'node_modules/a': { version: '1.0.0', integrity: 'x' } };
  const tool = { 'node_modules/tool': { version: '1.0.0', integrity: 'x', dev: true } };
  const foreign = { 'node_modules/for-another-machine': { version: '1.0.0', integrity: 'x', optional: true } };
  const ownNode = { [`node_modules/node-${process.platform}-${process.arch}`]: { version: '24.21.0', optional: true } };

  it('not when they are the locked ones', () => {
    expect(reason({ '': {}, ...a }, a)).toBeUndefined();
    expect(reason({ ...a, ...tool, ...foreign }, a)).toBeUndefined();
  });

  it.each<[string, string | undefined]>([
    ['node_modules is missing', reason(a, undefined)],
    ['node_modules/a is missing', reason(a, {})],
    ['node_modules/a is not the locked version', reason(a, { 'node_modules/a': { version: '1.0.0', integrity: 'y' } })],
    ['node_modules/tool is missing', reason({ ...a, ...tool }, a, true)],
    [`${Object.keys(ownNode)[0]} is missing`, reason({ ...a, ...ownNode }, a)],
  ])('when %s', (expected, found) => {
    expect(found).toBe(expected);
  });
});

describe('the language', () => {
  it.each([
    [{ LUMBUNG_LANG: 'id', LANG: 'en_US.UTF-8' }, 'id'],
    [{ LUMBUNG_LANG: 'en', LANG: 'id_ID.UTF-8' }, 'en'],
    [{ LANG: 'id_ID.UTF-8' }, 'id'],
    [{ LC_ALL: 'id_ID', LANG: 'en_US' }, 'id'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: 'C' }, 'en'],
    [{ LUMBUNG_LANG: 'idx', LANG: 'id' }, 'id'],
    [{}, 'en'],
  ] as const)('%j: %s', (environment, language) => {
    expect(pickLanguage(environment)).toBe(language);
  });
});

describe('the report of a test run', () => {
  const read = (report: unknown) => readTestReport(program('report.json', JSON.stringify(report)));
  it('counts tests, and a file that broke while it was loaded as one that failed', () => {
    const assertionResults = [
      { status: 'passed', fullName: 'a' },
      { status: 'failed', fullName: 'b' },
      { status: 'skipped', fullName: 'no restic here' },
    ];
    const testResults = [
      { status: 'failed', assertionResults },
      { status: 'failed', assertionResults: [] },
    ];
    expect(read({ testResults })).toEqual({ passed: 1, failed: 2, skipped: ['no restic here'] });
  });
  it('counts nothing when there is none', () => {
    expect(readTestReport(path.join(scratch, 'gone.json'))).toEqual({ passed: 0, failed: 0, skipped: [] });
    expect(read({})).toEqual({ passed: 0, failed: 0, skipped: [] });
  });
});
