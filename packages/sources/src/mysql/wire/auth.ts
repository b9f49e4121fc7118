import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import { LumbungError } from '@lumbung/stdx';
import type { Secret } from '../../process/secret.ts';
import { signEd25519 } from './ed25519.ts';
import { protocolError } from './protocol-error.ts';

export interface AuthContext {
  readonly password: Secret | undefined;
  readonly nonce: Buffer;
  /** Nobody on the way can read it: encrypted, or it does not leave the machine. */
  readonly isPrivate: boolean;
}

/**
 * The first answer to a server that wants `plugin`.
 *
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods.html
 * @throws LumbungError DB_LOGIN_METHOD_UNKNOWN, DB_PASSWORD_EXPOSED (operator)
 */
export function firstAnswer(plugin: string, { password, nonce, isPrivate }: AuthContext): Buffer {
  const secret = Buffer.from(password?.reveal() ?? '');
  switch (plugin) {
    case 'mysql_native_password':
      return secret.length === 0 ? Buffer.alloc(0) : nativeAnswer(secret, nonce);
    case 'caching_sha2_password':
      return secret.length === 0 ? Buffer.alloc(0) : cachingAnswer(secret, nonce);
    // Of MariaDB.
    case 'client_ed25519':
      return signEd25519(secret, nonce, (...parts) => digest('sha512', ...parts));
    // Who asks is known to the kernel.
    case 'auth_socket':
    case 'unix_socket':
      return Buffer.alloc(0);
    case 'mysql_clear_password':
      if (!isPrivate) throw exposed();
      return Buffer.concat([secret, Buffer.of(0)]);
    default:
      throw new LumbungError('DB_LOGIN_METHOD_UNKNOWN', {
        kind: 'operator',
        message: `the database server asks for a way to log in that is not supported: ${plugin.slice(0, 80)}`,
        context: { method: plugin.slice(0, 80) },
        hint: 'give the backup user caching_sha2_password (MySQL), or ed25519 or mysql_native_password (MariaDB)',
      });
  }
}

const FAST_SUCCESS = 3;
const FULL_WANTED = 4;
const KEY_REQUEST = Buffer.of(2);

/**
 * The answer to more that a server asks within a login. Undefined: it said that all is well.
 *
 * @throws LumbungError DB_PROTOCOL_ERROR
 */
export function furtherAnswer(plugin: string, asked: Buffer, { password, nonce, isPrivate }: AuthContext) {
  if (plugin !== 'caching_sha2_password') throw protocolError('a question in a login that has none');
  const secret = Buffer.from(`${password?.reveal() ?? ''}\0`);
  if (asked.length === 1 && asked[0] === FAST_SUCCESS) return undefined;
  if (asked.length === 1 && asked[0] === FULL_WANTED) return isPrivate ? secret : KEY_REQUEST;
  // Over a private connection nobody asks for a key, and so none is taken.
  if (isPrivate) throw protocolError('an unknown question in a login');
  return encryptFor(asked, secret, nonce);
}

/** For a server that is reached in clear: only whoever holds its key can read the password. */
function encryptFor(pem: Buffer, secret: Buffer, nonce: Buffer): Buffer {
  const mixed = Buffer.from(secret.map((byte, byteIdx) => byte ^ (nonce[byteIdx % nonce.length] ?? 0)));
  try {
    const key = createPublicKey({ key: pem, format: 'pem' });
    if (key.asymmetricKeyType !== 'rsa') throw protocolError('a key that is not RSA');
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, mixed);
  } catch {
    // What the library says of a hostile key helps nobody.
    throw protocolError('a public key that is none');
  }
}

function exposed(): LumbungError {
  return new LumbungError('DB_PASSWORD_EXPOSED', {
    kind: 'operator',
    message: 'the database server asks for the password in clear over a connection that is not encrypted',
    hint: 'use TLS, or another way to log in for the backup user',
  });
}

function nativeAnswer(password: Buffer, nonce: Buffer): Buffer {
  const once = digest('sha1', password);
  return xor(once, digest('sha1', nonce, digest('sha1', once)));
}

function cachingAnswer(password: Buffer, nonce: Buffer): Buffer {
  const once = digest('sha256', password);
  return xor(once, digest('sha256', digest('sha256', once), nonce));
}

function digest(algorithm: 'sha1' | 'sha256' | 'sha512', ...parts: Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, byteIdx) => byte ^ (b[byteIdx] ?? 0)));
}
