// The composition root of the service: the one place that looks at the process, its environment and its machine.
// First: it gives schemas of zod their openapi(), and those that were made before would have none.
import './http/named.ts';

import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { serve } from './serve.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
// Whoever watches over locks asks by this whether the process lives.
process.on('SIGHUP', () => undefined);

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return ''; // a container may run under a number without a name
  }
}

process.exitCode = await serve({
  variables: process.env,
  workingDirectory: process.cwd(),
  clock: systemClock,
  random: systemRandom,
  pid: process.pid,
  hostname: os.hostname(),
  username: userName(),
  execPath: process.execPath,
  programFolder: path.resolve(import.meta.dirname, '../../..'),
  write: (line) => process.stdout.write(line),
  stopping: stopping.signal,
});
