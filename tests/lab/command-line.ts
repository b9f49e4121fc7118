import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
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

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The same, to its end. @param variables of its environment, beside those of this process */
export async function runCommandLine(
  repositoryFolder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [LAUNCHER, '--repo', repositoryFolder, '--no-cache', ...args], {
    env: { ...process.env, LUMBUNG_PASSWORD: String(TEST_PASSWORD), LUMBUNG_LANG: 'en', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }),
  ]);
  return { exitCode, stdout, stderr };
}
