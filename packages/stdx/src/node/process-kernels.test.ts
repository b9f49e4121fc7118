import { createCipheriv, hash } from 'node:crypto';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../testing/index.ts';
import { processKernels } from './process-kernels.ts';

const kernels = processKernels();

/** Poly1305 as its definition says. */
function knownTag(key: Uint8Array, bytes: Uint8Array): Buffer {
  const numberOf = (part: Uint8Array): bigint => BigInt(`0x${Buffer.from(part).reverse().toString('hex') || '0'}`);
  const prime = 2n ** 130n - 5n;
  const multiplier = numberOf(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += 16) {
    const block = bytes.subarray(at, at + 16);
    sum = ((sum + numberOf(block) + 2n ** BigInt(8 * block.length)) * multiplier) % prime;
  }
  const tag = (sum + numberOf(key.subarray(16, 32))) % 2n ** 128n;
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

it('this Node exports what the kernels need', () => {
  expect(kernels).toBeDefined();
});

describe.skipIf(kernels === undefined)('process kernels', () => {
  if (kernels === undefined) return;
  const bytesOf = (maxLength: number) => fc.uint8Array({ maxLength });
  const keyOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it('fuzz: give what Node gives, at any offset of any memory', () => {
    fc.assert(
      fc.property(
        bytesOf(5000),
        keyOf(32),
        keyOf(16),
        fc.nat(9),
        fc.boolean(),
        (content, key, iv, offset, isShared) => {
          const memory = new Uint8Array(
            isShared ? new SharedArrayBuffer(content.length + offset) : new ArrayBuffer(content.length + offset),
          );
          memory.set(content, offset);
          const bytes = memory.subarray(offset);
          const target = Buffer.alloc(content.length + 64).subarray(offset);

          kernels.sha256(bytes, target);
          expect(target.toString('hex', 0, 32)).toBe(hash('sha256', content, 'hex'));
          kernels.aes256Ctr(key, iv, bytes, target);
          const expected = createCipheriv('aes-256-ctr', key, iv).update(content);
          expect(target.subarray(0, content.length).equals(expected)).toBe(true);
          kernels.aes128Block(iv, key, target);
          const block = createCipheriv('aes-128-ecb', iv, null).update(key.subarray(0, 16));
          expect(target.subarray(0, 16).equals(block)).toBe(true);
          kernels.poly1305(key, bytes, target);
          expect(target.subarray(0, 16).equals(knownTag(key, content))).toBe(true);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it('write nothing behind the end of what they were given', () => {
    const memory = Buffer.alloc(100, 0xaa);
    const source = Buffer.alloc(37, 1);
    kernels.aes256Ctr(Buffer.alloc(32), Buffer.alloc(16), source, memory.subarray(10, 47));
    kernels.poly1305(Buffer.alloc(32), source, memory.subarray(60, 76));
    expect(kernels.zstdDecompress(zlib.zstdCompressSync(source), memory.subarray(80, 90))).toBe('tooSmall');
    for (const [from, to] of [
      [0, 10],
      [47, 60],
      [76, 80],
      [90, 100],
    ] as const) {
      expect(memory.subarray(from, to).every((byte) => byte === 0xaa)).toBe(true);
    }
  });

  it('zstd frames go either way between them and Node', () => {
    fc.assert(
      fc.property(bytesOf(3000), fc.constantFrom(1, 3, 7, 12), (content, level) => {
        const room = Buffer.alloc(content.length + 600);
        const frameBytes = kernels.zstdCompress(content, room, level);
        if (typeof frameBytes !== 'number') throw new Error('there is room for any frame');
        expect(zlib.zstdDecompressSync(room.subarray(0, frameBytes)).equals(content)).toBe(true);
        const back = Buffer.alloc(content.length);
        expect(kernels.zstdDecompress(zlib.zstdCompressSync(content), back)).toBe(content.length);
        expect(back.equals(content)).toBe(true);
      }),
    );
  });

  it('zstd says what does not fit and what is broken, and works on', () => {
    const content = Buffer.from('rice '.repeat(500));
    const frame = zlib.zstdCompressSync(content);
    const room = Buffer.alloc(content.length);
    expect(kernels.zstdCompress(content, room.subarray(0, 10), 3)).toBe('tooSmall');
    expect(kernels.zstdDecompress(frame, room.subarray(1))).toBe('tooSmall');
    expect(kernels.zstdDecompress(frame.subarray(0, frame.length - 2), room)).toBe('broken');
    expect(kernels.zstdDecompress(Buffer.from('no frame at all'), room)).toBe('broken');
    expect(kernels.zstdDecompress(frame, room)).toBe(content.length);
    expect(room.equals(content)).toBe(true);
  });
});
