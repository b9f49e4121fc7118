import fc from 'fast-check';
import { expect } from 'vitest';
import type { FileInfo } from '../../backend.ts';
import { type Bench, CONFORMANCE_LAYOUT, contentOf, expectCode, FILES, listOf, MEBIBYTE, type Test } from './bench.ts';

export function testStoring(bench: Bench, test: Test): void {
  test('create may be called again, and with files there', async () => {
    const { backend, other } = await bench.created();
    await backend.save(FILES.sharded, [Buffer.from('x')]);
    await backend.create();
    await other.create();
    expect(String(await backend.load(FILES.sharded))).toBe('x');
  });

  test('a saved file is loaded, measured and listed, by another client too', async () => {
    const { backend, other } = await bench.created();
    for (const [seed, file] of Object.values(FILES).entries()) {
      const content = contentOf(seed, 1000 + seed);
      await backend.save(file, [content]);
      for (const client of [backend, other]) {
        expect((await client.load(file)).equals(content)).toBe(true);
        expect(await client.stat(file)).toEqual({ name: file.name, sizeBytes: content.length });
        expect(await listOf(client, file.folder)).toContainEqual({ name: file.name, sizeBytes: content.length });
      }
    }
    expect((await listOf(other, 'data')).map(({ name }) => name)).toEqual([
      FILES.sharded.name,
      FILES.otherShard.name,
      FILES.short.name,
    ]);
  });

  test('one name in several folders is several files', async () => {
    const { backend } = await bench.created();
    const name = 'd3'.repeat(32);
    for (const folder of ['', ...CONFORMANCE_LAYOUT.folders])
      await backend.save({ folder, name }, [Buffer.from(folder)]);
    await backend.remove({ folder: 'keys', name });
    for (const folder of ['', 'data', 'locks']) expect(String(await backend.load({ folder, name }))).toBe(folder);
    expect(await listOf(backend, 'keys')).toEqual([]);
  });

  test('an empty file is a file, of no parts or of empty ones', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, []);
    await backend.save(FILES.sharded, [Buffer.alloc(0), new Uint8Array(0)]);
    for (const file of [FILES.flat, FILES.sharded]) {
      expect(await backend.load(file)).toHaveLength(0);
      expect(await backend.stat(file)).toEqual({ name: file.name, sizeBytes: 0 });
      expect(await listOf(backend, file.folder)).toEqual([{ name: file.name, sizeBytes: 0 }]);
    }
  });

  test('parts are joined, whatever view they are', async () => {
    const { backend } = await bench.created();
    const area = contentOf(5, 100);
    const parts = [
      area.subarray(0, 10),
      Buffer.alloc(0),
      new Uint8Array(area.buffer, area.byteOffset + 10, 5),
      area.subarray(15),
    ];
    await backend.save(FILES.flat, parts);
    expect((await backend.load(FILES.flat)).equals(area)).toBe(true);
  });

  test('a large file in many parts comes back whole', async () => {
    const { backend, other } = await bench.created();
    const content = contentOf(6, 9 * MEBIBYTE + 17);
    const parts: Buffer[] = [];
    for (let at = 0; at < content.length; at += 700_001) parts.push(content.subarray(at, at + 700_001));
    await backend.save(FILES.sharded, parts);
    expect((await other.load(FILES.sharded)).equals(content)).toBe(true);
  });

  test('buffers are not kept: neither what was saved nor what was loaded', async () => {
    const { backend } = await bench.created();
    const part = Buffer.from('before');
    await backend.save(FILES.flat, [part]);
    part.fill('x');
    const loaded = await backend.load(FILES.flat);
    expect(String(loaded)).toBe('before');
    loaded.fill('y');
    expect(String(await backend.load(FILES.flat))).toBe('before');
    expect(part.toString()).toBe('xxxxxx');
  });

  test('many files are listed once each, with their sizes', async () => {
    const { backend } = await bench.created();
    for (const folder of ['keys', 'data']) {
      const expected: FileInfo[] = [];
      const saves: Promise<void>[] = [];
      for (let nr = 0; nr < 150; nr += 1) {
        const name = `${(nr % 50).toString(16).padStart(2, '0')}${'e'.repeat(58)}${String(nr).padStart(4, '0')}`;
        expected.push({ name, sizeBytes: nr });
        saves.push(backend.save({ folder, name }, [contentOf(nr, nr)]));
      }
      await Promise.all(saves);
      expect(await listOf(backend, folder)).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
    }
  });

  test('a listing may be left early, and the backend closed twice', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, []);
    await backend.save({ ...FILES.flat, name: 'e' }, []);
    for await (const { name } of backend.list('keys')) {
      expect(name).not.toBe('');
      break;
    }
    expect(await listOf(backend, 'keys')).toHaveLength(2);
    await backend.close();
    await backend.close();
    await backend[Symbol.asyncDispose]();
  });
}

export function testReplacing(bench: Bench, test: Test): void {
  test('saving again replaces, a longer file by a shorter one too', async () => {
    const { backend, other } = await bench.created();
    for (const file of [FILES.root, FILES.flat, FILES.sharded]) {
      for (const [seed, sizeBytes] of [2000, 10, 0, 3000, 3000].entries()) {
        const content = contentOf(seed, sizeBytes);
        await backend.save(file, [content]);
        expect((await other.load(file)).equals(content)).toBe(true);
        expect(await other.stat(file)).toEqual({ name: file.name, sizeBytes });
        expect(await listOf(other, file.folder)).toEqual([{ name: file.name, sizeBytes }]);
      }
    }
  });

  test('a removed file is gone for everybody, and may be saved again', async () => {
    const { backend, other } = await bench.created();
    for (const file of Object.values(FILES)) {
      await backend.save(file, [Buffer.from('one')]);
      await other.remove(file);
      await expectCode(backend.load(file), 'BACKEND_FILE_MISSING', 'operator');
      expect(await listOf(backend, file.folder)).toEqual([]);
      await backend.save(file, [Buffer.from('two')]);
      expect(String(await other.load(file))).toBe('two');
      await backend.remove(file);
    }
  });
}

export function testRanges(bench: Bench, test: Test): void {
  test('a range is exactly what was asked for', async () => {
    const { backend } = await bench.created();
    const content = contentOf(7, 70_000);
    await backend.save(FILES.sharded, [content]);
    const range = fc
      .tuple(fc.nat(content.length), fc.nat(content.length))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    await fc.assert(
      fc.asyncProperty(range, async ([begin, end]) => {
        const exact = await backend.load(FILES.sharded, { offset: begin, length: end - begin });
        expect(exact.equals(content.subarray(begin, end))).toBe(true);
        const toTheEnd = await backend.load(FILES.sharded, { offset: begin });
        expect(toTheEnd.equals(content.subarray(begin))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('a range of no bytes is empty, up to the end of the file', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, [Buffer.from('0123456789')]);
    for (const offset of [0, 5, 10]) expect(await backend.load(FILES.flat, { offset, length: 0 })).toHaveLength(0);
    expect(await backend.load(FILES.flat, { offset: 10 })).toHaveLength(0);
    await backend.save(FILES.flat, []);
    expect(await backend.load(FILES.flat, { offset: 0, length: 0 })).toHaveLength(0);
  });

  test('a range that does not lie in the file is an error, never fewer bytes', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, [Buffer.from('0123456789')]);
    const beyond = [
      { offset: 0, length: 11 },
      { offset: 9, length: 2 },
      { offset: 10, length: 1 },
      { offset: 11 },
      { offset: 11, length: 0 },
      { offset: 1000, length: 1000 },
      { offset: 0, length: 5 * MEBIBYTE },
    ]; // prettier-ignore
    for (const range of beyond)
      await expectCode(backend.load(FILES.flat, range), 'BACKEND_FILE_TRUNCATED', 'corruption');
    await backend.save(FILES.flat, []);
    await expectCode(backend.load(FILES.flat, { offset: 0, length: 1 }), 'BACKEND_FILE_TRUNCATED', 'corruption');
  });

  test('an absurd range takes no memory', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, [Buffer.from('0123456789')]);
    const max = Number.MAX_SAFE_INTEGER;
    for (const range of [
      { offset: 0, length: max },
      { offset: max, length: max },
      { offset: max },
      { offset: max, length: 1 },
    ]) {
      await expectCode(backend.load(FILES.flat, range), 'BACKEND_FILE_TRUNCATED', 'corruption');
    }
  });

  test('what is no range is refused as a bug', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.flat, [Buffer.from('0123456789')]);
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      await expectCode(backend.load(FILES.flat, { offset: bad }), 'BACKEND_RANGE_INVALID', 'bug');
      await expectCode(backend.load(FILES.flat, { offset: 0, length: bad }), 'BACKEND_RANGE_INVALID', 'bug');
    }
  });
}
