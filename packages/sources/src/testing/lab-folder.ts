// Private folders for servers under test, and what is left of those whose test process died without a word.
import { readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';

const MEMORY_DISK = '/dev/shm';
/** A museum with its log fits many times. */
const MEMORY_DISK_FREE_BYTES_MIN = 3 * 1024 ** 3;
const OWNED_NAME = /^lumbung-lab-(\d+)-(\d+)-/;
export const PID_FILE = 'server.pid';

let isSwept = false;
const lastActs = new Set<() => void>();

/** A new folder with a short path: a unix socket's has at most 107 bytes. Everybody may pass through it, nobody may list
 *  it: the folders of the servers inside are private.  */
export async function makeLabFolder(): Promise<string> {
  if (!isSwept) sweepStaleFolders();
  isSwept = true;
  const folder = await mkdtemp(path.join(bestBase(), `lumbung-lab-${process.pid}-${startedAtTicks(process.pid)}-`));
  await chmod(folder, 0o711);
  removals.set(
    folder,
    atExit(() => rmSync(folder, REMOVAL)),
  );
  return folder;
}

const removals = new Map<string, Disposable>();

export async function removeLabFolder(folder: string): Promise<void> {
  await rm(folder, REMOVAL);
  removals.get(folder)?.[Symbol.dispose]();
  removals.delete(folder);
}

/** The last processes of a server that was killed may still be writing. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };

/** What a test forgot is done when its process ends; the latest first, and at once. Disposing of it makes it undone. */
export function atExit(act: () => void): Disposable {
  if (lastActs.size === 0) process.once('exit', actAtExit);
  lastActs.add(act);
  return {
    [Symbol.dispose]: () => {
      lastActs.delete(act);
      if (lastActs.size === 0) process.off('exit', actAtExit);
    },
  };
}

function actAtExit(): void {
  for (const act of [...lastActs].toReversed()) act();
}

/** Ends the servers and removes the folders of test processes that are gone. */
export function sweepStaleFolders(): void {
  for (const base of new Set([MEMORY_DISK, tmpdir()])) {
    for (const name of listNames(base)) {
      const [, pid, ticks] = OWNED_NAME.exec(name) ?? [];
      const folder = path.join(base, name);
      if (pid === undefined || isSameProcess(Number(pid), ticks) || !isOurs(folder)) continue;
      for (const inner of listNames(folder)) killRecorded(path.join(folder, inner, PID_FILE));
      rmSync(folder, REMOVAL);
    }
  }
}

/** What a pid file holds: the number alone may be another process's by now. */
export function processMark(pid: number): string {
  return `${pid} ${startedAtTicks(pid) ?? '-'}`;
}

function killRecorded(pidFile: string): void {
  const [pid = '', ticks] = readTextIfThere(pidFile)?.split(' ') ?? [];
  if (isSameProcess(Number(pid), ticks)) process.kill(Number(pid), 'SIGKILL');
}

function isSameProcess(pid: number, ticks: string | undefined): boolean {
  return pid > 0 && ticks !== undefined && startedAtTicks(pid) === ticks;
}

/** Clock ticks from boot to the start of a process: with its number a name that is not given twice. Undefined when it is
 *  gone, or dead and only not yet buried. @see proc_pid_stat(5), fields 3 and 22 */
function startedAtTicks(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields[0] === 'Z' ? undefined : fields[19];
}

export function parentOf(pid: number): number | undefined {
  const parent = statFields(pid)[1];
  return parent === undefined ? undefined : Number(parent);
}

/** From the third on: the second is the program's name in parentheses, which may hold blanks and parentheses itself. */
function statFields(pid: number): string[] {
  const stat = pid > 0 ? readTextIfThere(`/proc/${pid}/stat`) : undefined;
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
}

function bestBase(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_DISK);
    return bavail * bsize >= MEMORY_DISK_FREE_BYTES_MIN ? MEMORY_DISK : tmpdir();
  } catch {
    return tmpdir(); // No such disk here.
  }
}

function isOurs(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Gone meanwhile, or somebody else's.
  }
}

function readTextIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const errno = errnoOf(error);
    // ESRCH: a process that ended while its file was read.
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ESRCH') return undefined;
    throw error;
  }
}
