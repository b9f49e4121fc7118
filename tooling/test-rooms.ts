import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { listSourceFiles } from './read-modules.ts';
import { outside, rooms } from './rooms.mjs';

export interface TestRoom {
  /** The vitest project: `engine`, `tooling`, `tests/crash`. */
  readonly name: string;
  readonly path: string;
}

const root = path.dirname(import.meta.dirname);

/**
 * Where tests are, ground floor first, so that the first red line is the cause and not a consequence: the rooms by storey,
 * then the developers' programs, then the folders of tests/. A room without a test is listed all the same: that is a failure.
 */
export function testRooms(): TestRoom[] {
  const storeys = rooms
    .filter((room) => room.storey !== outside && room.planned !== true)
    .toSorted((a, b) => a.storey - b.storey)
    .map(({ path: folder }) => ({ name: path.basename(folder), path: folder }));
  const developersPrograms = rooms
    .filter((room) => room.storey === outside && room.path !== 'tests' && hasTests(room.path))
    .map(({ path: folder }) => ({ name: folder, path: folder }));
  return [...storeys, ...developersPrograms, ...wholeHouseTests()];
}

function wholeHouseTests(): TestRoom[] {
  const folder = path.join(root, 'tests');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => `tests/${entry.name}`)
    .toSorted()
    .filter(hasTests)
    .map((name) => ({ name, path: name }));
}

function hasTests(folder: string): boolean {
  return listSourceFiles(root, folder).some((file) => file.endsWith('.test.ts'));
}
