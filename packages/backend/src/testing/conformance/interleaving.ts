import { expect } from 'vitest';
import { type Bench, contentOf, FILES, listOf, MEBIBYTE, type Test } from './bench.ts';

export function testConcurrency(bench: Bench, test: Test): void {
  const nameOf = (nr: number) => `${(nr % 3).toString(16).padStart(2, '0')}${String(nr).padStart(62, 'f')}`;

  test('many saves at once all arrive', async () => {
    const { backend, other } = await bench.created();
    await Promise.all(
      Array.from({ length: 60 }, (_, nr) =>
        (nr % 2 === 0 ? backend : other).save({ folder: 'data', name: nameOf(nr) }, [contentOf(nr, 5000 + nr)]),
      ),
    );
    for (let nr = 0; nr < 60; nr += 1) {
      const content = await other.load({ folder: 'data', name: nameOf(nr) });
      expect(content.equals(contentOf(nr, 5000 + nr))).toBe(true);
    }
    expect(await listOf(backend, 'data')).toHaveLength(60);
  });

  test('of many saves of one name one wins, whole, and nobody reads a mixture', async () => {
    const { backend, other } = await bench.created();
    const contents = Array.from({ length: 12 }, (_, nr) => contentOf(nr, 40_000 + nr * 1000));
    const isOneOfThem = (loaded: Buffer) => contents.some((content) => content.equals(loaded));
    let isSaving = true;
    const reading = (async () => {
      while (isSaving) {
        const loaded = await other.load(FILES.flat).catch(() => undefined);
        // Without atomic replace a reader may see a part, or nothing, while a save is under way.
        if (backend.properties.hasAtomicReplace && loaded !== undefined) expect(isOneOfThem(loaded)).toBe(true);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all(contents.map((content, nr) => (nr % 2 === 0 ? backend : other).save(FILES.flat, [content])));
    isSaving = false;
    await reading;
    expect(isOneOfThem(await other.load(FILES.flat))).toBe(true);
    expect(await listOf(backend, 'keys')).toHaveLength(1);
  });

  test('a listing while others write has every file that stays, once', async () => {
    const { backend, other } = await bench.created();
    const staying = Array.from({ length: 30 }, (_, nr) => nameOf(nr * 2));
    await Promise.all(staying.map((name) => backend.save({ folder: 'data', name }, [Buffer.alloc(100)])));
    const changes = Array.from({ length: 30 }, async (_, nr) => {
      const file = { folder: 'data', name: nameOf(nr * 2 + 1) };
      await backend.save(file, [Buffer.alloc(100)]);
      if (nr % 2 === 0) await backend.remove(file);
    });
    const listings = await Promise.all(Array.from({ length: 5 }, () => listOf(other, 'data')));
    await Promise.all(changes);
    for (const listing of listings) {
      const names = listing.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(staying));
      expect(new Set(names).size).toBe(names.length);
      if (backend.properties.hasAtomicReplace) {
        expect(listing.filter(({ sizeBytes }) => sizeBytes !== 100)).toEqual([]);
      }
    }
  });

  test('a file saved and removed at once is there or not, but never half', async () => {
    const { backend, other } = await bench.created();
    const content = contentOf(3, 60_000);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([backend.save(FILES.sharded, [content]), other.remove(FILES.sharded)]);
      const [found] = await listOf(backend, 'data');
      if (found !== undefined) expect((await backend.load(FILES.sharded)).equals(content)).toBe(true);
    }
  });

  test('several may remove one file', async () => {
    const { backend, other } = await bench.created();
    await backend.save(FILES.sharded, [Buffer.from('x')]);
    await Promise.all([backend, other, backend, other].map((client) => client.remove(FILES.sharded)));
    expect(await listOf(other, 'data')).toEqual([]);
  });
}

export function testCancellation(bench: Bench, test: Test): void {
  test('cancelled before it begins, no act does anything', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, [Buffer.from('kept')]);
    const reason = new Error('cancelled by the test');
    const options = { signal: AbortSignal.abort(reason) };
    await expect(backend.create(options)).rejects.toBe(reason);
    await expect(backend.save(FILES.sharded, [Buffer.from('x')], options)).rejects.toBe(reason);
    await expect(backend.save(FILES.flat, [Buffer.from('x')], options)).rejects.toBe(reason);
    await expect(backend.load(FILES.flat, undefined, options)).rejects.toBe(reason);
    await expect(backend.stat(FILES.flat, options)).rejects.toBe(reason);
    await expect(backend.remove(FILES.flat, options)).rejects.toBe(reason);
    const listing = (async () => {
      for await (const info of backend.list('keys', options)) throw new Error(`listed ${info.name}`);
    })();
    await expect(listing).rejects.toBe(reason);
    expect(String(await backend.load(FILES.flat))).toBe('kept');
    expect(await listOf(backend, 'data')).toEqual([]);
  });

  test('cancelled on the way, a save leaves the whole file or none', async () => {
    const { backend, other } = await bench.created();
    const content = contentOf(9, 3 * MEBIBYTE);
    const parts = Array.from({ length: 30 }, (_, nr) => content.subarray(nr * 104_858, (nr + 1) * 104_858));
    for (let turns = 0; turns < 12; turns += 1) {
      const cancel = new AbortController();
      const reason = new Error('cancelled by the test');
      const saving = backend.save(FILES.sharded, parts, { signal: cancel.signal }).then(
        () => 'saved',
        (error: unknown) => error,
      );
      for (let turn = 0; turn < turns * 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      cancel.abort(reason);
      const outcome = await saving;
      expect([reason, 'saved']).toContain(outcome);
      const listed = await listOf(other, 'data');
      if (outcome === 'saved') expect(listed).toHaveLength(1);
      if (listed.length > 0) expect((await other.load(FILES.sharded)).equals(Buffer.concat(parts))).toBe(true);
      await other.remove(FILES.sharded);
    }
    await backend.save(FILES.sharded, parts);
    expect(await listOf(other, 'data')).toHaveLength(1);
  });

  test('cancelled on the way, a load gives all of the file or the reason', async () => {
    const { backend } = await bench.created();
    const content = contentOf(10, 2 * MEBIBYTE);
    await backend.save(FILES.flat, [content]);
    for (let turns = 0; turns < 6; turns += 1) {
      const cancel = new AbortController();
      const reason = new Error('cancelled by the test');
      const loading = backend.load(FILES.flat, undefined, { signal: cancel.signal }).catch((error: unknown) => error);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      cancel.abort(reason);
      const outcome = await loading;
      if (Buffer.isBuffer(outcome)) expect(outcome.equals(content)).toBe(true);
      else expect(outcome).toBe(reason);
    }
  });

  test('a listing cancelled on the way ends with the reason', async () => {
    const { backend } = await bench.created();
    for (let nr = 0; nr < 20; nr += 1) await backend.save({ folder: 'keys', name: `f${nr}` }, []);
    const cancel = new AbortController();
    const reason = new Error('cancelled by the test');
    const listing = (async () => {
      for await (const info of backend.list('keys', { signal: cancel.signal }))
        if (info.name !== '') cancel.abort(reason);
    })();
    await expect(listing).rejects.toBe(reason);
  });
}
