import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseSecretId, type SecretId } from '@lumbung/contracts';
import { LumbungError, type Random } from '@lumbung/stdx';
import { systemRandom } from '@lumbung/stdx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MasterKeySource } from '../config/settings.ts';
import type { Store } from '../store/store.ts';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { SecretScanner } from '../testing/secret-scanner.ts';
import { StillClock } from '../testing/tickers.ts';
import {
  loadMasterKeys,
  type MasterKeys,
  masterKeyText,
  newMasterKey,
  parseMasterKeys,
  writeKeyFile,
} from './master-key.ts';
import { finishRotation, rotateMasterKey } from './rotate-master-key.ts';
import { SecretRegister } from './secret-register.ts';
import { SecretVault } from './secret-vault.ts';

const signal = new AbortController().signal;
const random: Random = systemRandom;
const isCode = (code: string) => expect.objectContaining({ code });

let folder = '';
let number = 0;
const newFile = (): MasterKeySource & { kind: 'file' } => ({
  kind: 'file',
  path: path.join(folder, `k${(number += 1)}`, 'master.key'),
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-keys-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the master key', () => {
  it('is made at the first start, for its owner alone, and found at the next', async () => {
    const source = newFile();
    const first = await loadMasterKeys(source, random);
    expect((await stat(source.path)).mode & 0o777).toBe(0o600);
    expect(await loadMasterKeys(source, random)).toEqual(first);
    expect(first.current.bytes).toHaveLength(32);
    expect(await readdir(path.dirname(source.path))).toEqual(['master.key']);
  });

  it('is one, however many start at once', async () => {
    const source = newFile();
    const all = await Promise.all(Array.from({ length: 8 }, async () => await loadMasterKeys(source, random)));
    expect(new Set(all.map((keys) => keys.current.id)).size).toBe(1);
  });

  it('comes from the environment, in hexadecimal or base64', () => {
    const key = newMasterKey(random);
    const texts = [
      masterKeyText(key),
      ` ${masterKeyText(key)}\n`,
      Buffer.from(key.bytes).toString('base64'),
      Buffer.from(key.bytes).toString('hex'),
    ];
    for (const text of texts) expect(parseMasterKeys(text, 'X').current).toEqual(key);
    const other = newMasterKey(random);
    expect(parseMasterKeys(`${masterKeyText(key)},${masterKeyText(other)}`, 'X')).toEqual({
      current: key,
      former: [other],
    });
  });

  it('is refused when it is none, and never shown', () => {
    const text = masterKeyText(newMasterKey(random));
    for (const wrong of ['', 'rahasia', text.slice(1), `${text}A`, `${text.slice(0, 42)}B`, text.replace(/./, '*')]) {
      expect(() => parseMasterKeys(wrong, 'LUMBUNG_MASTER_KEY'), wrong).toThrow(isCode('MASTER_KEY_INVALID'));
      try {
        parseMasterKeys(wrong, 'LUMBUNG_MASTER_KEY');
      } catch (error) {
        expect(JSON.stringify(error) + String(error)).not.toContain(text.slice(2, 30));
      }
    }
  });

  it('is refused when others may read it, and when the file is no key', async () => {
    const source = newFile();
    await loadMasterKeys(source, random);
    await chmod(source.path, 0o640);
    await expect(loadMasterKeys(source, random)).rejects.toThrow(isCode('MASTER_KEY_EXPOSED'));
    const empty = newFile();
    await loadMasterKeys(empty, random);
    await writeFile(empty.path, '');
    await expect(loadMasterKeys(empty, random)).rejects.toThrow(isCode('MASTER_KEY_INVALID'));
    // It was not made anew: what was sealed with the old one would be lost.
    expect(await readFile(empty.path, 'utf8')).toBe('');
  });

  it('is refused where it can neither be read nor made', async () => {
    const file = path.join(folder, 'a-file');
    await writeFile(file, '');
    await expect(loadMasterKeys({ kind: 'file', path: path.join(file, 'key') }, random)).rejects.toThrow(
      isCode('MASTER_KEY_UNREADABLE'),
    );
  });
});

describeEachDialect('the vault', (lab) => {
  function vaultOn(store: Store, keys: MasterKeys) {
    const register = new SecretRegister();
    return { register, vault: new SecretVault(store, keys, { clock: new StillClock(), random, register }) };
  }
  async function newVault() {
    const store = await lab.open();
    const keys: MasterKeys = { current: newMasterKey(random), former: [] };
    return { store, keys, ...vaultOn(store, keys) };
  }
  const add = async (store: Store, vault: SecretVault, name: string, value: string): Promise<SecretId> =>
    await store.transaction(async (tx) => await vault.add(name, value, tx));

  it('gives back what it was given, until another value takes its place', async () => {
    const { store, vault } = await newVault();
    for (const [at, value] of ['', 'rahasia', 'é\n\0"', 'x'.repeat(65_536)].entries()) {
      const id = await add(store, vault, `s${at}`, value);
      expect((await vault.open(id)).reveal()).toBe(value);
      await store.transaction(async (tx) => await vault.replace(id, 'baru', tx));
      expect((await vault.openNamed(`s${at}`))?.reveal()).toBe('baru');
    }
    expect(await vault.openNamed('none')).toBeUndefined();
    expect(await vault.openAll(signal)).toBe(4);
  });

  it('refuses a second of the same name, one that is too long, and one that is not there', async () => {
    const { store, vault } = await newVault();
    await add(store, vault, 'db', 'rahasia');
    await expect(add(store, vault, 'db', 'lain')).rejects.toThrow(isCode('STORE_DUPLICATE'));
    await expect(add(store, vault, 'long', 'é'.repeat(40_000))).rejects.toThrow(isCode('SECRET_TOO_LONG'));
    const none = parseSecretId('sec_none');
    await expect(vault.open(none)).rejects.toThrow(isCode('SECRET_UNKNOWN'));
    await expect(store.transaction(async (tx) => await vault.replace(none, 'x', tx))).rejects.toThrow(
      isCode('SECRET_UNKNOWN'),
    );
  });

  it('writes no value to the disk, and registers every one', async () => {
    const { store, vault, register } = await newVault();
    const values = ['kunci-rahasia-satu', 'kunci rahasia & dua'];
    for (const [at, value] of values.entries()) await add(store, vault, `s${at}`, value);
    const rows = await store.db.selectFrom('secret').selectAll().execute();
    const scanner = new SecretScanner(values);
    expect(scanner.inText(JSON.stringify(rows), 'rows')).toEqual([]);
    expect(await scanner.inFolder(lab.folder)).toEqual([]);
    expect(register.redact(`got ${values.join(' and ')}`)).toBe('got [secret] and [secret]');
    // The scanner does find a value that is written as it is.
    await store.db
      .insertInto('installation')
      .values({ key: 'leak', value: values[0] ?? '', updated_at: 0 })
      .execute();
    if (lab.dialect === 'sqlite') expect(await scanner.inFolder(lab.folder)).not.toEqual([]);
  });

  it('notices a sealed value that was changed, or moved to another row', async () => {
    const { store, vault } = await newVault();
    const [a, b] = [await add(store, vault, 'a', 'satu'), await add(store, vault, 'b', 'dua')];
    const { sealed } = await store.db
      .selectFrom('secret')
      .select('sealed')
      .where('id', '=', a)
      .executeTakeFirstOrThrow();
    await store.db.updateTable('secret').set({ sealed }).where('id', '=', b).execute();
    await expect(vault.open(b)).rejects.toThrow(
      expect.objectContaining({ code: 'SECRET_DAMAGED', kind: 'corruption' }),
    );
    await store.db.updateTable('secret').set({ sealed: 'AAAA' }).where('id', '=', a).execute();
    await expect(vault.openAll(signal)).rejects.toThrow(isCode('SECRET_DAMAGED'));
  });

  it('says which key is missing when it was given another', async () => {
    const { store, vault, keys } = await newVault();
    const id = await add(store, vault, 'a', 'satu');
    const { vault: other } = vaultOn(store, { current: newMasterKey(random), former: [] });
    await expect(other.open(id)).rejects.toThrow(
      expect.objectContaining({
        code: 'SECRET_KEY_UNKNOWN',
        context: expect.objectContaining({ secret: id, key: keys.current.id }),
      }),
    );
  });

  describe('when the master key is rotated', () => {
    const COUNT = 250;
    async function filled() {
      const source = newFile();
      const keys = await loadMasterKeys(source, random);
      const store = await lab.open();
      const { vault } = vaultOn(store, keys);
      await store.transaction(async (tx) => {
        for (let at = 0; at < COUNT; at += 1) await vault.add(`s${at}`, `nilai-${at}`, tx);
      });
      return { source, keys, store, vault };
    }
    const usedKeys = async (store: Store) =>
      (await store.db.selectFrom('secret').select('key_id').distinct().execute()).map((row) => row.key_id);

    it('seals everything again, and forgets the old key', async () => {
      const { source, keys, store, vault } = await filled();
      const after = await rotateMasterKey(vault, { source, random, signal });
      expect(after.current.id).not.toBe(keys.current.id);
      expect(await loadMasterKeys(source, random)).toEqual({ current: after.current, former: [] });
      expect(await usedKeys(store)).toEqual([after.current.id]);
      expect((await vault.openNamed('s7'))?.reveal()).toBe('nilai-7');
      await expect(vaultOn(store, keys).vault.openNamed('s7')).rejects.toThrow(isCode('SECRET_KEY_UNKNOWN'));
    });

    it('loses nothing wherever it is broken off, and goes on at the next start', async () => {
      const { source, store, vault } = await filled();
      for (const transactionsBefore of [0, 1, 2, 3]) {
        const broken = breakingAfter(store, transactionsBefore);
        vault.use(await loadMasterKeys(source, random));
        const breaking = new SecretVault(broken, await loadMasterKeys(source, random), {
          clock: new StillClock(),
          random,
          register: new SecretRegister(),
        });
        await expect(rotateMasterKey(breaking, { source, random, signal })).rejects.toThrow('shot');
        // The next start: two keys or more, and everything opens.
        const found = await loadMasterKeys(source, random);
        expect(found.former.length).toBeGreaterThan(0);
        const { vault: next } = vaultOn(store, found);
        expect(await next.openAll(signal)).toBe(COUNT);
      }
      const found = await loadMasterKeys(source, random);
      const { vault: last } = vaultOn(store, found);
      const after = await finishRotation(last, found, { source, random, signal });
      expect(after).toEqual({ current: found.current, former: [] });
      expect(await loadMasterKeys(source, random)).toEqual(after);
      expect(await usedKeys(store)).toEqual([after.current.id]);
      expect(await last.openAll(signal)).toBe(COUNT);
    });

    it('is done by its owner when it comes from the environment: the new one, then the old', async () => {
      const { store, vault, keys } = await filled();
      const given: MasterKeySource = { kind: 'given', text: masterKeyText(keys.current) };
      await expect(rotateMasterKey(vault, { source: given, random, signal })).rejects.toThrow(
        isCode('MASTER_KEY_GIVEN'),
      );
      const both = `${masterKeyText(newMasterKey(random))},${masterKeyText(keys.current)}`;
      const source: MasterKeySource = { kind: 'given', text: both };
      const found = await loadMasterKeys(source, random);
      await finishRotation(vault, found, { source, random, signal });
      expect(await usedKeys(store)).toEqual([found.current.id]);
    });

    it('replaces the file whole', async () => {
      const { source, keys } = await filled();
      const next = { current: newMasterKey(random), former: [keys.current] };
      await writeKeyFile(source.path, next, random);
      expect((await stat(source.path)).mode & 0o777).toBe(0o600);
      expect(await readdir(path.dirname(source.path))).toEqual(['master.key']);
      await expect(writeKeyFile(path.join(folder, 'nowhere', 'master.key'), next, random)).rejects.toBeInstanceOf(
        LumbungError,
      );
    });
  });

  /** A store that is gone after so many transactions, as if the process had been shot. */
  function breakingAfter(store: Store, transactions: number): Store {
    let left = transactions;
    return new Proxy(store, {
      get: (target, name) => {
        if (name !== 'transaction') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (act: never) => {
          if (left === 0) throw new Error('shot');
          left -= 1;
          return await target.transaction(act);
        };
      },
    });
  }
});
