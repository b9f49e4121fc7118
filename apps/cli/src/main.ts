// The composition root: the one place that looks at the process, its environment and its machine.
import os from 'node:os';
import process from 'node:process';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { EXIT } from './exit-codes.ts';
import { runProgram } from './program.ts';
import type { World } from './world.ts';

const cancellation = new AbortController();

function cancel(): void {
  // Once: stop cleanly, take the lock away. Twice: whoever presses again does not want to wait.
  if (cancellation.signal.aborted) process.exit(EXIT.interrupted);
  cancellation.abort(new DOMException('interrupted', 'AbortError'));
}

process.on('SIGINT', cancel);
process.on('SIGTERM', cancel);
// Other clients look whether the holder of a lock lives by sending this.
process.on('SIGHUP', () => undefined);
// A reader that has seen enough (`lumbung ls | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return ''; // a container may run under a number without a name
  }
}

const variable = (name: string): string | undefined => {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
};

const world: World = {
  ports: {
    clock: systemClock,
    random: systemRandom,
    identity: {
      hostname: variable('LUMBUNG_HOST') ?? variable('RESTIC_HOST') ?? os.hostname(),
      username: userName(),
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      pid: process.pid,
    },
    isProcessAlive,
  },
  variable,
  variables: process.env,
  workingDirectory: process.cwd(),
  homeDirectory: os.homedir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: cancellation.signal,
};

process.exitCode = await runProgram(process.argv.slice(2), world);
