import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { backupStreams } from '../archiver/stream-backup.ts';
import { type BlobId, parseBlobId, type SnapshotId } from '../format/ids.ts';
import { encodeSnapshot } from '../format/snapshot-file.ts';
import { parseTimestamp } from '../format/timestamp.ts';
import { encodeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { fifo, file, folder, type HandMadeNode, link, saveHandMadeTree } from '../testing/hand-made-tree.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import { openSnapshotTree, type SnapshotTree } from './snapshot-tree.ts';

const MIB = 2 ** 20;

let backend: WatchedBackend;
let test: TestRepository;
let indexed: IndexedRepository;

beforeEach(async () => {
  backend = new WatchedBackend();
  test = await createTestRepository({ backend, packSizeBytes: 4 * MIB });
  indexed = await test.repository.loadIndex();
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const readAll = async (tree: SnapshotTree, path: string): Promise<Buffer> =>
  Buffer.concat(await collect(tree.read(path)));

async function snapshotOf(tree: BlobId): Promise<SnapshotId> {
  const time = parseTimestamp('2024-05-06T07:08:09Z');
  const owner = { hostname: 'lab', username: 'tester', uid: 1000, gid: 1000 };
  const snapshot = encodeSnapshot({ time, tree, paths: ['/'], ...owner, excludes: [], tags: [] });
  return await test.repository.saveUnpacked('snapshots', snapshot);
}

async function open(nodes: readonly HandMadeNode[], options: { readonly subfolder?: string } = {}) {
  const id = await snapshotOf(await saveHandMadeTree(indexed, nodes));
  return await openSnapshotTree(test.repository, id, options);
}

const noise = (length: number) => test.random.bytes(length);

describe('the files of a snapshot', () => {
  it('are those that were backed up', async () => {
    const large = randomBytes(30 * MIB);
    const { snapshotId } = await backupStreams(test.repository, {
      entries: [
        { path: 'db/data/a%20b/0000.copy', open: () => Readable.from([large]) },
        { path: 'db/manifest.json', open: () => Readable.from(['{}']) },
        { path: 'db/data/empty/0000.copy', open: () => Readable.from([]) },
      ],
      parallel: 3,
    });
    const tree = await openSnapshotTree(test.repository, snapshotId ?? ('' as SnapshotId));
    expect(await collect(tree.files(''))).toEqual([
      { path: 'db/data/a%20b/0000.copy', sizeBytes: large.length },
      { path: 'db/data/empty/0000.copy', sizeBytes: 0 },
      { path: 'db/manifest.json', sizeBytes: 2 },
    ]);
    expect((await readAll(tree, 'db/data/a%20b/0000.copy')).equals(large)).toBe(true);
    expect(await readAll(tree, 'db/data/empty/0000.copy')).toHaveLength(0);
    const inner = await openSnapshotTree(test.repository, snapshotId ?? ('' as SnapshotId), { subfolder: 'db/data' });
    expect((await collect(inner.files('empty'))).map(({ path }) => path)).toEqual(['empty/0000.copy']);
    expect((await readAll(inner, 'a%20b/0000.copy')).equals(large)).toBe(true);
    await expect(readAll(inner, 'manifest.json')).rejects.toMatchObject({ code: 'TREE_PATH_MISSING' });
  });

  it('are listed without links and pipes, and none where there is no folder', async () => {
    const tree = await open([
      folder('d', [link('l', 'f'), file('f', 'x'), fifo('p'), folder('e', [])]),
      file('g', 'yz'),
    ]);
    expect(await collect(tree.files(''))).toEqual([
      { path: 'd/f', sizeBytes: 1 },
      { path: 'g', sizeBytes: 2 },
    ]);
    expect(await collect(tree.files('d'))).toEqual([{ path: 'd/f', sizeBytes: 1 }]);
    for (const nothing of ['d/e', 'x', 'd/x', '..', 'd/../d', '/d', 'd/']) {
      expect(await collect(tree.files(nothing))).toEqual([]);
    }
    await expect(collect(tree.files('g'))).rejects.toMatchObject({ code: 'TREE_PATH_NOT_FOLDER' });
    await expect(collect(tree.files('d/l'))).rejects.toMatchObject({ code: 'TREE_PATH_NOT_FOLDER' });
  });

  it('are not read through links, nor where no file is', async () => {
    const tree = await open([
      folder('d', [file('f', 'x')]),
      link('to-d', 'd'),
      link('to-f', 'd/f'),
      fifo('p'),
      file('', 'x', { rawName: byteStringOfText('..') }),
    ]);
    expect((await readAll(tree, 'd/f')).toString()).toBe('x');
    const codes: Record<string, string> = {};
    for (const path of ['to-d/f', 'to-f', 'd', 'p', '', 'd/f/x', 'd/x', '..', './d/f', '/d/f', 'd//f', 'd/f\0']) {
      codes[path] = await readAll(tree, path).then(
        () => 'read',
        ({ code }: { code: string }) => code,
      );
    }
    expect(codes).toEqual({
      'to-d/f': 'TREE_PATH_NOT_FOLDER',
      'to-f': 'TREE_PATH_NOT_FILE',
      d: 'TREE_PATH_NOT_FILE',
      p: 'TREE_PATH_NOT_FILE',
      '': 'TREE_PATH_MISSING',
      'd/f/x': 'TREE_PATH_NOT_FOLDER',
      'd/x': 'TREE_PATH_MISSING',
      '..': 'TREE_PATH_MISSING',
      './d/f': 'TREE_PATH_MISSING',
      '/d/f': 'TREE_PATH_MISSING',
      'd//f': 'TREE_PATH_MISSING',
      'd/f\0': 'TREE_PATH_MISSING',
    });
    await expect(collect(tree.files(''))).rejects.toMatchObject({ code: 'NODE_NAME_UNSAFE' });
  });

  it('have names of any bytes, of which those that are text can be read', async () => {
    const tree = await open([
      file('ü', 'text'),
      file('', 'bytes', { rawName: byteStringOf(Buffer.from([0x72, 0xff])) }),
    ]);
    expect((await collect(tree.files(''))).map(({ path }) => path)).toEqual(['ü', 'r\ufffd']);
    expect((await readAll(tree, 'ü')).toString()).toBe('text');
    await expect(readAll(tree, 'r\ufffd')).rejects.toMatchObject({ code: 'TREE_PATH_MISSING' });
  });

  it('cannot be opened below what is no folder', async () => {
    const nodes = [file('f', 'x'), link('l', 'd'), folder('d', [])];
    await expect(open(nodes, { subfolder: 'x' })).rejects.toMatchObject({ code: 'TREE_PATH_MISSING' });
    await expect(open(nodes, { subfolder: 'f' })).rejects.toMatchObject({ code: 'TREE_PATH_NOT_FOLDER' });
    await expect(open(nodes, { subfolder: 'l' })).rejects.toMatchObject({ code: 'TREE_PATH_NOT_FOLDER' });
    expect(await collect((await open(nodes, { subfolder: 'd' })).files(''))).toEqual([]);
  });

  it('are read from a folder that is read once', async () => {
    const names = Array.from({ length: 200 }, (_, nr) => `f${nr}`);
    const treeId = await saveHandMadeTree(indexed, [
      folder(
        'd',
        names.map((name) => file(name, name)),
      ),
    ]);
    const loadTree = vi.spyOn(indexed, 'loadTree');
    const tree = await openSnapshotTree(test.repository, await snapshotOf(treeId), { indexed });
    for (const name of names) expect((await readAll(tree, `d/${name}`)).toString()).toBe(name);
    expect(loadTree).toHaveBeenCalledTimes(2);
    const several = await Promise.all(names.map(async (name) => (await readAll(tree, `d/${name}`)).toString()));
    expect(several).toEqual(names);
  });
});

describe('files that are damaged', () => {
  const blobs = () => Array.from({ length: 12 }, () => noise(2 * MIB));

  /** What was handed out before the failure, and the failure. */
  async function readUntilFailure(tree: SnapshotTree, path: string, signal?: AbortSignal) {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of tree.read(path, signal)) chunks.push(chunk);
    } catch (error) {
      return { bytes: Buffer.concat(chunks), error };
    }
    throw new Error('nothing failed');
  }

  it('say where a byte is flipped, after what is whole', async () => {
    const content = blobs();
    const tree = await open([folder('d', [file('f', content)])]);
    const bad = indexed.index.findHex('data', (await indexed.createWriter().save('data', content[9] ?? noise(1))).id);
    const pack = indexed.index.packId(indexed.index.packOf(bad));
    backend.tamper = ({ name }, bytes) => {
      if (name !== pack) return bytes;
      const changed = Buffer.from(bytes);
      // The range may hold other blobs as well: all of the pack is damaged.
      for (let at = 40; at < changed.length; at += 100_000) changed[at] = (changed[at] ?? 0) ^ 1;
      return changed;
    };
    const { bytes, error } = await readUntilFailure(tree, 'd/f');
    expect(error).toMatchObject({
      code: 'BLOB_DAMAGED',
      kind: 'corruption',
      context: { path: 'd/f' },
      message: expect.stringContaining('d/f: '),
    });
    const whole = Buffer.concat(content);
    expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
    expect(bytes.length % (2 * MIB)).toBe(0);
    expect(bytes.length).toBeLessThan(10 * 2 * MIB);
  });

  it('say which blob no index names, and are listed with the size that is claimed', async () => {
    const lost = parseBlobId('ab'.repeat(32));
    const writer = indexed.createWriter();
    const { node } = file('f', 'abc');
    const text = `{"nodes":[${encodeNode({ ...node, content: [lost] })}]}\n`;
    const treeId = (await writer.save('tree', Buffer.from(text))).id;
    await writer.flush();
    const tree = await openSnapshotTree(test.repository, await snapshotOf(treeId));
    expect(await collect(tree.files(''))).toEqual([{ path: 'f', sizeBytes: 3 }]);
    expect((await readUntilFailure(tree, 'f')).error).toMatchObject({
      code: 'BLOB_MISSING',
      context: { path: 'f', blob: lost },
    });
  });

  it('say that their pack is gone', async () => {
    const tree = await open([file('f', blobs())]);
    const packs = await collect(backend.inner.list('data'));
    for (const { name } of packs) await backend.inner.remove({ folder: 'data', name });
    expect((await readUntilFailure(tree, 'f').catch((error: unknown) => ({ error }))).error).toMatchObject({
      kind: 'corruption',
    });
  });

  it('say which folder cannot be read', async () => {
    const gone = parseBlobId('cd'.repeat(32));
    const tree = await open([folder('d', [folder('gone', gone)])]);
    expect((await readUntilFailure(tree, 'd/gone/f')).error).toMatchObject({
      code: 'BLOB_MISSING',
      context: { path: 'd/gone' },
    });
    await expect(collect(tree.files(''))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  it('stop in the middle when they are told to', async () => {
    const tree = await open([file('f', blobs())]);
    const stop = new AbortController();
    const reason = new Error('enough');
    let count = 0;
    const reading = (async () => {
      for await (const _ of tree.read('f', stop.signal)) {
        count += 1;
        if (count === 2) stop.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(count).toBe(2);
    await expect(collect(tree.read('f', stop.signal))).rejects.toBe(reason);
    await expect(collect(tree.files('', stop.signal))).rejects.toBe(reason);
  });

  it('stop also while the storage keeps silent', async () => {
    const tree = await open([file('f', blobs())]);
    await tree.read('f')[Symbol.asyncIterator]().next();
    const stop = new AbortController();
    backend.beforeEach = async (operation, signal) => {
      if (operation !== 'load data') return;
      setImmediate(() => stop.abort(new Error('enough')));
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    };
    await expect(collect(tree.read('f', stop.signal))).rejects.toThrow('enough');
  });

  it('are read a few MiB ahead, and no further', async () => {
    const tree = await open([file('f', blobs())]);
    backend.loads.length = 0;
    const reader = tree.read('f')[Symbol.asyncIterator]();
    await reader.next();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const readBytes = backend.loads.reduce((sum, { range }) => sum + (range?.length ?? 0), 0);
    expect(readBytes).toBeGreaterThan(8 * MIB);
    expect(readBytes).toBeLessThan(21 * MIB);
    await reader.return?.();
  });
});
