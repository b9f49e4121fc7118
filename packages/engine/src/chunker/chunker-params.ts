import { assert } from '@lumbung/stdx';
import type { Polynomial } from './polynomial.ts';

/** Where content may be cut. */
export interface ChunkerParams {
  readonly polynomial: Polynomial;
  /** No chunk but the last is shorter. */
  readonly minBytes: number;
  /** No chunk is longer. */
  readonly maxBytes: number;
  /** A place is a candidate when this many low bits of the fingerprint are zero. */
  readonly averageBits: number;
}

/** The cut that every client of the format makes: 512 KiB to 8 MiB, one candidate in 2^20 places. */
export function standardChunker(polynomial: Polynomial): ChunkerParams {
  return { polynomial, minBytes: 512 * 1024, maxBytes: 8 * 1024 * 1024, averageBits: 20 };
}

const SMALL_AVERAGE_BYTES_MIN = 4 * 1024;
const SMALL_AVERAGE_BYTES_MAX = 1024 * 1024;

/** A finer cut, for content that changes in small places. Chunks are about `averageBytes` long, a quarter of that at
 *  least and eight times that at most. @param averageBytes 4 KiB to 1 MiB; rounded down to a power of two */
export function smallCutChunker(polynomial: Polynomial, averageBytes: number): ChunkerParams {
  assert(
    averageBytes >= SMALL_AVERAGE_BYTES_MIN && averageBytes <= SMALL_AVERAGE_BYTES_MAX,
    'a small cut is 4 KiB to 1 MiB on average',
  );
  const averageBits = Math.floor(Math.log2(averageBytes));
  const average = 2 ** averageBits;
  return { polynomial, minBytes: average / 4, maxBytes: average * 8, averageBits };
}
