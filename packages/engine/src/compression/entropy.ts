/** Bytes looked at: enough that the histogram of random bytes is flat, few enough to cost nothing beside a compression. */
const SAMPLE_BYTES = 4096;
const PIECES = 4;

/** 4096 random bytes come out at about 7.95 bits a byte; text lies near 4.5, machine code near 6. */
const RANDOM_BITS = 7.8;

const counts = new Uint32Array(256);

/** Whether a sample of the bytes has the flat histogram of encrypted, compressed or random data. */
export function looksRandom(bytes: Uint8Array): boolean {
  if (bytes.length < SAMPLE_BYTES) return false;
  counts.fill(0);
  const pieceBytes = SAMPLE_BYTES / PIECES;
  const stride = Math.floor((bytes.length - pieceBytes) / (PIECES - 1));
  for (let pieceIdx = 0; pieceIdx < PIECES; pieceIdx += 1) {
    const begin = pieceIdx * stride;
    for (let at = begin; at < begin + pieceBytes; at += 1) {
      const byte = bytes[at] ?? 0;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
  }
  let sum = 0;
  for (const count of counts) if (count > 0) sum += count * Math.log2(count);
  return Math.log2(SAMPLE_BYTES) - sum / SAMPLE_BYTES > RANDOM_BITS;
}
