// One suite for every driver and every wrapper: what backend.ts promises, its larger half about failure.
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend, FileHandle, FileInfo, Layout } from '../backend.ts';

/** The layout that the suite opens every backend with. */
export const CONFORMANCE_LAYOUT: Layout = { folders: ['keys', 'data', 'locks'], shardedFolders: ['data'] };

export interface OpenedBackend {
  /** At an empty place, `create` not called yet. */
  readonly backend: Backend;
  /** A second client of the same place; without it the tests of two clients use one. */
  readonly reopen?: () => Promise<Backend>;
  /** Takes the place away. */
  readonly dispose?: () => Promise<void>;
}

export interface BackendHarness {
  /** @param layout {@link CONFORMANCE_LAYOUT} */
  open(layout: Layout): Promise<OpenedBackend>;
  /** Abilities that this backend lacks, told aloud: the titles of tests, and why. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

const FILES = {
  root: { folder: '', name: 'config' },
  flat: { folder: 'keys', name: 'a0'.repeat(32) },
  sharded: { folder: 'data', name: 'b1'.repeat(32) },
  short: { folder: 'data', name: 'c' },
  otherShard: { folder: 'data', name: 'b2'.repeat(32) },
} as const satisfies Readonly<Record<string, FileHandle>>;

const HOSTILE_NAMES = [
  '',
  '.',
  '..',
  '../config',
  '../../etc/passwd',
  'a/b',
  '/etc/passwd',
  'a\\b',
  'a\0b',
  '\0',
  'a\n',
  ' a',
  'a ',
  '-rf',
  '.hidden',
  '~',
  'ä',
  '%2e%2e',
  'a?b',
  'a#b',
  'x'.repeat(300),
  'aa-tmp-1234',
  'aa-restic-temp-00ff',
  '\ud800',
]; // prettier-ignore
const HOSTILE_FOLDERS = [
  '..',
  '.',
  '/',
  'keys/..',
  'data/b1',
  '../keys',
  'other',
  'keys\0',
  ' keys',
  '__proto__',
  'toString',
];
const MEBIBYTE = 2 ** 20;

/** Runs the suite on one kind of backend. */
export function describeBackend(name: string, harness: BackendHarness): void {
  describe(`${name} keeps the promises of a backend`, () => {
    const bench = new Bench(harness);
    afterEach(() => bench.dispose());
    const test = (title: string, run: () => Promise<void>) => {
      const skipped = harness.skip?.find(({ tests }) => tests.includes(title));
      if (skipped === undefined) it(title, run);
      else it(title, (context) => context.skip(skipped.reason));
    };
    testStoring(bench, test);
    testReplacing(bench, test);
    testRanges(bench, test);
    testMissing(bench, test);
    testHostileNames(bench, test);
    testConcurrency(bench, test);
    testCancellation(bench, test);
  });
}

type Test = (title: string, run: () => Promise<void>) => void;

class Bench {
  readonly #harness: BackendHarness;
  #disposals: (() => Promise<void>)[] = [];

  constructor(harness: BackendHarness) {
    this.#harness = harness;
  }

  async open(): Promise<{ readonly backend: Backend; readonly other: Backend }> {
    const { backend, reopen, dispose } = await this.#harness.open(CONFORMANCE_LAYOUT);
    this.#disposals.push(async () => {
      await backend.close();
      await dispose?.();
    });
    return { backend, other: reopen === undefined ? backend : await reopen() };
  }

  async created(): Promise<{ readonly backend: Backend; readonly other: Backend }> {
    const opened = await this.open();
    await opened.backend.create();
    return opened;
  }

  async dispose(): Promise<void> {
    const disposals = this.#disposals;
    this.#disposals = [];
    for (const dispose of disposals) await dispose();
  }
}

/** Bytes that differ from file to file and repeat nowhere soon. */
function contentOf(seed: number, sizeBytes: number): Buffer {
  const content = Buffer.allocUnsafe(sizeBytes);
  let state = (seed + 1) >>> 0;
  for (let at = 0; at < sizeBytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[at] = state >>> 24;
  }
  return content;
}

async function listOf(backend: Backend, folder: string): Promise<FileInfo[]> {
  const found: FileInfo[] = [];
  for await (const { name, sizeBytes } of backend.list(folder)) found.push({ name, sizeBytes });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function everythingIn(backend: Backend): Promise<readonly FileInfo[][]> {
  return await Promise.all(['', ...CONFORMANCE_LAYOUT.folders].map((folder) => listOf(backend, folder)));
}

async function expectCode(act: Promise<unknown>, code: string, kind: string): Promise<void> {
  await expect(act).rejects.toMatchObject({ name: 'LumbungError', code, kind });
}

function testStoring(bench: Bench, test: Test): void {
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

function testReplacing(bench: Bench, test: Test): void {
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

function testRanges(bench: Bench, test: Test): void {
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

function testMissing(bench: Bench, test: Test): void {
  test('before create there is nothing, and asking is no harm', async () => {
    const { backend } = await bench.open();
    expect(await everythingIn(backend)).toEqual([[], [], [], []]);
    for (const file of Object.values(FILES)) {
      await expectCode(backend.load(file), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.stat(file), 'BACKEND_FILE_MISSING', 'operator');
      await backend.remove(file);
    }
  });

  test('a missing file is an error to read, and none to remove', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.sharded, [Buffer.from('x')]);
    for (const file of [FILES.root, FILES.flat, FILES.otherShard]) {
      await expectCode(backend.load(file), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.load(file, { offset: 0, length: 1 }), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.load(file, { offset: 5 }), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.stat(file), 'BACKEND_FILE_MISSING', 'operator');
      await backend.remove(file);
      await backend.remove(file);
    }
    expect(await listOf(backend, 'data')).toHaveLength(1);
  });

  test('an error carries no more than place and advice', async () => {
    const { backend } = await bench.created();
    await expect(backend.load(FILES.flat)).rejects.toSatisfy((error: unknown) => {
      const record = JSON.stringify(error);
      return record.includes('BACKEND_FILE_MISSING') && !/password|secret|authorization/i.test(record);
    });
  });
}

function testHostileNames(bench: Bench, test: Test): void {
  const acts = (backend: Backend, file: FileHandle) => [
    () => backend.save(file, [Buffer.from('hostile')]),
    () => backend.load(file),
    () => backend.load(file, { offset: 0, length: 1 }),
    () => backend.stat(file),
    () => backend.remove(file),
  ];

  test('a name that could lead elsewhere is refused by every act', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.root, [Buffer.from('kept')]);
    const before = await everythingIn(backend);
    for (const name of HOSTILE_NAMES) {
      for (const folder of ['', 'keys', 'data']) {
        for (const act of acts(backend, { folder, name })) await expectCode(act(), 'BACKEND_NAME_INVALID', 'bug');
      }
    }
    expect(await everythingIn(backend)).toEqual(before);
  });

  test('a folder that the layout does not have is refused by every act', async () => {
    const { backend } = await bench.created();
    for (const folder of HOSTILE_FOLDERS) {
      for (const act of acts(backend, { folder, name: 'aa' })) await expectCode(act(), 'BACKEND_NAME_INVALID', 'bug');
      await expectCode(listOf(backend, folder), 'BACKEND_NAME_INVALID', 'bug');
    }
    expect(await everythingIn(backend)).toEqual([[], [], [], []]);
  });
}

function testConcurrency(bench: Bench, test: Test): void {
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

function testCancellation(bench: Bench, test: Test): void {
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
