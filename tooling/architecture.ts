// Fails when docs/ARCHITECTURE.md no longer shows the map; with --write, draws it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { architectureBlocks, fillBlocks } from './architecture-blocks.ts';
import { bans, rooms } from './rooms.mjs';

const file = path.join(path.dirname(import.meta.dirname), 'docs', 'ARCHITECTURE.md');
const page = readFileSync(file, 'utf8');
const fresh = fillBlocks(page, architectureBlocks({ rooms, bans }));
if (fresh === page) {
  console.log('docs/ARCHITECTURE.md shows the map');
} else if (process.argv.includes('--write')) {
  writeFileSync(file, fresh);
  console.log('docs/ARCHITECTURE.md drawn anew');
} else {
  console.log(
    'docs/ARCHITECTURE.md is stale: run "node scripts/run.mjs tooling/architecture.ts --write" and read the change.',
  );
  process.exitCode = 1;
}
