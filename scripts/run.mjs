// node scripts/run.mjs FILE.ts [ARGUMENT…]: runs one of the project's TypeScript programs under a Node that is new
// enough, whatever Node the machine has.
import path from 'node:path';
import { launch } from '../bin/node24.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node scripts/run.mjs FILE.ts [ARGUMENT...]\n');
  process.exitCode = 2;
} else {
  await launch(path.resolve(file), args);
}
