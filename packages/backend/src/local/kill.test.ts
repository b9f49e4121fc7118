// A process that is killed while it saves: what it leaves behind.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { systemRandom } from '@lumbung/stdx/node';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { CONFORMANCE_LAYOUT } from '../testing/index.ts';
import { openLocalBackend } from './index.ts';

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
});

const CONFIG = { folder: '', name: 'config' };

/** Saves for ever, four at a time, and tells every name once it is saved. A pack's name says its bytes: which one it
 *  repeats, and how often. The config is replaced all the time, by contents of the same kind. */
const SAVER = `
  import { writeSync } from 'node:fs';
  const { openLocalBackend } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
  const { systemRandom } = await import(${JSON.stringify(import.meta.resolve('@lumbung/stdx/node'))});
  const [place, layout, round] = process.argv.slice(1);
  const backend = await openLocalBackend({ path: place, layout: JSON.parse(layout), random: systemRandom });
  let nr = 0;
  const saving = async () => {
    for (;;) {
      nr += 1;
      const byte = nr % 251;
      const sizeBytes = 200_000 + ((nr * 7919) % 1_000_000);
      const name = [byte.toString(16).padStart(2, '0'), sizeBytes, round, nr].join('-');
      const content = Buffer.alloc(sizeBytes, byte);
      await backend.save({ folder: 'data', name }, [content.subarray(0, 99_999), content.subarray(99_999)]);
      await backend.save({ folder: '', name: 'config' }, [Buffer.alloc(100_000 + byte, byte)]);
      writeSync(1, name + '\\n');
    }
  };
  await Promise.all([saving(), saving(), saving(), saving()]);
`;

/** Runs a saver until it has told `savesMin` names, kills it, and gives the names. */
async function saveUntilKilled(place: string, round: number, savesMin: number): Promise<string[]> {
  const told: string[] = [];
  const args = ['--input-type=module', '--eval', SAVER, place, JSON.stringify(CONFORMANCE_LAYOUT), String(round)];
  const saver = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => saver.once('close', (_, signal) => resolve(signal)));
  for await (const name of createInterface({ input: saver.stdout })) {
    told.push(name);
    if (told.length === savesMin) saver.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
  return told;
}

function isRepeated(content: Buffer, byte: number): boolean {
  return content.equals(Buffer.alloc(content.length, byte));
}

async function expectNothingTorn(backend: Backend): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, sizeBytes } of backend.list('data')) {
    const [byte = '', size = ''] = name.split('-');
    const content = await backend.load({ folder: 'data', name });
    expect([name, sizeBytes, content.length]).toEqual([name, Number(size), Number(size)]);
    expect([name, isRepeated(content, Number.parseInt(byte, 16))]).toEqual([name, true]);
    names.push(name);
  }
  const config = await backend.load(CONFIG);
  expect(isRepeated(config, config.length - 100_000)).toBe(true);
  return names;
}

describe('a process that is killed while it saves', () => {
  it('leaves whole files under their names, all it had told of, and leftovers that are nobody’s', async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lumbung-kill-'));
    const backend = await openLocalBackend({ path: folder, layout: CONFORMANCE_LAYOUT, random: systemRandom });
    await backend.create();
    const told: string[] = [];
    for (const [round, savesMin] of [1, 2, 3, 5, 8, 13].entries()) {
      told.push(...(await saveUntilKilled(folder, round, savesMin)));
      expect(await expectNothingTorn(backend)).toEqual(expect.arrayContaining(told));
    }
    const everything = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
    // The control: a test in which nothing was ever interrupted would prove nothing.
    expect(everything.filter((name) => /-tmp-[0-9a-f]+$/.test(name))).not.toEqual([]);
  });
});
