import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import { parseRepositoryAddress } from '../repository-address.ts';
import type { Verdict } from './check-series.ts';

/** Room for growth: a copy may be larger than the last one. */
const FORECAST_FACTOR = 1.3;

/** Bytes that are free where a repository lies; undefined: this kind of storage does not tell. */
export async function freeBytesAt(address: string): Promise<number | undefined> {
  const parsed = parseRepositoryAddress(address, '/');
  switch (parsed.driver) {
    case 'local':
      return await freeBytesIn(parsed.path);
  }
}

/** Of the nearest folder that exists: one that is to be made has the space of its parent. */
export async function freeBytesIn(folder: string): Promise<number> {
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || place === path.dirname(place)) throw error;
    }
  }
}

/** @param expectedBytes what the copy is expected to add, by the last ones; undefined: nobody knows
 *  @throws LumbungError DESTINATION_SPACE_SHORT (operator) */
export async function judgeFreeSpace(
  address: string,
  { expectedBytes = 0, freeBytesMin }: { readonly expectedBytes?: number | undefined; readonly freeBytesMin: number },
): Promise<Verdict> {
  const freeBytes = await freeBytesAt(address);
  if (freeBytes === undefined) return { result: 'pass', message: 'the storage does not tell how much is free' };
  const neededBytes = Math.ceil(expectedBytes * FORECAST_FACTOR) + freeBytesMin;
  if (freeBytes >= neededBytes) {
    return { result: 'pass', message: `${freeBytes} bytes are free, ${neededBytes} are expected to be needed` };
  }
  throw new LumbungError('DESTINATION_SPACE_SHORT', {
    kind: 'operator',
    message: `too little space where copies go: ${freeBytes} bytes are free, ${neededBytes} are expected to be needed`,
    context: { freeBytes, neededBytes },
    hint: 'free some space or add a disk; old copies that are no longer needed go by the retention of the procedure',
  });
}
