import type { Clock } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import type { Backend, FileHandle, Layout } from '../backend.ts';
import { MemBackend } from '../mem/index.ts';
import { type FaultPlan, FaultyBackend, type FaultyBackendOptions, faultPlan } from './index.ts';

const LAYOUT: Layout = { folders: ['data', 'index'], shardedFolders: ['data'] };
const at = (folder: string, name: string): FileHandle => ({ folder, name });
const A = at('data', 'aa');
const B = at('index', 'bb');
const bytes = (text: string) => [Buffer.from(text)];

function faulty(plan: FaultPlan = faultPlan(), options: FaultyBackendOptions = {}) {
  const inner = new MemBackend({ layout: LAYOUT });
  return { inner, backend: new FaultyBackend(inner, { ...options, plan }) };
}

const held = (inner: MemBackend) => Object.fromEntries([...inner.files()].map(([key, value]) => [key, String(value)]));
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'fine',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

/** Three writes, as a program that does not look at what fails would do them. */
async function threeWrites(backend: Backend): Promise<unknown[]> {
  return [
    await codeOf(backend.save(A, bytes('one'))),
    await codeOf(backend.save(B, bytes('two'))),
    await codeOf(backend.remove(A)),
  ];
}

describe('a faulty backend', () => {
  it('without a plan does what the wrapped one does, and counts', async () => {
    const { inner, backend } = faulty();
    expect(await threeWrites(backend)).toEqual(['fine', 'fine', 'fine']);
    await backend.load(B);
    await backend.stat(B);
    for await (const { name } of backend.list('index')) expect(name).toBe('bb');
    expect(backend.writesSeen).toBe(3);
    expect(backend.seen.map(({ act }) => act)).toEqual(['save', 'save', 'remove', 'load', 'stat', 'list']);
    expect(held(inner)).toEqual({ 'index/bb': 'two' });
  });

  it('powered off before the n-th write has done n - 1 of them', async () => {
    const after: object[] = [];
    for (let nth = 1; nth <= 4; nth += 1) {
      const { inner, backend } = faulty(faultPlan().onWrite(nth).crashesBefore());
      await threeWrites(backend);
      after.push(held(inner));
    }
    expect(after).toEqual([{}, { 'data/aa': 'one' }, { 'data/aa': 'one', 'index/bb': 'two' }, { 'index/bb': 'two' }]);
  });

  it('powered off after the n-th write has done n of them, and told nobody about the last', async () => {
    const { inner, backend } = faulty(faultPlan().onWrite(2).crashesAfter());
    expect(await threeWrites(backend)).toEqual(['fine', 'BACKEND_POWERED_OFF', 'BACKEND_POWERED_OFF']);
    expect(held(inner)).toEqual({ 'data/aa': 'one', 'index/bb': 'two' });
    expect(backend.isPoweredOff).toBe(true);
  });

  it('powered off does nothing any more, reading neither', async () => {
    const { backend } = faulty();
    backend.powerOff();
    const list = async () => {
      for await (const info of backend.list('index')) expect(info).toBeUndefined();
    };
    const acts = [backend.create(), backend.save(A, []), backend.load(A), backend.stat(A), backend.remove(A), list()];
    for (const act of acts) expect(await codeOf(act)).toBe('BACKEND_POWERED_OFF');
    await backend.close();
  });

  it('powered off in the middle of a listing ends it', async () => {
    const { backend } = faulty();
    await backend.save(at('index', 'x1'), []);
    await backend.save(at('index', 'x2'), []);
    const names: string[] = [];
    const listing = (async () => {
      for await (const { name } of backend.list('index')) {
        names.push(name);
        backend.powerOff();
      }
    })();
    expect(await codeOf(listing)).toBe('BACKEND_POWERED_OFF');
    expect(names).toHaveLength(1);
  });

  it('answers no act that was under way when the power went off', async () => {
    const { backend } = faulty(faultPlan().onSave(2).crashesBefore());
    const answers = await Promise.all([codeOf(backend.save(A, bytes('a'))), codeOf(backend.save(B, bytes('b')))]);
    expect(answers).toEqual(['BACKEND_POWERED_OFF', 'BACKEND_POWERED_OFF']);
  });

  it('fails one act, before or after its effect, and works again', async () => {
    const before = faulty(faultPlan().onSave(1, 'index').fails('accessDenied'));
    expect(await threeWrites(before.backend)).toEqual(['fine', 'BACKEND_ACCESS_DENIED', 'fine']);
    expect(held(before.inner)).toEqual({});
    const after = faulty(faultPlan().onSave(1, 'index').failsAfterwards());
    expect(await threeWrites(after.backend)).toEqual(['fine', 'BACKEND_UNAVAILABLE', 'fine']);
    expect(held(after.inner)).toEqual({ 'index/bb': 'two' });
  });

  it('fails all acts of a stretch, each rule counting its own', async () => {
    const { backend } = faulty(faultPlan().onStat({ from: 2, to: 3 }).fails('missing').onLoad('every').fails());
    await backend.save(A, bytes('a'));
    const stats = [];
    for (let nth = 0; nth < 4; nth += 1) stats.push(await codeOf(backend.stat(A)));
    expect(stats).toEqual(['fine', 'BACKEND_FILE_MISSING', 'BACKEND_FILE_MISSING', 'fine']);
    expect(await codeOf(backend.load(A))).toBe('BACKEND_UNAVAILABLE');
  });

  it('tears a save, and says that it may', async () => {
    const { inner, backend } = faulty(faultPlan().onSave(1).tears(2));
    expect(backend.properties.hasAtomicReplace).toBe(false);
    expect(await threeWrites(backend)).toEqual(['BACKEND_UNAVAILABLE', 'fine', 'fine']);
    await inner.save(A, bytes('one'));
    const crashing = new FaultyBackend(inner, { plan: faultPlan().onWrite(1).crashesTorn(1) });
    expect(await codeOf(crashing.save(A, bytes('four')))).toBe('BACKEND_POWERED_OFF');
    expect(held(inner)).toEqual({ 'data/aa': 'f', 'index/bb': 'two' });
  });

  it('is full when its room is used', async () => {
    const { inner, backend } = faulty(faultPlan(), { roomBytes: 5 });
    expect(await threeWrites(backend)).toEqual(['fine', 'BACKEND_NO_SPACE', 'fine']);
    expect(await codeOf(backend.save(B, bytes('xx')))).toBe('fine');
    expect(held(inner)).toEqual({ 'index/bb': 'xx' });
  });

  it('reads wrong bits and short answers, and leaves the stored file whole', async () => {
    const { inner, backend } = faulty(
      faultPlan()
        .onLoad(1)
        .flipsBit(9)
        .onLoad(2)
        .flipsBit(10 ** 9)
        .onLoad(3)
        .shortens(2)
        .onLoad(4)
        .shortens(99),
    );
    await backend.save(A, bytes('abc'));
    expect(String(await backend.load(A))).toBe('a`c');
    expect(String(await backend.load(A))).toBe('ab\u{fffd}');
    expect(String(await backend.load(A))).toBe('a');
    expect(String(await backend.load(A))).toBe('');
    expect(String(await backend.load(A))).toBe('abc');
    expect(held(inner)).toEqual({ 'data/aa': 'abc' });
  });

  it('delays by the clock it is given', async () => {
    const slept: number[] = [];
    const clock: Clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: async (delayMs) => void slept.push(delayMs) };
    const { backend } = faulty(faultPlan().onSave('every').delays(70), { clock });
    await threeWrites(backend);
    expect(slept).toEqual([70, 70]);
  });

  it('hangs until the caller gives up', async () => {
    const { backend } = faulty(faultPlan().onLoad(1).hangs());
    const giveUp = new AbortController();
    const load = backend.load(A, undefined, { signal: giveUp.signal });
    const reason = new Error('enough');
    setImmediate(() => giveUp.abort(reason));
    await expect(load).rejects.toBe(reason);
  });

  it('takes another plan on the way, and counts from there', async () => {
    const { backend } = faulty();
    await threeWrites(backend);
    backend.usePlan(faultPlan().onWrite(1).fails());
    expect(await codeOf(backend.save(A, bytes('a')))).toBe('BACKEND_UNAVAILABLE');
    expect(backend.writesSeen).toBe(4);
  });
});
