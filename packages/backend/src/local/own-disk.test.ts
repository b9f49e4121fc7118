import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { isOnOwnDisk } from './own-disk.ts';

it('is a folder of a temporary file system, also one that is not made yet', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lumbung-disk-'));
  try {
    expect(await isOnOwnDisk(folder)).toBe(true);
    expect(await isOnOwnDisk(path.join(folder, 'not', 'yet'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('is not a file system that says nothing of its disk', async () => {
  expect(await isOnOwnDisk('/proc')).toBe(false);
});
