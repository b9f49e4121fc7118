import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { textOf } from '@lumbung/stdx';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseTree } from '../format/tree.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import type { StreamEntry } from './backup-options.ts';
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
      const entries = paths.map((path) => entryOf(path, 'x'));
      await expect(backupStreams(lab.repository, { entries })).rejects.toMatchObject({
        code: 'BACKUP_STREAM_PATH_INVALID',
      });
      expect(await snapshotCount()).toBe(0);
    },
  );
});
