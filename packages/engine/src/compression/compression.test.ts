import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { processKernels } from '@lumbung/stdx/node';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { COMPRESSION_MODES, Compressor } from './compressor.ts';
import { Decompressor, zstdDecompressUnknown } from './decompressor.ts';
import { ZstdContext } from './zstd-context.ts';

const TEXT = Buffer.from('the granary keeps what the village will need when the harvest fails\n'.repeat(3000));

/** A frame whose header does not say how long the content is, as streaming writers make them. */
function silentFrame(content: Buffer): Buffer {
  const context = ZstdContext.forCompression(3);
  const room = Buffer.alloc(content.length + 1000);
  const first = context?.run(zlib.constants.ZSTD_e_continue, content.subarray(0, 10), room);
  const used = room.length - (first?.outputLeft ?? 0);
  const rest = context?.runOn(zlib.constants.ZSTD_e_end, content.subarray(10), room.subarray(used));
  return room.subarray(0, room.length - (rest?.outputLeft ?? 0));
}

it('this Node keeps its zstd contexts where the fast path looks for them', () => {
  expect(ZstdContext.forCompression(3)).toBeDefined();
  expect(ZstdContext.forDecompression()).toBeDefined();
});

// Loaded here, so that the variant without options is the one that uses them from its first call.
processKernels();

describe.each([{ publicOnly: false }, { withoutKernels: true }, { publicOnly: true }])(
  'compression with %o',
  (options) => {
    it.each(COMPRESSION_MODES.filter((mode) => mode !== 'off'))('%s gives back what it took', (mode) => {
      const compressor = new Compressor(mode, options);
      const decompressor = new Decompressor(options);
      for (const length of [100, 1000, 70_000, TEXT.length, 100]) {
        const plaintext = TEXT.subarray(0, length);
        const frame = compressor.compress(plaintext);
        expect(frame).toBeDefined();
        if (frame === undefined) return;
        expect(frame.length).toBeLessThan(length);
        expect(decompressor.decompress(Buffer.from(frame), length).equals(plaintext)).toBe(true);
        expect(zlib.zstdDecompressSync(frame).equals(plaintext)).toBe(true);
      }
    });

    it('takes the pains that it was asked for, one frame after another', () => {
      const random = new SeededRandom(5);
      const line = (): string =>
        `{"page": "/files/${random.uint32() % 9000}/details", "ms": ${random.uint32() % 4000}}\n`;
      const plaintext = Buffer.from(Array.from({ length: 3000 }, line).join(''));
      const lengthOf = (level: number): number => {
        const params = { [zlib.constants.ZSTD_c_compressionLevel]: level };
        return zlib.zstdCompressSync(plaintext, { params, pledgedSrcSize: plaintext.length }).length;
      };
      for (const [mode, level] of [
        ['fastest', 1],
        ['auto', 2],
        ['better', 7],
        ['max', 12],
      ] as const) {
        const compressor = new Compressor(mode, options);
        // Also after one that did not fit.
        compressor.compress(randomBytes(20_000));
        const lengths = [1, 2, 3].map(() => compressor.compress(plaintext)?.length);
        expect(lengths).toEqual(Array.from({ length: 3 }, () => lengthOf(level)));
      }
      expect(lengthOf(12)).toBeLessThan(lengthOf(1));
    });

    it('stores what does not compress as it is, small or large', () => {
      const compressor = new Compressor('auto', options);
      for (const length of [1, 2, 100, 4000, 100_000, 2_000_000])
        expect(compressor.compress(randomBytes(length))).toBeUndefined();
      expect(compressor.compress(Buffer.alloc(0))).toBeUndefined();
    });

    it('compresses well after something that did not fit', () => {
      const compressor = new Compressor('auto', options);
      expect(compressor.compress(randomBytes(20_000))).toBeUndefined();
      const frame = compressor.compress(TEXT);
      expect(zlib.zstdDecompressSync(frame ?? Buffer.alloc(0)).equals(TEXT)).toBe(true);
    });

    it('is not deceived by random bytes that repeat', () => {
      const repeated = Buffer.concat(
        Array.from({ length: 40 }, () => TEXT.subarray(0, 10)).concat([randomBytes(8192)]),
      );
      const plaintext = Buffer.concat(Array.from({ length: 20 }, () => repeated));
      expect(new Compressor('auto', options).compress(plaintext)?.length).toBeLessThan(plaintext.length / 4);
    });

    it('leaves content alone when it is off, but compresses what must be', () => {
      expect(new Compressor('off', options).compress(TEXT)).toBeUndefined();
      const frame = new Compressor('off', { ...options, always: true }).compress(randomBytes(5000));
      expect(frame?.length).toBeGreaterThan(5000);
      expect(zlib.zstdDecompressSync(frame ?? Buffer.alloc(0)).length).toBe(5000);
    });

    it('refuses a frame that holds more or less than was recorded', () => {
      const frame = Buffer.from(zlib.zstdCompressSync(TEXT));
      const decompressor = new Decompressor(options);
      for (const length of [0, 1, TEXT.length - 1, TEXT.length + 1, TEXT.length * 2]) {
        expect(() => decompressor.decompress(frame, length)).toThrow(expect.objectContaining({ kind: 'corruption' }));
      }
      expect(decompressor.decompress(frame, TEXT.length).equals(TEXT)).toBe(true);
    });

    it('reads good frames after any bad one', () => {
      const decompressor = new Decompressor(options);
      const good = Buffer.from(zlib.zstdCompressSync(TEXT));
      const short = Buffer.from(zlib.zstdCompressSync(TEXT.subarray(0, 3000)));
      const silent = silentFrame(TEXT);
      const bad: readonly { readonly frame: Buffer; readonly lengthBytes: number }[] = [
        { frame: silent, lengthBytes: 1000 },
        { frame: silent, lengthBytes: TEXT.length - 1 },
        { frame: silent, lengthBytes: TEXT.length + 1 },
        { frame: silent.subarray(0, silent.length - 3), lengthBytes: TEXT.length },
        { frame: good.subarray(0, good.length - 3), lengthBytes: TEXT.length },
        { frame: good.subarray(0, 7), lengthBytes: TEXT.length },
        ...(options.publicOnly === true ? [] : [{ frame: Buffer.concat([short, short]), lengthBytes: 3000 }]),
      ];
      for (const { frame, lengthBytes } of bad) {
        expect(() => decompressor.decompress(frame, lengthBytes)).toThrow(
          expect.objectContaining({ kind: 'corruption' }),
        );
        expect(decompressor.decompress(good, TEXT.length).equals(TEXT)).toBe(true);
        expect(decompressor.decompress(silent, TEXT.length).equals(TEXT)).toBe(true);
        expect(decompressor.decompress(short, 3000).equals(TEXT.subarray(0, 3000))).toBe(true);
      }
    });

    it.each([
      ['claims a checksum that is not there', 4, 0x04],
      ['has no last block', 6, 0x01],
    ])('does not take the next frame for the rest of one that %s', (_, at, bit) => {
      const decompressor = new Decompressor(options);
      const plaintext = Buffer.from('short');
      const good = zlib.zstdCompressSync(plaintext, { pledgedSrcSize: plaintext.length });
      const endless = Buffer.from(good);
      endless[at] = (endless[at] ?? 0) ^ bit;
      try {
        decompressor.decompress(endless, plaintext.length);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'corruption' });
      }
      expect(decompressor.decompress(good, plaintext.length).equals(plaintext)).toBe(true);
    });

    it('does not let a small frame fill the memory', () => {
      const bomb = zlib.zstdCompressSync(Buffer.alloc(200 * 2 ** 20));
      expect(bomb.length).toBeLessThan(30_000);
      expect(() => new Decompressor(options).decompress(bomb, 1000)).toThrow(
        expect.objectContaining({ code: 'BLOB_LENGTH_WRONG' }),
      );
      expect(() => zstdDecompressUnknown(bomb, 1000)).toThrow(expect.objectContaining({ code: 'BLOB_LENGTH_WRONG' }));
    });

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['no frame', Buffer.from('this is not zstd at all')],
      ['half a frame', Buffer.from(zlib.zstdCompressSync(TEXT)).subarray(0, 50)],
    ])('refuses %s', (_, frame) => {
      expect(() => new Decompressor(options).decompress(frame, TEXT.length)).toThrow(
        expect.objectContaining({ kind: 'corruption' }),
      );
    });

    it('works again after a failure', () => {
      const decompressor = new Decompressor(options);
      expect(() => decompressor.decompress(Buffer.from('broken'), 10)).toThrow();
      expect(decompressor.decompress(zlib.zstdCompressSync(TEXT), TEXT.length).equals(TEXT)).toBe(true);
    });

    it('fuzz: any bytes come back, and a changed frame gives an error or other bytes, never a crash', () => {
      const compressor = new Compressor('auto', { ...options, always: true });
      const decompressor = new Decompressor(options);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(), fc.nat(255), (plaintext, where, value) => {
          const frame = compressor.compress(plaintext);
          if (frame === undefined) return;
          const kept = Buffer.from(frame);
          expect(decompressor.decompress(kept, plaintext.length).equals(plaintext)).toBe(true);
          kept[where % kept.length] = value;
          try {
            decompressor.decompress(kept, plaintext.length);
          } catch (error) {
            expect(error).toMatchObject({ kind: 'corruption' });
          }
        }),
        { numRuns: fuzzRuns() },
      );
    });
  },
);
