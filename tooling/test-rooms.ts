import { readdirSync } from 'node:fs';
import path from 'node:path';
import { outside, rooms } from './rooms.mjs';

export interface TestRoom {
  /** The vitest project: `engine`, `tooling`, `tests/crash`. */
  readonly name: string;
  readonly path: string;
}

const root = path.dirname(import.meta.dirname);

/**
 * Where tests are, ground floor first, so that the first red line is the cause and not a consequence: the rooms by storey,
 * then the tooling, then the folders of tests/. A room without a test is listed all the same: that is a failure.
 */
export function testRooms(): TestRoom[] {
  const storeys = rooms
    .filter((room) => room.storey !== outside && room.planned !== true)
    .toSorted((a, b) => a.storey - b.storey)
    .map(({ path: folder }) => ({ name: path.basename(folder), path: folder }));
  return [...storeys, { name: 'tooling', path: 'tooling' }, ...wholeHouseTests()];
}

function wholeHouseTests(): TestRoom[] {
  return readdirSync(path.join(root, 'tests'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => `tests/${entry.name}`)
    .toSorted()
    .filter((folder) =>
      readdirSync(path.join(root, folder), { recursive: true }).some((file) => String(file).endsWith('.test.ts')),
    )
    .map((folder) => ({ name: folder, path: folder }));
}
