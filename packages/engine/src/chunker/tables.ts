import { POLYNOMIAL_DEGREE, type Polynomial, remainder } from './polynomial.ts';

export const WINDOW_BYTES = 64;

/** Bits to shift a digest right by for its top byte. */
export const DIGEST_SHIFT = POLYNOMIAL_DEGREE - 8;

/** What the rolling fingerprint looks up. */
export interface ChunkerTables {
  /** By byte: what it adds to a digest when 63 more have come after it; xor takes it out. */
  readonly out: BigUint64Array;
  /** By top byte of a digest: xor takes it off after a shift and puts its remainder in. */
  readonly mod: BigUint64Array;
}

const cache = new Map<Polynomial, ChunkerTables>();

/** The tables of a polynomial; made once. @see docs/design/repository-format.md#chunker */
export function chunkerTables(polynomial: Polynomial): ChunkerTables {
  const known = cache.get(polynomial);
  if (known !== undefined) return known;
  const out = new BigUint64Array(256);
  const mod = new BigUint64Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let hash = remainder(BigInt(byte), polynomial);
    for (let shift = 1; shift < WINDOW_BYTES; shift += 1) hash = remainder(hash << 8n, polynomial);
    out[byte] = hash;
    const top = BigInt(byte) << BigInt(POLYNOMIAL_DEGREE);
    mod[byte] = remainder(top, polynomial) | top;
  }
  const tables = { out, mod };
  cache.set(polynomial, tables);
  return tables;
}
