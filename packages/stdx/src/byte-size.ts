import { LumbungError } from './errors.ts';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

/** Reads `500`, `500k`, `1.5G`, `2TiB`: suffixes are powers of 1024, as restic reads them.
 *  @throws LumbungError BYTE_SIZE_INVALID (operator) */
export function parseByteSize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtb]?)(?:i?b)?\s*$/i.exec(text);
  const bytes =
    match === null ? Number.NaN : Number(match[1]) * (FACTORS[(match[2] ?? '').toLowerCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(Math.floor(bytes))) {
    throw new LumbungError('BYTE_SIZE_INVALID', {
      kind: 'operator',
      message: `not a size: ${text}`,
      context: { text },
      hint: 'write a number with an optional suffix k, m, g or t, for example 500M',
    });
  }
  return Math.floor(bytes);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1536` → `1.500 KiB`: three digits after the point, as restic prints sizes. */
export function formatByteSize(bytes: number): string {
  let value = bytes;
  let unitIdx = 0;
  while (value >= 1024 && unitIdx < UNITS.length - 1) {
    value /= 1024;
    unitIdx += 1;
  }
  return unitIdx === 0 ? `${bytes} B` : `${value.toFixed(3)} ${UNITS[unitIdx]}`;
}
