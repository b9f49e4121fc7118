import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cheapKdf, ManualClock, SeededRandom, TEST_PASSWORD } from '@lumbung/engine/testing';
import { isLumbungError } from '@lumbung/stdx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initRepositoryAt, openBackendAt, openRepositoryAt } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lumbung-runner-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const random = new SeededRandom(1);
const ports = {
  clock: new ManualClock(),
  random,
  identity: { hostname: 'host', username: 'user', uid: 1, gid: 1, pid: 1 },
};
const here = () => ({ ports, workingDirectory: folder, password: TEST_PASSWORD });

async function codeOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
  } catch (error) {
    return isLumbungError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('a repository at an address', () => {
  it('is made, and found again under every spelling of the address', async () => {
    const made = await initRepositoryAt('repo', { ...here(), kdf: cheapKdf(random) });
    await made.backend.close();
    for (const address of ['repo', './repo', 'local:repo', path.join(folder, 'repo')]) {
      const opened = await openRepositoryAt(address, here());
      expect(opened.config.id).toBe(made.config.id);
      await opened.backend.close();
    }
  });

  it('that is missing, of another password, or no folder is told apart', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(await codeOf(() => openRepositoryAt('nowhere', here()))).toBe('REPOSITORY_MISSING');
    expect(await codeOf(() => openRepositoryAt('repo', { ...here(), password: Buffer.from('wrong') }))).toBe(
      'PASSWORD_WRONG',
    );
    expect(await codeOf(() => openRepositoryAt('file', here()))).toBe('BACKEND_NOT_A_FOLDER');
    expect(await codeOf(() => initRepositoryAt('repo', here()))).toBe('REPOSITORY_EXISTS');
  });

  it('opened for reading only refuses every change', async () => {
    const backend = await openBackendAt('repo', { ...here(), isReadOnly: true });
    expect(await codeOf(() => backend.save({ folder: 'locks', name: 'a' }, [Buffer.from('x')]))).toBe(
      'BACKEND_READ_ONLY',
    );
    expect(await codeOf(() => backend.remove({ folder: '', name: 'config' }))).toBe('BACKEND_READ_ONLY');
    await backend.close();
  });

  it('takes the options of its driver and passes over those of others', async () => {
    const open = (name: string, value: string) =>
      codeOf(() => openBackendAt('repo', { ...here(), driverOptions: new Map([[name, value]]) }));
    expect(await open('local.connections', '3')).toBeUndefined();
    expect(await open('sftp.command', 'ssh')).toBeUndefined();
    for (const value of ['0', '-1', 'many', '1e9', ''])
      expect(await open('local.connections', value)).toBe('DRIVER_OPTION_INVALID');
    expect(await open('local.layout', 'default')).toBe('DRIVER_OPTION_INVALID');
  });
});
