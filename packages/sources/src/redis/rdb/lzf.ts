import { corruptRdb } from './rdb-error.ts';

const LITERAL_CONTROL_MAX = 32;
const LONG_LENGTH = 7;
/** Three bytes stand for at most 264. */
const RATIO_MAX = 264;

/**
 * Undoes LZF, the compression of long strings in RDB files.
 *
 * @throws LumbungError REDIS_RDB_CORRUPT when the result is not exactly `sizeBytes` long; nothing is allocated when it
 *   cannot be
 * @see liblzf, lzf_d.c
 */
export function decompressLzf(input: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes > input.length * RATIO_MAX) throw corruptRdb('a compressed string claims an impossible length');
  const output = Buffer.allocUnsafe(sizeBytes);
  let from = 0;
  let to = 0;
  while (from < input.length) {
    const control = input[from] as number; // in range: the loop's condition
    from += 1;
    if (control < LITERAL_CONTROL_MAX) {
      const length = control + 1;
      if (from + length > input.length || to + length > sizeBytes) throw corruptRdb('a compressed string overflows');
      output.set(input.subarray(from, from + length), to);
      from += length;
      to += length;
      continue;
    }
    let length = control >> 5;
    if (length === LONG_LENGTH) {
      length += input[from] ?? NaN;
      from += 1;
    }
    length += 2;
    const back = ((control & 31) << 8) + (input[from] ?? NaN) + 1;
    from += 1;
    // NaN, from behind the end, is refused here as well.
    if (!(to + length <= sizeBytes) || !(back <= to)) throw corruptRdb('a compressed string points outside itself');
    // Byte by byte: the copy may overlap with what it writes.
    for (const end = to + length; to < end; to += 1) output[to] = output[to - back] as number;
  }
  if (to !== sizeBytes) throw corruptRdb('a compressed string is shorter than it claims');
  return output;
}
