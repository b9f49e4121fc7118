// One unchanged folder, backed up by turns: the second client must find that it has nothing to add.
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { backUp } from '../lab/acts.ts';
import { runBackupScript } from '../lab/backup-process.ts';
import { makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { complaintsOfPeer, describePeers, type Peer, peerBacksUp } from '../lab/peers.ts';
import { makeRichTree } from '../lab/rich-tree.ts';
import { scratchFolder } from '../lab/scratch.ts';

describePeers('one unchanged source', (peer: Peer) => {
  let source: string;
  beforeAll(() => {
    source = path.join(scratchFolder(), 'source');
    makeRichTree(source, { richLinks: peer.name === 'current' });
  });

  it('is read again by the stock client after us, and nothing is new', async () => {
    const { folder, repository } = await makeDiskRepository();
    const ours = await backUp(repository, source);
    const theirs = await peerBacksUp(peer, folder, source, ['--force']);
    expect(theirs).toMatchObject({ dataBlobs: 0, treeBlobs: 0, filesNew: ours.summary.filesNew });
    expect(await complaintsOfPeer(peer, folder)).toEqual([]);
  });

  it('is read again by us after the stock client, and nothing is new', async () => {
    const { folder } = await makeDiskRepository();
    const theirs = await peerBacksUp(peer, folder, source);
    const { summary } = await backUp(await openOnDisk(folder), source, { parent: { kind: 'none' } });
    expect(summary).toMatchObject({ dataBlobs: 0, treeBlobs: 0, filesNew: theirs.filesNew });
    expect(await complaintsOfPeer(peer, folder)).toEqual([]);
  });

  it('is not even read when the parent is the snapshot of the other client', async () => {
    const { folder, repository } = await makeDiskRepository();
    const ours = await backUp(repository, source);
    const theirs = await peerBacksUp(peer, folder, source);
    expect(theirs).toMatchObject({ dataBlobs: 0, treeBlobs: 0, filesNew: 0, filesChanged: 0 });
    expect(theirs.filesUnmodified).toBe(ours.summary.filesNew);
    const again = await backUp(await openOnDisk(folder), source);
    // Older stock clients print the first eight digits.
    expect(again.parentId?.startsWith(theirs.snapshotId)).toBe(true);
    expect(again.summary).toMatchObject({ dataBlobs: 0, treeBlobs: 0, filesNew: 0, filesChanged: 0 });
  });

  it.each(['Asia/Kolkata', 'America/New_York', 'Africa/Monrovia'])(
    'gives the same trees in time zone %s',
    async (zone) => {
      const { folder } = await makeDiskRepository();
      const small = path.join(source, 'times');
      await runBackupScript(folder, small, { TZ: zone });
      expect(await peerBacksUp(peer, folder, small, ['--force'], { TZ: zone })).toMatchObject({ treeBlobs: 0 });
      // The control: in another zone the same instants are written differently.
      expect(await peerBacksUp(peer, folder, small, ['--force'], { TZ: 'Asia/Tokyo' })).toMatchObject({ treeBlobs: 1 });
    },
  );

  it('gives the same in a repository of version 1', async () => {
    const { folder, repository } = await makeDiskRepository({ version: 1 });
    await backUp(repository, source);
    expect(await peerBacksUp(peer, folder, source, ['--force'])).toMatchObject({ dataBlobs: 0, treeBlobs: 0 });
    expect(await complaintsOfPeer(peer, folder)).toEqual([]);
  });
});
