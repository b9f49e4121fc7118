import type { Random } from '@lumbung/stdx';
import { LeapingClock } from '@lumbung/stdx/testing';
import { describe, expect, it } from 'vitest';
import type { Backend, FileHandle } from '../backend.ts';
import { MemBackend } from '../mem/index.ts';
import { CONFORMANCE_LAYOUT, describeBackend, type FaultPlan, FaultyBackend, faultPlan } from '../testing/index.ts';
import { type RetryEvent, type RetryPolicy, withRetry } from './index.ts';

/** Jitter is 1 + 0.5 × (2 × chance − 1): this one has none. */
const EVEN: Random = { bytes: (length) => Buffer.from(new Uint8Array(length).fill(0).fill(0x80, length - 1)) };
const LOWEST: Random = { bytes: (length) => Buffer.alloc(length) };
const HIGHEST: Random = { bytes: (length) => Buffer.alloc(length, 0xff) };

const KEY: FileHandle = { folder: 'keys', name: 'a' };
const OTHER: FileHandle = { folder: 'keys', name: 'b' };
const MINUTE_MS = 60_000;

interface BenchOptions {
  readonly random?: Random;
  readonly policy?: Partial<RetryPolicy>;
  readonly inner?: Backend;
}

function newBench(plan: FaultPlan, { random = EVEN, policy, inner }: BenchOptions = {}) {
  const clock = new LeapingClock();
  const mem = new MemBackend({ layout: CONFORMANCE_LAYOUT });
  const faulty = new FaultyBackend(inner ?? mem, { plan, clock });
  const events: RetryEvent[] = [];
  const onRetry = (event: RetryEvent) => events.push(event);
  const backend = withRetry(faulty, { clock, random, onRetry, ...(policy === undefined ? {} : { policy }) });
  return { clock, mem, faulty, events, backend };
}

async function namesOf(backend: Backend, folder: string, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of backend.list(folder, { signal })) names.push(name);
  return names;
}

describeBackend('a backend with retry', {
  open: async (layout) => ({
    backend: withRetry(new MemBackend({ layout }), { clock: new LeapingClock(), random: EVEN }),
  }),
});

describeBackend('a backend with retry over one that fails at every third act', {
  open: async (layout) => {
    const mem = new MemBackend({ layout });
    let plan = faultPlan();
    for (let nth = 3; nth < 600; nth += 3) plan = plan.onAct(nth).fails();
    const clock = new LeapingClock();
    return { backend: withRetry(new FaultyBackend(mem, { plan }), { clock, random: EVEN }) };
  },
});

describe('a passing failure', () => {
  it('is repeated after 1, 2, 4 … seconds, at most a minute each, for a quarter of an hour', async () => {
    const { backend, clock, faulty, events } = newBench(faultPlan().onSave('every').fails());
    await expect(backend.save(KEY, [])).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    const seconds = clock.sleptMs.map((delayMs) => delayMs / 1000);
    expect(seconds.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(15 * MINUTE_MS);
    expect(clock.monotonicMs()).toBeGreaterThan(13 * MINUTE_MS);
    expect(faulty.writesSeen).toBe(clock.sleptMs.length + 1);
    expect(events.map(({ repetition }) => repetition)).toEqual(clock.sleptMs.map((_, nr) => nr + 1));
    expect(events[0]).toMatchObject({
      act: 'save',
      place: 'keys/a',
      delayMs: 1000,
      error: { code: 'BACKEND_UNAVAILABLE' },
    });
  });

  it('that passes is nobody’s business', async () => {
    const { backend, clock, mem } = newBench(
      faultPlan().onSave({ from: 1, to: 3 }).fails().onLoad(1).fails().onStat(1).fails().onRemove(1).fails(),
    );
    await backend.save(KEY, [Buffer.from('x')]);
    expect(String(await backend.load(KEY))).toBe('x');
    expect(await backend.stat(KEY)).toEqual({ name: 'a', sizeBytes: 1 });
    await backend.remove(KEY);
    expect(clock.sleptMs).toEqual([1000, 2000, 4000, 1000, 1000, 1000]);
    expect(mem.files().size).toBe(0);
  });

  it('is waited for with jitter: half as long, or half as long again', async () => {
    const plan = faultPlan().onSave({ from: 1, to: 2 }).fails();
    const lowest = newBench(plan, { random: LOWEST });
    await lowest.backend.save(KEY, []);
    expect(lowest.clock.sleptMs).toEqual([500, 1000]);
    const highest = newBench(plan, { random: HIGHEST });
    await highest.backend.save(KEY, []);
    expect(highest.clock.sleptMs.map(Math.round)).toEqual([1500, 3000]);
  });

  it('is repeated once even when the first attempt took longer than all patience', async () => {
    const { backend, clock, faulty } = newBench(faultPlan().onSave('every').fails(), { policy: { giveUpAfterMs: 10 } });
    clock.pass(60 * MINUTE_MS);
    await expect(backend.save(KEY, [])).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(faulty.writesSeen).toBe(2);
  });

  it('gives each act its own patience', async () => {
    const { backend, clock } = newBench(faultPlan().onSave(1).fails().onSave(3).fails());
    await backend.save(KEY, []);
    clock.pass(60 * MINUTE_MS);
    await backend.save(OTHER, []);
    expect(clock.sleptMs).toEqual([1000, 1000]);
  });

  it('of create is repeated too', async () => {
    const inner = new LateBackend();
    const { backend, events } = newBench(faultPlan(), { inner });
    await backend.create();
    expect(inner.attempts).toBe(3);
    expect(events.map(({ act, place }) => [act, place])).toEqual([
      ['create', ''],
      ['create', ''],
    ]);
  });
});

/** Can be created at the third attempt. */
class LateBackend extends MemBackend {
  attempts = 0;

  constructor() {
    super({ layout: CONFORMANCE_LAYOUT });
  }

  override async create(): Promise<void> {
    this.attempts += 1;
    if (this.attempts < 3) throw await unavailable();
  }
}

/** A driver with a bug. */
class BrokenBackend extends MemBackend {
  override load(): Promise<Buffer> {
    return Promise.reject(new TypeError('a bug of a driver'));
  }
}

/** The error that a planned failure throws. */
async function unavailable(): Promise<Error> {
  const { faulty } = newBench(faultPlan().onStat(1).fails());
  const thrown: unknown = await faulty.stat(KEY).catch((error: unknown) => error);
  if (thrown instanceof Error) return thrown;
  throw new Error('a planned failure did not happen');
}

describe('a lasting failure', () => {
  it('is told at once', async () => {
    for (const failure of ['noSpace', 'accessDenied', 'readOnly', 'missing'] as const) {
      const { backend, clock, faulty } = newBench(faultPlan().onAct('every').fails(failure));
      await expect(backend.save(KEY, [])).rejects.toMatchObject({ kind: 'operator' });
      await expect(backend.load(KEY)).rejects.toMatchObject({ kind: 'operator' });
      await expect(namesOf(backend, 'keys')).rejects.toMatchObject({ kind: 'operator' });
      expect([clock.sleptMs, faulty.seen.length]).toEqual([[], 3]);
    }
  });

  it('that comes after a passing one ends the waiting', async () => {
    const { backend, clock } = newBench(faultPlan().onSave(1).fails().onSave(2).fails('noSpace'));
    await expect(backend.save(KEY, [])).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
    expect(clock.sleptMs).toEqual([1000]);
  });

  it('is a truncated file, a wrong name, a crash, and whatever is not ours', async () => {
    const { backend, clock, faulty } = newBench(faultPlan());
    await backend.save(KEY, [Buffer.from('x')]);
    await expect(backend.load(KEY, { offset: 0, length: 2 })).rejects.toMatchObject({ code: 'BACKEND_FILE_TRUNCATED' });
    await expect(backend.load({ folder: '..', name: 'x' })).rejects.toMatchObject({ code: 'BACKEND_NAME_INVALID' });
    faulty.powerOff();
    await expect(backend.load(KEY)).rejects.toMatchObject({ code: 'BACKEND_POWERED_OFF' });
    const broken = newBench(faultPlan(), { inner: new BrokenBackend({ layout: CONFORMANCE_LAYOUT }) });
    await expect(broken.backend.load(KEY)).rejects.toThrow(TypeError);
    expect(broken.clock.sleptMs).toEqual([]);
    expect(clock.sleptMs).toEqual([]);
  });
});

describe('a torn save', () => {
  it('is removed before the repetition', async () => {
    const { backend, faulty, mem } = newBench(faultPlan().onSave({ from: 1, to: 2 }).tears(1));
    await backend.save(KEY, [Buffer.from('abc')]);
    expect(faulty.seen.map(({ act }) => act)).toEqual(['save', 'remove', 'save', 'remove', 'save']);
    expect(mem.files().get('keys/a')?.toString()).toBe('abc');
  });

  it('is removed when there is no repetition as well', async () => {
    const { backend, mem } = newBench(faultPlan().onSave('every').tears(1));
    await expect(backend.save(KEY, [Buffer.from('abc')])).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(mem.files().size).toBe(0);
  });

  it('that cannot be removed does not hide what went wrong, and is replaced later', async () => {
    const { backend, mem } = newBench(faultPlan().onSave({ from: 1, to: 2 }).tears(1).onRemove('every').fails());
    await backend.save(KEY, [Buffer.from('abc')]);
    expect(mem.files().get('keys/a')?.toString()).toBe('abc');
  });

  it('is not expected where replacing is atomic', async () => {
    const { backend, faulty } = newBench(faultPlan().onSave(1).failsAfterwards());
    await backend.save(KEY, [Buffer.from('abc')]);
    expect(faulty.seen.map(({ act }) => act)).toEqual(['save', 'save']);
  });
});

describe('a file that could not be loaded', () => {
  it('is avoided for an hour, whatever the range, and others are not', async () => {
    const { backend, clock, faulty, mem } = newBench(faultPlan().onLoad({ from: 1, to: 30 }).fails());
    mem.put(KEY, Buffer.from('k'));
    mem.put(OTHER, Buffer.from('o'));
    await expect(backend.load(KEY)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    const asked = faulty.seen.length;
    clock.pass(59 * MINUTE_MS);
    for (const range of [undefined, { offset: 0, length: 1 }]) {
      await expect(backend.load(KEY, range)).rejects.toMatchObject({
        code: 'BACKEND_FILE_GIVEN_UP',
        kind: 'transient',
        context: { place: 'keys/a', retryAfterMs: MINUTE_MS },
        cause: { code: 'BACKEND_UNAVAILABLE' },
      });
    }
    expect(faulty.seen).toHaveLength(asked);
    expect(await backend.stat(KEY)).toEqual({ name: 'a', sizeBytes: 1 });
    faulty.usePlan(faultPlan());
    expect(String(await backend.load(OTHER))).toBe('o');
    clock.pass(MINUTE_MS);
    expect(String(await backend.load(KEY))).toBe('k');
  });

  it('is asked for again once it was saved', async () => {
    const { backend, faulty } = newBench(faultPlan().onLoad('every').fails(), { policy: { giveUpAfterMs: 10 } });
    await backend.save(KEY, []);
    await expect(backend.load(KEY)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    faulty.usePlan(faultPlan());
    await expect(backend.load(KEY)).rejects.toMatchObject({ code: 'BACKEND_FILE_GIVEN_UP' });
    await backend.save(KEY, [Buffer.from('new')]);
    expect(String(await backend.load(KEY))).toBe('new');
  });

  it('is not avoided for a lasting failure, nor because somebody called off', async () => {
    const { backend, faulty, mem, clock } = newBench(faultPlan().onLoad(1).fails('missing').onLoad(2).fails());
    mem.put(KEY, Buffer.from('k'));
    await expect(backend.load(KEY)).rejects.toMatchObject({ code: 'BACKEND_FILE_MISSING' });
    const callOff = new AbortController();
    const loading = backend.load(KEY, undefined, { signal: callOff.signal });
    const reason = new Error('called off');
    callOff.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(clock.monotonicMs()).toBe(0);
    expect(faulty.seen).toHaveLength(2);
    expect(String(await backend.load(KEY))).toBe('k');
  });
});

describe('waiting', () => {
  it('ends with the signal’s reason', async () => {
    for (const act of [
      (backend: Backend, signal: AbortSignal) => backend.save(KEY, [], { signal }),
      (backend: Backend, signal: AbortSignal) => backend.stat(KEY, { signal }),
      (backend: Backend, signal: AbortSignal) => namesOf(backend, 'keys', signal),
    ]) {
      const callOff = new AbortController();
      const reason = new Error('called off');
      const clock = new LeapingClock();
      const inner = new FaultyBackend(new MemBackend({ layout: CONFORMANCE_LAYOUT }), {
        plan: faultPlan().onAct('every').fails(),
      });
      const onRetry = () => callOff.abort(reason);
      const backend = withRetry(inner, { clock, random: EVEN, onRetry });
      await expect(act(backend, callOff.signal)).rejects.toBe(reason);
      expect(clock.monotonicMs()).toBe(0);
      expect(inner.seen).toHaveLength(1);
    }
  });
});

/** Lists `count` names, and fails after every `stride` of them once. */
class StumblingBackend extends MemBackend {
  readonly #strides: Set<number>;

  constructor(strides: readonly number[]) {
    super({ layout: CONFORMANCE_LAYOUT });
    this.#strides = new Set(strides);
  }

  override async *list(folder: string) {
    let listed = 0;
    for await (const info of super.list(folder)) {
      yield info;
      listed += 1;
      if (this.#strides.delete(listed)) throw await unavailable();
    }
  }
}

describe('a listing that breaks off', () => {
  it('goes on with what was not listed yet', async () => {
    const inner = new StumblingBackend([1, 5, 9]);
    const names = Array.from({ length: 10 }, (_, nr) => `n${nr}`);
    for (const name of names) inner.put({ folder: 'keys', name }, Buffer.alloc(1));
    const { backend, clock } = newBench(faultPlan(), { inner });
    expect(await namesOf(backend, 'keys')).toEqual(names);
    // What is new is progress: patience starts anew.
    expect(clock.sleptMs).toEqual([1000, 1000, 1000]);
  });

  it('without progress is given up', async () => {
    const { backend, clock } = newBench(faultPlan().onList('every').fails());
    await expect(namesOf(backend, 'keys')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(clock.monotonicMs()).toBeGreaterThan(13 * MINUTE_MS);
  });
});
