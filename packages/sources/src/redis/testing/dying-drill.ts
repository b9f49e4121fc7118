// Starts a scratch server and is killed, as a machine that runs out of memory does it.
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { startScratchRedis } from '../scratch-redis.ts';

const control = {
  ...{ signal: new AbortController().signal, clock: systemClock, random: systemRandom },
  ...{ progress: () => undefined, note: () => undefined, stallMs: 10_000, hardMs: 60_000 },
};
const { target } = await startScratchRedis({ folder: process.argv[2] ?? '', limitBytes: 2 ** 30 }, control);
process.stdout.write(target.address.kind === 'socket' ? target.address.path : '', () =>
  process.kill(process.pid, 'SIGKILL'),
);
