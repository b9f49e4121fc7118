// Backups in a process of their own: for another time zone, for being killed, and for running beside a stock client.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

const SCRIPT = path.join(import.meta.dirname, 'backup-main.ts');

/** @returns a process that has begun to back up `source`; it prints one line of JSON and ends with 0 */
export function startBackupScript(
  repositoryFolder: string,
  source: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(process.execPath, [SCRIPT, 'backup', repositoryFolder, source], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** A process that forgets one snapshot, or prunes all that is unused. */
export function startScript(
  command: 'forget' | 'prune',
  repositoryFolder: string,
  argument = '',
): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(process.execPath, [SCRIPT, command, repositoryFolder, argument], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** A process that holds a lock until its input ends; resolves when it has the lock. */
export async function startLockScript(
  repositoryFolder: string,
  kind: 'shared' | 'exclusive',
): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const child = spawn(process.execPath, [SCRIPT, 'lock', repositoryFolder, kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(`it ended with ${code} before it had the lock`)));
  });
  return child;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

export async function untilEnd(child: ChildProcessByStdio<Writable, Readable, null>): Promise<Ended> {
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return await new Promise((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout }));
  });
}

export async function runBackupScript(
  repositoryFolder: string,
  source: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly snapshotId: string }> {
  const { exitCode, stdout } = await untilEnd(startBackupScript(repositoryFolder, source, env));
  if (exitCode !== 0) throw new Error(`the backup process ended with ${exitCode}: ${stdout}`);
  return JSON.parse(stdout);
}
