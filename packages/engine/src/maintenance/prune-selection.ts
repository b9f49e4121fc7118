import { LumbungError } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { PackListing } from './pack-listing.ts';
import type { PruneLimit, PruneOptions, PruneStatistics } from './prune-plan.ts';
import type { PruneSurvey } from './prune-survey.ts';

/** Fewer small packs than this are not worth the traffic. */
const SMALL_PACKS_MIN = 10;
/** A pack is small below this part of the size that all but a few packs of this repository reach … */
const SMALL_PART = 0.8;
const FEW_PART = 0.03;
/** … which is at least the smallest that a client may be told to write. */
const USUAL_BYTES_MIN = 4 * 2 ** 20;
const MAX_UNUSED_DEFAULT: PruneLimit = { kind: 'percent', percent: 5 };

export type PackFate = 'keep' | 'repack' | 'remove';

export interface PruneSelection {
  /** By pack number. A pack that is missing in the backend is removed. */
  readonly fates: readonly PackFate[];
  readonly statistics: PruneStatistics;
  readonly missingPackNrs: readonly number[];
}

export type SelectionOptions = Pick<
  PruneOptions,
  | 'maxUnused'
  | 'maxRepackBytes'
  | 'repackCacheableOnly'
  | 'repackUncompressed'
  | 'repackSmallerThanBytes'
  | 'recoverNoFreeSpace'
>;

/** What happens with each pack: restic's rules.
 *  @throws LumbungError PRUNE_PACK_MISSING, PRUNE_PACK_SIZE_WRONG (corruption): a pack with used blobs; PRUNE_LIMIT_INVALID (operator)
 *  @see docs/design/repository-format.md#prune */
export function selectFates(
  work: {
    readonly index: BlobIndex;
    readonly survey: PruneSurvey;
    readonly listing: Pick<PackListing, 'sizeOf' | 'unreferenced'>;
    readonly version: number;
  },
  options: SelectionOptions,
): PruneSelection {
  return new FateSelector(work, options).run();
}

class FateSelector {
  readonly #index: BlobIndex;
  readonly #survey: PruneSurvey;
  readonly #listing: Pick<PackListing, 'sizeOf' | 'unreferenced'>;
  readonly #version: number;
  readonly #options: SelectionOptions;
  readonly #fates: PackFate[];
  readonly #missing: number[] = [];
  readonly #candidates: number[] = [];
  readonly #smallCandidates: number[] = [];
  readonly #smallBytes: number;
  readonly #packs = { used: 0, partlyUsed: 0, unused: 0, keep: 0, repack: 0, remove: 0 };
  readonly #blobs = { repack: 0, repackRemove: 0, remove: 0 };
  readonly #bytes = { repack: 0, repackRemove: 0, remove: 0, uncompressed: 0 };

  constructor(
    work: {
      readonly index: BlobIndex;
      readonly survey: PruneSurvey;
      readonly listing: Pick<PackListing, 'sizeOf' | 'unreferenced'>;
      readonly version: number;
    },
    options: SelectionOptions,
  ) {
    this.#index = work.index;
    this.#survey = work.survey;
    this.#listing = work.listing;
    this.#version = work.version;
    this.#options = options;
    this.#fates = new Array<PackFate>(work.index.packCount).fill('keep');
    this.#smallBytes =
      options.repackSmallerThanBytes ??
      SMALL_PART * Math.max(USUAL_BYTES_MIN, usualPackBytes(work.survey, this.#fates.length));
  }

  run(): PruneSelection {
    for (let packNr = 0; packNr < this.#fates.length; packNr += 1) this.#sort(packNr);
    if (this.#smallCandidates.length >= SMALL_PACKS_MIN) this.#candidates.push(...this.#smallCandidates);
    else for (const packNr of this.#smallCandidates) this.#keep(packNr);
    this.#decideCandidates();
    return { fates: this.#fates, statistics: this.#statistics(), missingPackNrs: this.#missing };
  }

  #sort(packNr: number): void {
    const survey = this.#survey;
    const sizeBytes = this.#listing.sizeOf(packNr);
    const isUsed = (survey.usedBlobs[packNr] ?? 0) > 0;
    if (sizeBytes === undefined) {
      if (isUsed) throw packMissing(this.#index.packId(packNr));
      this.#missing.push(packNr);
      this.#remove(packNr);
      return;
    }
    if (isUsed && sizeBytes !== survey.sizeOf(packNr))
      throw packSizeWrong(this.#index.packId(packNr), sizeBytes, survey.sizeOf(packNr));
    if (this.#version >= 2 && survey.hasUncompressed(packNr)) this.#bytes.uncompressed += survey.sizeOf(packNr);
    const isPartlyUsed = isUsed && (survey.unusedBlobs[packNr] ?? 0) > 0;
    this.#packs[!isUsed ? 'unused' : isPartlyUsed ? 'partlyUsed' : 'used'] += 1;

    const content = survey.contentOf(packNr);
    if (!isUsed) this.#remove(packNr);
    else if (this.#options.recoverNoFreeSpace === true) this.#keep(packNr);
    else if (this.#options.repackCacheableOnly === true && content === 'data') this.#keep(packNr);
    else if (isPartlyUsed || content === 'mixed' || this.#mustCompress(packNr)) this.#candidates.push(packNr);
    else if (survey.sizeOf(packNr) >= this.#smallBytes) this.#keep(packNr);
    else this.#smallCandidates.push(packNr);
  }

  #mustCompress(packNr: number): boolean {
    if (this.#version === 1 || !this.#survey.hasUncompressed(packNr)) return false;
    return this.#survey.contentOf(packNr) === 'tree' || this.#options.repackUncompressed === true;
  }

  #decideCandidates(): void {
    const survey = this.#survey;
    const unusedMax = unusedBytesMax(this.#options.maxUnused ?? MAX_UNUSED_DEFAULT, survey.bytes.used);
    const repackMax = this.#options.maxRepackBytes ?? Number.POSITIVE_INFINITY;
    this.#candidates.sort((a, b) => this.#compare(a, b));
    for (const packNr of this.#candidates) {
      const sizeBytes = survey.sizeOf(packNr);
      const unusedAfter = survey.bytes.unused + survey.bytes.duplicate - this.#bytes.remove - this.#bytes.repackRemove;
      if (this.#bytes.repack + sizeBytes >= repackMax) this.#keep(packNr);
      else if (survey.contentOf(packNr) !== 'data' || this.#mustCompress(packNr)) this.#repack(packNr);
      else if (unusedAfter < unusedMax && sizeBytes >= this.#smallBytes) this.#keep(packNr);
      else this.#repack(packNr);
    }
  }

  /** Trees and mixed packs first, then small ones, then those with most to gain for what has to be copied. */
  #compare(a: number, b: number): number {
    const { usedBytes, unusedBytes } = this.#survey;
    const isData = Number(this.#survey.contentOf(a) === 'data') - Number(this.#survey.contentOf(b) === 'data');
    if (isData !== 0) return isData;
    const isLarge =
      Number(this.#survey.sizeOf(a) >= this.#smallBytes) - Number(this.#survey.sizeOf(b) >= this.#smallBytes);
    if (isLarge !== 0) return isLarge;
    return (unusedBytes[b] ?? 0) * (usedBytes[a] ?? 0) - (unusedBytes[a] ?? 0) * (usedBytes[b] ?? 0);
  }

  #keep(packNr: number): void {
    this.#fates[packNr] = 'keep';
    this.#packs.keep += 1;
  }

  #repack(packNr: number): void {
    const survey = this.#survey;
    this.#fates[packNr] = 'repack';
    this.#packs.repack += 1;
    this.#blobs.repack += (survey.usedBlobs[packNr] ?? 0) + (survey.unusedBlobs[packNr] ?? 0);
    this.#bytes.repack += survey.sizeOf(packNr);
    this.#blobs.repackRemove += survey.unusedBlobs[packNr] ?? 0;
    this.#bytes.repackRemove += survey.unusedBytes[packNr] ?? 0;
    if (this.#version >= 2 && survey.hasUncompressed(packNr)) this.#bytes.uncompressed -= survey.sizeOf(packNr);
  }

  #remove(packNr: number): void {
    this.#fates[packNr] = 'remove';
    this.#packs.remove += 1;
    this.#blobs.remove += this.#survey.unusedBlobs[packNr] ?? 0;
    this.#bytes.remove += this.#survey.unusedBytes[packNr] ?? 0;
  }

  #statistics(): PruneStatistics {
    const { blobs, bytes } = this.#survey;
    const unreferencedBytes = this.#listing.unreferenced.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const blobsTotal = blobs.used + blobs.duplicate + blobs.unused;
    const bytesTotal = bytes.used + bytes.duplicate + bytes.unused + unreferencedBytes;
    const blobsRemoved = this.#blobs.remove + this.#blobs.repackRemove;
    const bytesRemoved = this.#bytes.remove + this.#bytes.repackRemove + unreferencedBytes;
    const unreferenced = this.#listing.unreferenced.length;
    return {
      blobs: {
        ...blobs,
        ...this.#blobs,
        total: blobsTotal,
        removeTotal: blobsRemoved,
        remaining: blobsTotal - blobsRemoved,
      },
      bytes: {
        ...bytes,
        ...this.#bytes,
        unreferenced: unreferencedBytes,
        total: bytesTotal,
        removeTotal: bytesRemoved,
        remaining: bytesTotal - bytesRemoved,
        remainingUnused: bytes.unused + bytes.duplicate - this.#bytes.remove - this.#bytes.repackRemove,
      },
      packs: {
        ...this.#packs,
        unreferenced,
        total: this.#packs.used + this.#packs.partlyUsed + this.#packs.unused + unreferenced,
        removeTotal: this.#packs.remove + this.#packs.repack + unreferenced,
      },
    };
  }
}

/** The size that all but three in a hundred packs reach, as far as the index knows them. */
function usualPackBytes(survey: PruneSurvey, packCount: number): number {
  if (packCount === 0) return 0;
  const sizes = new Float64Array(packCount);
  for (let packNr = 0; packNr < packCount; packNr += 1) sizes[packNr] = survey.sizeOf(packNr);
  sizes.sort();
  return sizes[Math.floor(packCount * FEW_PART)] ?? 0;
}

function unusedBytesMax(limit: PruneLimit, usedBytes: number): number {
  switch (limit.kind) {
    case 'unlimited':
      return Number.POSITIVE_INFINITY;
    case 'bytes':
      if (limit.bytes >= 0) return limit.bytes;
      throw limitInvalid();
    case 'percent':
      // Of what will be there afterwards, used and unused together.
      if (limit.percent >= 0 && limit.percent < 100) return (limit.percent / (100 - limit.percent)) * usedBytes;
      throw limitInvalid();
    default:
      return limit satisfies never;
  }
}

function limitInvalid(): LumbungError {
  return new LumbungError('PRUNE_LIMIT_INVALID', {
    kind: 'operator',
    message: 'not a limit for unused data',
    hint: 'write a percentage from 0 to below 100, a size, or "unlimited"',
  });
}

function packMissing(packId: string): LumbungError {
  return new LumbungError('PRUNE_PACK_MISSING', {
    kind: 'corruption',
    message: `pack ${packId} is missing, and snapshots need it; nothing was removed`,
    context: { pack: packId },
    hint: 'run "check", then "repair index" and "repair snapshots"; restore the file from a copy of the repository if there is one',
  });
}

function packSizeWrong(packId: string, sizeBytes: number, expectedBytes: number): LumbungError {
  return new LumbungError('PRUNE_PACK_SIZE_WRONG', {
    kind: 'corruption',
    message: `pack ${packId} has ${sizeBytes} bytes, the index says ${expectedBytes}; nothing was removed`,
    context: { pack: packId, sizeBytes, expectedBytes },
    hint: 'run "check --read-data", then "repair packs" for this pack or "repair index"',
  });
}
