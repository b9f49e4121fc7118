// npm run fuzz [-- RUNS]: the fuzz tests alone (titles that begin with "fuzz:"), each with many more inputs than in
// npm test. fast-check prints the seed of what it finds; a find becomes an ordinary test. At the end it says how many inputs
// each test was given, and fails when a parser was given fewer than RUNS.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@lumbung/stdx/node';
import { runChild } from '../bin/node24.mjs';
import { fuzzTable, readFuzzCases, unfuzzedParsers } from './fuzz-cases.ts';
import { readTestReport } from './test-report.ts';

const RUNS = 10_000;

const root = path.dirname(import.meta.dirname);
const runs = Number(process.argv[2] ?? RUNS);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`not a number of runs: ${process.argv[2] ?? ''}`);

const scratch = mkdtempSync(path.join(tmpdir(), 'lumbung-fuzz-'));
const report = path.join(scratch, 'report.json');
const casesFile = path.join(scratch, 'cases');
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
// Ten thousand runs take minutes where two hundred take a second.
const limits = ['--testNamePattern', 'fuzz:', '--testTimeout', '1800000'];
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const startedMs = systemClock.monotonicMs();
try {
  const exitCode = await runChild(process.execPath, [vitest, 'run', ...limits, ...reporters], {
    cwd: root,
    env: { ...process.env, LUMBUNG_FUZZ_RUNS: String(runs), LUMBUNG_FUZZ_CASES: casesFile },
  });
  const { passed, failed } = readTestReport(report);
  const cases = readFuzzCases(casesFile);
  const unfuzzed = unfuzzedParsers(cases, runs);
  const total = [...cases.values()].reduce((sum, count) => sum + count, 0);
  const seconds = Math.round((systemClock.monotonicMs() - startedMs) / 1000);
  console.log(`\n${fuzzTable(cases)}\n`);
  for (const line of unfuzzed) console.log(`too few: ${line}`);
  console.log(`${passed} passed, ${failed} failed, ${total} cases in ${seconds} s`);
  process.exitCode = unfuzzed.length > 0 ? 1 : exitCode;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
