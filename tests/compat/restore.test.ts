// Restored is what was there: our snapshots by stock clients, theirs by us, and our own by ourselves.
import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { backUp, restoreTo } from '../lab/acts.ts';
import { makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { describePeers, type Peer, peerBacksUp, peerDoes } from '../lab/peers.ts';
import { makeRichTree } from '../lab/rich-tree.ts';
import { scratchFolder } from '../lab/scratch.ts';
import { treeFacts } from '../lab/tree-facts.ts';

describePeers('a restored folder is the same', (peer: Peer) => {
  let source: string;
  let facts: readonly string[];
  beforeAll(() => {
    source = path.join(scratchFolder(), 'source');
    makeRichTree(source, { richLinks: peer.name === 'current' });
    facts = treeFacts(source);
  });

  it('when the stock client restores our snapshot', async () => {
    const { folder, repository } = await makeDiskRepository();
    const { snapshotId } = await backUp(repository, source);
    const target = path.join(scratchFolder(), 'target');
    await peerDoes(peer, folder, ['restore', snapshotId, '--target', target]);
    expect(treeFacts(target)).toEqual(facts);
  });

  it('when we restore a snapshot of the stock client', async () => {
    const { folder } = await makeDiskRepository();
    const { snapshotId } = await peerBacksUp(peer, folder, source);
    const target = path.join(scratchFolder(), 'target');
    await restoreTo(await openOnDisk(folder), snapshotId, target);
    expect(treeFacts(target)).toEqual(facts);
  });

  it('when we restore from a repository that the stock client made, password and all', async () => {
    const folder = path.join(scratchFolder(), 'repository');
    await peerDoes(peer, folder, ['init']);
    const { snapshotId } = await peerBacksUp(peer, folder, source);
    const target = path.join(scratchFolder(), 'target');
    await restoreTo(await openOnDisk(folder), snapshotId, target);
    expect(treeFacts(target)).toEqual(facts);
  });
});

describe('our own restore', () => {
  it.each([1, 2] as const)('gives back everything, version %i of the format', async (version) => {
    const source = path.join(scratchFolder(), 'source');
    makeRichTree(source);
    const { repository } = await makeDiskRepository({ version });
    const { snapshotId } = await backUp(repository, source);
    const target = path.join(scratchFolder(), 'target');
    await restoreTo(repository, snapshotId, target);
    expect(treeFacts(target)).toEqual(treeFacts(source));
  });

  it('leaves holes when asked to, and the same content', async () => {
    const source = path.join(scratchFolder(), 'source');
    makeRichTree(source);
    const { repository } = await makeDiskRepository();
    const { snapshotId } = await backUp(repository, source);
    const target = path.join(scratchFolder(), 'target');
    await restoreTo(repository, snapshotId, target, { sparse: true });
    expect(treeFacts(target)).toEqual(treeFacts(source));
    const zeros = path.join(target, 'sizes/zeros-8388608');
    expect(existsSync(zeros)).toBe(true);
    expect(lstatSync(zeros).blocks * 512).toBeLessThan(1_000_000);
  });
});
