import { LumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../crypto/sha256.ts';
import { encodeConfig } from '../format/config-file.ts';
import type { KeyId } from '../format/ids.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { cheapKdf, createTestRepository, TEST_PASSWORD, TEST_POLYNOMIAL } from '../testing/test-repository.ts';
import { WatchedBackend } from '../testing/watched-backend.ts';
import { initRepository, replaceConfig } from './init-repository.ts';
import { addKey, changePassword, listKeys, removeKey } from './keys.ts';
import { CONFIG_FILE } from './layout.ts';
import { openRepository } from './open-repository.ts';

const OTHER_PASSWORD = Buffer.from('battery staple');

async function keyIds(backend: WatchedBackend): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of backend.list('keys')) names.push(name);
  return names;
}

async function newRepository() {
  const backend = new WatchedBackend();
  return { ...(await createTestRepository({ backend })), backend };
}

describe('initRepository', () => {
  it('writes a key, then the config, and opens with the password', async () => {
    const { backend, reopen, repository } = await newRepository();
    expect(backend.operations.filter((operation) => operation.startsWith('save'))).toEqual(['save keys', 'save ']);
    const opened = await reopen();
    expect(opened.config).toEqual(repository.config);
    expect(opened.config).toMatchObject({ version: 2, chunkerPolynomial: '3da3358b4dc173' });
    expect(opened.keyId).toBe(repository.keyId);
    expect(opened.masterKey).toEqual(repository.masterKey);
  });

  it('names the key by the hash of its file', async () => {
    const { backend, repository } = await newRepository();
    expect(sha256Hex(await backend.load({ folder: 'keys', name: repository.keyId }))).toBe(repository.keyId);
  });

  it.each([
    ['a config', CONFIG_FILE],
    ['a key', { folder: 'keys', name: 'ab'.repeat(32) }],
    ['a snapshot', { folder: 'snapshots', name: 'ab'.repeat(32) }],
  ])('refuses a place where there is %s already, and writes nothing', async (_what, file) => {
    const backend = new WatchedBackend();
    await backend.save(file, [Buffer.from('x')]);
    backend.operations.length = 0;
    const { ports } = await newRepository();
    await expect(initRepository(backend, { password: TEST_PASSWORD, ports, kdf: cheapKdf() })).rejects.toMatchObject({
      code: 'REPOSITORY_EXISTS',
      kind: 'operator',
    });
    expect(backend.operations.filter((operation) => operation.startsWith('save'))).toEqual([]);
  });

  it('refuses an empty password unless that is wanted', async () => {
    const { ports } = await newRepository();
    const options = { password: Buffer.alloc(0), ports, kdf: cheapKdf() };
    const backend = new WatchedBackend();
    await expect(initRepository(backend, options)).rejects.toMatchObject({ code: 'PASSWORD_EMPTY' });
    expect(backend.operations).toEqual([]);
    await initRepository(backend, { ...options, allowEmptyPassword: true });
    await expect(openRepository(backend, { password: Buffer.alloc(0), ports })).resolves.toBeDefined();
  });

  it('leaves no config when the key cannot be stored', async () => {
    const { ports } = await newRepository();
    const backend = new WatchedBackend();
    backend.beforeEach = async (operation) => {
      if (operation === 'save keys') throw new LumbungError('BACKEND_NO_SPACE', { kind: 'operator' });
    };
    await expect(initRepository(backend, { password: TEST_PASSWORD, ports, kdf: cheapKdf() })).rejects.toMatchObject({
      code: 'BACKEND_NO_SPACE',
    });
    await expect(backend.inner.stat(CONFIG_FILE)).rejects.toMatchObject({ code: 'BACKEND_FILE_MISSING' });
  });

  it('removes a key that does not open after it was stored', async () => {
    const { ports } = await newRepository();
    const backend = new WatchedBackend();
    backend.tamper = (file, bytes) =>
      file.folder === 'keys' ? Buffer.from(bytes.toString().replace(/"salt":"./, '"salt":"')) : bytes;
    await expect(initRepository(backend, { password: TEST_PASSWORD, ports, kdf: cheapKdf() })).rejects.toBeInstanceOf(
      LumbungError,
    );
    await expect(backend.inner.stat(CONFIG_FILE)).rejects.toMatchObject({ code: 'BACKEND_FILE_MISSING' });
  });
});

describe('openRepository', () => {
  it('says that there is no repository where there is none', async () => {
    const { ports } = await newRepository();
    await expect(openRepository(new WatchedBackend(), { password: TEST_PASSWORD, ports })).rejects.toMatchObject({
      code: 'REPOSITORY_MISSING',
      kind: 'operator',
    });
  });

  it('says that the password is wrong, and never what it was', async () => {
    const { reopen } = await newRepository();
    const error: unknown = await reopen({ password: OTHER_PASSWORD }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'PASSWORD_WRONG', kind: 'operator', context: { keysTried: 1 } });
    expect(JSON.stringify(error)).not.toContain('battery');
    expect(String(error)).not.toContain('battery');
  });

  it('finds the key among others, damaged ones too', async () => {
    const { backend, reopen, repository } = await newRepository();
    const second = await addKey(repository, { password: OTHER_PASSWORD, kdf: cheapKdf() });
    await backend.save({ folder: 'keys', name: '00'.repeat(32) }, [Buffer.from('{"kdf":"scr')]);
    await backend.save({ folder: 'keys', name: '01'.repeat(32) }, []);
    await backend.save({ folder: 'keys', name: 'tmp-77' }, [Buffer.from('x')]);
    expect((await reopen()).keyId).toBe(repository.keyId);
    expect((await reopen({ password: OTHER_PASSWORD })).keyId).toBe(second);
  });

  it('tells of a damaged key only when no other key fits', async () => {
    const { backend, reopen } = await newRepository();
    await backend.save({ folder: 'keys', name: '00'.repeat(32) }, []);
    await expect(reopen({ password: OTHER_PASSWORD })).rejects.toMatchObject({
      code: 'KEY_FILE_INVALID',
      kind: 'corruption',
      context: { key: '00'.repeat(32) },
    });
  });

  it('says so when there is a config but no key', async () => {
    const { backend, reopen, repository } = await newRepository();
    await backend.remove({ folder: 'keys', name: repository.keyId });
    await expect(reopen()).rejects.toMatchObject({ code: 'KEY_MISSING', kind: 'corruption' });
  });

  it('tries the hinted key first', async () => {
    const { backend, reopen, repository } = await newRepository();
    const ids: string[] = [repository.keyId];
    for (let nr = 0; nr < 4; nr += 1)
      ids.push(await addKey(repository, { password: Buffer.from(`p${nr}`), kdf: cheapKdf() }));
    for (const [nr, id] of ids.slice(1).entries()) {
      backend.loads.length = 0;
      await reopen({ password: Buffer.from(`p${nr}`), keyHint: id.slice(0, 10) });
      expect(backend.loads.filter(({ file }) => file.folder === 'keys').map(({ file }) => file.name)).toEqual([id]);
    }
    expect((await reopen({ keyHint: 'no such id' })).keyId).toBe(repository.keyId);
  });

  it('tries 20 keys and no more', async () => {
    const { backend, reopen, repository } = await newRepository();
    for (let nr = 0; nr < 24; nr += 1) await addKey(repository, { password: Buffer.from(`p${nr}`), kdf: cheapKdf() });
    await expect(reopen({ password: OTHER_PASSWORD })).rejects.toMatchObject({ context: { keysTried: 20 } });
    await backend.remove({ folder: 'keys', name: repository.keyId });
  });

  it('does not take an unreachable key for a wrong password', async () => {
    const { backend, reopen } = await newRepository();
    backend.beforeEach = async (operation) => {
      if (operation === 'load keys') throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
    };
    await expect(reopen()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['changed in one bit', (bytes: Buffer) => bytes.fill((bytes[60] ?? 0) ^ 1, 60, 61)],
    ['endless', () => Buffer.alloc(2 ** 20 + 1)],
  ])('refuses a config that is %s', async (_what, damage) => {
    const { backend, reopen } = await newRepository();
    await backend.save(CONFIG_FILE, [damage(await backend.load(CONFIG_FILE))]);
    await expect(reopen()).rejects.toMatchObject({ code: 'CONFIG_DAMAGED', kind: 'corruption' });
  });

  it('refuses a config with a polynomial that cannot cut', async () => {
    const { backend, repository, reopen } = await newRepository();
    const config = { ...repository.config, chunkerPolynomial: '3da3358b4dc172' };
    await backend.save(CONFIG_FILE, [repository.sealer.seal(encodeConfig(config))]);
    await expect(reopen()).rejects.toMatchObject({ code: 'CONFIG_DAMAGED' });
  });

  it('refuses a repository of a later version, by name', async () => {
    const { backend, repository, reopen } = await newRepository();
    const json = encodeConfig(repository.config).toString().replace('"version":2', '"version":3');
    await backend.save(CONFIG_FILE, [repository.sealer.seal(Buffer.from(json))]);
    await expect(reopen()).rejects.toMatchObject({ code: 'REPOSITORY_VERSION_UNSUPPORTED' });
  });

  it.each([0, 3 * 2 ** 20, 129 * 2 ** 20, Number.NaN])('refuses packs of %d bytes', async (packSizeBytes) => {
    const { reopen } = await newRepository();
    await expect(reopen({ packSizeBytes })).rejects.toMatchObject({ code: 'PACK_SIZE_INVALID' });
  });

  it('stops when it is cancelled', async () => {
    const { reopen } = await newRepository();
    await expect(reopen({ signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });
});

describe('replaceConfig', () => {
  it('keeps keys that only other clients know', async () => {
    const { backend, repository, reopen } = await newRepository();
    const json = `${encodeConfig(repository.config).toString().trim().slice(0, -1)},"append_only":true}`;
    await backend.save(CONFIG_FILE, [repository.sealer.seal(Buffer.from(json))]);
    const upgraded = await replaceConfig(await reopen(), { ...(await reopen()).config, version: 2 });
    expect(upgraded.config).toEqual((await reopen()).config);
    const sealed = await backend.load(CONFIG_FILE);
    expect(JSON.parse(repository.sealer.open(sealed).toString())).toMatchObject({ append_only: true, version: 2 });
  });

  it('removes the old config first where a file cannot be replaced in one step', async () => {
    const { backend, repository } = await newRepository();
    backend.properties.hasAtomicReplace = false;
    backend.operations.length = 0;
    await replaceConfig(repository, repository.config);
    expect(backend.operations).toEqual(['remove ', 'save ']);
  });
});

describe('keys', () => {
  it('lists whose they are, which one is in use, and which are damaged', async () => {
    const { backend, repository, clock } = await newRepository();
    await clock.advance(60_000);
    const second = await addKey(repository, {
      password: OTHER_PASSWORD,
      kdf: cheapKdf(),
      owner: { username: 'ani', hostname: 'gudang' },
    });
    await backend.save({ folder: 'keys', name: 'ff'.repeat(32) }, [Buffer.from('?')]);
    const keys = await listKeys(repository);
    expect(keys).toHaveLength(3);
    expect(keys).toContainEqual(
      expect.objectContaining({ id: repository.keyId, isCurrent: true, username: 'tester', hostname: 'lab' }),
    );
    expect(keys).toContainEqual(
      expect.objectContaining({ id: second, isCurrent: false, username: 'ani', hostname: 'gudang' }),
    );
    expect(keys).toContainEqual(expect.objectContaining({ id: 'ff'.repeat(32), status: 'damaged' }));
  });

  it('never removes the key in use, nor a key that is none', async () => {
    const { backend, repository } = await newRepository();
    await expect(removeKey(repository, repository.keyId)).rejects.toMatchObject({ code: 'KEY_IN_USE' });
    await expect(removeKey(repository, 'ab'.repeat(32) as KeyId)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(await keyIds(backend)).toEqual([repository.keyId]);
    const second = await addKey(repository, { password: OTHER_PASSWORD, kdf: cheapKdf() });
    await removeKey(repository, second);
    expect(await keyIds(backend)).toEqual([repository.keyId]);
  });

  it('changes a password: the new one opens, the old one does not, the data is the same', async () => {
    const { repository, reopen } = await newRepository();
    await changePassword(repository, { password: OTHER_PASSWORD, kdf: cheapKdf() });
    await expect(reopen()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect((await reopen({ password: OTHER_PASSWORD })).masterKey).toEqual(repository.masterKey);
  });

  it('always leaves a key that opens, whatever fails while the password is changed', async () => {
    for (let failAt = 0; failAt < 6; failAt += 1) {
      const { backend, repository, reopen } = await newRepository();
      let operationIdx = 0;
      backend.beforeEach = async () => {
        operationIdx += 1;
        if (operationIdx === failAt + 1) throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
      };
      const isChanged = await changePassword(repository, { password: OTHER_PASSWORD, kdf: cheapKdf() }).then(
        () => true,
        () => false,
      );
      backend.beforeEach = undefined;
      await expect(reopen({ password: isChanged ? OTHER_PASSWORD : TEST_PASSWORD })).resolves.toBeDefined();
    }
  });

  it('refuses an empty new password', async () => {
    const { backend, repository } = await newRepository();
    await expect(changePassword(repository, { password: Buffer.alloc(0) })).rejects.toMatchObject({
      code: 'PASSWORD_EMPTY',
    });
    expect(await keyIds(backend)).toEqual([repository.keyId]);
  });

  it('makes a new polynomial for a new repository unless one is given', async () => {
    const { ports } = await newRepository();
    const options = { password: TEST_PASSWORD, ports: { ...ports, random: new SeededRandom(77) }, kdf: cheapKdf() };
    const fresh = await initRepository(new WatchedBackend(), options);
    const copied = await initRepository(new WatchedBackend(), { ...options, chunkerPolynomial: TEST_POLYNOMIAL });
    expect(fresh.config.chunkerPolynomial).not.toBe(copied.config.chunkerPolynomial);
    expect(copied.config.chunkerPolynomial).toBe('3da3358b4dc173');
  });
});
