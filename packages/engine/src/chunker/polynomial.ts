import { type Brand, LumbungError, type Random } from '@lumbung/stdx';

/** An irreducible polynomial over GF(2) of degree 53, as its bits. */
export type Polynomial = Brand<bigint, 'Polynomial'>;

export const POLYNOMIAL_DEGREE = 53;
const TRIES_MAX = 1_000_000;

/** Degree of a polynomial; -1 for zero. */
export function degreeOf(value: bigint): number {
  return value === 0n ? -1 : value.toString(2).length - 1;
}

/** Remainder of `value` divided by `divisor`. */
export function remainder(value: bigint, divisor: bigint): bigint {
  const divisorDegree = degreeOf(divisor);
  let rest = value;
  for (let degree = degreeOf(rest); degree >= divisorDegree; degree = degreeOf(rest)) {
    rest ^= divisor << BigInt(degree - divisorDegree);
  }
  return rest;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [high, low] = [a, b];
  while (low !== 0n) [high, low] = [low, remainder(high, low)];
  return high;
}

/** The square: over GF(2) the bits with a zero between each two. */
function square(value: bigint): bigint {
  return BigInt(`0b${[...value.toString(2)].join('0')}`);
}

/** Whether a polynomial has no factor but itself. @see M. Ben-Or, Probabilistic algorithms in finite fields (1981) */
export function isIrreducible(value: bigint): boolean {
  const degree = degreeOf(value);
  if (degree < 1) return false;
  let power = 2n; // x, then x to the powers of 2^i
  for (let step = 1; step <= Math.floor(degree / 2); step += 1) {
    power = remainder(square(power), value);
    if (greatestCommonDivisor(value, power ^ 2n) !== 1n) return false;
  }
  return true;
}

/** Hex without leading zeros, as the config stores it. */
export function polynomialHex(polynomial: Polynomial): string {
  return polynomial.toString(16);
}

/** @throws LumbungError CONFIG_POLYNOMIAL_INVALID (corruption): no hex, another degree, or reducible */
export function parsePolynomial(hex: string): Polynomial {
  const value = /^[0-9a-f]{1,16}$/.test(hex) ? BigInt(`0x${hex}`) : 0n;
  if (degreeOf(value) !== POLYNOMIAL_DEGREE || !isIrreducible(value)) {
    throw new LumbungError('CONFIG_POLYNOMIAL_INVALID', {
      kind: 'corruption',
      message: 'the config of the repository names a polynomial that cannot cut content',
      context: { polynomial: hex.slice(0, 32) },
    });
  }
  return value as Polynomial; // checked above
}

/** A new polynomial from chance, as every repository has its own. */
export function createPolynomial(random: Random): Polynomial {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const bits = random.bytes(8).readBigUInt64LE() & (2n ** 54n - 1n);
    const value = bits | (2n ** 53n) | 1n;
    if (isIrreducible(value)) return value as Polynomial; // checked here
  }
  throw new LumbungError('BUG_NO_POLYNOMIAL', { kind: 'bug', message: 'chance gives no irreducible polynomial' });
}
