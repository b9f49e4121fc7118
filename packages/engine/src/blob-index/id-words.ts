// Ids as eight 32-bit words, the shape in which they lie in shared memory. Words are little-endian by arithmetic, so
// that the same bytes come out on every machine.
import { LumbungError } from '@lumbung/stdx';

/** Words of one id. */
export const ID_WORDS = 8;
const ID_BYTES = 32;

/** Reads the id at `at` of `bytes` into `words`. */
export function readIdWords(bytes: Uint8Array, at: number, words: Uint32Array): void {
  let byteAt = at;
  for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) {
    words[wordIdx] =
      (bytes[byteAt] ?? 0) |
      ((bytes[byteAt + 1] ?? 0) << 8) |
      ((bytes[byteAt + 2] ?? 0) << 16) |
      ((bytes[byteAt + 3] ?? 0) << 24);
    byteAt += 4;
  }
}

const HEX_VALUES = new Uint8Array(256).fill(0xff);
for (let value = 0; value < 16; value += 1) HEX_VALUES[value.toString(16).charCodeAt(0)] = value;

/** Reads 64 lower-case hex digits at `at` of `bytes` into `words`.
 *  @throws LumbungError INDEX_INVALID (corruption): another character is among them */
export function readHexIdWords(bytes: Uint8Array, at: number, words: Uint32Array): void {
  let digitAt = at;
  let seen = 0;
  for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) {
    let word = 0;
    for (let byteIdx = 0; byteIdx < 32; byteIdx += 8) {
      const high = HEX_VALUES[bytes[digitAt] ?? 0] ?? 0xff;
      const low = HEX_VALUES[bytes[digitAt + 1] ?? 0] ?? 0xff;
      seen |= high | low;
      word |= ((high << 4) | low) << byteIdx;
      digitAt += 2;
    }
    words[wordIdx] = word;
  }
  if (seen > 0x0f) {
    throw new LumbungError('INDEX_INVALID', {
      kind: 'corruption',
      message: 'an index file names something that is no id',
    });
  }
}

/** The opposite of `readIdWords`. */
export function writeIdWords(words: Uint32Array, wordAt: number, target: Uint8Array, at: number): void {
  let byteAt = at;
  for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) {
    const word = words[wordAt + wordIdx] ?? 0;
    target[byteAt] = word;
    target[byteAt + 1] = word >>> 8;
    target[byteAt + 2] = word >>> 16;
    target[byteAt + 3] = word >>> 24;
    byteAt += 4;
  }
}

const hexScratch = Buffer.allocUnsafeSlow(ID_BYTES);

/** The id whose words begin at `wordAt`, as 64 hex digits. */
export function hexOfIdWords(words: Uint32Array, wordAt: number): string {
  writeIdWords(words, wordAt, hexScratch, 0);
  return hexScratch.toString('hex');
}

/** Whether the id at `wordAt` of `words` is `key`. */
export function equalIdWords(words: Uint32Array, wordAt: number, key: Uint32Array): boolean {
  for (let wordIdx = 0; wordIdx < ID_WORDS; wordIdx += 1) {
    if (words[wordAt + wordIdx] !== key[wordIdx]) return false;
  }
  return true;
}

/** Where the search for an id begins in a table of `mask + 1` slots. Ids are SHA-256, so any of their words is as good
 *  as a hash of them. */
export function homeSlot(idWords: Uint32Array, wordAt: number, mask: number): number {
  return (idWords[wordAt + 1] ?? 0) & mask;
}
