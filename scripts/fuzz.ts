// npm run fuzz [-- RUNS]: the fuzz tests alone (titles that begin with "fuzz:"), each with many more inputs than in
// npm test. fast-check prints the seed of what it finds; a find becomes an ordinary test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runChild } from '../bin/node24.mjs';
import { readTestReport } from './test-report.ts';

const RUNS = 10_000;

const root = path.dirname(import.meta.dirname);
const runs = Number(process.argv[2] ?? RUNS);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`not a number of runs: ${process.argv[2] ?? ''}`);

const scratch = mkdtempSync(path.join(tmpdir(), 'lumbung-fuzz-'));
const report = path.join(scratch, 'report.json');
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
// Ten thousand runs take minutes where two hundred take a second.
const limits = ['--testNamePattern', 'fuzz:', '--testTimeout', '1800000'];
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
try {
  const exitCode = await runChild(process.execPath, [vitest, 'run', ...limits, ...reporters], {
    cwd: root,
    env: { ...process.env, LUMBUNG_FUZZ_RUNS: String(runs) },
  });
  const { passed, failed } = readTestReport(report);
  console.log(`${passed} passed, ${failed} failed, each with ${runs} inputs`);
  process.exitCode = passed + failed === 0 ? 1 : exitCode;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
