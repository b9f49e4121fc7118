// The composition root: the one place that looks at the process, its environment and its machine.
import os from 'node:os';
import process from 'node:process';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { EXIT } from './exit-codes.ts';
import { runProgram } from './program.ts';
import type { World } from './world.ts';

const SHOW_CURSOR_AND_WRAP = '\x1b[?25h\x1b[?7h';

const interruption = new AbortController();
const closedOutput = new AbortController();

function interrupt(): void {
  // Once: stop cleanly, take the lock away. Twice: whoever presses again does not want to wait.
  if (!interruption.signal.aborted) {
    interruption.abort(new DOMException('interrupted', 'AbortError'));
    return;
  }
  if (process.stderr.isTTY) process.stderr.write(SHOW_CURSOR_AND_WRAP);
  process.exit(EXIT.interrupted);
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// Other clients look whether the holder of a lock lives by sending this.
process.on('SIGHUP', () => undefined);
// A reader that has seen enough (`lumbung ls | head`) is no accident. What only answers stops; a backup goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  closedOutput.abort(error);
});
// Nobody can be told that nobody can be told.
process.stderr.on('error', () => undefined);

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return ''; // a container may run under a number without a name
  }
}

const world: World = {
  ports: {
    clock: systemClock,
    random: systemRandom,
    identity: {
      hostname: os.hostname(),
      username: userName(),
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      pid: process.pid,
    },
    isProcessAlive,
  },
  variable: (name) => {
    const value = process.env[name];
    return value === '' ? undefined : value;
  },
  workingDirectory: process.cwd(),
  homeDirectory: os.homedir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interruption.signal,
  outputClosed: closedOutput.signal,
  runtime: { node: process.versions.node, platform: process.platform, arch: process.arch },
};

process.exitCode = await runProgram(process.argv.slice(2), world);
