import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { textOf } from '@lumbung/stdx';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CompressionMode } from '../compression/compressor.ts';
import { decodeTreeStable, parseTree } from '../format/tree.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import type { BackupEvent, SmallCut, StreamEntry } from './backup-options.ts';
import { backupStreams } from './stream-backup.ts';
import { ArchivePool } from './workers/pool.ts';

const MIB = 2 ** 20;
let lab: TestRepository;

beforeEach(async () => {
  lab = await createTestRepository({ packSizeBytes: 4 * MIB });
});

const entryOf = (path: string, ...pieces: readonly (string | Buffer)[]): StreamEntry => ({
  path,
  open: () => Readable.from(pieces),
});

async function snapshotCount(): Promise<number> {
  let count = 0;
  for await (const _ of lab.repository.listIds('snapshots')) count += 1;
  return count;
}

describe('backupStreams', () => {
  it('stores streams as files in folders', async () => {
    const large = randomBytes(40 * MIB);
    const result = await backupStreams(lab.repository, {
      entries: [entryOf('db/site/data.sql', large), entryOf('/db/notes', 'a', Buffer.from('b'), 'ü')],
    });
    const indexed = await lab.repository.loadIndex();
    const treeOf = async (id: typeof result.tree) => parseTree(await indexed.loadBlob('tree', id));
    const [db] = await treeOf(result.tree);
    const [notes, site] = await treeOf(db?.subtree ?? result.tree);
    const [data] = await treeOf(site?.subtree ?? result.tree);
    expect([db, notes, site, data].map((node) => node && textOf(node.name))).toEqual([
      'db',
      'notes',
      'site',
      'data.sql',
    ]);
    expect(data?.size).toBe(large.length);
    const content = await Promise.all((data?.content ?? []).map((id) => indexed.loadBlob('data', id)));
    expect(Buffer.concat(content).equals(large)).toBe(true);
    expect(notes?.size).toBe(4);
  });

  it('cuts small where asked, so that a small change adds little', async () => {
    const content = randomBytes(12 * MIB);
    const smallCut = { averageBytes: 64 * 1024 };
    await backupStreams(lab.repository, { entries: [entryOf('dump', content)], smallCut });
    content.write('changed', 6 * MIB);
    const second = await backupStreams(lab.repository, { entries: [entryOf('dump', content)], smallCut });
    expect(second.summary.dataBlobs).toBeGreaterThan(0);
    expect(second.summary.dataBlobs).toBeLessThanOrEqual(2);
  });

  it('takes less pains to compress what it cuts small', async () => {
    const random = new SeededRandom(3);
    const line = (_: unknown, nr: number): string =>
      `${nr}\tubah\t/permohonan/${random.uint32() % 90_000}/rincian\t{"lama_ms": ${random.uint32() % 4000}, "status": 200}\n`;
    const content = Buffer.from(Array.from({ length: 30_000 }, line).join(''));
    const stored = async (compression: CompressionMode, smallCut?: SmallCut): Promise<number> => {
      const { repository } = await createTestRepository({ compression });
      const { summary } = await backupStreams(repository, {
        entries: [entryOf('dump', content)],
        ...(smallCut === undefined ? {} : { smallCut }),
      });
      return summary.dataAddedPacked;
    };
    const small = { averageBytes: 64 * 1024 };
    // Apart from the folder, which is compressed always and names other times.
    const folderBytes = 100;
    const fastest = await stored('fastest', small);
    expect(Math.abs((await stored('auto', small)) - fastest)).toBeLessThan(folderBytes);
    // Only what was not chosen, and only small pieces.
    expect(await stored('better', small)).toBeLessThan(fastest - folderBytes);
    expect(Math.abs((await stored('auto')) - (await stored('fastest')))).toBeGreaterThan(folderBytes);
  });

  it('writes no snapshot when the check at the end refuses', async () => {
    const verify = async (): Promise<void> => {
      throw new Error('exit code 3');
    };
    await expect(backupStreams(lab.repository, { entries: [entryOf('a', 'x')], verify })).rejects.toThrow(
      'exit code 3',
    );
    expect(await snapshotCount()).toBe(0);
  });

  it('writes no snapshot when a stream fails in the middle', async () => {
    const open = (): Readable =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(20 * MIB);
          throw new Error('line cut');
        })(),
      );
    await expect(backupStreams(lab.repository, { entries: [{ path: 'a', open }] })).rejects.toThrow('line cut');
    expect(await snapshotCount()).toBe(0);
  });

  it('refuses to take nothing for a backup, unless told to', async () => {
    await expect(backupStreams(lab.repository, { entries: [entryOf('a')] })).rejects.toMatchObject({
      code: 'BACKUP_STREAM_EMPTY',
    });
    expect(await backupStreams(lab.repository, { entries: [entryOf('a')], refuseEmpty: false })).toMatchObject({
      outcome: 'written',
    });
  });

  it.each([[['']], [['/']], [['a/../b']], [['a', 'a']], [['a', 'a/b']], [['a/b', 'a']], [['x\0y']]])(
    'refuses the paths %j',
    async (paths) => {
      const entries = paths.map((path) => entryOf(path));
      await expect(backupStreams(lab.repository, { entries })).rejects.toMatchObject({
        code: 'BACKUP_STREAM_PATH_INVALID',
      });
      expect(await snapshotCount()).toBe(0);
    },
  );
});

describe('what a stream becomes', () => {
  it('is a file of the process, as old as the snapshot', async () => {
    const timeMs = Date.UTC(2024, 1, 29, 12, 0, 0, 250);
    const events: BackupEvent[] = [];
    const { tree } = await backupStreams(
      lab.repository,
      { entries: [entryOf('db/stdin', 'content')], timeMs },
      { reportItems: true, onEvent: (event) => events.push(event) },
    );
    const indexed = await lab.repository.loadIndex();
    const root = decodeTreeStable(await indexed.loadBlob('tree', tree));
    const [folder] = root.nodes;
    const inner = decodeTreeStable(await indexed.loadBlob('tree', folder?.subtree ?? tree));
    expect([root.isStable, inner.isStable]).toEqual([true, true]);
    const shared = { uid: 1000, gid: 1000, user: '', group: '', inode: 0n, links: 0, extendedAttributes: [] };
    expect(folder).toMatchObject({ ...shared, type: 'dir', mode: 0o20000000755 });
    expect(inner.nodes).toMatchObject([{ ...shared, type: 'file', mode: 0o644, size: 7 }]);
    for (const time of ['mtime', 'atime', 'ctime'] as const) {
      expect(new Date(inner.nodes[0]?.[time] ?? '').getTime()).toBe(timeMs);
    }
    expect(events.flatMap((event) => (event.kind === 'item' ? [event.item] : []))).toEqual(['/db/stdin', '/db/']);
  });

  it('has the mode and the time that it is given', async () => {
    const { tree } = await backupStreams(lab.repository, {
      entries: [{ ...entryOf('a', 'x'), mode: 0o600, mtimeMs: 1_000_000_000_001 }],
    });
    const [node] = parseTree(await (await lab.repository.loadIndex()).loadBlob('tree', tree));
    expect(node?.mode).toBe(0o600);
    expect(new Date(node?.mtime ?? '').getTime()).toBe(1_000_000_000_001);
  });

  it('is the same tree twice, which can be skipped', async () => {
    const options = { entries: [entryOf('a', 'x')], timeMs: 5000, skipIfUnchanged: true };
    expect(await backupStreams(lab.repository, options)).toMatchObject({ outcome: 'written' });
    expect(await backupStreams(lab.repository, options)).toMatchObject({ outcome: 'unchanged' });
    expect(await snapshotCount()).toBe(1);
  });
});

describe('streams in bad luck', () => {
  async function lockCount(): Promise<number> {
    let count = 0;
    for await (const _ of lab.repository.listIds('locks')) count += 1;
    return count;
  }

  it('end when they are told to, also while one has nothing to say', async () => {
    const stop = new AbortController();
    const silent = new Readable({ read: () => stop.abort(new Error('enough')) });
    const running = backupStreams(
      lab.repository,
      { entries: [{ path: 'a', open: () => silent }] },
      { signal: stop.signal },
    );
    await expect(running).rejects.toThrow('enough');
    expect(silent.destroyed).toBe(true);
    expect([await snapshotCount(), await lockCount()]).toEqual([0, 0]);
  });

  it('end with what an upload failed for, and the source is let go', async () => {
    const plan = faultPlan().onSave(1, 'data').fails('noSpace');
    const repository = await lab.reopen({ backend: new FaultyBackend(lab.backend, { plan }) });
    const endless = new Readable({
      read() {
        this.push(randomBytes(MIB));
      },
    });
    const running = backupStreams(repository, { entries: [{ path: 'a', open: () => endless }] });
    await expect(running).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
    expect(endless.destroyed).toBe(true);
    expect([await snapshotCount(), await lockCount()]).toEqual([0, 0]);
  });

  it('end when the source of entries fails, or one cannot be opened', async () => {
    const entries = (async function* () {
      yield entryOf('a', 'x');
      throw new Error('no more');
    })();
    await expect(backupStreams(lab.repository, { entries })).rejects.toThrow('no more');
    const open = (): Promise<Readable> => Promise.reject(new Error('closed'));
    await expect(backupStreams(lab.repository, { entries: [{ path: 'a', open }] })).rejects.toThrow('closed');
    expect([await snapshotCount(), await lockCount()]).toEqual([0, 0]);
  });

  it('are verified when all of them were read, and before there is a snapshot', async () => {
    let isRead = false;
    let snapshotsThen = -1;
    const last: StreamEntry = {
      path: 'b',
      open: () =>
        Readable.from(
          (async function* () {
            yield 'x';
            isRead = true;
          })(),
        ),
    };
    const verify = async (): Promise<void> => {
      expect(isRead).toBe(true);
      snapshotsThen = await snapshotCount();
    };
    await backupStreams(lab.repository, { entries: [entryOf('a', 'x'), last], verify });
    expect(snapshotsThen).toBe(0);
  });

  it('are refused when there is none', async () => {
    await expect(backupStreams(lab.repository, { entries: [] })).rejects.toMatchObject({ code: 'BACKUP_STREAM_EMPTY' });
  });

  it('write nothing in a dry run', async () => {
    const faulty = new FaultyBackend(lab.backend, { plan: faultPlan() });
    const repository = await lab.reopen({ backend: faulty });
    const result = await backupStreams(repository, { entries: [entryOf('a', randomBytes(5 * MIB))], dryRun: true });
    expect(result.outcome).toBe('dry-run');
    expect(faulty.writesSeen).toBe(0);
  });
});

describe('several streams at once', () => {
  const silent = (): Readable => new Readable({ read: () => {} });

  async function untilQuiet(turns = 50): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function lockCount(): Promise<number> {
    let count = 0;
    for await (const _ of lab.repository.listIds('locks')) count += 1;
    return count;
  }

  it('become what they become one after the other', async () => {
    const large = randomBytes(20 * MIB);
    large.fill(1, 2 * MIB, 11 * MIB); // nowhere to cut
    const pieces = (size: number, at: number): StreamEntry => ({
      path: `data/t${at}/0000.copy`,
      open: () =>
        Readable.from(
          (function* () {
            for (let from = at; from < at + size; from += 70_001) {
              yield large.subarray(from, Math.min(from + 70_001, at + size));
            }
          })(),
        ),
    });
    const sizes = [0, 20 * MIB - 12, 1, 5000, 512 * 1024, 512 * 1024 + 1, 3 * MIB, 0, 9 * MIB, 70_001, 7];
    const entries = sizes.map((size, at) => pieces(size, at));
    const options = { timeMs: 5000, parent: { kind: 'none' } as const };
    const one = await backupStreams(lab.repository, { ...options, entries });
    const other = await createTestRepository({ packSizeBytes: 4 * MIB });
    const many = await backupStreams(other.repository, { ...options, entries, parallel: 5 });
    expect(many.tree).toBe(one.tree);
    const counted = ({ summary }: typeof one) => [
      summary.filesNew,
      summary.dirsNew,
      summary.totalBytesProcessed,
      summary.dataBlobs,
      summary.dataAdded,
    ];
    expect(counted(many)).toEqual(counted(one));
    expect(one.summary.totalBytesProcessed).toBe(sizes.reduce((sum, size) => sum + size, 0));
    // And what was stored is there to be read.
    const indexed = await other.repository.loadIndex();
    const [data] = parseTree(await indexed.loadBlob('tree', many.tree));
    const folders = parseTree(await indexed.loadBlob('tree', data?.subtree ?? many.tree));
    for (const folder of folders) {
      const [node] = parseTree(await indexed.loadBlob('tree', folder.subtree ?? many.tree));
      const at = Number(textOf(folder.name).slice(1));
      const content = await Promise.all((node?.content ?? []).map((id) => indexed.loadBlob('data', id)));
      expect(Buffer.concat(content).equals(large.subarray(at, at + (sizes[at] ?? -1)))).toBe(true);
    }
  });

  it.each([
    [1, undefined],
    [3, 3],
  ])('are %i at most', async (openMax, parallel) => {
    let open = 0;
    let openMost = 0;
    const entries = Array.from(
      { length: 9 },
      (_, nr): StreamEntry => ({
        path: `${nr}`,
        open: () => {
          open += 1;
          openMost = Math.max(openMost, open);
          return Readable.from(
            (async function* () {
              await untilQuiet(5);
              yield `${nr}`;
              open -= 1;
            })(),
          );
        },
      }),
    );
    await backupStreams(lab.repository, { entries, ...(parallel === undefined ? {} : { parallel }) });
    expect(openMost).toBe(openMax);
  });

  it('wait for an entry that is withheld until earlier ones have ended', async () => {
    let ended = 0;
    let returned = 0;
    async function* entries(): AsyncGenerator<StreamEntry, void, undefined> {
      try {
        for (let nr = 0; nr < 5; nr += 1) {
          const stream = Readable.from([`${nr}`]);
          const end = new Promise<void>((resolve) => {
            stream.once('close', () => {
              ended += 1;
              resolve();
            });
          });
          yield { path: `${nr}`, open: () => stream };
          await end;
        }
        expect(ended).toBe(5);
      } finally {
        returned += 1;
      }
    }
    const result = await backupStreams(lab.repository, { entries: entries(), parallel: 4 });
    expect([result.summary.filesNew, returned]).toEqual([5, 1]);
  });

  it('end together when one of them fails, and no more is asked for', async () => {
    const others = [silent(), silent()];
    let isReturned = false;
    async function* entries(): AsyncGenerator<StreamEntry, void, undefined> {
      try {
        for (const [nr, stream] of others.entries()) yield { path: `${nr}`, open: () => stream };
        yield { path: 'bad', open: () => Promise.reject(new Error('refused')) };
        yield entryOf('never', 'x');
      } finally {
        isReturned = true;
      }
    }
    const running = backupStreams(lab.repository, { entries: entries(), parallel: 3 });
    await expect(running).rejects.toThrow('refused');
    expect(others.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect(isReturned).toBe(true);
    expect([await snapshotCount(), await lockCount()]).toEqual([0, 0]);
  });

  it('fail also while the next entry is withheld for good', async () => {
    let returns = 0;
    const stop = new AbortController();
    const stream = silent();
    let asked = 0;
    const entries: AsyncIterable<StreamEntry> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          asked += 1;
          if (asked === 1) return { done: false, value: { path: 'a', open: () => stream } };
          setImmediate(() => stop.abort(new Error('enough')));
          return new Promise<never>(() => {});
        },
        return: () => {
          returns += 1;
          return new Promise<never>(() => {});
        },
      }),
    };
    let outcome: unknown;
    const running = backupStreams(lab.repository, { entries, parallel: 2 }, { signal: stop.signal }).catch((error) => {
      outcome = error;
    });
    while (!stop.signal.aborted) await untilQuiet();
    await untilQuiet();
    expect([asked, returns, stream.destroyed, outcome]).toEqual([2, 1, true, undefined]);
    await lab.clock.advance(5000);
    await running;
    expect(outcome).toEqual(new Error('enough'));
  });

  it('fail when what was withheld is cleaned up, and no sooner', async () => {
    let isCleanedUp = false;
    async function* entries(): AsyncGenerator<StreamEntry, void, undefined> {
      const first = silent();
      const ended = new Promise<void>((resolve) => first.once('close', () => resolve()));
      try {
        yield { path: 'a', open: () => first };
        yield { path: 'bad', open: () => Promise.reject(new Error('refused')) };
        await ended;
        yield entryOf('never', 'x');
      } finally {
        await untilQuiet();
        isCleanedUp = true;
      }
    }
    await expect(backupStreams(lab.repository, { entries: entries(), parallel: 3 })).rejects.toThrow('refused');
    expect(isCleanedUp).toBe(true);
  });

  it('end also when one is opened too late', async () => {
    const late = Promise.withResolvers<Readable>();
    const entries: StreamEntry[] = [
      { path: 'late', open: () => late.promise },
      { path: 'bad', open: () => Promise.reject(new Error('refused')) },
    ];
    await expect(backupStreams(lab.repository, { entries, parallel: 2 })).rejects.toThrow('refused');
    const stream = silent();
    late.resolve(stream);
    await untilQuiet();
    expect(stream.destroyed).toBe(true);
  });

  it('end also when one says after its end that it was not whole', async () => {
    const first = new Readable({
      autoDestroy: false,
      read() {
        this.push('half');
        this.push(null);
      },
    });
    first.once('end', () => setImmediate(() => first.emit('error', new Error('exit code 1'))));
    const entries: StreamEntry[] = [
      { path: 'a', open: () => first },
      { path: 'b', open: () => silent() },
    ];
    await expect(backupStreams(lab.repository, { entries })).rejects.toThrow('exit code 1');
    expect(await snapshotCount()).toBe(0);
  });

  it('are refused two at one path, also while the first is being read', async () => {
    const first = silent();
    const entries: StreamEntry[] = [{ path: 'a', open: () => first }, entryOf('a', 'x')];
    await expect(backupStreams(lab.repository, { entries, parallel: 2 })).rejects.toMatchObject({
      code: 'BACKUP_STREAM_PATH_INVALID',
    });
    expect(first.destroyed).toBe(true);
  });

  it.each([1, 4])('share jobs when they are small (%i at once)', async (parallel) => {
    const enqueue = vi.spyOn(ArchivePool.prototype, 'enqueue');
    try {
      const entries = Array.from({ length: 3000 }, (_, nr) => entryOf(`data/${nr}`, `row of table ${nr % 2990}\n`));
      const { summary } = await backupStreams(lab.repository, { entries, parallel, paths: ['/'] });
      expect([summary.filesNew, summary.dataBlobs]).toEqual([3000, 2990]);
      expect(enqueue.mock.calls.length).toBeLessThanOrEqual(4);
    } finally {
      enqueue.mockRestore();
    }
  });

  it('are not read on while nothing can be stored', async () => {
    const backend = new WatchedBackend(lab.backend);
    const repository = await lab.reopen({ backend });
    const stop = new AbortController();
    const { promise: heldUp, resolve: hold } = Promise.withResolvers<void>();
    backend.beforeEach = async (operation, signal) => {
      if (operation !== 'save data') return;
      hold();
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    };
    let readBytes = 0;
    const block = randomBytes(MIB);
    const endless = (nr: number): StreamEntry => ({
      path: `${nr}`,
      open: () => {
        let at = 0;
        return new Readable({
          highWaterMark: 1,
          read() {
            block.writeUInt32LE(nr * 1000 + at, (at * 997) % (MIB - 4));
            at += 1;
            readBytes += block.length;
            this.push(Buffer.from(block));
          },
        });
      },
    });
    const entries = Array.from({ length: 6 }, (_, nr) => endless(nr));
    const running = backupStreams(repository, { entries, parallel: 6 }, { signal: stop.signal });
    running.catch(() => {});
    await heldUp;
    for (let before = -1; before !== readBytes; ) {
      before = readBytes;
      await untilQuiet(300);
    }
    // Batches with the workers and before them, a chunk of each stream, and the packs that could not be stored.
    expect(readBytes).toBeLessThan((32 + 2 * 4 + 6 * 9 + 4 * 8) * MIB);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});
