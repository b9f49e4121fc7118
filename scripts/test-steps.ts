// The steps of npm test, in order: what is cheap and says most first, then the rooms from the ground floor up, so that
// the first red line is the cause. Stops at the first broken step (--keep-going: at the end), then sums up. Ends with the
// line "N passed, N failed, N skipped".
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { testRooms } from '../tooling/test-rooms.ts';
import { ensureDebianPackages, findProgram } from './debian-packages.ts';
import { ensurePeerServers } from './peer-servers.ts';
import { ensureCurrentRestic } from './peers.mjs';
import { runCaptured } from './run-captured.ts';
import { addCounts, NO_TESTS, readTestReport, type TestCounts } from './test-report.ts';

const root = path.dirname(import.meta.dirname);
const scratch = mkdtempSync(path.join(tmpdir(), 'lumbung-test-'));

interface StepResult {
  readonly isOk: boolean;
  /** Half a line for the summary. */
  readonly remark: string;
  readonly counts: TestCounts;
}

interface Step {
  readonly name: string;
  readonly what: string;
  run(): Promise<StepResult>;
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

/** A check is a program: quiet and one line long when all is well, and all its words when not. */
function check(name: string, what: string, program: string, ...args: string[]): Step {
  return {
    name,
    what,
    run: async () => {
      const { exitCode, output } = await runCaptured(process.execPath, [path.join(root, program), ...args], {
        cwd: root,
      });
      if (exitCode !== 0) process.stdout.write(`${output.trimEnd()}\n`);
      const remark = output.trim().split('\n').at(-1)?.slice(0, 100) ?? '';
      return { isOk: exitCode === 0, remark, counts: NO_TESTS };
    },
  };
}

const peers: Step = {
  name: 'peers',
  what: 'the programs that Lumbung is compared with',
  run: async () => {
    const say = (line: string): void => console.log(line);
    ensureDebianPackages(say);
    const ofDistribution = findProgram('restic');
    if (ofDistribution !== undefined) process.env['LUMBUNG_PEER_RESTIC_DEBIAN'] = ofDistribution;
    if (process.env['LUMBUNG_PEER_RESTIC'] === undefined) {
      const current = await ensureCurrentRestic(say);
      if ('path' in current) process.env['LUMBUNG_PEER_RESTIC'] = current.path;
      else say(`SKIPPED: no current restic, so not tested: compatibility with it; ${current.missing}`);
    }
    if (wantsServers()) process.env['LUMBUNG_PEER_SERVERS'] = ensurePeerServers(say);
    const found = [process.env['LUMBUNG_PEER_RESTIC_DEBIAN'], process.env['LUMBUNG_PEER_RESTIC']];
    return { isOk: true, remark: found.map((program) => program ?? 'none').join(', '), counts: NO_TESTS };
  },
};

/** They are large, and few tests need them. */
function wantsServers(): boolean {
  const only = options.only?.split(',');
  return only === undefined || ['peers', 'sources', 'tests/databases'].some((name) => only.includes(name));
}

function room(name: string): Step {
  return {
    name,
    what: `tests of ${name}`,
    run: async () => {
      const report = path.join(scratch, `${name.replaceAll('/', '-')}.json`);
      const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
      const args = ['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const { exitCode } = await runCaptured(process.execPath, [vitest, ...args], {
        cwd: root,
        env: testEnv(),
        isShown: true,
      });
      const counts = readTestReport(report);
      for (const title of counts.skipped) console.log(`SKIPPED: ${title}`);
      const remark = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`;
      if (counts.passed + counts.failed === 0)
        return { isOk: false, remark: 'no test ran: every room has tests', counts };
      return { isOk: exitCode === 0, remark, counts };
    },
  };
}

/** Whoever runs the tests may have a repository of their own: the tests must not find it, nor fill its cache. */
function testEnv(): NodeJS.ProcessEnv {
  const isOurs = (name: string): boolean => name.startsWith('LUMBUNG_PEER_') || name === 'LUMBUNG_FUZZ_RUNS';
  const isTheirs = (name: string): boolean => /^(?:RESTIC_|LUMBUNG_)/.test(name) && !isOurs(name);
  const kept = Object.entries(process.env).filter(([name]) => !isTheirs(name));
  const colours = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
  return { ...Object.fromEntries(kept), ...colours, XDG_CACHE_HOME: path.join(scratch, 'cache') };
}

const steps: readonly Step[] = [
  check('fences', 'direction, storeys, doors, circles, homes', 'tooling/fences.ts'),
  check('types', 'TypeScript', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'),
  check(
    'lint',
    'type-aware rules',
    'node_modules/oxlint/bin/oxlint',
    '--type-aware',
    '--deny-warnings',
    '--report-unused-disable-directives-severity=error',
  ),
  check('format', 'Biome', 'node_modules/@biomejs/biome/bin/biome', 'check', '--max-diagnostics=50'),
  check('dead-code', 'knip', 'node_modules/knip/bin/knip.js', '--no-progress'),
  check('lockfile', 'npm ci accepts it', 'tooling/lockfile.ts'),
  check('licences', 'of every package', 'tooling/licences.ts'),
  check('map', 'docs/ARCHITECTURE.md shows it', 'tooling/architecture.ts'),
  check('documents', 'links, decisions, changelog, glossary', 'tooling/documents.ts'),
  check('tidy', 'the whole tree', 'tooling/tidy.ts'),
  peers,
  ...testRooms().map(({ name }) => room(name)),
];

async function runSteps(chosen: readonly Step[]): Promise<number> {
  const lines: string[] = [];
  let counts = NO_TESTS;
  let brokenCount = 0;
  for (const step of chosen) {
    if (brokenCount > 0 && !options['keep-going']) {
      lines.push(`  not run  ${step.name}`);
      continue;
    }
    console.log(`== ${step.name}: ${step.what}`);
    const startedAt = performance.now();
    const result = await step.run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const line = `${result.isOk ? 'ok    ' : 'BROKEN'} ${step.name}, ${seconds} s${result.remark === '' ? '' : `: ${result.remark}`}`;
    console.log(`== ${line}\n`);
    lines.push(`  ${line}`);
    counts = addCounts(counts, result.counts);
    if (!result.isOk) brokenCount += 1;
  }
  console.log(`${lines.join('\n')}\n`);
  // A broken check or a room that broke without a failed test must not read as "0 failed".
  const failed = Math.max(counts.failed, brokenCount);
  console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped.length} skipped`);
  return failed === 0 ? 0 : 1;
}

function chooseSteps(): readonly Step[] {
  if (options.only === undefined) return steps;
  const names = options.only.split(',');
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`there is no step ${unknown.join(', ')}; --list names them`);
  // The peers are always looked for: without them tests would be skipped that could run.
  return steps.filter((step) => step === peers || names.includes(step.name));
}

try {
  if (options.list) for (const { name, what } of steps) console.log(`${name.padEnd(14)} ${what}`);
  else process.exitCode = await runSteps(chooseSteps());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
