// The checksum of RDB files and DUMP payloads: CRC-64/REDIS ("Jones"), reflected, first value and final xor 0.

const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;
const TABLES = makeTables();

/** Eight bytes a turn: 8 tables of 256 entries, each of two halves. BigInt is 40 times slower. */
function makeTables(): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const low = new Uint32Array(8 * 256);
  const high = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let lowHalf = byte;
    let highHalf = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const isSet = (lowHalf & 1) === 1;
      lowHalf = ((lowHalf >>> 1) | (highHalf << 31)) >>> 0;
      highHalf >>>= 1;
      if (isSet) {
        lowHalf = (lowHalf ^ POLYNOMIAL_LOW) >>> 0;
        highHalf = (highHalf ^ POLYNOMIAL_HIGH) >>> 0;
      }
    }
    low[byte] = lowHalf;
    high[byte] = highHalf;
  }
  for (let idx = 256; idx < 8 * 256; idx += 1) {
    const before = idx - 256;
    const lowHalf = low[before] ?? 0;
    const highHalf = high[before] ?? 0;
    const entry = lowHalf & 0xff;
    low[idx] = ((lowHalf >>> 8) | (highHalf << 24)) ^ (low[entry] ?? 0);
    high[idx] = (highHalf >>> 8) ^ (high[entry] ?? 0);
  }
  return { low, high };
}

export class Crc64 {
  #low = 0;
  #high = 0;

  update(bytes: Uint8Array): this {
    const { low: tableLow, high: tableHigh } = TABLES;
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    // Every index is in range: the loops say so, and `?? 0` for the compiler costs a third of the speed.
    const at8 = (table: Uint32Array, idx: number): number => table[idx] as number;
    for (const end = bytes.length - 7; at < end; at += 8) {
      low ^= at4(bytes, at);
      high ^= at4(bytes, at + 4);
      const a = 1792 + (low & 0xff);
      const b = 1536 + ((low >>> 8) & 0xff);
      const c = 1280 + ((low >>> 16) & 0xff);
      const d = 1024 + (low >>> 24);
      const e = 768 + (high & 0xff);
      const f = 512 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low =
        at8(tableLow, a) ^
        at8(tableLow, b) ^
        at8(tableLow, c) ^
        at8(tableLow, d) ^
        at8(tableLow, e) ^
        at8(tableLow, f) ^
        at8(tableLow, g) ^
        at8(tableLow, h);
      high =
        at8(tableHigh, a) ^
        at8(tableHigh, b) ^
        at8(tableHigh, c) ^
        at8(tableHigh, d) ^
        at8(tableHigh, e) ^
        at8(tableHigh, f) ^
        at8(tableHigh, g) ^
        at8(tableHigh, h);
    }
    for (; at < bytes.length; at += 1) {
      const entry = (low ^ (bytes[at] as number)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ at8(tableLow, entry);
      high = (high >>> 8) ^ at8(tableHigh, entry);
    }
    this.#low = low;
    this.#high = high;
    return this;
  }

  /** Little-endian, as files and payloads carry it. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(this.#low | 0, 0);
    bytes.writeInt32LE(this.#high | 0, 4);
    return bytes;
  }
}

function at4(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
