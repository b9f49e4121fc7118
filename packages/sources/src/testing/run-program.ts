import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { SystemUser } from './system-user.ts';

export interface ProgramCall {
  readonly input?: string | Uint8Array;
  readonly user?: SystemUser | undefined;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its good end, or throws with its words. @returns what it printed */
export async function runProgram(program: string, args: readonly string[], call: ProgramCall = {}): Promise<Buffer> {
  const { input = '', user, cwd = '/', env = {} } = call;
  const child = spawn(program, args, {
    cwd,
    stdio: 'pipe',
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env },
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // A program that ends before it has read everything says why on stderr.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [exitCode, signal]: (number | string | null)[] = await once(child, 'close');
  if (exitCode === 0) return Buffer.concat(output);
  const words = Buffer.concat(complaints.length > 0 ? complaints : output).toString();
  throw new Error(`${program}: ${signal ?? `exit ${exitCode}`}\n${words.slice(0, 8000)}`);
}

/** The same, as text without the last line's end. */
export async function askProgram(program: string, args: readonly string[], call: ProgramCall = {}): Promise<string> {
  return (await runProgram(program, args, call)).toString().replace(/\n$/, '');
}
