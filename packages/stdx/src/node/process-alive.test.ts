import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isProcessAlive } from './index.ts';

describe('isProcessAlive', () => {
  it('knows ourselves, and the first process whoever owns it', () => {
    expect(isProcessAlive(process.pid)).toBe(true);
    expect(isProcessAlive(1)).toBe(true);
  });

  it('knows that an ended process is gone', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(isProcessAlive(pid)).toBe(false);
  });

  it('takes no number for a whole group, and no nonsense for a process', () => {
    for (const pid of [0, -1, -process.pid, 1.5, Number.NaN, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      expect(isProcessAlive(pid)).toBe(false);
    }
  });
});
