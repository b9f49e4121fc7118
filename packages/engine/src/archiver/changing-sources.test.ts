import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveLab, type LabBackup } from './testing/archive-lab.ts';

const MIB = 2 ** 20;
let lab: ArchiveLab;

beforeEach(async () => {
  lab = await ArchiveLab.open();
});

afterEach(() => {
  lab[Symbol.dispose]();
});

/** Backs up with something done to the sources after everything was looked at and before anything is read: `zz`, the last
 *  entry, is unchanged and therefore told of during the walk. */
async function backupAndMeanwhile(act: () => void): Promise<LabBackup> {
  const names = (await lab.backup({ targets: ['zz'] })).result;
  return await lab.backup(
    { parent: { kind: 'id', id: names.snapshotId ?? '' } },
    {
      onEvent: (event) => {
        if (event.kind === 'item' && event.item === '/zz') act();
      },
    },
  );
}

describe('a file that is not what it was when it was found', () => {
  beforeEach(() => {
    lab.write('zz');
    lab.write('b', 'the content of b');
  });

  it('has vanished: nothing was lost, and nothing is told', async () => {
    lab.write('large', randomBytes(33 * MIB));
    const { result, errors } = await backupAndMeanwhile(() => {
      rmSync(lab.at('b'));
      rmSync(lab.at('large'));
    });
    expect(await lab.pathsOf(result)).toEqual(['/zz']);
    expect(errors).toEqual([]);
  });

  it('is a fifo or a link now: that is told, and not waited for', async () => {
    lab.write('c');
    lab.write('large', Buffer.alloc(33 * MIB));
    const { result, errors } = await backupAndMeanwhile(() => {
      for (const name of ['b', 'c', 'large']) rmSync(lab.at(name));
      execFileSync('mkfifo', [lab.at('b')]);
      symlinkSync('zz', lab.at('c'));
      execFileSync('mkfifo', [lab.at('large')]);
    });
    expect(await lab.pathsOf(result)).toEqual(['/zz']);
    expect([...errors].sort()).toEqual(['SOURCE_TYPE_CHANGED b', 'SOURCE_TYPE_CHANGED c', 'SOURCE_TYPE_CHANGED large']);
  });

  it('is longer: it is stored as long as it was read', async () => {
    const { result } = await backupAndMeanwhile(() => appendFileSync(lab.at('b'), ', and more'));
    const node = (await lab.nodesOf(result)).get('/b');
    expect((await lab.contentOf(node)).toString()).toBe('the content of b, and more');
    expect(node?.size).toBe(26);
  });

  it('is empty: it is stored as empty', async () => {
    const { result } = await backupAndMeanwhile(() => truncateSync(lab.at('b')));
    expect((await lab.nodesOf(result)).get('/b')).toMatchObject({ size: 0, content: [] });
  });

  it('is large and shrinks: it is stored up to where it was cut', async () => {
    const content = randomBytes(40 * MIB);
    lab.write('large', content);
    const { result, errors } = await backupAndMeanwhile(() => truncateSync(lab.at('large'), 5 * MIB));
    const node = (await lab.nodesOf(result)).get('/large');
    expect(errors).toEqual([]);
    expect(node?.size).toBe(5 * MIB);
    expect((await lab.contentOf(node)).equals(content.subarray(0, 5 * MIB))).toBe(true);
  });

  it('is large and another: it is not mixed with the first', async () => {
    lab.write('large', Buffer.alloc(33 * MIB, 1));
    lab.write('other', Buffer.alloc(33 * MIB, 2));
    const { result, errors } = await backupAndMeanwhile(() => renameSync(lab.at('other'), lab.at('large')));
    expect(errors).toEqual(['SOURCE_REPLACED large']);
    expect(await lab.pathsOf(result)).toEqual(['/b', '/zz']);
  });

  it('is read again next time, also when only its bytes changed while it was read', async () => {
    await backupAndMeanwhile(() => writeFileSync(lab.at('b'), 'THE CONTENT OF B'));
    writeFileSync(lab.at('b'), 'the content of B');
    const { result } = await lab.backup();
    expect((await lab.contentOf((await lab.nodesOf(result)).get('/b'))).toString()).toBe('the content of B');
  });
});

describe('a parent', () => {
  let lab: ArchiveLab;
  let first: LabBackup;

  // Read only by the tests below: one is enough for all.
  beforeAll(async () => {
    lab = await ArchiveLab.open();
    lab.write('a', 'aaa');
    lab.write('d/b', 'bbb');
    first = await lab.backup();
  });

  afterAll(() => {
    lab[Symbol.dispose]();
  });

  /** What a backup is like whose parent's root tree was edited. */
  async function withParent(edit: (tree: string) => string): Promise<LabBackup> {
    const id = await lab.forgeSnapshot(first.result, edit);
    const again = await lab.backup({ parent: { kind: 'id', id } });
    expect(again.result.tree).toBe(first.result.tree);
    expect(again.errors).toEqual([]);
    return again;
  }

  it('with content that is not there has its file read again', async () => {
    const { result, warnings } = await withParent((tree) =>
      tree.replace(/"content":\["[0-9a-f]+"\]/, `"content":["${'00'.repeat(32)}"]`),
    );
    expect(warnings).toEqual(['PARENT_CONTENT_MISSING']);
    expect(result.summary).toMatchObject({ filesChanged: 1, filesUnmodified: 1, dataBlobs: 0 });
  });

  it('with a subtree that is not there costs the reading of that folder', async () => {
    const { result, warnings } = await withParent((tree) =>
      tree.replace(/"subtree":"[0-9a-f]+"/, `"subtree":"${'00'.repeat(32)}"`),
    );
    expect(warnings).toEqual(['PARENT_TREE_UNREADABLE']);
    expect(result.summary).toMatchObject({ filesNew: 1, filesUnmodified: 1, dataBlobs: 0 });
  });

  it.each<[string, (tree: string) => string]>([
    ['is no tree', () => 'no tree'],
    ['breaks off', (tree) => tree.slice(0, -5)],
    ['says a time that is none', (tree) => tree.replace(/"mtime":"[^"]*"/, '"mtime":"never"')],
    ['has numbers that are none', (tree) => tree.replace(/"inode":\d+/, '"inode":-1')],
  ])('that %s costs speed and a warning', async (_, edit) => {
    expect((await withParent(edit)).warnings).toEqual(['PARENT_TREE_UNREADABLE']);
  });

  it.each<[string, (tree: string) => string]>([
    ['that lost the content', (tree) => tree.replace(/"content":\["[0-9a-f]+"\]/, '"content":null')],
    ['that is empty', () => '{"nodes":[]}\n'],
    ['with names twice', (tree) => tree.replace(/(\{"name":"a".*?\})/, '$1,$1')],
    ['out of order', (tree) => tree.replace(/^\{"nodes":\[(\{.*?\}),(\{.*\})\]/, '{"nodes":[$2,$1]')],
    ['where a folder was a file', (tree) => tree.replace('"type":"dir"', '"type":"file"')],
    ['where a file was a folder', (tree) => tree.replace('"type":"file"', '"type":"dir"')],
  ])('%s costs speed only', async (_, edit) => {
    expect((await withParent(edit)).warnings).toEqual([]);
  });

  it('is the newest of the host with all the targets, unless told otherwise', async () => {
    const parentOf = async (options: Parameters<ArchiveLab['backup']>[0]): Promise<string | undefined> => {
      await lab.test.clock.advance(1000);
      return (await lab.backup({ dryRun: true, ...options })).result.parentId;
    };
    const [one, two] = [
      (await lab.backup({ targets: ['a'], hostname: 'one' })).result.snapshotId,
      (await lab.backup({ targets: ['a', 'd'], hostname: 'two', tags: ['t'] })).result.snapshotId,
    ];
    expect(await parentOf({ targets: ['a'], hostname: 'one' })).toBe(one);
    expect(await parentOf({ targets: ['a'], hostname: 'two' })).toBe(two);
    expect(await parentOf({ targets: ['a', 'd'], hostname: 'one' })).toBeUndefined();
    expect(await parentOf({ targets: ['a', 'd'], hostname: 'one', groupBy: ['paths'] })).toBe(two);
    expect(await parentOf({ targets: ['a'], groupBy: ['tags'], tags: ['t'] })).toBe(two);
    expect(await parentOf({ targets: ['a'], groupBy: ['tags'], tags: ['u'] })).toBeUndefined();
    expect(await parentOf({ targets: ['d'], hostname: 'one', parent: { kind: 'id', id: one ?? '' } })).toBe(one);
    expect(await parentOf({ targets: ['a'], hostname: 'one', timeMs: 0 })).toBeUndefined();
    await expect(parentOf({ parent: { kind: 'id', id: 'ffffffffff' } })).rejects.toMatchObject({
      code: 'SNAPSHOT_NOT_FOUND',
    });
  });
});

describe('an upload that fails', () => {
  it.each([
    ['the first pack', 'data', 1],
    ['a later pack', 'data', 3],
    ['the index', 'index', 1],
    ['the snapshot', 'snapshots', 1],
  ])('of %s ends the backup with its reason, and nothing is written after it', async (_, folder, nr) => {
    for (let idx = 0; idx < 3; idx += 1) lab.write(`f${idx}`, randomBytes(5 * MIB));
    lab.write('large', randomBytes(33 * MIB));
    const faulty = new FaultyBackend(lab.test.backend, { plan: faultPlan().onSave(nr, folder).fails('noSpace') });
    const running = lab.backup({}, { repository: await lab.test.reopen({ backend: faulty }) });
    await expect(running).rejects.toMatchObject({ code: 'BACKEND_NO_SPACE' });
    const writes = faulty.writesSeen;
    await new Promise((resolve) => setImmediate(resolve));
    expect(faulty.writesSeen).toBe(writes);
    expect(await lab.counts()).toEqual({ snapshots: 0, locks: 0 });
    expect((await lab.backup()).result.outcome).toBe('written');
    expect(await lab.counts()).toEqual({ snapshots: 1, locks: 0 });
  });
});
