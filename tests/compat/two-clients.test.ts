// Our client and a stock one on one repository at one time.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { loadSnapshots, lockRepository, unlock } from '@lumbung/engine';
import { isLumbungError } from '@lumbung/stdx';
import { expect, it, onTestFinished } from 'vitest';
import { complaints, prune, restoreTo } from '../lab/acts.ts';
import { runBackupScript, startLockScript, untilEnd } from '../lab/backup-process.ts';
import { spawnCommandLine } from '../lab/command-line.ts';
import { makeDiskRepository, openOnDisk } from '../lab/disk-repository.ts';
import { makeGrowingSource } from '../lab/growing-source.ts';
import { complaintsOfPeer, describePeers, type Peer, peerBacksUp, peerDoes, runPeer, spawnPeer } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';
import { treeFacts } from '../lab/tree-facts.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describePeers('two clients at one time', (peer: Peer) => {
  it('back up the same and other things, and both are whole', async () => {
    const { folder } = await makeDiskRepository();
    const shared = makeGrowingSource(scratchFolder());
    const ours = makeGrowingSource(scratchFolder(), { fileBytes: 700_000 });
    for (let round = 0; round < 2; round += 1) {
      shared.grow();
      ours.grow();
      await Promise.all([
        peerBacksUp(peer, folder, shared.folder),
        runBackupScript(folder, ours.folder),
        runBackupScript(folder, shared.folder),
      ]);
    }
    // Both stored the shared folder: duplicates are no error, but the stock client mentions them.
    expect((await complaintsOfPeer(peer, folder)).filter((line) => /exit|error|fatal/i.test(line))).toEqual([]);
    const repository = await openOnDisk(folder);
    expect(await complaints(repository)).toEqual([]);
    const snapshots = await loadSnapshots(repository);
    expect(snapshots).toHaveLength(6);
    for (const { id } of snapshots.slice(-3)) {
      const target = path.join(scratchFolder(), 'target');
      await restoreTo(repository, id, target);
      expect([treeFacts(shared.folder), treeFacts(ours.folder)]).toContainEqual(treeFacts(target));
    }
    await prune(repository);
    expect(await complaintsOfPeer(peer, folder)).toEqual([]);
  });

  it('our lock keeps the stock client out, and is asked about by a signal that kills nobody', async () => {
    const { folder } = await makeDiskRepository();
    const holder = await startLockScript(folder, 'exclusive');
    onTestFinished(() => void holder.kill('SIGKILL'));
    const refused = await runPeer(peer, folder, ['forget', 'latest']);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/already locked/);
    // The stock client removes stale locks: whether a lock is, it learns by sending SIGHUP to its owner.
    await peerDoes(peer, folder, ['unlock']);
    expect(readdirSync(path.join(folder, 'locks'))).toHaveLength(1);
    expect(holder.exitCode).toBeNull();
    const end = untilEnd(holder);
    holder.stdin.end();
    expect(await end).toMatchObject({ exitCode: 0, signal: null });
    expect(readdirSync(path.join(folder, 'locks'))).toEqual([]);
    await peerDoes(peer, folder, ['unlock']);
  });

  it('our command line lives through the unlock of the stock client, and finishes its backup', async () => {
    const { folder } = await makeDiskRepository();
    const backup = spawnCommandLine(folder, ['backup', '--stdin', '--stdin-filename', 'dump.sql']);
    onTestFinished(() => void backup.kill('SIGKILL'));
    const end = untilEnd(backup);
    backup.stdin.write('select 1;');
    while (readdirSync(path.join(folder, 'locks')).length === 0 && backup.exitCode === null) await sleep(20);
    await peerDoes(peer, folder, ['unlock']);
    await sleep(100);
    expect(readdirSync(path.join(folder, 'locks'))).toHaveLength(1);
    backup.stdin.end('select 2;');
    expect(await end).toMatchObject({ exitCode: 0, signal: null });
    expect(await peerDoes(peer, folder, ['dump', 'latest', '/dump.sql'])).toBe('select 1;select 2;');
    expect(await complaintsOfPeer(peer, folder)).toEqual([]);
  });

  it('our lock of a process that was killed is stale to the stock client', async () => {
    const { folder } = await makeDiskRepository();
    const holder = await startLockScript(folder, 'exclusive');
    const end = untilEnd(holder);
    holder.kill('SIGKILL');
    await end;
    await peerDoes(peer, folder, ['unlock']);
    expect(readdirSync(path.join(folder, 'locks'))).toEqual([]);
  });

  it('a lock of the stock client keeps us out while it lives, and is stale when it is dead', async () => {
    const { folder } = await makeDiskRepository();
    const cwd = scratchFolder();
    mkdirSync(path.join(cwd, 'empty'));
    const backup = spawnPeer(peer, folder, ['backup', '--stdin'], { cwd });
    const ended = new Promise((resolve) => backup.once('close', resolve));
    onTestFinished(() => void backup.kill('SIGKILL'));
    const locks = path.join(folder, 'locks');
    while (readdirSync(locks).length === 0 && backup.exitCode === null) await sleep(20);
    const repository = await openOnDisk(folder);
    const conflict = await lockRepository(repository, { kind: 'exclusive' }).catch((error: unknown) => error);
    expect(isLumbungError(conflict, 'LOCK_CONFLICT')).toBe(true);
    await unlock(repository, { removeAll: false });
    expect(readdirSync(locks)).toHaveLength(1);
    backup.kill('SIGKILL');
    await ended;
    await unlock(repository, { removeAll: false });
    expect(readdirSync(locks)).toEqual([]);
    await (await lockRepository(repository, { kind: 'exclusive' })).release();
  });
});
