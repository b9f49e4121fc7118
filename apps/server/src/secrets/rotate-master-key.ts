import { LumbungError, type Random } from '@lumbung/stdx';
import type { MasterKeySource } from '../config/settings.ts';
import { loadMasterKeys, type MasterKeys, newMasterKey, writeKeyFile } from './master-key.ts';
import type { SecretVault } from './secret-vault.ts';

/**
 * Gives the installation another master key:
 *
 * 1. the new key is written into the file, before the old one: from here on it seals, and both open;
 * 2. every value is sealed again, a hundred to a transaction;
 * 3. the old key is taken out of the file.
 *
 * It may die between any two of its steps: whoever starts next finds two keys, can open everything, and goes on at 2 with
 * `finishRotation`.
 * @throws LumbungError MASTER_KEY_GIVEN (operator): a key from the environment is rotated by who sets it: new,old
 */
export async function rotateMasterKey(
  vault: SecretVault,
  {
    source,
    random,
    signal,
  }: { readonly source: MasterKeySource; readonly random: Random; readonly signal: AbortSignal },
): Promise<MasterKeys> {
  if (source.kind === 'given') {
    throw new LumbungError('MASTER_KEY_GIVEN', {
      kind: 'operator',
      message: 'the master key comes from the environment, where Lumbung cannot replace it',
      hint: 'set LUMBUNG_MASTER_KEY to the new key, a comma and the old one, and start again; then leave the old one out',
    });
  }
  const before = await loadMasterKeys(source, random);
  // One that was broken off is finished by another: no key is forgotten while something is sealed with it.
  const during: MasterKeys = { current: newMasterKey(random), former: [before.current, ...before.former] };
  await writeKeyFile(source.path, during, random);
  return await finishRotation(vault, during, { source, random, signal });
}

/** Goes on with a rotation that was broken off; without one it does nothing. */
export async function finishRotation(
  vault: SecretVault,
  keys: MasterKeys,
  {
    source,
    random,
    signal,
  }: { readonly source: MasterKeySource; readonly random: Random; readonly signal: AbortSignal },
): Promise<MasterKeys> {
  vault.use(keys);
  if (keys.former.length === 0) return keys;
  await vault.sealAgain(signal);
  // In the environment the old key stays until somebody takes it out; it opens nothing any more.
  if (source.kind === 'given') return keys;
  const after: MasterKeys = { current: keys.current, former: [] };
  await writeKeyFile(source.path, after, random);
  vault.use(after);
  return after;
}
