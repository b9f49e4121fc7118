import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

/** A new, empty folder, gone when the test file ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lumbung-tests-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
