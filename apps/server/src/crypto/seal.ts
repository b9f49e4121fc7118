import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '@lumbung/stdx';

const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;
/** Random nonces: 2^32 seals under one key before two of them would be likely to meet. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts `content` so that only `key` opens it, and only beside the same `bound` (what it belongs to: not hidden, but
 *  sealed in). Nonce, ciphertext and tag behind one another. AES-256-GCM. */
export function seal(
  content: Uint8Array,
  { key, bound, random }: { readonly key: Uint8Array; readonly bound: string; readonly random: Random },
): Buffer {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** What `seal` sealed; undefined when key or `bound` is another one, or a bit of it was changed. */
export function openSeal(
  sealed: Uint8Array,
  { key, bound }: { readonly key: Uint8Array; readonly bound: string },
): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const content = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([content, decipher.final()]);
  } catch {
    // Node says no more than this either.
    return undefined;
  }
}
