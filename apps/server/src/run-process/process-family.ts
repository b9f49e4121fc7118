import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';

/** Below a run there are dump tools and their helpers, not more. */
const MEMBERS_MAX = 1000;

/** A process, and when it began: numbers are given again. */
export interface Member {
  readonly pid: number;
  readonly startTicks: string;
}

/** What a process and its threads have started, and what these have, as of now. Linux tells it; elsewhere there is none. */
export async function descendantsOf(pid: number): Promise<Member[]> {
  const members: Member[] = [];
  const waiting = [pid];
  for (let each = waiting.pop(); each !== undefined && members.length < MEMBERS_MAX; each = waiting.pop()) {
    for (const child of await childrenOf(each)) {
      const startTicks = await startTicksOf(child);
      if (startTicks === undefined) continue;
      members.push({ pid: child, startTicks });
      waiting.push(child);
    }
  }
  return members;
}

/** Ends those that still live. Another process of the same number is left alone. */
export async function killMembers(members: readonly Member[]): Promise<void> {
  for (const { pid, startTicks } of members) {
    if ((await startTicksOf(pid)) !== startTicks) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') throw error;
    }
  }
}

/** Bytes of memory that a process has, shared ones too; undefined: it is gone. */
export async function residentBytesOf(pid: number): Promise<number | undefined> {
  const status = await readProc(`/proc/${pid}/status`);
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

async function childrenOf(pid: number): Promise<number[]> {
  let threads: string[];
  try {
    threads = await readdir(`/proc/${pid}/task`);
  } catch {
    return []; // gone
  }
  const lists = await Promise.all(threads.map((thread) => readProc(`/proc/${pid}/task/${thread}/children`)));
  return lists.flatMap((list) => (list ?? '').split(' ').map(Number)).filter((child) => child > 0);
}

/** The 22nd field of `stat`; the second, a name in brackets, may hold anything. */
async function startTicksOf(pid: number): Promise<string | undefined> {
  const stat = await readProc(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

async function readProc(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined; // the process is gone, or this is no Linux
  }
}
