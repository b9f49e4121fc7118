import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { TEST_PASSWORD } from '@lumbung/engine/testing';

const LAUNCHER = path.resolve(import.meta.dirname, '../../bin/lumbung.mjs');

/** `lumbung --repo FOLDER …` as a user starts it, without a cache. */
export function spawnCommandLine(
  repositoryFolder: string,
  args: readonly string[],
): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(process.execPath, [LAUNCHER, '--repo', repositoryFolder, '--no-cache', ...args], {
    env: { ...process.env, LUMBUNG_PASSWORD: String(TEST_PASSWORD) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
