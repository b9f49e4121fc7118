import { describe, expect, it } from 'vitest';
import { FolderSync } from './folder-sync.ts';

/** Syncs that end when told to. */
function heldSyncs() {
  const begun: { readonly folder: string; readonly end: (error?: Error) => void }[] = [];
  const folderSync = new FolderSync((folder) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    begun.push({ folder, end: (error) => (error === undefined ? resolve() : reject(error)) });
    return promise;
  });
  return { begun, folderSync };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the sync of a folder', () => {
  it('is not shared with one that began before the rename, but with all who wait for the next', async () => {
    const { begun, folderSync } = heldSyncs();
    const ended: string[] = [];
    const wait = (who: string) => folderSync.sync('/f').then(() => ended.push(who));
    const first = wait('first');
    const others = [wait('second'), wait('third')];
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]?.end();
    await first;
    await turn();
    expect(ended).toEqual(['first']);
    expect(begun).toHaveLength(2);
    const late = wait('late');
    begun[1]?.end();
    await Promise.all(others);
    await turn();
    expect(ended).toEqual(['first', 'second', 'third']);
    expect(begun).toHaveLength(3);
    begun[2]?.end();
    await late;
  });

  it('begins anew when nobody waits', async () => {
    const { begun, folderSync } = heldSyncs();
    for (let nr = 0; nr < 3; nr += 1) {
      const sync = folderSync.sync('/f');
      begun[nr]?.end();
      await sync;
    }
    expect(begun).toHaveLength(3);
  });

  it('keeps folders apart', async () => {
    const { begun, folderSync } = heldSyncs();
    const syncs = [folderSync.sync('/a'), folderSync.sync('/b')];
    expect(begun.map(({ folder }) => folder)).toEqual(['/a', '/b']);
    for (const { end } of begun) end();
    await Promise.all(syncs);
  });

  it('that fails fails for those who shared it, not for those who wait', async () => {
    const { begun, folderSync } = heldSyncs();
    const outcome = (sync: Promise<void>) => sync.then(() => 'durable', String);
    const first = outcome(folderSync.sync('/f'));
    const second = outcome(folderSync.sync('/f'));
    begun[0]?.end(new Error('lost'));
    expect(await first).toBe('Error: lost');
    await turn();
    begun[1]?.end();
    expect(await second).toBe('durable');
    const third = [outcome(folderSync.sync('/f')), outcome(folderSync.sync('/f'))];
    begun[2]?.end();
    await turn();
    begun[3]?.end(new Error('lost again'));
    expect(await Promise.all(third)).toEqual(['durable', 'Error: lost again']);
  });

  it('of a folder that is not there is nothing to wait for', async () => {
    await new FolderSync().sync('/nowhere/at/all');
  });
});
