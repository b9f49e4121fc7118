// What every queue must do. Each driver runs all of it.
import { parseJobId } from '@lumbung/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../store/store.ts';
import type { HandClock } from '../../testing/hand-clock.ts';
import type { JobQueue, LeasedJob, NewJob } from '../job-queue.ts';

export interface QueueLab {
  readonly queue: JobQueue;
  readonly store: Store;
  readonly clock: HandClock;
  readonly leaseMs: number;
}

const KINDS = { kinds: ['work'] };
const job = (name: string, more: Partial<NewJob> = {}): NewJob => ({ kind: 'work', payload: { name }, ...more });
const nameOf = (leased: LeasedJob | undefined): unknown => leased?.payload;

export function describeQueue(title: string, open: () => Promise<QueueLab>): void {
  describe(title, () => {
    let lab: QueueLab;
    beforeEach(async () => {
      lab = await open();
    });
    const claim = async (): Promise<LeasedJob | undefined> => await lab.queue.claim('worker', KINDS);
    const mustClaim = async (): Promise<LeasedJob> => {
      const leased = await claim();
      if (leased === undefined) throw new Error('there is nothing to claim');
      return leased;
    };
    afterEach(async () => {
      await lab.store.close();
    });

    it('hands each job out once, the urgent ones first, then the ones that were due first', async () => {
      await lab.queue.enqueue([job('late', { dueAt: lab.clock.nowMs() - 1 }), job('early', { dueAt: 0 })]);
      await lab.queue.enqueue([job('urgent', { priority: 5 })]);
      expect([nameOf(await claim()), nameOf(await claim()), nameOf(await claim()), await claim()]).toEqual([
        { name: 'urgent' },
        { name: 'early' },
        { name: 'late' },
        undefined,
      ]);
    });

    it('hands out nothing of another kind, and nothing before it is due', async () => {
      await lab.queue.enqueue([job('later', { dueAt: lab.clock.nowMs() + 1000 })]);
      expect(await claim()).toBeUndefined();
      lab.clock.advance(1000);
      expect(await lab.queue.claim('worker', { kinds: ['other'] })).toBeUndefined();
      expect(nameOf(await claim())).toEqual({ name: 'later' });
    });

    it('takes one job of a key until that one is over', async () => {
      await lab.queue.enqueue([job('first', { uniqueKey: 'k' }), job('second', { uniqueKey: 'k' })]);
      const first = await mustClaim();
      await lab.queue.enqueue([job('third', { uniqueKey: 'k' })]);
      expect(await claim()).toBeUndefined();
      await lab.queue.finish(first.lease);
      await lab.queue.enqueue([job('fourth', { uniqueKey: 'k' })]);
      expect(nameOf(await claim())).toEqual({ name: 'fourth' });
    });

    it('keeps to the number of a group, and lets others pass', async () => {
      const group = { groupKey: 'g', groupMax: 2 };
      await lab.queue.enqueue([
        job('a', { ...group, dueAt: 1 }),
        job('b', { ...group, dueAt: 2 }),
        job('c', { ...group, dueAt: 3 }),
      ]);
      await lab.queue.enqueue([job('other', { priority: -1 })]);
      const a = await mustClaim();
      await mustClaim();
      expect(nameOf(await claim())).toEqual({ name: 'other' });
      expect(await claim()).toBeUndefined();
      await lab.queue.finish(a.lease);
      expect(nameOf(await claim())).toEqual({ name: 'c' });
    });

    it('holds what was queued within a transaction until that is committed', async () => {
      await expect(
        lab.store.transaction(async (tx) => {
          await lab.queue.enqueue([job('undone')], tx);
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      expect(await claim()).toBeUndefined();
      await lab.store.transaction(async (tx) => await lab.queue.enqueue([job('done')], tx));
      expect(nameOf(await claim())).toEqual({ name: 'done' });
    });

    it('hands a job out again when its holder was not heard of, and the first holder has no say any more', async () => {
      await lab.queue.enqueue([job('a', { attemptsMax: 2 })]);
      const first = await mustClaim();
      lab.clock.advance(lab.leaseMs - 1);
      expect(await lab.queue.heartbeat(first.lease)).toBe('held');
      lab.clock.advance(lab.leaseMs - 1);
      expect(await claim()).toBeUndefined();
      lab.clock.advance(2);
      const second = await mustClaim();
      expect(second.attempt).toBe(2);
      expect(await lab.queue.heartbeat(first.lease)).toBe('lost');
      expect(await lab.queue.finish(first.lease)).toBe(false);
      expect(await lab.queue.retry(first.lease, 0)).toBe(false);
      expect(await lab.queue.finish(second.lease)).toBe(true);
      expect(await lab.queue.finish(second.lease)).toBe(false);
    });

    it('gives a job up that was handed out often enough', async () => {
      await lab.queue.enqueue([job('a', { attemptsMax: 2 })]);
      await mustClaim();
      lab.clock.advance(lab.leaseMs + 1);
      await mustClaim();
      lab.clock.advance(lab.leaseMs + 1);
      expect(await claim()).toBeUndefined();
    });

    it('hands out later what is given back', async () => {
      await lab.queue.enqueue([job('a', { attemptsMax: 3 })]);
      expect(await lab.queue.retry((await mustClaim()).lease, 5000)).toBe(true);
      expect(await claim()).toBeUndefined();
      lab.clock.advance(5000);
      expect((await mustClaim()).attempt).toBe(2);
    });

    it('cancels what waits, asks whoever works, and says so of what is over', async () => {
      await lab.queue.enqueue([job('a')]);
      const { lease } = await mustClaim();
      expect(await lab.queue.cancel(lease.jobId)).toBe('asked');
      expect(await lab.queue.heartbeat(lease)).toBe('cancelled');
      expect(await lab.queue.finish(lease)).toBe(true);
      expect(await lab.queue.cancel(lease.jobId)).toBe('gone');
      expect(await lab.queue.cancel(parseJobId('job_unknown'))).toBe('gone');
    });

    it('does not hand out again what was cancelled when its holder died', async () => {
      await lab.queue.enqueue([job('a', { attemptsMax: 5 })]);
      const { lease } = await mustClaim();
      await lab.queue.cancel(lease.jobId);
      lab.clock.advance(lab.leaseMs + 1);
      expect(await claim()).toBeUndefined();
    });

    it('wakes whoever waits when there is work, and when the wait is over', async () => {
      const waiting = lab.queue.waitForWork(new AbortController().signal);
      await lab.queue.enqueue([job('a')]);
      await waiting;
      const stop = new AbortController();
      const cut = lab.queue.waitForWork(stop.signal);
      stop.abort(new Error('stopped'));
      await cut.catch(() => undefined);
      await expect(lab.queue.waitForWork(stop.signal)).rejects.toThrow('stopped');
    });
  });
}
