/** Of the field, of the group, and of the curve: RFC 8032, section 5.1. */
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const BASE: Point = extended(
  15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  46316835694926478169428394003475163141307993866256225615783033603165251855960n,
);

interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly t: bigint;
}

type Hash = (...parts: Uint8Array[]) => Buffer;

/**
 * A signature as MariaDB's `client_ed25519` wants it: Ed25519, but with the hash of the password where the standard has
 * that of a seed of 32 bytes; no library takes such a key. The time it takes depends on the password, and is seen by
 * nobody but this machine.
 *
 * @returns 64 bytes
 * @see https://mariadb.com/kb/en/connection/#client_ed25519-plugin
 * @see https://www.rfc-editor.org/rfc/rfc8032#section-5.1.6
 */
export function signEd25519(password: Uint8Array, message: Uint8Array, sha512: Hash): Buffer {
  const key = sha512(password);
  const scalar = clamped(key.subarray(0, 32));
  const publicKey = compressed(multiplied(scalar));
  const nonce = numberOf(sha512(key.subarray(32), message)) % L;
  const commitment = compressed(multiplied(nonce));
  const challenge = numberOf(sha512(commitment, publicKey, message)) % L;
  return Buffer.concat([commitment, bytesOf((nonce + challenge * scalar) % L)]);
}

function clamped(bytes: Buffer): bigint {
  const low = numberOf(bytes) & ((1n << 254n) - 8n);
  return low | (1n << 254n);
}

function extended(x: bigint, y: bigint): Point {
  return { x, y, z: 1n, t: modulo(x * y) };
}

function multiplied(scalar: bigint): Point {
  let sum = extended(0n, 1n);
  let double = BASE;
  for (let left = scalar; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) sum = added(sum, double);
    double = added(double, double);
  }
  return sum;
}

/** Complete: also for equal points. RFC 8032, section 5.1.4. */
function added(p: Point, q: Point): Point {
  const a = modulo((p.y - p.x) * (q.y - q.x));
  const b = modulo((p.y + p.x) * (q.y + q.x));
  const c = modulo(2n * p.t * q.t * D);
  const d = modulo(2n * p.z * q.z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { x: modulo(e * f), y: modulo(g * h), z: modulo(f * g), t: modulo(e * h) };
}

function compressed({ x, y, z }: Point): Buffer {
  const inverse = power(z, P - 2n);
  const affineX = modulo(x * inverse);
  return bytesOf(modulo(y * inverse) | ((affineX & 1n) << 255n));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

function modulo(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}
