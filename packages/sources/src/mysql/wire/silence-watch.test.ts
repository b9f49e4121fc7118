import { isLumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { HandClock } from '../../testing/hand-clock.ts';
import { SilenceWatch } from './silence-watch.ts';

const STALL_MS = 1000;

function watch(clock: HandClock, isServerBusy?: () => Promise<boolean>): SilenceWatch {
  return new SilenceWatch({ clock, stallMs: STALL_MS, isServerBusy });
}

async function untilQuiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('SilenceWatch', () => {
  it('gives up a wait that is too long', async () => {
    const clock = new HandClock();
    using silence = watch(clock);
    silence.begin();
    await clock.pass(STALL_MS);
    await untilQuiet();
    expect(isLumbungError(silence.signal.reason, 'DB_STALLED')).toBe(true);
  });

  it('does not add waits together, nor counts what lies between them', async () => {
    const clock = new HandClock();
    using silence = watch(clock);
    for (let wait = 0; wait < 5; wait += 1) {
      silence.begin();
      clock.move(STALL_MS * 0.6);
      silence.end();
      clock.move(STALL_MS * 3);
      await clock.pass(STALL_MS);
      await untilQuiet();
    }
    expect(silence.signal.aborted).toBe(false);
  });

  it('counts a wait that began while it slept from its own beginning', async () => {
    const clock = new HandClock();
    using silence = watch(clock);
    clock.move(STALL_MS * 0.9);
    silence.begin();
    await clock.pass(STALL_MS * 0.1);
    await untilQuiet();
    expect(silence.signal.aborted).toBe(false);
    await clock.pass(STALL_MS * 0.9);
    await untilQuiet();
    expect(silence.signal.aborted).toBe(true);
  });

  it('waits another while as long as the server is seen at work, and no longer', async () => {
    const clock = new HandClock();
    const answers = [true, true, false];
    using silence = watch(clock, async () => answers.shift() ?? false);
    silence.begin();
    for (const isAborted of [false, false, true]) {
      await clock.pass(STALL_MS);
      await untilQuiet();
      expect(silence.signal.aborted).toBe(isAborted);
    }
  });

  it('takes a server that cannot be asked for one that does not work', async () => {
    const clock = new HandClock();
    using silence = watch(clock, async () => {
      throw new Error('no more connections');
    });
    silence.begin();
    await clock.pass(STALL_MS);
    await untilQuiet();
    expect(silence.signal.aborted).toBe(true);
  });

  it('forgives a wait that ended while the server was asked', async () => {
    const clock = new HandClock();
    const asked = Promise.withResolvers<boolean>();
    using silence = watch(clock, () => asked.promise);
    silence.begin();
    await clock.pass(STALL_MS);
    await untilQuiet();
    silence.end();
    asked.resolve(false);
    await untilQuiet();
    expect(silence.signal.aborted).toBe(false);
  });

  it('is over when it is disposed of', async () => {
    const clock = new HandClock();
    const silence = watch(clock);
    silence.begin();
    silence[Symbol.dispose]();
    clock.move(STALL_MS * 2);
    await untilQuiet();
    expect(silence.signal.aborted).toBe(false);
  });
});
