// npm run fuzz [-- RUNS]: the fuzz tests alone (titles that begin with "fuzz:"), each with many more inputs than in
// npm test. fast-check prints the seed of what it finds; a find becomes an ordinary test.
import path from 'node:path';
import { runChild } from '../bin/node24.mjs';

const RUNS = 10_000;

const root = path.dirname(import.meta.dirname);
const runs = Number(process.argv[2] ?? RUNS);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`not a number of runs: ${process.argv[2] ?? ''}`);

const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
// Ten thousand runs take minutes where two hundred take a second.
const args = [vitest, 'run', '--testNamePattern', 'fuzz:', '--testTimeout', '1800000'];
process.exitCode = await runChild(process.execPath, args, {
  cwd: root,
  env: { ...process.env, LUMBUNG_FUZZ_RUNS: String(runs) },
});
