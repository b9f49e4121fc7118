import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** 64 hexadecimal digits. A text counts as its UTF-8. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

export interface RunningDigest {
  update(content: Uint8Array | string): void;
  /** Of everything so far; more may follow. */
  hex(): string;
}

/** SHA-256 of what comes in pieces. */
export function runningSha256(): RunningDigest {
  const hash = createHash('sha256');
  return {
    update: (content) => {
      hash.update(content);
    },
    hex: () => hash.copy().digest('hex'),
  };
}

/** HMAC-SHA-256, 64 hexadecimal digits. */
export function hmacSha256(key: Uint8Array, content: Uint8Array | string): string {
  return createHmac('sha256', key).update(content).digest('hex');
}

/** HKDF-SHA-256 without salt: a key for one purpose, from which neither `key` nor one of another purpose can be told.
 *  @see RFC 5869 */
export function deriveKey(key: Uint8Array, purpose: string, lengthBytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), purpose, lengthBytes));
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  const [bytesOfA, bytesOfB] = [Buffer.from(a), Buffer.from(b)];
  return bytesOfA.length === bytesOfB.length && timingSafeEqual(bytesOfA, bytesOfB);
}
