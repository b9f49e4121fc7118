// Starts the run that `spec.json` in the folder of the first argument asks for, and prints the number of its process when
// the source is being read. Whoever started it kills it then.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseJobSpec } from '@lumbung/contracts/schemas';
import { Secret } from '@lumbung/runner/jobs';
import { LAB_PASSWORD } from '@lumbung/runner/testing';
import { systemClock } from '@lumbung/stdx/node';
import { RunSupervisor } from '../run-supervisor.ts';

const folder = process.argv[2] ?? '';
const supervisor = new RunSupervisor({
  clock: systemClock,
  hostname: 'lab',
  username: 'tester',
  programVersion: 'lumbung test',
  workFolder: path.join(folder, 'work'),
  cacheFolder: undefined,
  environment: { PATH: process.env['PATH'] },
  execPath: process.execPath,
  priority: 'usual',
});
const run = supervisor.start(parseJobSpec(JSON.parse(readFileSync(path.join(folder, 'spec.json'), 'utf8'))), {
  resolveSecret: () => Promise.resolve(new Secret(LAB_PASSWORD)),
  onEvent: (event) => {
    if (event.kind !== 'reading') return;
    const [pid = ''] = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ');
    process.stdout.write(pid);
  },
});
await run.record;
