// Fails when package-lock.json lacks optional packages for other machines, so that `npm ci` would refuse it; with
// --write, adds them. To be run after every `npm install PACKAGE`.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type LockEntry, missingEntries } from './lockfile-rules.ts';

const file = path.join(path.dirname(import.meta.dirname), 'package-lock.json');
// The cast holds for what npm writes; a broken file fails a line later.
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> };
const missing = missingEntries(lock.packages);
const count = Object.keys(missing).length;
if (count > 0 && process.argv.includes('--write')) {
  const packages = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, undefined, 2)}\n`);
  console.log(`package-lock.json: ${count} entries added`);
} else {
  for (const place of Object.keys(missing)) console.log(`package-lock.json lacks ${place}, so that npm ci refuses it.`);
  if (count > 0) console.log('Run "node scripts/run.mjs tooling/lockfile.ts --write" and commit the lockfile.');
  console.log(`${Object.keys(lock.packages).length} locked packages, ${count} findings`);
  if (count > 0) process.exitCode = 1;
}
