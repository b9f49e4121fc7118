import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type ByteString, byteStringOfText, errnoOf, fsPath } from '@lumbung/stdx';
import { PatternList } from '../filter/pattern-list.ts';
import type { ExcludeMarker, ExcludeOptions } from './backup-options.ts';
import { joinPath } from './targets.ts';

/** Header of a cache folder's tag file. @see https://bford.info/cachedir/ */
const CACHE_MARKER: ExcludeMarker = {
  fileName: 'CACHEDIR.TAG',
  header: 'Signature: 8a477f597d28d172789f06886806bc55',
};

interface Marker {
  readonly fileName: ByteString;
  readonly header: Buffer;
}

/** Decides what a backup leaves out. Explicit targets are not asked about. */
export class Selection {
  readonly #patterns: PatternList;
  readonly #caseInsensitivePatterns: PatternList;
  readonly #markers: readonly Marker[];
  readonly #largerThanBytes: number | undefined;
  readonly isOneFileSystem: boolean;
  readonly #onUnreadableMarker: (path: ByteString, error: unknown) => void;

  /** @throws LumbungError PATTERN_INVALID (operator) */
  constructor(options: ExcludeOptions, onUnreadableMarker: (path: ByteString, error: unknown) => void) {
    this.#patterns = PatternList.parse([...(options.patterns ?? []), ...(options.filePatterns ?? [])], {
      caseInsensitive: false,
    });
    this.#caseInsensitivePatterns = PatternList.parse(
      [...(options.caseInsensitivePatterns ?? []), ...(options.caseInsensitiveFilePatterns ?? [])],
      { caseInsensitive: true },
    );
    const markers = [...(options.ifPresent ?? []), ...(options.caches === true ? [CACHE_MARKER] : [])];
    this.#markers = markers.map(({ fileName, header = '' }) => ({
      fileName: byteStringOfText(fileName),
      header: Buffer.from(header, 'utf8'),
    }));
    this.#largerThanBytes = options.largerThanBytes;
    this.isOneFileSystem = options.oneFileSystem ?? false;
    this.#onUnreadableMarker = onUnreadableMarker;
  }

  get hasPatterns(): boolean {
    return !this.#patterns.isEmpty || !this.#caseInsensitivePatterns.isEmpty;
  }

  /** @param path absolute */
  isExcludedByName(path: ByteString): boolean {
    return (
      (!this.#patterns.isEmpty && this.#patterns.matches(path)) ||
      (!this.#caseInsensitivePatterns.isEmpty && this.#caseInsensitivePatterns.matches(path))
    );
  }

  isTooLarge(sizeBytes: number): boolean {
    return this.#largerThanBytes !== undefined && sizeBytes > this.#largerThanBytes;
  }

  /** Which names of a folder survive its markers: all of them, or only the marker that was found. */
  keptNames(folder: ByteString, names: readonly ByteString[]): readonly ByteString[] {
    let kept = names;
    for (const marker of this.#markers) {
      if (names.includes(marker.fileName) && this.#isMarked(joinPath(folder, marker.fileName), marker.header)) {
        kept = kept.filter((name) => name === marker.fileName);
      }
    }
    return kept;
  }

  #isMarked(path: ByteString, header: Buffer): boolean {
    if (header.length === 0) return true;
    try {
      // Non-blocking: a fifo of this name must not hang the run.
      const fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        if (!fstatSync(fd).isFile()) return false;
        const begin = Buffer.alloc(header.length);
        return readSync(fd, begin, 0, begin.length, 0) === begin.length && begin.equals(header);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      // An unreadable marker marks nothing: leaving data out on a guess would lose it.
      if (errnoOf(error) !== 'ENOENT') this.#onUnreadableMarker(path, error);
      return false;
    }
  }
}
