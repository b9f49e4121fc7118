import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeHouse } from './fence-rules.ts';
import { findCycles } from './find-cycles.ts';
import { readHouse } from './read-house.ts';
import { bans, rooms, testExternals } from './rooms.mjs';

const map = { rooms, bans, testExternals };
const root = path.dirname(import.meta.dirname);
const temporary: string[] = [];
afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

/** A small house on disk that obeys the map; `changes` plants faults into it (undefined takes a file away). */
function house(changes: Readonly<Record<string, string | undefined>> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lumbung-fences-'));
  temporary.push(folder);
  for (const [file, text] of Object.entries({ ...CLEAN_HOUSE, ...changes })) {
    if (text === undefined) continue;
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const isHere = (room: (typeof rooms)[number]): boolean => TOY_ROOMS.has(room.path);
  return readHouse(folder, { ...map, rooms: rooms.filter(isHere) });
}

const TOY_ROOMS = new Set(['packages/stdx', 'packages/backend', 'packages/engine', 'apps/cli', 'packages/runner']);
const toyMap = { ...map, rooms: rooms.filter((room) => TOY_ROOMS.has(room.path)) };
const judge = (changes: Readonly<Record<string, string | undefined>> = {}): string[] =>
  judgeHouse(house(changes), toyMap);

const manifest = (name: string, exports: Record<string, string>, ...dependencies: string[]): string =>
  JSON.stringify({ name, exports, dependencies: Object.fromEntries(dependencies.map((each) => [each, '0.1.0'])) });

const CLEAN_HOUSE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'toy', devDependencies: { vitest: '5.1.1' } }),
  'packages/stdx/package.json': manifest('@lumbung/stdx', { '.': './src/index.ts', './node': './src/node/index.ts' }),
  'packages/stdx/src/index.ts': `export const one = 1;`,
  'packages/stdx/src/node/index.ts': `export { systemClock } from './system.ts';`,
  'packages/stdx/src/node/system.ts': `export const systemClock = { nowMs: () => Date.now() };`,
  'packages/backend/package.json': manifest(
    '@lumbung/backend',
    { '.': './src/index.ts', './mem': './src/mem/index.ts', './testing': './src/testing/index.ts' },
    '@lumbung/stdx',
  ),
  'packages/backend/src/index.ts': `export interface Backend { readonly name: string }`,
  'packages/backend/src/mem/index.ts': `export class MemBackend {}`,
  'packages/backend/src/testing/index.ts': `import { expect } from 'vitest'; export const suite = expect;`,
  'packages/engine/package.json': manifest(
    '@lumbung/engine',
    { '.': './src/index.ts' },
    '@lumbung/stdx',
    '@lumbung/backend',
    'sodium-native',
  ),
  'packages/engine/src/index.ts': `export { open } from './repository/open.ts';`,
  'packages/engine/src/crypto/seal.ts': `import sodium from 'sodium-native'; import { createHash } from 'node:crypto'; export const seal = [sodium, createHash];`,
  'packages/engine/src/pack/pack.ts': `import { seal } from '../crypto/seal.ts'; export const pack = seal;`,
  'packages/engine/src/repository/open.ts': [
    `import type { Backend } from '@lumbung/backend';`,
    `import { pack } from '../pack/pack.ts';`,
    `export const open = (backend: Backend) => [backend, pack, new Date(0)];`,
  ].join('\n'),
  'packages/engine/src/repository/open.test.ts': [
    `import { MemBackend } from '@lumbung/backend/mem';`,
    `import { suite } from '@lumbung/backend/testing';`,
    `import { it } from 'vitest';`,
    `it('opens', () => { console.log(MemBackend, suite, Date.now(), process.env['HOME']); });`,
  ].join('\n'),
  'packages/runner/package.json': manifest(
    '@lumbung/runner',
    { '.': './src/index.ts' },
    '@lumbung/backend',
    '@lumbung/engine',
  ),
  'packages/runner/src/index.ts': `import { open } from '@lumbung/engine'; export const run = open;`,
  'apps/cli/package.json': manifest('@lumbung/cli', { '.': './src/main.ts' }, '@lumbung/runner'),
  'apps/cli/src/main.ts': `import { run } from '@lumbung/runner'; run; process.env['HOME'];`,
};

describe('a house as drawn', () => {
  it('passes, and its modules were read', () => {
    const clean = house();
    expect(judgeHouse(clean, toyMap)).toEqual([]);
    expect(clean.rooms.map(({ room, modules }) => [room.path, modules.length])).toEqual([
      ['packages/stdx', 3],
      ['packages/backend', 3],
      ['packages/engine', 5],
      ['packages/runner', 1],
      ['apps/cli', 1],
    ]);
  });
});

describe('a planted fault is refused with its sentence', () => {
  // Each: what is planted, where, and the whole sentence a developer reads.
  const faults: readonly (readonly [title: string, changes: Record<string, string | undefined>, sentence: string])[] = [
    [
      'an import that points up',
      { 'packages/backend/src/index.ts': `import { open } from '@lumbung/engine';\nexport const up = open;` },
      'packages/backend/src/index.ts:1: packages/backend may not import packages/engine: it stands on packages/stdx alone.',
    ],
    [
      'an import across a joint',
      { 'apps/cli/src/main.ts': `export * from '@lumbung/backend';` },
      'apps/cli/src/main.ts:1: apps/cli may not import packages/backend: it stands on packages/stdx, packages/contracts, packages/engine, packages/runner alone.',
    ],
    [
      'an upper storey in a lower one, by type alone',
      {
        'packages/engine/src/pack/pack.ts': `\nimport type { open } from '../repository/open.ts';\nexport type Open = typeof open;`,
      },
      'packages/engine/src/pack/pack.ts:2: engine/pack may not import engine/repository, which is above it: move what both need down, or have it handed in.',
    ],
    [
      'a worker of an upper storey',
      { 'packages/engine/src/pack/pack.ts': `export const url = new URL('../repository/open.ts', import.meta.url);` },
      'packages/engine/src/pack/pack.ts:1: engine/pack may not import engine/repository, which is above it: move what both need down, or have it handed in.',
    ],
    [
      'a file on no storey',
      { 'packages/engine/src/misc/odd.ts': 'export const odd = 1;' },
      'packages/engine/src/misc/odd.ts:1: the file is on no storey of packages/engine: move it into one, or add the storey to tooling/rooms.mjs.',
    ],
    [
      'a driver inside the engine',
      {
        'packages/engine/src/crypto/driver.ts': `import { MemBackend } from '@lumbung/backend/mem';\nexport const mem = MemBackend;`,
      },
      "packages/engine/src/crypto/driver.ts:1: packages/engine may use only packages/backend, not '@lumbung/backend/mem': have it handed in by whoever opens it.",
    ],
    [
      'the test kit in the product',
      { 'packages/engine/src/crypto/kit.ts': `export * from '@lumbung/backend/testing';` },
      "packages/engine/src/crypto/kit.ts:1: '@lumbung/backend/testing' is for tests: the product may not stand on it.",
    ],
    [
      'a reach into another room by path',
      { 'packages/engine/src/crypto/reach.ts': `export * from '../../../backend/src/index.ts';` },
      "packages/engine/src/crypto/reach.ts:1: '../../../backend/src/index.ts' reaches into packages/backend: import one of its doors (@lumbung/backend, @lumbung/backend/mem, @lumbung/backend/testing).",
    ],
    [
      'a reach into another room behind its doors',
      { 'packages/engine/src/crypto/reach.ts': `export * from '@lumbung/backend/src/index.ts';` },
      "packages/engine/src/crypto/reach.ts:1: '@lumbung/backend/src/index.ts' reaches into packages/backend: import one of its doors (@lumbung/backend, @lumbung/backend/mem, @lumbung/backend/testing).",
    ],
    [
      'a Node module in a browser room',
      { 'packages/stdx/src/index.ts': `import { join } from 'node:path';\nexport const one = join;` },
      "packages/stdx/src/index.ts:1: packages/stdx must run in a browser, so it may not import 'node:path': have what it gives handed in, or move the file to packages/stdx/src/node.",
    ],
    [
      'a Node module that looks like a package',
      { 'packages/engine/src/crypto/disk.ts': `export { readFile } from 'fs/promises';` },
      "packages/engine/src/crypto/disk.ts:1: write 'node:fs/promises', so that nobody takes it for a package.",
    ],
    [
      'a library nobody declared',
      { 'packages/engine/src/format/odd.ts': `export { z } from 'zod';` },
      "packages/engine/src/format/odd.ts:1: 'zod' is not declared: add it to packages/engine/package.json, or do without.",
    ],
    [
      'a room nobody declared',
      { 'apps/cli/src/main.ts': `export * from '@lumbung/engine';` },
      "apps/cli/src/main.ts:1: '@lumbung/engine' is not declared: add it to apps/cli/package.json.",
    ],
    [
      'a library outside the folder that owns it',
      { 'packages/engine/src/pack/sodium.ts': `export { default } from 'sodium-native';` },
      "packages/engine/src/pack/sodium.ts:1: only packages/engine/src/crypto may import 'sodium-native': ask that folder for what you need.",
    ],
    [
      'a test library in the product',
      { 'packages/engine/src/pack/pack.ts': `import 'vitest';` },
      "packages/engine/src/pack/pack.ts:1: 'vitest' is for tests: only *.test.ts files and testing/ folders may import it.",
    ],
    [
      'a forbidden dependency in a manifest',
      {
        'packages/stdx/package.json': manifest(
          '@lumbung/stdx',
          { '.': './src/index.ts', './node': './src/node/index.ts' },
          '@lumbung/engine',
        ),
      },
      'packages/stdx/package.json: packages/stdx may not depend on @lumbung/engine: see tooling/rooms.mjs, or take it out.',
    ],
    [
      'a circle',
      {
        'packages/engine/src/pack/pack.ts': `import { b } from './b.ts'; export const pack = b;`,
        'packages/engine/src/pack/b.ts': `import { pack } from './pack.ts'; export const b = () => pack;`,
      },
      'packages/engine/src/pack/b.ts: packages/engine/src/pack/b.ts → packages/engine/src/pack/pack.ts → packages/engine/src/pack/b.ts is a circle: move what both ends need into a file below them.',
    ],
    [
      'an import that leads nowhere',
      { 'packages/engine/src/pack/pack.ts': `export * from './gone.ts';` },
      "packages/engine/src/pack/pack.ts:1: './gone.ts' leads to no module of the house: correct the path (with its .ts).",
    ],
    [
      'a room that is not on the map',
      { 'packages/attic/src/index.ts': 'export {};' },
      'packages/attic is not on the map: add the room to tooling/rooms.mjs, with what it gives and may import.',
    ],
    [
      'a room that is only on the map',
      { 'packages/runner/src/index.ts': undefined },
      'packages/runner is on the map but has no modules: write it, or mark it "planned" in tooling/rooms.mjs.',
    ],
  ];
  it.each(faults)('%s', (_title, changes, sentence) => {
    expect(judge(changes)).toContain(sentence);
  });

  it('one of two strangers in the other, though it is below', () => {
    // The clean house has engine/pack on top of engine/crypto.
    const clean = house();
    const estranged = clean.rooms.map((each) =>
      each.room.path === 'packages/engine' ? { ...each, room: { ...each.room, strangers: ['crypto', 'pack'] } } : each,
    );
    expect(judgeHouse({ ...clean, rooms: estranged }, toyMap)).toEqual([
      'packages/engine/src/pack/pack.ts:1: engine/pack may not import engine/crypto: they are strangers; move what both need down, or have it handed in.',
    ]);
  });
});

describe('a global outside its one home is refused', () => {
  const uses: readonly (readonly [code: string, start: string])[] = [
    ['export const now = Date.now();', 'Date.now is the wall clock'],
    ['export const now = new Date();', 'new Date() is the wall clock'],
    ['export const { now } = Date;', 'Date.now is the wall clock'],
    ['export const at = performance.now();', 'performance.now is the wall clock'],
    ['export const chance = globalThis.Math.random();', 'Math.random is chance without a seed'],
    ["export const home = process.env['HOME'];", 'process.env is the environment'],
    ["import { env } from 'node:process';\nexport const home = env;", 'node:process#env is the environment'],
    ["import * as os from 'node:os';\nexport const name = os.hostname();", "node:os#hostname is the machine's"],
    ['setTimeout(() => {}, 10);', 'setTimeout is a timer'],
    [
      "import { setTimeout as delay } from 'node:timers/promises';\nexport { delay };",
      'node:timers/promises#setTimeout is a timer',
    ],
    ["import { spawn } from 'node:child_process';\nexport { spawn };", 'node:child_process is another program'],
    ["export const crypto = await import('node:crypto');", 'node:crypto is cryptography'],
    ['console.error("lost");', 'console is the console'],
    ['process.exit(1);', 'process.exit is the end of the process'],
  ];
  it.each(uses)('%s', (code, start) => {
    const findings = judge({ 'packages/engine/src/pack/pack.ts': code });
    expect(findings.filter((finding) => finding.includes(`: ${start}`))).toHaveLength(1);
    expect(
      judge({ 'packages/engine/src/pack/pack.test.ts': code }).filter((each) => !each.includes('Math.random')),
    ).toEqual([]);
  });

  it('but a name that only looks like one is not', () => {
    const code = `
      import { setTimeout as timer } from './timer.ts';
      export class Clock { console = 1; setTimeout(now: { Date: { now(): number } }) { return now.Date.now(); } }
      export const env = (process: { env: string }) => process.env;
      export type Environment = typeof globalThis.process.env;
      export const at = [new Date(5), timer];`;
    const timer = `export const setTimeout = 1;`;
    expect(judge({ 'packages/engine/src/pack/pack.ts': code, 'packages/engine/src/pack/timer.ts': timer })).toEqual([]);
  });
});

describe('the real map', () => {
  it('only points down, and every room that is built was read', () => {
    const real = readHouse(root, map);
    const built = real.rooms.filter(({ room }) => room.planned !== true);
    expect(built.filter(({ modules }) => modules.length === 0).map(({ room }) => room.path)).toEqual([]);
    expect(judgeHouse({ ...real, rooms: [] }, map)).toEqual([]);
  });
});

describe('findCycles', () => {
  it('finds each circle once, the shortest first', () => {
    const graph = new Map([
      ['a', ['b', 'c']],
      ['b', ['c']],
      ['c', ['a']],
      ['d', ['d']],
      ['e', ['a']],
    ]);
    expect(findCycles(graph)).toEqual([['a', 'c'], ['b', 'c', 'a'], ['d']]);
  });
});
