import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { describeError, errnoOf, LumbungError, type Random } from '@lumbung/stdx';
import type { MasterKeySource } from '../config/settings.ts';
import { deriveKey, sha256 } from '../crypto/digest.ts';
import { KEY_BYTES } from '../crypto/seal.ts';

/** What opens every sealed value. The database never holds it. */
export interface MasterKey {
  /** Tells keys apart; says nothing about the key. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The key that seals, and those that still open: more than one only while a rotation is under way. */
export interface MasterKeys {
  readonly current: MasterKey;
  readonly former: readonly MasterKey[];
}

const FILE_MODE = 0o600;
/** A file of keys is a line for each. */
const FILE_BYTES_MAX = 4096;

export function newMasterKey(random: Random): MasterKey {
  return masterKeyOf(random.bytes(KEY_BYTES));
}

function masterKeyOf(bytes: Uint8Array): MasterKey {
  return { id: sha256(deriveKey(bytes, 'lumbung master key id')).slice(0, 16), bytes };
}

/** As it stands in the file, in the environment and in the recovery kit: 43 signs of base64url. */
export function masterKeyText(key: MasterKey): string {
  return Buffer.from(key.bytes).toString('base64url');
}

/** @throws LumbungError MASTER_KEY_INVALID (operator), which does not show it */
export function parseMasterKeys(text: string, place: string): MasterKeys {
  const [first, ...rest] = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const bytes = bytesOf(word);
      if (bytes?.length !== KEY_BYTES) throw invalid(place);
      return masterKeyOf(bytes);
    });
  if (first === undefined) throw invalid(place);
  return { current: first, former: rest };
}

function bytesOf(word: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(word)) return Buffer.from(word, 'hex');
  if (!/^[A-Za-z0-9_+/-]{43}=?$/.test(word)) return undefined;
  const bytes = Buffer.from(word, 'base64');
  // A sign that says more bits than there are was mistyped.
  return bytes.toString('base64url') === word.replaceAll('+', '-').replaceAll('/', '_').replace(/=$/, '')
    ? bytes
    : undefined;
}

/** The keys from where the settings say; a file that is not there is made, once, and never overwritten.
 *  @throws LumbungError MASTER_KEY_INVALID, MASTER_KEY_EXPOSED, MASTER_KEY_UNREADABLE (operator) */
export async function loadMasterKeys(source: MasterKeySource, random: Random): Promise<MasterKeys> {
  if (source.kind === 'given') return parseMasterKeys(source.text, 'LUMBUNG_MASTER_KEY');
  try {
    return await readKeyFile(source.path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw asUnreadable(source.path, error);
  }
  try {
    await createKeyFile(source.path, newMasterKey(random), random);
    return await readKeyFile(source.path);
  } catch (error) {
    throw asUnreadable(source.path, error);
  }
}

async function readKeyFile(file: string): Promise<MasterKeys> {
  await using handle = await open(file, 'r');
  const { mode, size } = await handle.stat();
  if ((mode & 0o077) !== 0) {
    throw new LumbungError('MASTER_KEY_EXPOSED', {
      kind: 'operator',
      message: `others than its owner may read the master key ${file}`,
      context: { path: file },
      hint: `run: chmod 600 ${file}; if somebody may have seen it, rotate it`,
    });
  }
  if (size > FILE_BYTES_MAX) throw invalid(file);
  return parseMasterKeys(await handle.readFile('utf8'), file);
}

/** All of it, or no file: a key that was half written would seal what nobody can open. Of two starts at once one makes it. */
async function createKeyFile(file: string, key: MasterKey, random: Random): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = await writeDraft(file, `${masterKeyText(key)}\n`, random);
  try {
    // Unlike a rename, it fails where a file is.
    await link(draft, file);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(path.dirname(file));
}

/** Replaces what the file holds; either the old content is there after a crash or the new one.
 *  @throws LumbungError MASTER_KEY_UNREADABLE (operator) */
export async function writeKeyFile(file: string, keys: MasterKeys, random: Random): Promise<void> {
  try {
    const text = [keys.current, ...keys.former].map((key) => `${masterKeyText(key)}\n`).join('');
    const draft = await writeDraft(file, text, random);
    await rename(draft, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    throw asUnreadable(file, error);
  }
}

async function writeDraft(file: string, text: string, random: Random): Promise<string> {
  const draft = `${file}.${random.bytes(6).toString('hex')}.new`;
  const handle: FileHandle = await open(draft, 'wx', FILE_MODE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

function invalid(place: string): LumbungError {
  return new LumbungError('MASTER_KEY_INVALID', {
    kind: 'operator',
    message: `what ${place} holds is no master key`,
    context: { place },
    hint: 'a master key is 43 letters, digits, - and _, as it stands in the recovery kit',
  });
}

function asUnreadable(file: string, error: unknown): unknown {
  if (error instanceof LumbungError) return error;
  return new LumbungError('MASTER_KEY_UNREADABLE', {
    kind: 'operator',
    message: `the master key ${file} cannot be read or written: ${describeError(error)}`,
    context: { path: file },
    hint: 'check that Lumbung owns the file and its folder, and that the disk has room',
    cause: error,
  });
}
