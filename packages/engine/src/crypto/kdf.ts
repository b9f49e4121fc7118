import { scrypt } from 'node:crypto';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import { MasterKey } from './master-key.ts';

export const SALT_BYTES = 64;
const KEY_BYTES = 64;

/** scrypt parameters as a key file holds them. */
export interface KdfParams {
  /** Cost, a power of two. */
  readonly n: number;
  /** Block size. */
  readonly r: number;
  /** Passes. */
  readonly p: number;
  /** 64 bytes. */
  readonly salt: Buffer;
}

/** A key file is untrusted: more than this would be an attack on our memory, not protection of a password. */
const MEMORY_BYTES_MAX = 2 ** 30;
const WORK_MAX = 2 ** 34;

function invalid(reason: string): LumbungError {
  return new LumbungError('KEY_KDF_INVALID', {
    kind: 'corruption',
    message: `the key file asks for impossible key derivation: ${reason}`,
    context: { reason },
    hint: 'use another key of this repository',
  });
}

function checkParams({ n, r, p, salt }: KdfParams): void {
  if (![n, r, p].every(Number.isSafeInteger)) throw invalid('parameters are not whole numbers');
  if (n < 2 || !Number.isInteger(Math.log2(n))) throw invalid('N is not a power of two');
  if (r < 1 || p < 1 || r * p >= 2 ** 30) throw invalid('r and p are out of range');
  if (128 * n * r > MEMORY_BYTES_MAX || 128 * n * r * p > WORK_MAX) throw invalid('the parameters are too large');
  if (salt.length !== SALT_BYTES) throw invalid('the salt is not 64 bytes long');
}

/** Derives a password's key with scrypt, off the main thread.
 *  @throws LumbungError KEY_KDF_INVALID (corruption) @see RFC 7914 */
export async function deriveUserKey(password: Uint8Array, params: KdfParams): Promise<MasterKey> {
  checkParams(params);
  const { n, r, p, salt } = params;
  // Node refuses more memory than it was told; the algorithm needs N blocks and p working blocks.
  const maxmem = 128 * n * r + 128 * r * p + 2 ** 20;
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N: n, r, p, maxmem }, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
  return MasterKey.ofBytes(bytes);
}

const CALIBRATION_N = 2 ** 15;
const BLOCK_SIZE = 8;
const TARGET_MS = 500;
const PASSES_MIN = 3;
const PASSES_MAX = 6;

/** Parameters for a new key: 32 MiB of memory and as many passes as take about half a second on this machine, at least
 *  three (the least that OWASP's password guidance pairs with this much memory) and at most six. */
export async function calibrateKdf(clock: Clock, random: Random): Promise<KdfParams> {
  const probe: KdfParams = { n: CALIBRATION_N, r: BLOCK_SIZE, p: 1, salt: random.bytes(SALT_BYTES) };
  const beganMs = clock.monotonicMs();
  await deriveUserKey(Buffer.from('calibration'), probe);
  const onePassMs = Math.max(clock.monotonicMs() - beganMs, 1);
  const passes = Math.min(PASSES_MAX, Math.max(PASSES_MIN, Math.floor(TARGET_MS / onePassMs)));
  return { n: CALIBRATION_N, r: BLOCK_SIZE, p: passes, salt: random.bytes(SALT_BYTES) };
}
