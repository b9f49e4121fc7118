import { byteStringOf, byteStringOfText, textOf } from '@lumbung/stdx';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BlobId, parseBlobId, parseSnapshotId } from '../format/ids.ts';
import { instantOf, parseTimestamp } from '../format/timestamp.ts';
import { encodeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { openRepository } from '../repository/open-repository.ts';
import { fifo, file, folder, type HandMadeNode, link, saveHandMadeTree } from '../testing/hand-made-tree.ts';
import { STOCK_FIXTURE, stockBackend } from '../testing/stock-fixture.ts';
import { createTestRepository } from '../testing/test-repository.ts';
import { diffTrees } from './diff-snapshots.ts';
import { findNodes } from './find-nodes.ts';
import { findObjects } from './find-objects.ts';
import { type ListOptions, listNodes, sortListedNodes } from './list-nodes.ts';
import { resolveNode, resolveTree } from './resolve-tree.ts';
import { statsOf } from './snapshot-stats.ts';
import { loadSnapshots, type SnapshotRecord } from './snapshots.ts';
import { TREE_DEPTH_MAX, TreeCursor } from './tree-cursor.ts';
import { walkTree } from './walk-tree.ts';

let indexed: IndexedRepository;

beforeEach(async () => {
  indexed = await (await createTestRepository()).repository.loadIndex();
});

const save = (nodes: readonly HandMadeNode[]) => saveHandMadeTree(indexed, nodes);
const bytes = byteStringOfText;

const sample = () => [
  folder('a', [
    folder('b', [file('big', [Buffer.alloc(9000, 1), Buffer.alloc(50, 2)])]),
    file('hello', 'hello\n'),
    link('l', 'hello'),
  ]),
  folder('empty', []),
  fifo('pipe'),
  file('zero', ''),
];

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

describe('walking', () => {
  it('visits every node before its children and folders once more after them', async () => {
    const tree = await save(sample());
    const seen: string[] = [];
    await walkTree(indexed, tree, {
      node: (path) => {
        seen.push(path);
        return 'enter';
      },
      leave: (path) => void seen.push(`${path} left`),
    });
    expect(seen).toEqual([
      '/a',
      '/a/b',
      '/a/b/big',
      '/a/b left',
      '/a/hello',
      '/a/l',
      '/a left',
      '/empty',
      '/empty left',
      '/pipe',
      '/zero',
    ]);
  });

  it('waits for a visitor, skips what it says, begins its paths where it is told', async () => {
    const seen: string[] = [];
    await walkTree(
      indexed,
      await save(sample()),
      {
        node: async (path) => {
          await Promise.resolve();
          seen.push(path);
          return path === '/x/a' ? 'skip' : 'enter';
        },
      },
      { rootPath: bytes('/x') },
    );
    expect(seen).toEqual(['/x/a', '/x/empty', '/x/pipe', '/x/zero']);
  });

  it('throws for a folder that cannot be read, or tells and goes on', async () => {
    const tree = await save([folder('lost', parseBlobId('ab'.repeat(32))), file('z', '')]);
    const visitor = { node: () => 'enter' as const };
    await expect(walkTree(indexed, tree, visitor)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    const failed: string[] = [];
    await walkTree(indexed, tree, { ...visitor, failed: (path) => void failed.push(path) });
    expect(failed).toEqual(['/lost']);
  });

  it('stops at a signal', async () => {
    const tree = await save(sample());
    const stop = new AbortController();
    const walk = walkTree(
      indexed,
      tree,
      {
        node: () => {
          stop.abort(new Error('enough'));
          return 'enter';
        },
      },
      { signal: stop.signal },
    );
    await expect(walk).rejects.toThrow('enough');
  });

  it('refuses depth without end, and remembers no more than the way to the root', async () => {
    const writer = indexed.createWriter();
    const { node } = folder('d', []);
    let tree = (await writer.save('tree', Buffer.from('{"nodes":[]}\n'))).id;
    for (let depth = 0; depth < TREE_DEPTH_MAX + 1; depth += 1) {
      tree = (
        await writer.save('tree', Buffer.from(`{"nodes":[${encodeNode({ ...node, content: null, subtree: tree })}]}\n`))
      ).id;
    }
    await writer.flush();
    await expect(walkTree(indexed, tree, { node: () => 'enter' })).rejects.toMatchObject({ code: 'TREE_TOO_DEEP' });
  });

  it('refuses a tree that holds itself', async () => {
    // No hash allows it, so the ids are swapped where trees are loaded.
    const inner = await save([folder('again', parseBlobId('ab'.repeat(32)))]);
    const looping = Object.create(indexed, {
      tryLoadTreeNow: { value: () => undefined },
      loadTreeBytes: { value: () => indexed.loadTreeBytes(inner) },
    }) as IndexedRepository;
    await expect(walkTree(looping, inner, { node: () => 'enter' })).rejects.toMatchObject({ code: 'TREE_LOOP' });
  });

  it('goes on behind a folder that was not entered', async () => {
    const cursor = await TreeCursor.open(indexed, await save(sample()));
    const paths: string[] = [];
    for (let step = cursor.next(); step !== undefined; step = cursor.next()) paths.push(`${step.depth}${step.path}`);
    expect(paths).toEqual(['1/a', '1/empty', '1/pipe', '1/zero']);
  });
});

describe('resolving a path', () => {
  it('cleans it, finds folders and nodes, and says what is wrong', async () => {
    const tree = await save(sample());
    const inner = await resolveTree(indexed, tree, bytes('/a//./x/../b/'));
    expect(await resolveTree(indexed, tree, bytes('a/b'))).toBe(inner);
    expect(await resolveTree(indexed, tree)).toBe(tree);
    expect(await resolveTree(indexed, tree, bytes('/../..'))).toBe(tree);
    expect(await resolveNode(indexed, tree, bytes('/'))).toEqual({ kind: 'root' });
    expect(await resolveNode(indexed, tree, bytes('a/b/big'))).toMatchObject({
      kind: 'node',
      path: '/a/b/big',
      node: { name: 'big' },
    });
    await expect(resolveTree(indexed, tree, bytes('nope'))).rejects.toMatchObject({ code: 'TREE_PATH_MISSING' });
    await expect(resolveTree(indexed, tree, bytes('a/hello'))).rejects.toMatchObject({ code: 'TREE_PATH_NOT_FOLDER' });
    await expect(resolveNode(indexed, tree, bytes('a/hello/x'))).rejects.toMatchObject({
      code: 'TREE_PATH_NOT_FOLDER',
    });
  });

  it('tells names apart that are the same text', async () => {
    const raw = byteStringOf(Buffer.from([0xff]));
    const tree = await save([file('', 'x', { rawName: byteStringOf(Buffer.from([0xfe])) })]);
    await expect(resolveNode(indexed, tree, raw)).rejects.toMatchObject({ code: 'TREE_PATH_MISSING' });
  });
});

describe('listing', () => {
  const list = async (options: ListOptions = {}) =>
    (await gather(listNodes(indexed, await save(sample()), options))).map(({ path }) => textOf(path));

  it('lists all, or what lies in the named folders, or all below them', async () => {
    expect(await list()).toEqual(['/a', '/a/b', '/a/b/big', '/a/hello', '/a/l', '/empty', '/pipe', '/zero']);
    expect(await list({ paths: [bytes('/a')] })).toEqual(['/a', '/a/b', '/a/hello', '/a/l']);
    expect(await list({ paths: [bytes('/a/')], recursive: true })).toEqual([
      '/a',
      '/a/b',
      '/a/b/big',
      '/a/hello',
      '/a/l',
    ]);
    expect(await list({ paths: [bytes('/a/b'), bytes('/zero')] })).toEqual(['/a/b', '/a/b/big', '/zero']);
    expect(await list({ paths: [bytes('/')] })).toEqual(['/a', '/empty', '/pipe', '/zero']);
    expect(await list({ paths: [bytes('/nope')] })).toEqual([]);
    await expect(list({ paths: [bytes('a')] })).rejects.toMatchObject({ code: 'LIST_PATH_RELATIVE' });
  });

  it('sorts by size, time, extension and name, both ways', async () => {
    const tree = await save([
      file('a.txt', '333', { mtime: parseTimestamp('2020-01-03T00:00:00Z') }),
      file('b.doc', '1', { mtime: parseTimestamp('2020-01-01T00:00:00+08:00') }),
      file('c', '22', { mtime: parseTimestamp('2020-01-02T00:00:00Z') }),
    ]);
    const nodes = await gather(listNodes(indexed, tree));
    const sorted = (...how: [Parameters<typeof sortListedNodes>[1], boolean?]) =>
      sortListedNodes([...nodes], ...how)
        .map(({ path }) => path.slice(1, 2))
        .join('');
    expect([sorted('name'), sorted('size'), sorted('time'), sorted('mtime'), sorted('extension')]).toEqual([
      'abc',
      'bca',
      'bca',
      'bca',
      'cba',
    ]);
    expect([sorted('name', true), sorted('size', true), sorted('ctime')]).toEqual(['cba', 'acb', 'abc']);
  });
});

describe('searching', () => {
  const snapshotOf = (tree: BlobId): SnapshotRecord => ({
    id: parseSnapshotId('12'.repeat(32)),
    time: parseTimestamp('2026-01-01T00:00:00Z'),
    tree,
    paths: ['/'],
    hostname: 'h',
    username: 'u',
    uid: 0,
    gid: 0,
    excludes: [],
    tags: [],
  });
  const found = async (patterns: readonly string[], more = {}) => {
    const snapshots = [snapshotOf(await save(sample()))];
    return (await gather(findNodes(indexed, { snapshots, patterns, ...more }))).map(({ path }) => path);
  };

  it('finds by any pattern, anywhere in the path', async () => {
    expect(await found(['hello'])).toEqual(['/a/hello']);
    expect(await found(['h*', 'z*'])).toEqual(['/a/hello', '/zero']);
    expect(await found(['b'])).toEqual(['/a/b', '/a/b/big']);
    expect(await found(['/a/*/big'])).toEqual(['/a/b/big']);
    expect(await found(['HELLO'])).toEqual([]);
    expect(await found(['HELLO'], { caseInsensitive: true })).toEqual(['/a/hello']);
    await expect(found(['[a'])).rejects.toMatchObject({ code: 'PATTERN_INVALID' });
  });

  it('finds by time of change, both ends included', async () => {
    const moment = instantOf(parseTimestamp('2020-02-03T04:05:06.123456789Z'));
    const later = { ...moment, nanoseconds: moment.nanoseconds + 1 };
    const earlier = { ...moment, nanoseconds: moment.nanoseconds - 1 };
    expect(await found(['hello'], { newest: moment, oldest: moment })).toEqual(['/a/hello']);
    expect(await found(['hello'], { newest: earlier })).toEqual([]);
    expect(await found(['hello'], { oldest: later })).toEqual([]);
  });

  it('finds blobs, trees and what packs hold', async () => {
    const tree = await save(sample());
    const snapshots = [snapshotOf(tree)];
    const objects = async (kind: 'blob' | 'tree' | 'pack', ids: readonly string[]) =>
      (await gather(findObjects(indexed, { snapshots, search: { kind, ids } }))).map(
        ({ objectType, path, parentTree }) => [objectType, path, parentTree === undefined ? '' : 'has parent'],
      );
    const big = await resolveNode(indexed, tree, bytes('a/b/big'));
    const bigId = big.kind === 'node' ? big.node.content?.[1] : undefined;
    const inner = await resolveTree(indexed, tree, bytes('a/b'));
    expect(await objects('blob', [bigId?.slice(0, 10) ?? ''])).toEqual([['blob', '/a/b/big', 'has parent']]);
    expect(await objects('tree', [inner])).toEqual([['tree', '/a/b', '']]);
    expect(await objects('tree', [tree.slice(0, 20)])).toEqual([['tree', '/', '']]);
    const { index } = indexed;
    const treePack = index.packId(index.packOf(index.findHex('tree', tree)));
    expect((await objects('pack', [treePack])).map(([, path]) => path)).toEqual(['/', '/a', '/a/b', '/empty']);
    expect(await objects('blob', ['0'.repeat(64)])).toEqual([]);
    await expect(objects('pack', ['ffffff'])).rejects.toMatchObject({ code: 'PACK_NOT_FOUND' });
    await expect(objects('blob', ['xyz'])).rejects.toMatchObject({ code: 'OBJECT_ID_INVALID' });
  });
});

describe('comparing', () => {
  const compare = async (before: readonly HandMadeNode[], after: readonly HandMadeNode[], metadata = false) => {
    const changes = diffTrees(indexed, await save(before), await save(after), { metadata });
    const lines: string[] = [];
    for (;;) {
      const { done, value } = await changes.next();
      if (done === true) return { lines, statistics: value };
      lines.push(`${value.modifier} ${textOf(value.path)}`);
    }
  };

  it('tells added, removed, changed and retyped nodes in the order of their names', async () => {
    const { lines, statistics } = await compare(
      [
        folder('a', [file('same', 's'), file('x', '1')]),
        folder('gone', [file('f', 'g')]),
        link('t', 'x'),
        folder('u', [file('in', 'i')]),
      ],
      [
        folder('a', [file('same', 's'), file('x', '2')]),
        folder('new', [file('f', 'n')]),
        folder('t', [file('in', 'i')]),
        file('u', 'u'),
      ],
    );
    expect(lines).toEqual(['M? /a/x', '- /gone/', '- /gone/f', '+ /new/', '+ /new/f', 'T /t/', 'T /u']);
    expect(statistics).toMatchObject({
      changedFiles: 1,
      added: { files: 1, dirs: 1, others: 0 },
      removed: { files: 1, dirs: 1, others: 0 },
    });
  });

  it('tells metadata when asked to, and rot only when nothing else changed', async () => {
    const later = { mtime: parseTimestamp('2021-01-01T00:00:00Z') };
    const [before, after] = [
      [file('m', '1'), file('rot', '1'), link('s', 'x'), file('u', 'x')],
      [file('m', '2', later), file('rot', '2'), fifo('s'), file('u', 'x', later)],
    ];
    expect((await compare(before, after)).lines).toEqual(['M /m', 'M? /rot', 'T /s']);
    expect((await compare(before, after, true)).lines).toEqual(['M /m', 'M? /rot', 'TU /s', 'U /u']);
  });

  it('counts blobs once, and none that both sides use', async () => {
    const shared = Buffer.alloc(5000, 7);
    const { statistics } = await compare(
      [folder('same', [file('f', [shared])]), file('a', [Buffer.from('old')])],
      [
        folder('same', [file('f', [shared])]),
        file('a', [Buffer.from('new'), shared]),
        file('b', [Buffer.from('new'), Buffer.from('new')]),
      ],
    );
    expect(statistics.added).toMatchObject({ files: 1, dataBlobs: 1, treeBlobs: 1 });
    expect(statistics.removed).toMatchObject({ files: 0, dataBlobs: 1, treeBlobs: 1 });
  });

  it('says nothing of a tree and itself', async () => {
    const { lines, statistics } = await compare(sample(), sample());
    expect(lines).toEqual([]);
    expect(statistics.added).toEqual({ files: 0, dirs: 0, others: 0, dataBlobs: 0, treeBlobs: 0, bytes: 0 });
  });
});

describe('counting', () => {
  it('counts a stock repository as stock clients do', async () => {
    const { ports } = await createTestRepository();
    const repository = await openRepository(stockBackend(), { password: STOCK_FIXTURE.password, ports });
    const stock = await repository.loadIndex();
    const snapshots = await loadSnapshots(repository);
    expect(await statsOf(stock, snapshots)).toMatchObject({ totalBytes: 16, totalFileCount: 8, snapshotsCount: 1 });
    expect(await statsOf(stock, snapshots, { mode: 'files-by-contents' })).toMatchObject({
      totalBytes: 16,
      totalFileCount: 4,
    });
    expect(await statsOf(stock, snapshots, { mode: 'blobs-per-file' })).toMatchObject({
      totalBytes: 16,
      totalFileCount: 3,
      totalBlobCount: 3,
    });
    expect(await statsOf(stock, snapshots, { mode: 'raw-data' })).toMatchObject({
      totalBytes: 1182,
      totalBlobCount: 6,
      compression: { totalUncompressedBytes: 2756, progressPercent: 100, ratio: 2756 / 1182 },
    });
  });

  it('counts hard links once a snapshot, and distinct things once in all', async () => {
    const twin = { links: 2, inode: 9n };
    const tree = await save([file('a', 'four', twin), file('b', 'four', twin), file('c', 'four')]);
    const snapshot = { tree } as SnapshotRecord;
    const both = [snapshot, snapshot];
    expect(await statsOf(indexed, both)).toMatchObject({ totalBytes: 16, totalFileCount: 6, snapshotsCount: 2 });
    expect(await statsOf(indexed, both, { mode: 'files-by-contents' })).toMatchObject({
      totalBytes: 4,
      totalFileCount: 1,
    });
    const other = await save([folder('d', [link('l', 'x')]), file('f', 'x')]);
    expect(await statsOf(indexed, [{ tree: other } as SnapshotRecord], { mode: 'files-by-contents' })).toMatchObject({
      totalFileCount: 2,
    });
    const progress: number[] = [];
    await statsOf(indexed, both, { mode: 'raw-data', onProgress: ({ snapshotsDone }) => progress.push(snapshotsDone) });
    expect(progress.at(-1)).toBe(2);
  });

  it('fails over a blob that is in no index', async () => {
    const writer = indexed.createWriter();
    const lost = encodeNode({ ...file('lost', 'x').node, content: [parseBlobId('ef'.repeat(32))] });
    const { id } = await writer.save('tree', Buffer.from(`{"nodes":[${lost}]}`));
    await writer.flush();
    await expect(statsOf(indexed, [{ tree: id } as SnapshotRecord], { mode: 'raw-data' })).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
  });
});
