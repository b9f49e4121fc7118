import type { Random } from '@lumbung/stdx';
import type { PackId } from '../format/ids.ts';
import type { ReadDataSelection } from './check-report.ts';

export interface CheckedPack {
  readonly packNr: number;
  readonly id: PackId;
  readonly sizeBytes: number;
}

/** The packs to read. A random part has at least one pack, if there is any. */
export function selectPacks(
  packs: readonly CheckedPack[],
  selection: ReadDataSelection,
  random: Random,
): readonly CheckedPack[] {
  switch (selection.kind) {
    case 'none':
      return [];
    case 'all':
      return packs;
    case 'bucket':
      return packs.filter(({ id }) => Number.parseInt(id.slice(0, 2), 16) % selection.of === selection.bucket - 1);
    case 'percent':
      return randomPart(packs, selection.percent / 100, random);
    case 'bytes': {
      const totalBytes = packs.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
      return totalBytes <= selection.bytes ? packs : randomPart(packs, selection.bytes / totalBytes, random);
    }
    default:
      return selection satisfies never;
  }
}

function randomPart(packs: readonly CheckedPack[], part: number, random: Random): readonly CheckedPack[] {
  const count = Math.min(packs.length, Math.max(1, Math.floor(packs.length * part)));
  // The first steps of a shuffle: `count` of them.
  const shuffled = [...packs];
  for (let at = 0; at < count; at += 1) {
    const from = at + Math.floor((random.bytes(6).readUIntLE(0, 6) / 2 ** 48) * (shuffled.length - at));
    const picked = shuffled[from];
    const displaced = shuffled[at];
    if (picked === undefined || displaced === undefined) break;
    shuffled[at] = picked;
    shuffled[from] = displaced;
  }
  return shuffled.slice(0, count);
}
