import type { ByteString } from '@lumbung/stdx';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { LargeFile } from './large-file.ts';
import type { NodeMetadata } from './node-metadata.ts';
import { SmallFileList } from './small-file-list.ts';
import type { TargetFolder } from './target-folder.ts';

export interface PartUse {
  readonly file: LargeFile;
  readonly offset: number;
  readonly entry: number;
}

/** A stretch of a pack that is read in one go, and what is made of its blobs. */
export interface PackSegment {
  readonly packNr: number;
  readonly offset: number;
  readonly lengthBytes: number;
  /** Distinct, by offset. */
  readonly entries: readonly number[];
  readonly small: SmallFileList;
  /** Those of `small` whose blobs are here, in the order of `entries`; beside each the place of its blob there. */
  readonly smallIdxs: readonly number[];
  readonly smallBlobs: Uint32Array;
  /** In the order of `entries`; beside each the place of its blob there. */
  readonly parts: readonly PartUse[];
  readonly partBlobs: Uint32Array;
}

export interface SegmentLimits {
  /** Bytes nobody asked for that a read may contain between two blobs. */
  readonly gapBytesMax: number;
  /** A read is not made longer than this; a longer blob comes alone. */
  readonly lengthBytesMax: number;
}

/** Uses that may wait before packs are read although more uses may follow, and before the walk must wait: about 30 and
 *  60 MB of columns. */
const USES_WAITING_SOFT_MAX = 200_000;
const USES_WAITING_HARD_MAX = 400_000;
/** A pack that the last so many uses did not touch will hardly be touched again: writers fill packs in walk order. */
const QUIET_USES = 4096;
/** How many packs are looked at for a quiet one. */
const QUIET_CANDIDATES_MAX = 32;

interface WaitingPack {
  readonly packNr: number;
  readonly small: SmallFileList;
  readonly parts: PartUse[];
  /** Blobs of the pack that no file was seen to need yet. */
  blobsUnseen: number;
  lastUse: number;
}

/**
 * Which blobs are needed for what, pack by pack in the order of first use, so that each pack is read once.
 *
 * Reading begins while the tree is still being walked: a pack goes as soon as all its blobs are known to be needed, which
 * for a snapshot's own packs happens all along the walk. If a later file needs a blob of a pack that is gone, that blob
 * is read again.
 */
export class PackQueue {
  readonly #index: BlobIndex;
  readonly #limits: SegmentLimits;
  /** In the order of first use. */
  readonly #waiting = new Map<number, WaitingPack>();
  readonly #ready: WaitingPack[] = [];
  readonly #segments: PackSegment[] = [];
  readonly #isSeen: Uint8Array;
  #uses = 0;
  #usesWaiting = 0;
  #isEnded = false;

  constructor(index: BlobIndex, limits: SegmentLimits) {
    this.#index = index;
    this.#limits = limits;
    this.#isSeen = new Uint8Array(index.blobCount);
  }

  addSmall(entry: number, folder: TargetFolder, name: ByteString, metadata: NodeMetadata): void {
    const pack = this.#packOf(entry);
    pack.small.add(folder, name, metadata, entry);
    this.#note(pack, entry);
  }

  addPart(use: PartUse): void {
    const pack = this.#packOf(use.entry);
    pack.parts.push(use);
    this.#note(pack, use.entry);
  }

  get hasRoom(): boolean {
    return this.#usesWaiting < USES_WAITING_HARD_MAX;
  }

  /** No more uses will come: everything may go. */
  end(): void {
    this.#isEnded = true;
  }

  /** The next stretch to read, if one is due.
   *  @param isHungry nothing else is to be done: a pack that is probably complete will do */
  next(isHungry: boolean): PackSegment | undefined {
    if (this.#segments.length === 0) {
      const pack = this.#nextPack(isHungry);
      if (pack === undefined) return undefined;
      this.#usesWaiting -= pack.small.length + pack.parts.length;
      this.#segments.push(...cutSegments(this.#index, pack, this.#limits));
    }
    return this.#segments.shift();
  }

  #nextPack(isHungry: boolean): WaitingPack | undefined {
    const complete = this.#ready.shift();
    if (complete !== undefined) return complete;
    const first = this.#waiting.values().next().value;
    if (first === undefined) return undefined;
    if (this.#isEnded || this.#usesWaiting > USES_WAITING_SOFT_MAX) return this.#take(first);
    if (!isHungry) return undefined;
    let candidates = 0;
    for (const pack of this.#waiting.values()) {
      if (this.#uses - pack.lastUse >= QUIET_USES) return this.#take(pack);
      candidates += 1;
      if (candidates === QUIET_CANDIDATES_MAX) return undefined;
    }
    return undefined;
  }

  #take(pack: WaitingPack): WaitingPack {
    this.#waiting.delete(pack.packNr);
    return pack;
  }

  #packOf(entry: number): WaitingPack {
    const packNr = this.#index.packOf(entry);
    let pack = this.#waiting.get(packNr);
    if (pack === undefined) {
      const blobsUnseen = this.#index.entriesOfPack(packNr).length;
      pack = { packNr, small: new SmallFileList(), parts: [], blobsUnseen, lastUse: 0 };
      this.#waiting.set(packNr, pack);
    }
    return pack;
  }

  #note(pack: WaitingPack, entry: number): void {
    this.#uses += 1;
    this.#usesWaiting += 1;
    pack.lastUse = this.#uses;
    if (this.#isSeen[entry] === 1) return;
    this.#isSeen[entry] = 1;
    pack.blobsUnseen -= 1;
    if (pack.blobsUnseen === 0) this.#ready.push(this.#take(pack));
  }
}

function cutSegments(index: BlobIndex, pack: WaitingPack, limits: SegmentLimits): PackSegment[] {
  const { small, parts } = pack;
  // Where an index lets two blobs begin at one place, the entries still have one order.
  const byOffset = (a: number, b: number) => index.offsetOf(a) - index.offsetOf(b) || a - b;
  const smallIdxs = Array.from({ length: small.length }, (_, fileIdx) => fileIdx);
  smallIdxs.sort((a, b) => byOffset(small.entryOf(a), small.entryOf(b)));
  parts.sort((a, b) => byOffset(a.entry, b.entry));
  const entries = [
    ...new Set([...smallIdxs.map((fileIdx) => small.entryOf(fileIdx)), ...parts.map(({ entry }) => entry)]),
  ];
  entries.sort(byOffset);

  const segments: PackSegment[] = [];
  let smallBegin = 0;
  let partBegin = 0;
  for (const group of groupNear(index, entries, limits)) {
    const places = new Map(group.map((entry, place) => [entry, place]));
    const smallEnd = endOfRun(smallIdxs, smallBegin, (fileIdx) => places.has(small.entryOf(fileIdx)));
    const partEnd = endOfRun(parts, partBegin, ({ entry }) => places.has(entry));
    const ownSmall = smallIdxs.slice(smallBegin, smallEnd);
    const ownParts = parts.slice(partBegin, partEnd);
    const offset = index.offsetOf(group[0] ?? 0);
    const end = group.reduce((last, entry) => Math.max(last, index.offsetOf(entry) + index.lengthOf(entry)), offset);
    segments.push({
      packNr: pack.packNr,
      offset,
      lengthBytes: end - offset,
      entries: group,
      small,
      smallIdxs: ownSmall,
      smallBlobs: Uint32Array.from(ownSmall, (fileIdx) => places.get(small.entryOf(fileIdx)) ?? 0),
      parts: ownParts,
      partBlobs: Uint32Array.from(ownParts, ({ entry }) => places.get(entry) ?? 0),
    });
    smallBegin = smallEnd;
    partBegin = partEnd;
  }
  return segments;
}

function groupNear(index: BlobIndex, entries: readonly number[], limits: SegmentLimits): number[][] {
  const groups: number[][] = [];
  let begin = 0;
  let end = 0;
  for (const entry of entries) {
    const entryBegin = index.offsetOf(entry);
    const entryEnd = entryBegin + index.lengthOf(entry);
    const group = groups.at(-1);
    if (
      group !== undefined &&
      entryBegin - end <= limits.gapBytesMax &&
      Math.max(end, entryEnd) - begin <= limits.lengthBytesMax
    ) {
      group.push(entry);
      end = Math.max(end, entryEnd);
      continue;
    }
    groups.push([entry]);
    begin = entryBegin;
    end = entryEnd;
  }
  return groups;
}

function endOfRun<T>(items: readonly T[], begin: number, isMember: (item: T) => boolean): number {
  let end = begin;
  for (let item = items[end]; item !== undefined && isMember(item); item = items[end]) end += 1;
  return end;
}
