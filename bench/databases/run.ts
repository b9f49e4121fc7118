// Measures database backups beside the engines' own tools and beside a dump piped into restic, in one run, in turn.
//
//   npm run bench -- databases [--runs 5] [--scale 1] [--engines postgresql,mariadb] [--parts backup,growth,restore]
//                              [--folder /dev/shm/lumbung-bench-databases] [--write]
//
// Servers are started here, on private folders in memory, and filled from a seed. The restic is the one that
// LUMBUNG_PEER_RESTIC names (default .peers/restic-0.19.1), or the system's. With --write the tables go into
// docs/benchmarks.md; at scale 1 they need about 12 GB of memory.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { haveServer } from '@lumbung/sources/testing';
import { writePageSection } from '../page-section.ts';
import { BenchRun } from './bench-run.ts';
import { type BenchEngine, ENGINES, isInMemory } from './engines.ts';
import { measureBackups } from './measure-backups.ts';
import { measureGrowth } from './measure-growth.ts';
import { measureRestores } from './measure-restores.ts';
import { findRestic } from './repositories.ts';
import { megabytes } from './tables.ts';

const DATABASE = 'bench';
const OUT = path.resolve(import.meta.dirname, '../out');

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    runs: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    engines: { type: 'string', default: 'postgresql,mariadb' },
    parts: { type: 'string', default: 'backup,growth,restore' },
    folder: { type: 'string', default: '/dev/shm/lumbung-bench-databases' },
    write: { type: 'boolean', default: false },
  },
});
const restic = findRestic();
const options = { runs: Number(values.runs), scale: Number(values.scale), folder: values.folder, restic };
const parts = new Set(values.parts.split(','));
/** By heading, as they come. */
const sections = new Map<string, string>();
const places = new Set<string>();

/** Written after every run: a long measurement that is cut off has not been for nothing. */
function writeReport(): void {
  const cpu = os.cpus()[0]?.model ?? 'unknown';
  const report = [
    `Machine: ${os.cpus().length} × ${cpu}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; server, repositories and dumps ${[...places].join(' and ')}. Beside ${restic?.version ?? 'no restic'}. Scale ${options.scale}.`,
    '',
    ...[...sections].map(([title, table]) => `### ${title}\n\n${table}\n`),
  ].join('\n');
  mkdirSync(OUT, { recursive: true });
  writeFileSync(path.join(OUT, 'databases.md'), report);
  if (values.write) writePageSection('databases', report);
}

async function measureEngine(engine: BenchEngine): Promise<void> {
  await using server = await engine.start();
  places.add(isInMemory(server) ? 'in memory' : 'on disk');
  const run = new BenchRun(engine, server, options);
  const name = `${engine.title} ${server.version}`;
  const tell = (title: string, table: string): void => {
    for (const old of [...sections.keys()].filter((key) => key.startsWith(title.replace(/\(.*/, ''))))
      sections.delete(old);
    sections.set(title, table);
    writeReport();
  };
  if (parts.has('backup') || parts.has('restore')) {
    await server.client(`CREATE DATABASE ${DATABASE}`);
    await engine.fill(server, DATABASE, options.scale);
    const bytes = Number(await server.client(engine.sizeSql(DATABASE), DATABASE));
    const sized = `${name}, a database of ${megabytes(bytes)} with its indexes`;
    console.log(sized);
    if (parts.has('backup')) await measureBackups(run, DATABASE, (title, table) => tell(`${sized}: ${title}`, table));
    if (parts.has('restore')) await measureRestores(run, DATABASE, (title, table) => tell(`${sized}: ${title}`, table));
    await server.client(`DROP DATABASE ${DATABASE}`);
  }
  if (parts.has('growth')) await measureGrowth(run, (title, table) => tell(`${name}: ${title}`, table));
  const samples = Object.fromEntries(
    [...run.samples].map(([key, list]) => [key, list.map(({ output: _output, ...sample }) => sample)]),
  );
  writeFileSync(path.join(OUT, `databases-${engine.name}.json`), JSON.stringify(samples, null, 1));
}

mkdirSync(options.folder, { recursive: true });
try {
  for (const engine of ENGINES.filter((each) => values.engines.split(',').includes(each.name))) {
    if (haveServer(engine.program)) await measureEngine(engine);
    else console.log(`skipped: no server of ${engine.title} here`);
  }
} finally {
  rmSync(options.folder, { recursive: true, force: true });
}
for (const [title, table] of sections) console.log(`\n### ${title}\n\n${table}`);
