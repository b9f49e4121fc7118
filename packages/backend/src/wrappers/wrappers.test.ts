import { LeapingClock } from '@lumbung/stdx/testing';
import { describe, expect, it } from 'vitest';
import type { FileHandle } from '../backend.ts';
import { MemBackend } from '../mem/index.ts';
import { CONFORMANCE_LAYOUT, describeBackend, FaultyBackend, faultPlan } from '../testing/index.ts';
import { dryRun, limitConnections, limitRate, readOnly } from './index.ts';

const at = (folder: string, name: string): FileHandle => ({ folder, name });
const KEY = at('keys', 'a');

function newMem(): MemBackend {
  const mem = new MemBackend({ layout: CONFORMANCE_LAYOUT });
  mem.put(KEY, Buffer.from('kept'));
  return mem;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describeBackend('a backend with few connections', {
  open: async (layout) => ({
    backend: limitConnections(new MemBackend({ layout }), 2, { unlimitedFolders: ['locks'] }),
  }),
});

describeBackend('a backend with one connection', {
  open: async (layout) => ({ backend: limitConnections(new MemBackend({ layout }), 1) }),
});

describeBackend('a backend with a limited rate', {
  open: async (layout) => {
    const rates = { uploadBytesPerSecond: 10_000, downloadBytesPerSecond: 20_000 };
    return { backend: limitRate(new MemBackend({ layout }), { ...rates, clock: new LeapingClock() }) };
  },
});

describe('a backend that is read only', () => {
  it('reads, and refuses every write before it reaches the backend', async () => {
    const inner = new FaultyBackend(newMem());
    const backend = readOnly(inner);
    expect(String(await backend.load(KEY))).toBe('kept');
    const refused = { code: 'BACKEND_READ_ONLY', kind: 'operator' };
    await expect(backend.create()).rejects.toMatchObject(refused);
    await expect(backend.save(at('keys', 'b'), [])).rejects.toMatchObject(refused);
    await expect(backend.remove(KEY)).rejects.toMatchObject(refused);
    expect(inner.writesSeen).toBe(0);
  });
});

describe('a dry run', () => {
  it('reads, and forgets what it writes', async () => {
    const inner = new FaultyBackend(newMem());
    const backend = dryRun(inner);
    await backend.create();
    await backend.save(at('keys', 'b'), [Buffer.from('new')]);
    await backend.remove(KEY);
    expect(String(await backend.load(KEY))).toBe('kept');
    await expect(backend.load(at('keys', 'b'))).rejects.toMatchObject({ code: 'BACKEND_FILE_MISSING' });
    expect(inner.writesSeen).toBe(0);
  });

  it('is called off like any other', async () => {
    const reason = new Error('called off');
    const options = { signal: AbortSignal.abort(reason) };
    for (const backend of [dryRun(newMem()), readOnly(newMem())]) {
      await expect(backend.save(KEY, [], options)).rejects.toBe(reason);
      await expect(backend.remove(KEY, options)).rejects.toBe(reason);
      await expect(backend.create(options)).rejects.toBe(reason);
    }
  });
});

/** How many acts are in the backend at once, held until told to go on. */
class CrowdedBackend extends MemBackend {
  inside = 0;
  insideMax = 0;

  override async load(file: FileHandle): Promise<Buffer> {
    this.inside += 1;
    this.insideMax = Math.max(this.insideMax, this.inside);
    for (let turns = 0; turns < 3; turns += 1) await turn();
    this.inside -= 1;
    return await super.load(file);
  }
}

describe('a limit of connections', () => {
  const newCrowd = () => {
    const crowd = new CrowdedBackend({ layout: CONFORMANCE_LAYOUT });
    for (const folder of CONFORMANCE_LAYOUT.folders) crowd.put(at(folder, 'a'), Buffer.from(folder));
    return crowd;
  };

  it('lets in no more than it says, and says so', async () => {
    const crowd = newCrowd();
    const backend = limitConnections(crowd, 3);
    expect(backend.properties.connectionsMax).toBe(3);
    await Promise.all(Array.from({ length: 10 }, () => backend.load(KEY)));
    expect(crowd.insideMax).toBe(3);
  });

  it('keeps nobody waiting in a folder without limit', async () => {
    const hanging = new FaultyBackend(newCrowd(), { plan: faultPlan().onLoad('every', 'keys').hangs() });
    const backend = limitConnections(hanging, 1, { unlimitedFolders: ['locks'] });
    const callOff = new AbortController();
    const reason = new Error('called off');
    const stuck = [1, 2].map(() => backend.load(KEY, undefined, { signal: callOff.signal }));
    expect(String(await backend.load(at('locks', 'a')))).toBe('locks');
    callOff.abort(reason);
    for (const load of stuck) await expect(load).rejects.toBe(reason);
    // The second never reached the backend, and the place of the first is free.
    expect(hanging.seen.filter(({ folder }) => folder === 'keys')).toHaveLength(1);
    expect(String(await backend.load(at('data', 'a')))).toBe('data');
  });

  it('lets a reader load what it lists', async () => {
    const backend = limitConnections(newCrowd(), 1);
    for await (const { name } of backend.list('keys'))
      expect(String(await backend.load(at('keys', name)))).toBe('keys');
  });

  it('loses no connection to acts that fail or listings that are left', async () => {
    const backend = limitConnections(newCrowd(), 1);
    for (let nth = 0; nth < 3; nth += 1) {
      await expect(backend.load(at('keys', 'missing'))).rejects.toMatchObject({ code: 'BACKEND_FILE_MISSING' });
      for await (const { name } of backend.list('keys')) {
        expect(name).toBe('a');
        break;
      }
    }
    expect(String(await backend.load(KEY))).toBe('keys');
  });
});

describe('a limit of the rate', () => {
  const SECOND_BYTES = 1000;

  it('keeps uploads to so many bytes a second on average, however many at once', async () => {
    const clock = new LeapingClock();
    const backend = limitRate(newMem(), { uploadBytesPerSecond: SECOND_BYTES, clock });
    await Promise.all(
      [500, 1500, 1000, 0, 1].map((sizeBytes, nr) => backend.save(at('data', `d${nr}`), [Buffer.alloc(sizeBytes)])),
    );
    // The last byte waits for the 3000 before it.
    expect(clock.monotonicMs()).toBe(3000);
    await backend.load(KEY);
    expect(clock.monotonicMs()).toBe(3000);
  });

  it('keeps downloads so, counting what came rather than what was asked for', async () => {
    const clock = new LeapingClock();
    const mem = newMem();
    mem.put(at('data', 'd'), Buffer.alloc(2000));
    const backend = limitRate(mem, { downloadBytesPerSecond: SECOND_BYTES, clock });
    await backend.load(at('data', 'd'));
    await backend.load(at('data', 'd'), { offset: 0, length: 500 });
    const beyond = backend.load(at('data', 'd'), { offset: 0, length: Number.MAX_SAFE_INTEGER });
    await expect(beyond).rejects.toMatchObject({ code: 'BACKEND_FILE_TRUNCATED' });
    await backend.load(KEY);
    expect(clock.monotonicMs()).toBe(2500);
    await backend.save(at('data', 'e'), [Buffer.alloc(100_000)]);
    expect(clock.monotonicMs()).toBe(2500);
  });

  it('lets time that passes by itself count', async () => {
    const clock = new LeapingClock();
    const backend = limitRate(newMem(), { uploadBytesPerSecond: SECOND_BYTES, clock });
    await backend.save(at('data', 'd'), [Buffer.alloc(2000)]);
    clock.pass(1500);
    await backend.save(at('data', 'e'), [Buffer.alloc(1)]);
    expect(clock.sleptMs).toEqual([500]);
    clock.pass(3_600_000);
    await backend.save(at('data', 'f'), [Buffer.alloc(1000)]);
    await backend.save(at('data', 'g'), [Buffer.alloc(1)]);
    expect(clock.sleptMs).toEqual([500, 1000]);
  });

  it('gives back what was called off', async () => {
    const clock = new LeapingClock();
    const mem = newMem();
    const backend = limitRate(mem, { uploadBytesPerSecond: SECOND_BYTES, clock });
    await backend.save(at('data', 'd'), [Buffer.alloc(1000)]);
    const callOff = new AbortController();
    const reason = new Error('called off');
    const saving = backend.save(at('data', 'e'), [Buffer.alloc(50_000)], { signal: callOff.signal });
    callOff.abort(reason);
    await expect(saving).rejects.toBe(reason);
    await backend.save(at('data', 'f'), [Buffer.alloc(1)]);
    expect(clock.monotonicMs()).toBe(1000);
    expect(mem.files().has('data/e')).toBe(false);
  });
});
