import type { BigIntStats } from 'node:fs';

/** What a backup asks an inode. */
export type InodeStats = Pick<BigIntStats, 'dev' | 'ino' | 'mode' | 'nlink' | 'uid' | 'gid' | 'rdev' | 'size'> & {
  readonly [Time in 'atime' | 'mtime' | 'ctime' as `${Time}Ms` | `${Time}Ns`]: bigint;
};

const COLUMNS = 14;
const ROWS_AT_FIRST = 1024;

/** Inodes in one typed array, 112 bytes each. As objects of bigints they take five times that, and the collector copies each
 *  of them twice before it lets them be. */
export class InodeTable {
  readonly #rowsMax: number;
  #words = new BigInt64Array(ROWS_AT_FIRST * COLUMNS);
  #rows = 0;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  get isFull(): boolean {
    return this.#rows >= this.#rowsMax;
  }

  /** Numbers that were given are no longer valid. */
  clear(): void {
    this.#words = new BigInt64Array(ROWS_AT_FIRST * COLUMNS);
    this.#rows = 0;
  }

  /** Keeps an inode; the number is what `get` takes. */
  add(stats: InodeStats): number {
    const row = this.#rows;
    if ((row + 1) * COLUMNS > this.#words.length) {
      const larger = new BigInt64Array(this.#words.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    const words = this.#words;
    const at = row * COLUMNS;
    words[at] = stats.dev;
    words[at + 1] = stats.ino;
    words[at + 2] = stats.mode;
    words[at + 3] = stats.nlink;
    words[at + 4] = stats.uid;
    words[at + 5] = stats.gid;
    words[at + 6] = stats.rdev;
    words[at + 7] = stats.size;
    words[at + 8] = stats.atimeMs;
    words[at + 9] = stats.atimeNs;
    words[at + 10] = stats.mtimeMs;
    words[at + 11] = stats.mtimeNs;
    words[at + 12] = stats.ctimeMs;
    words[at + 13] = stats.ctimeNs;
    this.#rows += 1;
    return row;
  }

  get(row: number): InodeStats {
    const at = row * COLUMNS;
    return {
      dev: this.#unsigned(at),
      ino: this.#unsigned(at + 1),
      mode: this.#unsigned(at + 2),
      nlink: this.#unsigned(at + 3),
      uid: this.#unsigned(at + 4),
      gid: this.#unsigned(at + 5),
      rdev: this.#unsigned(at + 6),
      size: this.#unsigned(at + 7),
      atimeMs: this.#words[at + 8] ?? 0n,
      atimeNs: this.#words[at + 9] ?? 0n,
      mtimeMs: this.#words[at + 10] ?? 0n,
      mtimeNs: this.#words[at + 11] ?? 0n,
      ctimeMs: this.#words[at + 12] ?? 0n,
      ctimeNs: this.#words[at + 13] ?? 0n,
    };
  }

  #unsigned(at: number): bigint {
    const word = this.#words[at] ?? 0n;
    return word < 0n ? BigInt.asUintN(64, word) : word;
  }
}
