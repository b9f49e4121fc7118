// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS. Sources: RFC 5802, RFC 7677, RFC 5929 (tls-server-end-point), RFC 4013 (SASLprep);
// PostgreSQL documentation, "SASL Authentication".
import { createHash, createHmac, pbkdf2, timingSafeEqual, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { LumbungError } from '@lumbung/stdx';
import { protocolError } from './protocol-error.ts';

const NONCE_BYTES = 18;
const HASH_BYTES = 32;
/** The server names the count: a hostile one must not keep us busy for hours. PostgreSQL's default is 4096. */
const ITERATIONS_MAX = 1_000_000;
const SALT_BYTES_MAX = 1024;

const derive = promisify(pbkdf2);

/** One login. `first()`, then `answer()` with what the server said, then `checkServer()`: it proves that the server knows
 *  the password too. */
export class ScramLogin {
  readonly mechanism: string;
  readonly #password: string;
  readonly #nonce: string;
  readonly #header: string;
  readonly #bindingData: Buffer;
  #serverSignature: Buffer | undefined;

  /** `serverMechanisms` as offered; `certificate` is the server's, in DER, where the connection is encrypted. */
  constructor(options: {
    readonly serverMechanisms: readonly string[];
    readonly password: string;
    readonly nonce: Buffer;
    readonly certificate: Buffer | undefined;
  }) {
    const { serverMechanisms, certificate } = options;
    const binding = certificate === undefined ? undefined : endPointOf(certificate);
    if (binding !== undefined && serverMechanisms.includes('SCRAM-SHA-256-PLUS')) {
      this.mechanism = 'SCRAM-SHA-256-PLUS';
      this.#header = 'p=tls-server-end-point,,';
      this.#bindingData = binding;
    } else if (serverMechanisms.includes('SCRAM-SHA-256')) {
      this.mechanism = 'SCRAM-SHA-256';
      // `y`: we could have bound the channel, the server seems not to. One that can then refuses: somebody stands between.
      this.#header = binding === undefined ? 'n,,' : 'y,,';
      this.#bindingData = Buffer.alloc(0);
    } else {
      throw new LumbungError('DB_LOGIN_METHOD_UNKNOWN', {
        kind: 'operator',
        message: 'the server asks for a way to log in that is not supported',
        context: { detail: serverMechanisms.join(', ').slice(0, 100) },
        hint: 'use scram-sha-256 in pg_hba.conf of the server',
      });
    }
    this.#password = options.password;
    this.#nonce = options.nonce.subarray(0, NONCE_BYTES).toString('base64');
  }

  static readonly nonceBytes = NONCE_BYTES;

  first(): string {
    // The user is the one of the start-up message: the server ignores a name here.
    return `${this.#header}n=,r=${this.#nonce}`;
  }

  async answer(serverFirst: string): Promise<string> {
    const { nonce, salt, iterations } = parseServerFirst(serverFirst, this.#nonce);
    const salted = await derive(prepare(this.#password), salt, iterations, HASH_BYTES, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const binding = Buffer.concat([Buffer.from(this.#header, 'latin1'), this.#bindingData]).toString('base64');
    const withoutProof = `c=${binding},r=${nonce}`;
    const authMessage = `n=,r=${this.#nonce},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage);
    const proof = Buffer.from(clientKey.map((byte, idx) => byte ^ (signature[idx] ?? 0)));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  checkServer(serverFinal: string): void {
    const said = Buffer.from(fieldOf(serverFinal, 'v') ?? '', 'base64');
    const expected = this.#serverSignature;
    if (expected === undefined || said.length !== expected.length || !timingSafeEqual(said, expected)) {
      throw new LumbungError('DB_SERVER_NOT_AUTHENTIC', {
        kind: 'operator',
        message: 'the server could not prove that it knows the password: somebody may stand between',
        hint: 'check the address of the server, and use TLS with a verified certificate',
      });
    }
  }
}

function parseServerFirst(text: string, clientNonce: string): { nonce: string; salt: Buffer; iterations: number } {
  const nonce = fieldOf(text, 'r') ?? '';
  const salt = Buffer.from(fieldOf(text, 's') ?? '', 'base64');
  const iterations = Number(fieldOf(text, 'i'));
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) throw protocolError('a foreign nonce');
  if (salt.length === 0 || salt.length > SALT_BYTES_MAX) throw protocolError('a login without salt');
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > ITERATIONS_MAX) {
    throw protocolError(`a login of ${iterations} iterations`);
  }
  return { nonce, salt, iterations };
}

function fieldOf(text: string, name: string): string | undefined {
  return text
    .split(',')
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(2);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/** SASLprep where it changes a password people type: compatibility forms, odd blanks, invisible characters. A password it
 *  prohibits is taken as it is, which is what the server does. */
function prepare(password: string): Buffer {
  const isProhibited = /[\u0000-\u001F\u007F-\u009F\uE000-\uF8FF\uFFF9-\uFFFD\uD800-\uDFFF]/u.test(password);
  if (isProhibited) return Buffer.from(password, 'utf8');
  const mapped = [...password.replace(/[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu, ' ')]
    .filter((char) => !isInvisible(char.codePointAt(0) ?? 0))
    .join('');
  return Buffer.from(mapped.normalize('NFKC'), 'utf8');
}

/** RFC 3454, table B.1. */
function isInvisible(code: number): boolean {
  return (
    [0xad, 0x34f, 0x1806, 0x200c, 0x200d, 0x2060, 0xfeff].includes(code) ||
    inRange(code, 0x180b, 0x180d) ||
    inRange(code, 0xfe00, 0xfe0f)
  );
}

function inRange(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

/** RFC 5929: the certificate under the hash of its signature, where MD5 and SHA-1 count as SHA-256. Undefined when the
 *  signature has no single hash (RSA-PSS, Ed25519): such a channel cannot be bound. */
function endPointOf(certificate: Buffer): Buffer | undefined {
  const algorithm = new X509Certificate(certificate).signatureAlgorithm?.toLowerCase() ?? '';
  const [, name] = /(md5|sha1|sha224|sha256|sha384|sha512)(?!\d)/.exec(algorithm.replaceAll('-', '')) ?? [];
  if (name === undefined) return undefined;
  return createHash(name === 'md5' || name === 'sha1' ? 'sha256' : name)
    .update(certificate)
    .digest();
}
