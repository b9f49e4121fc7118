// Makes the trees that the benchmarks back up. Everything comes from a seed: two machines measure the same bytes.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** xorshift128+ on 32-bit halves would be overkill: a linear congruential step is enough to place and size files. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  next(): number {
    // Numerical Recipes' constants; the high bits are the good ones.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

const POOL_BYTES = 16 * 2 ** 20;

/** Text like source code and pages: a vocabulary with a steep frequency curve, lines, indentation, numbers. */
function textPool(seed: Seeded): Buffer {
  const words: string[] = [];
  for (let wordIdx = 0; wordIdx < 6000; wordIdx += 1) {
    let word = '';
    for (let left = seed.between(2, 11); left > 0; left -= 1)
      word += 'etaoinshrdlucmfwypvbgkjqxz'[Math.floor(seed.next() ** 1.7 * 26)] ?? 'e';
    words.push(word);
  }
  const parts: string[] = [];
  let length = 0;
  while (length < POOL_BYTES) {
    const indent = '  '.repeat(seed.between(0, 4));
    const line: string[] = [];
    for (let left = seed.between(2, 12); left > 0; left -= 1) {
      line.push(words[Math.floor(seed.next() ** 3 * words.length)] ?? 'the');
      if (seed.next() < 0.12) line.push(String(seed.between(0, 99999)));
    }
    const text = `${indent}${line.join(seed.next() < 0.3 ? '_' : ' ')}${seed.pick([';', ' {', '}', ',', '', ');'])}\n`;
    parts.push(text);
    length += text.length;
  }
  return Buffer.from(parts.join(''), 'latin1').subarray(0, POOL_BYTES);
}

/** Bytes that nothing compresses: media, archives. */
function noisePool(seed: Seeded): Buffer {
  const pool = Buffer.allocUnsafe(POOL_BYTES);
  for (let at = 0; at < POOL_BYTES; at += 4) pool.writeUInt32LE((seed.next() * 2 ** 32) >>> 0, at);
  return pool;
}

/** Something between: records with fixed and varying fields, like executables and table files. */
function recordPool(seed: Seeded, text: Buffer): Buffer {
  const pool = Buffer.alloc(POOL_BYTES);
  for (let at = 0; at + 64 <= POOL_BYTES; at += 64) {
    pool.writeUInt32LE(at, at);
    pool.writeDoubleLE(seed.next(), at + 8);
    const from = seed.between(0, POOL_BYTES - 64);
    text.copy(pool, at + 16, from, from + 24);
    pool.writeUInt32LE((seed.next() * 2 ** 32) >>> 0, at + 40);
    pool.fill(0, at + 44, at + 64);
  }
  return pool;
}

export interface Pools {
  readonly text: Buffer;
  readonly noise: Buffer;
  readonly records: Buffer;
}

export function makePools(): Pools {
  const seed = new Seeded(20_261_124);
  const text = textPool(seed);
  return { text, noise: noisePool(seed), records: recordPool(seed, text) };
}

/** Every file gets a stamp of its own, so that no two are alike but for those that are meant to be. */
function fill(pool: Buffer, seed: Seeded, sizeBytes: number, stamp: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    const from = seed.between(0, POOL_BYTES - 65_536);
    const count = Math.min(sizeBytes - at, seed.between(4096, 65_536));
    pool.copy(bytes, at, from, from + count);
    at += count;
  }
  if (sizeBytes >= 4) bytes.writeUInt32LE(stamp, 0);
  return bytes;
}

const MTIME_S = 1_750_000_000;

function write(file: string, bytes: Buffer, stamp: number): void {
  writeFileSync(file, bytes);
  utimesSync(file, MTIME_S + stamp, MTIME_S + stamp);
}

function placeOf(folder: string, fileIdx: number): string {
  return path.join(
    folder,
    `app${fileIdx % 25}`,
    `module${Math.floor(fileIdx / 25) % 40}`,
    `part${Math.floor(fileIdx / 1000) % 4}`,
  );
}

/** About 1.5 GB in 50,000 files: sources and pages, some pictures and archives, a few large files, a few copies. */
export function makeMixed(folder: string, pools: Pools, scale = 1): void {
  const seed = new Seeded(1);
  const fileCount = Math.round(50_000 * scale);
  for (let fileIdx = 0; fileIdx < fileCount; fileIdx += 1) {
    const place = placeOf(folder, fileIdx);
    mkdirSync(place, { recursive: true });
    const kind = seed.next();
    // Sizes spread over decades, as on a real server: most files are small, most bytes are in few.
    const sizeBytes =
      kind < 0.9
        ? Math.floor(300 * 10 ** (seed.next() * 2))
        : kind < 0.99
          ? Math.floor(30_000 * 10 ** seed.next())
          : Math.floor(300_000 * 10 ** seed.next());
    const nature = seed.next();
    const pool = nature < 0.62 ? pools.text : nature < 0.85 ? pools.records : pools.noise;
    write(
      path.join(place, `file${fileIdx}.${pool === pools.text ? 'txt' : 'bin'}`),
      fill(pool, seed, sizeBytes, fileIdx),
      fileIdx,
    );
  }
  const large = path.join(folder, 'large');
  mkdirSync(large, { recursive: true });
  for (let largeIdx = 0; largeIdx < 6; largeIdx += 1) {
    const pool = [pools.records, pools.noise, pools.text][largeIdx % 3] ?? pools.text;
    write(
      path.join(large, `dump${largeIdx}.dat`),
      fill(pool, seed, Math.round(40 * 2 ** 20 * scale), 900_000 + largeIdx),
      largeIdx,
    );
  }
}

/** 200,000 files of 1 to 8 KB. */
export function makeSmall(folder: string, pools: Pools, scale = 1): void {
  const seed = new Seeded(2);
  const folderCount = Math.max(1, Math.round(400 * scale));
  for (let folderIdx = 0; folderIdx < folderCount; folderIdx += 1) {
    const place = path.join(folder, `d${Math.floor(folderIdx / 20)}`, `d${folderIdx}`);
    mkdirSync(place, { recursive: true });
    for (let fileIdx = 0; fileIdx < 500; fileIdx += 1) {
      const stamp = folderIdx * 500 + fileIdx;
      write(path.join(place, `note${fileIdx}.txt`), fill(pools.text, seed, seed.between(1000, 8000), stamp), stamp);
    }
  }
}

/** One file of 4 GB, in turn 1 MiB that compresses and 1 MiB that does not. */
export function makeLarge(folder: string, pools: Pools, scale = 1): void {
  const seed = new Seeded(3);
  mkdirSync(folder, { recursive: true });
  const fd = openSync(path.join(folder, 'image.raw'), 'w');
  for (let blockIdx = 0; blockIdx < Math.round(4096 * scale); blockIdx += 1) {
    writeSync(fd, fill(blockIdx % 2 === 0 ? pools.records : pools.noise, seed, 2 ** 20, blockIdx));
  }
  closeSync(fd);
}

/** Changes one file in a hundred of a mixed tree: an edit in the middle, a growth at the end, a new file. */
export function changeOnePercent(folder: string, pools: Pools, scale = 1): void {
  const seed = new Seeded(4);
  const fileCount = Math.round(50_000 * scale);
  for (let fileIdx = 0; fileIdx < fileCount; fileIdx += 100) {
    const place = placeOf(folder, fileIdx);
    for (const ending of ['txt', 'bin']) {
      const file = path.join(place, `file${fileIdx}.${ending}`);
      if (!existsSync(file)) continue;
      const bytes = readFileSync(file);
      bytes.write(`changed ${fileIdx}`, Math.floor(bytes.length / 2), 'latin1');
      write(file, Buffer.concat([bytes, fill(pools.text, seed, 200, fileIdx)]), 2_000_000 + fileIdx);
    }
  }
}
