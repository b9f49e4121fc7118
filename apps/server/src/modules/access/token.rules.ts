// Tokens for programs: `lmb_` and 256 bits of chance. Only their SHA-256 is kept: with that much chance a slow hash adds
// nothing. The fixed beginning lets scanners of code find one that was published by mistake.
import type { Random } from '@lumbung/stdx';
import { sha256 } from '../../crypto/digest.ts';

const PREFIX = 'lmb_';
const TOKEN_BYTES = 32;
const TOKEN = /^lmb_[A-Za-z0-9_-]{43}$/;
const SHOWN_CHARS = 10;

export interface NewToken {
  /** Shown once. */
  readonly token: string;
  readonly hash: string;
  readonly shownPrefix: string;
}

export function makeToken(random: Random): NewToken {
  const token = `${PREFIX}${random.bytes(TOKEN_BYTES).toString('base64url')}`;
  return { token, hash: hashSecret(token), shownPrefix: token.slice(0, SHOWN_CHARS) };
}

/** The token of an Authorization header; `malformed`: there is something else. */
export function bearerToken(
  header: string | null,
): { readonly kind: 'none' | 'malformed' } | { readonly kind: 'token'; readonly token: string } {
  if (header === null) return { kind: 'none' };
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? '';
  return TOKEN.test(token) ? { kind: 'token', token } : { kind: 'malformed' };
}

/** A secret that chance made, as it is stored: 64 hexadecimal digits. Never of a password. */
export function hashSecret(secret: string): string {
  return sha256(secret);
}

const CODE_DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A code that a person types: groups of four of 32 signs that nobody takes for another. */
export function makeTypedCode(random: Random, groups: number): string {
  const signs = Array.from(random.bytes(groups * 4), (byte) => CODE_DIGITS[byte % 32]).join('');
  return (signs.match(/.{4}/g) ?? []).join('-');
}

/** What was meant by what was typed: capitals, blanks, hyphens, and letters that look like digits do not matter. */
export function plainTypedCode(typed: string): string {
  return typed
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
}
