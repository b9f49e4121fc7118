import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { textOf } from '@lumbung/stdx';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeTreeStable, parseTree } from '../format/tree.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import type { BackupEvent, StreamEntry } from './backup-options.ts';
import { backupStreams } from './stream-backup.ts';

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
