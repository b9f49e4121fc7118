import { systemRandom } from '@lumbung/stdx/node';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { EmbeddedQueue } from './embedded-queue.ts';
import { describeQueue } from './testing/conformance.ts';

const LEASE_MS = 60_000;

describeEachDialect('the embedded queue', (lab) => {
  describeQueue('as a queue', async () => {
    const store = await lab.open();
    const clock = new HandClock(Date.UTC(2026, 2, 5));
    return {
      store,
      clock,
      leaseMs: LEASE_MS,
      queue: new EmbeddedQueue({ store, clock, random: systemRandom, leaseMs: LEASE_MS }),
    };
  });
});
