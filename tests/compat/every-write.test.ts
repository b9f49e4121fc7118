// After every kind of write of ours the stock client reads the whole repository and has nothing to say against it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  addKey,
  changePassword,
  copySnapshots,
  executeRepairIndex,
  executeRepairPacks,
  executeSnapshotChanges,
  executeUpgrade,
  listKeys,
  loadSnapshots,
  parsePackId,
  planRepairIndex,
  planRepairPacks,
  planRepairSnapshots,
  planRewrite,
  planTag,
  planUpgrade,
  recoverSnapshots,
  removeKey,
} from '@lumbung/engine';
import { cheapKdf, SeededRandom, TEST_PASSWORD } from '@lumbung/engine/testing';
import { expect, it } from 'vitest';
import { backUp, complaints, forget, prune, restoreTo, underLock } from '../lab/acts.ts';
import { type DiskRepository, makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { makeGrowingSource } from '../lab/growing-source.ts';
import { complaintsOfPeer, describePeers, type Peer, peerBacksUp, peerDoes } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';
import { treeFacts } from '../lab/tree-facts.ts';

describePeers('the stock client finds nothing wrong', (peer: Peer) => {
  /** Two snapshots of a folder that changed in between. */
  async function makeTwoSnapshots(options: { readonly version?: 1 | 2 } = {}) {
    const made: DiskRepository = await makeDiskRepository({ packSizeBytes: 4 * 2 ** 20, ...options });
    const source = makeGrowingSource(scratchFolder());
    source.grow();
    const first = await backUp(made.repository, source.folder, { tags: ['first'] });
    source.grow();
    const second = await backUp(made.repository, source.folder);
    return { ...made, source, first: first.snapshotId, second: second.snapshotId };
  }

  async function expectSound(folder: string): Promise<void> {
    expect(await complaintsOfPeer(peer, folder)).toEqual([]);
    expect(await complaints(await openOnDisk(folder), ['error', 'hint', 'information'])).toEqual([]);
  }

  async function expectRestorable(folder: string, snapshot: string, sourceFolder: string): Promise<void> {
    const target = path.join(scratchFolder(), 'target');
    await peerDoes(peer, folder, ['restore', snapshot, '--target', target]);
    expect(treeFacts(target)).toEqual(treeFacts(sourceFolder));
  }

  it.each([1, 2] as const)('after backups, version %i', async (version) => {
    const { folder, second, source } = await makeTwoSnapshots({ version });
    await expectSound(folder);
    await expectRestorable(folder, second, source.folder);
  });

  it('control: it does, when a byte of a pack is wrong', async () => {
    const { folder } = await makeTwoSnapshots();
    const pack = largestPack(folder);
    const bytes = readFileSync(pack);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    rmSync(pack);
    writeFileSync(pack, bytes);
    expect((await complaintsOfPeer(peer, folder)).join('\n')).toMatch(/exit 1/);
    expect(await complaints(await openOnDisk(folder))).not.toEqual([]);
  });

  it('control: it does, when a pack is gone', async () => {
    const { folder } = await makeTwoSnapshots();
    rmSync(largestPack(folder));
    expect((await complaintsOfPeer(peer, folder, { readData: false })).join('\n')).toMatch(/exit 1/);
    expect(await complaints(await openOnDisk(folder))).not.toEqual([]);
  });

  it.each([1, 2] as const)('after forget and prune, version %i', async (version) => {
    const { folder, first, second, source, repository } = await makeTwoSnapshots({ version });
    await forget(repository, [first]);
    await expectSound(folder);
    const result = await prune(repository);
    expect(result.packsRemoved).toBeGreaterThan(0);
    expect(result.packsWritten).toBeGreaterThan(0);
    await expectSound(folder);
    await expectRestorable(folder, second, source.folder);
  });

  it('after a copy, and the stock client copies nothing more', async () => {
    const { folder, repository, source } = await makeTwoSnapshots();
    const target = await makeDiskRepository();
    const result = await underLock(repository, 'shared', (sourceLock) =>
      underLock(target.repository, 'shared', (lock) =>
        copySnapshots(repository, target.repository, { lock, sourceLock, selection: { filter: {} }, workerCount: 1 }),
      ),
    );
    expect(result.copied).toHaveLength(2);
    await expectSound(target.folder);
    await expectRestorable(target.folder, 'latest', source.folder);
    const env = { RESTIC_FROM_PASSWORD: String(TEST_PASSWORD) };
    await peerDoes(peer, target.folder, ['copy', '--from-repo', folder], { env });
    expect(await loadSnapshots(await openOnDisk(target.folder))).toHaveLength(2);
  });

  it('after we copy what the stock client has copied: nothing more', async () => {
    const { folder, repository } = await makeTwoSnapshots();
    const target = await makeDiskRepository();
    const env = { RESTIC_FROM_PASSWORD: String(TEST_PASSWORD) };
    await peerDoes(peer, target.folder, ['copy', '--from-repo', folder], { env });
    const copy = await openOnDisk(target.folder);
    const result = await underLock(copy, 'shared', (lock) =>
      copySnapshots(repository, copy, { lock, sourceLock: 'unlocked', selection: { filter: {} }, workerCount: 1 }),
    );
    expect(result).toMatchObject({ copied: [], blobsCopied: 0 });
    expect(result.skipped).toHaveLength(2);
  });

  it('after a rewrite that leaves files out', async () => {
    const { folder, repository, second } = await makeTwoSnapshots();
    await underLock(repository, 'exclusive', async (lock) => {
      const plan = await planRewrite(repository, {
        lock,
        selection: { filter: {} },
        filter: { exclude: ['*.0'] },
        forget: true,
      });
      expect((await executeSnapshotChanges(plan, { lock })).replaced).toHaveLength(2);
    });
    await expectSound(folder);
    const listed = await peerDoes(peer, folder, ['ls', 'latest']);
    expect(listed).not.toMatch(/\.0$/m);
    expect(listed).toMatch(/\.1$/m);
    expect((await loadSnapshots(repository)).map(({ original }) => original)).toContain(second);
  });

  it('after tags have changed', async () => {
    const { folder, repository } = await makeTwoSnapshots();
    await underLock(repository, 'exclusive', async (lock) => {
      const change = { kind: 'edit', add: ['new'], remove: ['first'] } as const;
      const plan = await planTag(repository, { lock, selection: { filter: {} }, change });
      await executeSnapshotChanges(plan, { lock });
    });
    await expectSound(folder);
    const snapshots: { tags?: string[] }[] = JSON.parse(await peerDoes(peer, folder, ['snapshots', '--json']));
    expect(snapshots.map(({ tags }) => tags)).toEqual([['new'], ['new']]);
  });

  it.each([{ readAllPacks: false }, { readAllPacks: true }])('after repair index %o', async (options) => {
    const { folder, second, source } = await makeTwoSnapshots();
    const index = path.join(folder, 'index');
    const [lost = ''] = readdirSync(index);
    rmSync(path.join(index, lost));
    const repository = await openOnDisk(folder);
    await underLock(repository, 'exclusive', async (lock) => {
      const plan = await planRepairIndex(repository, { lock, ...options });
      expect((await executeRepairIndex(plan, { lock })).packsAdded).toBeGreaterThan(0);
    });
    await expectSound(folder);
    await expectRestorable(folder, second, source.folder);
  });

  it('after repair packs and repair snapshots', async () => {
    const { folder } = await makeTwoSnapshots();
    const pack = largestPack(folder);
    const bytes = readFileSync(pack);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    rmSync(pack);
    writeFileSync(pack, bytes);
    const repository = await openOnDisk(folder);
    await underLock(repository, 'exclusive', async (lock) => {
      const packIds = [parsePackId(path.basename(pack))];
      const packs = await planRepairPacks(repository, { lock, packIds });
      const kept: Buffer[] = [];
      const result = await executeRepairPacks(packs, {
        lock,
        keepDamagedPack: async (_id, parts) => {
          for await (const part of parts) kept.push(Buffer.from(part));
        },
      });
      expect(result).toMatchObject({ blobsLost: 1, packsRemoved: 1 });
      expect(Buffer.concat(kept)).toEqual(bytes);
    });
    await underLock(repository, 'exclusive', async (lock) => {
      const plan = await planRepairSnapshots(repository, { lock, selection: { filter: {} }, forget: true });
      expect((await executeSnapshotChanges(plan, { lock })).replaced.length).toBeGreaterThan(0);
    });
    await expectSound(folder);
  });

  it('after recover', async () => {
    const { folder, repository } = await makeTwoSnapshots();
    const snapshots = path.join(folder, 'snapshots');
    for (const name of readdirSync(snapshots)) rmSync(path.join(snapshots, name));
    const result = await underLock(repository, 'exclusive', (lock) => recoverSnapshots(repository, { lock }));
    expect(result.treesFound).toBe(2);
    await expectSound(folder);
    expect(await peerDoes(peer, folder, ['ls', 'latest'])).toContain('.1');
  });

  it('after keys were added, replaced and removed', async () => {
    const { folder, repository } = await makeTwoSnapshots();
    const keyHolder = { RESTIC_PASSWORD: 'other' };
    const kdf = cheapKdf(new SeededRandom(3));
    const added = await underLock(repository, 'shared', () =>
      addKey(repository, { password: Buffer.from('other'), kdf }),
    );
    await peerDoes(peer, folder, ['snapshots'], { env: keyHolder });
    const other = await openOnDisk(folder, { password: Buffer.from('other') });
    expect(await listKeys(other)).toHaveLength(2);
    await underLock(other, 'exclusive', () => removeKey(other, repository.keyId));
    await expect(peerDoes(peer, folder, ['snapshots'])).rejects.toThrow(/password|key/);
    await underLock(other, 'exclusive', () => changePassword(other, { password: TEST_PASSWORD, kdf }));
    await expectSound(folder);
    await expect(peerDoes(peer, folder, ['snapshots'], { env: keyHolder })).rejects.toThrow(/password|key/);
    expect((await listKeys(await openOnDisk(folder))).map(({ id }) => id)).not.toContain(added);
  });

  it('after the stock client has added a key: we open with it', async () => {
    const { folder, second } = await makeTwoSnapshots();
    const passwordFile = path.join(scratchFolder(), 'password');
    writeFileSync(passwordFile, 'by stock');
    await peerDoes(peer, folder, ['key', 'add', '--new-password-file', passwordFile]);
    const repository = await openOnDisk(folder, { password: Buffer.from('by stock') });
    expect((await loadSnapshots(repository)).map(({ id }) => id)).toContain(second);
  });

  it('after the upgrade to version 2, and after backups of both in it', async () => {
    const { folder, repository, source } = await makeTwoSnapshots({ version: 1 });
    await underLock(repository, 'exclusive', async (lock) => {
      await executeUpgrade(planUpgrade(repository, { lock }), { lock });
    });
    await expectSound(folder);
    source.grow();
    const upgraded = await openOnDisk(folder);
    expect(upgraded.config.version).toBe(2);
    await backUp(upgraded, source.folder);
    source.grow();
    await peerBacksUp(peer, folder, source.folder);
    await expectSound(folder);
    await expectRestorable(folder, 'latest', source.folder);
  });

  it.each([1, 2] as const)('after our forget and prune of what it wrote, version %i', async (version) => {
    const { folder } = await makeDiskRepository({ version });
    const source = makeGrowingSource(scratchFolder());
    source.grow();
    const first = await peerBacksUp(peer, folder, source.folder);
    source.grow();
    await peerBacksUp(peer, folder, source.folder);
    const repository = await openOnDisk(folder);
    expect(await complaints(repository, ['error', 'hint', 'information'])).toEqual([]);
    await forget(repository, [first.snapshotId]);
    expect((await prune(repository)).packsWritten).toBeGreaterThan(0);
    await expectSound(folder);
    await expectRestorable(folder, 'latest', source.folder);
  });

  it('after our rewrite of what it wrote: its trees are stable to us', async () => {
    const { folder } = await makeDiskRepository();
    const source = makeGrowingSource(scratchFolder());
    source.grow();
    await peerBacksUp(peer, folder, source.folder);
    const repository = await openOnDisk(folder);
    await underLock(repository, 'exclusive', async (lock) => {
      const selection = { filter: {} };
      const plan = await planRewrite(repository, { lock, selection, filter: { exclude: ['*.0'] }, forget: true });
      expect((await executeSnapshotChanges(plan, { lock })).replaced).toHaveLength(1);
    });
    await expectSound(folder);
    expect(await peerDoes(peer, folder, ['ls', 'latest'])).not.toMatch(/\.0$/m);
  });

  it('after a prune of its own on what we wrote', async () => {
    const { folder, repository, first, second, source } = await makeTwoSnapshots();
    await forget(repository, [first]);
    const more = peer.name === 'current' ? ['--repack-small', '--repack-uncompressed'] : ['--repack-uncompressed'];
    await peerDoes(peer, folder, ['prune', '--max-unused', '0', ...more]);
    await expectSound(folder);
    await expectRestorable(folder, second, source.folder);
    const target = path.join(scratchFolder(), 'ours');
    await restoreTo(await openOnDisk(folder), second, target);
    expect(treeFacts(target)).toEqual(treeFacts(source.folder));
  });
});

describePeers(
  'the stock rewrite',
  (peer: Peer) => {
    it('finds our trees stable, and leaves out what it is told to', async () => {
      const { folder, repository } = await makeDiskRepository();
      const source = makeGrowingSource(scratchFolder());
      source.grow();
      await backUp(repository, source.folder);
      const printed = await peerDoes(peer, folder, ['rewrite', '--exclude', '*.0', '--forget', 'latest']);
      expect(printed).not.toMatch(/unstable|instab|cannot encode/i);
      expect(await complaintsOfPeer(peer, folder)).toEqual([]);
      expect(await peerDoes(peer, folder, ['ls', 'latest'])).not.toMatch(/\.0$/m);
    });
  },
  'current',
);

function largestPack(folder: string): string {
  const data = path.join(folder, 'data');
  const packs = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted((a, b) => readFileSync(b).length - readFileSync(a).length);
  const [pack] = packs;
  if (pack === undefined) throw new Error('the repository has no pack');
  return pack;
}
