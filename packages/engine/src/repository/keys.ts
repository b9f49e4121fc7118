import type { Backend } from '@lumbung/backend';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { calibrateKdf, deriveUserKey, type KdfParams } from '../crypto/kdf.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { Sealer } from '../crypto/sealer.ts';
import { sha256Hex } from '../crypto/sha256.ts';
import { isIdText, type KeyId } from '../format/ids.ts';
import { encodeKeyFile, encodeMasterKey, type KeyFile, parseKeyFile, parseMasterKey } from '../format/key-file.ts';
import { localZone, type Timestamp, timestampOfMilliseconds } from '../format/timestamp.ts';
import type { RepositoryPorts } from './ports.ts';
import type { Repository } from './repository.ts';

/** Each try costs half a second and tens of megabytes. */
const KEYS_TRIED_MAX = 20;
/** A key file has about 450 bytes. */
const KEY_FILE_BYTES_MAX = 64 * 2 ** 10;

export interface OpenedKey {
  readonly id: KeyId;
  readonly masterKey: MasterKey;
}

/** Finds the key that the password opens: the hinted one first.
 *  @param keyHint an id, or the begin of one
 *  @throws LumbungError PASSWORD_WRONG (operator), KEY_MISSING (corruption): no key file at all; KEY_FILE_INVALID (corruption):
 *  the password fits no readable key and there are damaged ones; KEY_KDF_INVALID (corruption) */
export async function openKey(
  backend: Backend,
  options: {
    readonly password: Uint8Array;
    readonly keyHint?: string | undefined;
    readonly ports: RepositoryPorts;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<OpenedKey> {
  const { password, keyHint, ports, signal } = options;
  const ids = await keyIdsToTry(backend, keyHint, signal);
  let damage: unknown;
  for (const id of ids) {
    signal?.throwIfAborted();
    try {
      const masterKey = await tryKey(backend, id, { password, ports, signal });
      if (masterKey !== undefined) return { id, masterKey };
    } catch (error) {
      signal?.throwIfAborted();
      // Damaged key files exist in the wild, and another key may fit; whatever else went wrong ends the search.
      if (!isLumbungError(error) || error.kind !== 'corruption') throw error;
      damage ??= error;
    }
  }
  if (damage !== undefined) throw damage;
  if (ids.length === 0) throw keyMissing(backend);
  throw new LumbungError('PASSWORD_WRONG', {
    kind: 'operator',
    message: 'the password fits no key of the repository',
    context: { repository: backend.location, keysTried: ids.length },
    hint: 'check the password, its file or its command; a file may have been edited so that it has another first line',
  });
}

async function keyIdsToTry(
  backend: Backend,
  keyHint: string | undefined,
  signal: AbortSignal | undefined,
): Promise<KeyId[]> {
  const ids: KeyId[] = [];
  for await (const { name } of backend.list('keys', { signal })) if (isIdText(name)) ids.push(name as KeyId); // just checked
  const isHinted = (id: KeyId): boolean => keyHint !== undefined && keyHint !== '' && id.startsWith(keyHint);
  ids.sort((a, b) => Number(isHinted(b)) - Number(isHinted(a)) || (a < b ? -1 : 1));
  return ids.slice(0, KEYS_TRIED_MAX);
}

/** The master key, or undefined when the password is not that of this key. */
async function tryKey(
  backend: Backend,
  id: KeyId,
  options: {
    readonly password: Uint8Array;
    readonly ports: RepositoryPorts;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<MasterKey | undefined> {
  const file = await loadKeyFile(backend, id, options.signal);
  if (file === undefined) return undefined; // removed since it was listed
  const userKey = await deriveUserKey(options.password, { n: file.n, r: file.r, p: file.p, salt: file.salt });
  const sealer = new Sealer(userKey, options.ports.random);
  let json: Buffer;
  try {
    json = sealer.open(file.data);
  } catch (error) {
    if (isLumbungError(error, 'SEAL_BROKEN')) return undefined;
    throw error;
  }
  return parseMasterKey(json);
}

async function loadKeyFile(backend: Backend, id: KeyId, signal: AbortSignal | undefined): Promise<KeyFile | undefined> {
  const handle = { folder: 'keys', name: id };
  let bytes: Buffer;
  try {
    const { sizeBytes } = await backend.stat(handle, { signal });
    if (sizeBytes > KEY_FILE_BYTES_MAX) throw keyFileInvalid(id, `it has ${sizeBytes} bytes`);
    bytes = await backend.load(handle, undefined, { signal });
  } catch (error) {
    if (isLumbungError(error, 'BACKEND_FILE_MISSING')) return undefined;
    throw error;
  }
  try {
    return parseKeyFile(bytes);
  } catch (cause) {
    throw keyFileInvalid(id, bytes.length === 0 ? 'it is empty' : 'it is no key', cause);
  }
}

/** Seals the master key under a password, stores the key file, then reads it back and opens it as a check.
 *  @param kdf default: calibrated on this machine
 *  @throws LumbungError PASSWORD_EMPTY (operator), KEY_VERIFY_FAILED (bug); the file is removed then */
export async function createKey(
  backend: Backend,
  options: {
    readonly masterKey: MasterKey;
    readonly password: Uint8Array;
    readonly allowEmptyPassword?: boolean | undefined;
    readonly kdf?: KdfParams | undefined;
    readonly ports: RepositoryPorts;
    readonly owner?: { readonly username?: string | undefined; readonly hostname?: string | undefined } | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<KeyId> {
  const { masterKey, password, ports, signal } = options;
  if (password.length === 0 && options.allowEmptyPassword !== true) throw passwordEmpty();
  const { clock, random, identity } = ports;
  const kdf = options.kdf ?? (await calibrateKdf(clock, random));
  const userKey = await deriveUserKey(password, kdf);
  const bytes = encodeKeyFile({
    created: timestampOfMilliseconds(clock.nowMs(), localZone()),
    username: options.owner?.username ?? identity.username,
    hostname: options.owner?.hostname ?? identity.hostname,
    n: kdf.n,
    r: kdf.r,
    p: kdf.p,
    salt: kdf.salt,
    data: new Sealer(userKey, random).seal(encodeMasterKey(masterKey)),
  });
  const id = sha256Hex(bytes) as KeyId; // made of the bytes it names
  await backend.save({ folder: 'keys', name: id }, [bytes], { signal });
  const readBack = await tryKey(backend, id, { password, ports, signal });
  if (readBack === undefined || !readBack.encrypt.equals(masterKey.encrypt)) {
    await backend.remove({ folder: 'keys', name: id });
    throw new LumbungError('KEY_VERIFY_FAILED', {
      kind: 'bug',
      message: 'the new key could not be opened after it was stored; it was removed again',
      context: { key: id },
      hint: 'try again; if it happens again, test the memory of this machine and report it',
    });
  }
  return id;
}

/** A key of the repository, as its file describes it; damaged ones too. */
export type KeyDescription =
  | {
      readonly status: 'valid';
      readonly id: KeyId;
      readonly isCurrent: boolean;
      readonly username: string;
      readonly hostname: string;
      readonly created: Timestamp;
    }
  | { readonly status: 'damaged'; readonly id: KeyId; readonly isCurrent: false; readonly error: unknown };

export async function listKeys(repository: Repository, signal?: AbortSignal): Promise<KeyDescription[]> {
  const keys: KeyDescription[] = [];
  for await (const { id } of repository.listIds('keys', { signal })) {
    try {
      const file = await loadKeyFile(repository.backend, id, signal);
      if (file === undefined) continue;
      const { username, hostname, created } = file;
      keys.push({ status: 'valid', id, isCurrent: id === repository.keyId, username, hostname, created });
    } catch (error) {
      if (!isLumbungError(error, 'KEY_FILE_INVALID')) throw error;
      keys.push({ status: 'damaged', id, isCurrent: false, error });
    }
  }
  return keys.sort((a, b) => (a.id < b.id ? -1 : 1));
}

export interface NewKeyOptions {
  readonly password: Uint8Array;
  readonly allowEmptyPassword?: boolean | undefined;
  readonly kdf?: KdfParams | undefined;
  /** Who the key is for; default: this process's user and machine. */
  readonly owner?: { readonly username?: string | undefined; readonly hostname?: string | undefined } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Adds a password. Call it under a shared lock. */
export function addKey(repository: Repository, options: NewKeyOptions): Promise<KeyId> {
  const { backend, masterKey, ports } = repository;
  return createKey(backend, { ...options, masterKey, ports });
}

/** Removes a key. Call it under an exclusive lock.
 *  @throws LumbungError KEY_IN_USE (operator): it opened this repository; KEY_UNKNOWN (operator) */
export async function removeKey(repository: Repository, id: KeyId, signal?: AbortSignal): Promise<void> {
  if (id === repository.keyId) {
    throw new LumbungError('KEY_IN_USE', {
      kind: 'operator',
      message: 'this is the key that opened the repository; it cannot remove itself',
      context: { key: id },
      hint: 'open the repository with another password to remove this key, or change its password instead',
    });
  }
  for await (const { id: present } of repository.listIds('keys', { signal })) {
    if (present !== id) continue;
    await repository.removeFile('keys', id, { signal });
    return;
  }
  throw new LumbungError('KEY_UNKNOWN', {
    kind: 'operator',
    message: 'the repository has no such key',
    context: { key: id },
    hint: 'run "key list"',
  });
}

/** Replaces the password that opened the repository: the new key is stored and proven before the old one goes.
 *  Call it under an exclusive lock; open the repository anew afterwards. */
export async function changePassword(repository: Repository, options: NewKeyOptions): Promise<KeyId> {
  const id = await addKey(repository, options);
  await repository.removeFile('keys', repository.keyId, { signal: options.signal });
  return id;
}

export function passwordEmpty(): LumbungError {
  return new LumbungError('PASSWORD_EMPTY', {
    kind: 'operator',
    message: 'an empty password protects nothing',
    hint: 'give a password, or say --insecure-no-password if that is what you want',
  });
}

function keyMissing(backend: Backend): LumbungError {
  return new LumbungError('KEY_MISSING', {
    kind: 'corruption',
    message: 'the repository has a config but no key: nobody can open it',
    context: { repository: backend.location },
    hint: 'restore the files of the folder "keys" from a copy of the repository',
  });
}

function keyFileInvalid(id: KeyId, problem: string, cause?: unknown): LumbungError {
  return new LumbungError('KEY_FILE_INVALID', {
    kind: 'corruption',
    message: `key ${id} is damaged: ${problem}`,
    context: { key: id },
    hint: 'restore the file from a copy of the repository, or use the password of another key',
    cause,
  });
}
