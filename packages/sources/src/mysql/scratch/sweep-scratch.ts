import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';
import { isProcessAlive } from '@lumbung/stdx/node';
import { z } from 'zod';

export const SCRATCH_PREFIX = 'my-';
export const STATE_FILE = 'scratch.json';
export const PID_FILE = 'server.pid';
export const DATA_FOLDER = 'data';
/** The last processes of a server that was killed may still be writing. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };

const stateSchema = z.object({ owner: z.int().positive(), startedTicks: z.string().nullable() });

/** What tells whose a scratch server is: the process, and when that was started, since numbers are given again. */
export async function ownState(): Promise<string> {
  return JSON.stringify({ owner: process.pid, startedTicks: (await startedTicks(process.pid)) ?? null });
}

/** Ends servers below `folder` whose owner is gone, and removes their data. */
export async function sweepScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(SCRATCH_PREFIX)) continue;
    const scratch = path.join(folder, name);
    const state = await readState(path.join(scratch, STATE_FILE));
    if (state === undefined || (await isAlive(state))) continue;
    await endServer(scratch);
    await removeScratch(scratch);
  }
}

export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, REMOVAL);
}

async function readState(file: string): Promise<z.output<typeof stateSchema> | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None, or not ours: whatever it is, it stays.
    return undefined;
  }
}

async function isAlive({ owner, startedTicks: since }: z.output<typeof stateSchema>): Promise<boolean> {
  return isProcessAlive(owner) && (await startedTicks(owner)) === (since ?? undefined);
}

/** The server writes its number beside its data folder, in which it works: both must be true of what is ended. */
async function endServer(folder: string): Promise<void> {
  const pid = Number(await readFile(path.join(folder, PID_FILE), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  const works = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  if (works !== path.join(folder, DATA_FOLDER)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** Ticks from boot to the start of a process: see proc_pid_stat(5), field 22. */
async function startedTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program stands in parentheses, and may hold blanks and parentheses itself.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
