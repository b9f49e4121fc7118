import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** What one run of a command took. */
export interface Sample {
  readonly seconds: number;
  /** Of the largest of its processes. */
  readonly peakMb: number;
  /** Of its processes, and of the server's meanwhile. */
  readonly clientCpuSeconds: number;
  readonly serverCpuSeconds: number;
  readonly output: string;
}

const TICKS_PER_SECOND = 100;
const LOOK_EVERY_MS = 25;
const OUTPUT_LENGTH_MAX = 1_000_000;

/** Runs a program to its good end. @param serverPid whose processor time is taken as well */
export async function measure(
  command: readonly string[],
  run: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly serverPid: number },
): Promise<Sample> {
  const [program = '', ...args] = command;
  const serverBefore = cpuSecondsOf(run.serverPid);
  const clientBefore = reapedCpuSeconds();
  const begin = process.hrtime.bigint();
  const child = spawn(program, args, { cwd: run.cwd, env: run.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (piece: Buffer) => {
    output = (output + piece.toString()).slice(-OUTPUT_LENGTH_MAX);
  });
  child.stderr.on('data', (piece: Buffer) => {
    errors = (errors + piece.toString()).slice(-4000);
  });
  let peakKb = 0;
  const timer = setInterval(() => {
    if (child.pid !== undefined) peakKb = Math.max(peakKb, largestKb(child.pid));
  }, LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${errors}\n${output.slice(-2000)}`);
  return {
    seconds,
    peakMb: peakKb / 1024,
    clientCpuSeconds: reapedCpuSeconds() - clientBefore,
    serverCpuSeconds: cpuSecondsOf(run.serverPid) - serverBefore,
    output,
  };
}

/** The highest resident set of a process or of one it started, as the kernel kept it. */
function largestKb(pid: number): number {
  const own = Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return childrenOf(pid).reduce((most, child) => Math.max(most, largestKb(child)), own);
}

/** Started by its first thread, as Node and shells do. */
function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Of a process, of its children that have ended, and of those that are there. */
function cpuSecondsOf(pid: number): number {
  const children = childrenOf(pid).reduce((sum, child) => sum + sumOf(child, [11, 12]), 0);
  return (sumOf(pid, [11, 12, 13, 14]) + children) / TICKS_PER_SECOND;
}

/** Of all processes that this one has started and seen end. */
function reapedCpuSeconds(): number {
  return sumOf(process.pid, [13, 14]) / TICKS_PER_SECOND;
}

/** @see proc_pid_stat(5): fields from the third on, behind the name, which may hold blanks itself */
function sumOf(pid: number, fields: readonly number[]): number {
  const stat = read(`/proc/${pid}/stat`);
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.reduce((sum, field) => sum + Number(values[field] ?? 0), 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Ended between two looks.
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Bytes of all files of a folder. */
export function folderBytes(folder: string, sizeOf: (file: string) => number): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += sizeOf(`${entry.parentPath}/${entry.name}`);
  }
  return bytes;
}
