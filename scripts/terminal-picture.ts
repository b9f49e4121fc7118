// Makes the picture of the README: runs the real commands in a terminal of its own (`script`, of util-linux) on a small site,
// and draws what stands there in the end. Ids and times are those of the run.
//     node scripts/run.mjs scripts/terminal-picture.ts
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCaptured } from './run-captured.ts';
import { type Cell, screenOf } from './terminal-screen.ts';
import { terminalSvg } from './terminal-svg.ts';

const ROOT = path.dirname(import.meta.dirname);
/** Paths are shown: they should be short, and the same on every machine. */
const FOLDER = '/tmp/office';
const COLUMNS = 80;
const TARGET = path.join(ROOT, 'docs/images/terminal.svg');

const STORY = [
  'init',
  'backup www --tag daily --host web1',
  'snapshots',
  'restore latest --target proof --verify',
  'check --read-data',
  'snapshots --latets 1',
];

async function makeSite(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  const images = path.join(FOLDER, 'www/storage/images');
  await mkdir(images, { recursive: true });
  for (let at = 1; at <= 120; at += 1) {
    await writeFile(path.join(images, `photo-${String(at).padStart(3, '0')}.jpg`), noise(at, 2000 * at));
  }
  await writeFile(path.join(FOLDER, 'www/index.php'), "<?php require 'vendor/autoload.php';\n");
}

/** Bytes that do not compress, as those of photos do not; the same in every run. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function shown(line: string): Promise<Cell[][]> {
  const launcher = path.join(ROOT, 'bin/lumbung.mjs');
  const command = `stty cols ${COLUMNS}; '${process.execPath}' '${launcher}' ${line}`;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: FOLDER,
    TERM: 'xterm',
    LUMBUNG_LANG: 'en',
    LUMBUNG_REPOSITORY: `${FOLDER}/backup`,
    LUMBUNG_PASSWORD: 'for the picture',
  };
  const { output } = await runCaptured('script', ['--quiet', '--command', command, '/dev/null'], { cwd: FOLDER, env });
  const lines = screenOf(output);
  while (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

await makeSite();
const lines: Cell[][] = [];
for (const line of STORY) {
  if (lines.length > 0) lines.push([]);
  lines.push(...screenOf(`\x1b[36m$\x1b[39m \x1b[1mlumbung ${line}\x1b[22m`), ...(await shown(line)));
}
await mkdir(path.dirname(TARGET), { recursive: true });
const title = 'lumbung init, backup, snapshots, restore and check, as a terminal shows them';
await writeFile(TARGET, terminalSvg(lines, { columns: COLUMNS, title }));
await rm(FOLDER, { recursive: true, force: true });
console.log(`${path.relative(ROOT, TARGET)} is written`);
