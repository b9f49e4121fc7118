import { createHash, randomBytes } from 'node:crypto';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkerParams, smallCutChunker, standardChunker } from './chunker-params.ts';
import { Cutter } from './cutter.ts';
import { parsePolynomial, remainder } from './polynomial.ts';
import {
  type ChunkVector,
  LCG_FIRST,
  LCG_SECOND,
  PUBLISHED_19_BITS,
  PUBLISHED_LARGE,
  PUBLISHED_STANDARD,
} from './testing/chunk-vectors.ts';
import { laggedFibonacciBytes, lcgBytes } from './testing/pseudo-random.ts';

const MIB = 2 ** 20;
const FIRST = parsePolynomial('3da3358b4dc173');
const SECOND = parsePolynomial('3caf26730a7f8d');

function cutAll(cutter: Cutter, content: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < content.length; at += lengths.at(-1) ?? 0) {
    const length = cutter.next(content.subarray(at), content.length - at, true);
    expect(length).toBeGreaterThan(0);
    lengths.push(length);
  }
  return lengths;
}

function pieces(content: Uint8Array, lengths: readonly number[]): ChunkVector {
  let at = 0;
  return lengths.map((length) => {
    const hash = createHash('sha256')
      .update(content.subarray(at, at + length))
      .digest('hex');
    at += length;
    return [length, hash] as const;
  });
}

const lcg = lcgBytes(24 * MIB);
const published = laggedFibonacciBytes(32 * MIB, 23);

describe('Cutter', () => {
  it.each<[string, Buffer, ChunkerParams, ChunkVector]>([
    ['a first polynomial', lcg, standardChunker(FIRST), LCG_FIRST],
    ['a second polynomial', lcg, standardChunker(SECOND), LCG_SECOND],
    ['the published input', published, standardChunker(FIRST), PUBLISHED_STANDARD],
    ['the published input at 19 bits', published, { ...standardChunker(FIRST), averageBits: 19 }, PUBLISHED_19_BITS],
    [
      'the published input at 16 to 32 MiB',
      published,
      { ...standardChunker(FIRST), minBytes: 16 * MIB, maxBytes: 32 * MIB },
      PUBLISHED_LARGE,
    ],
  ])('cuts %s where every client does', (_, content, params, expected) => {
    expect(pieces(content, cutAll(new Cutter(params), content))).toEqual(expected);
  });

  it('cuts the same in its own memory', () => {
    const cutter = new Cutter(standardChunker(FIRST), { bufferBytes: lcg.length });
    const buffer = cutter.createBuffer();
    lcg.copy(buffer);
    expect(pieces(buffer, cutAll(cutter, buffer))).toEqual(LCG_FIRST);
  });

  it.each([
    ['ones', Buffer.alloc(20 * MIB, 1), [8 * MIB, 8 * MIB, 4 * MIB]],
    ['zeros', Buffer.alloc(2 * MIB), [524_288, 524_288, 524_288, 524_288]],
    ['one zero too many', Buffer.alloc(524_289), [524_288, 1]],
    ['just below the least', lcg.subarray(0, 524_287), [524_287]],
    ['the least', lcg.subarray(0, 524_288), [524_288]],
    ['just above the least', lcg.subarray(0, 524_289), [524_289]],
    ['a window above the least', lcg.subarray(0, 524_352), [524_352]],
    ['one byte', lcg.subarray(0, 1), [1]],
    ['nothing', lcg.subarray(0, 0), []],
  ])('cuts %s', (_, content, expected) => {
    expect(cutAll(new Cutter(standardChunker(FIRST)), content)).toEqual(expected);
  });

  it('asks for more while the chunk may go on', () => {
    const cutter = new Cutter(standardChunker(FIRST));
    const expected = LCG_FIRST[0]?.[0] ?? 0;
    expect(cutter.next(lcg, 100, false)).toBe(-1);
    expect(cutter.next(lcg, 0, true)).toBe(-1);
    expect(cutter.next(lcg, expected - 1, false)).toBe(-1);
    expect(cutter.next(lcg, expected, false, expected - 1)).toBe(expected);
    expect(cutter.next(Buffer.alloc(8 * MIB, 1), 8 * MIB, false)).toBe(8 * MIB);
  });

  const small = smallCutChunker(FIRST, 4096);

  it.each([
    ['in one lane', small, 30_000],
    ['in all lanes', smallCutChunker(FIRST, 32 * 1024), 300_000],
  ])('cuts where a slow reading of the definition does, %s', (_, params, length) => {
    const content = lcgBytes(length, 7);
    expect(cutAll(new Cutter(params), content)).toEqual(cutSlowly(params, content));
  });

  it('fuzz: pieces join to the content, keep the bounds, and do not depend on how it is handed in', () => {
    const cutter = new Cutter(small);
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        (length, steps, seed) => {
          const content = seed % 5 === 0 ? randomBytes(length) : lcgBytes(length, seed);
          const lengths = cutAll(cutter, content);
          expect(lengths.reduce((sum, piece) => sum + piece, 0)).toBe(length);
          for (const piece of lengths.slice(0, -1)) {
            expect(piece).toBeGreaterThanOrEqual(small.minBytes);
            expect(piece).toBeLessThanOrEqual(small.maxBytes);
          }
          expect(cutInSteps(cutter, content, steps)).toEqual(lengths);
        },
      ),
      { numRuns: fuzzRuns(60) },
    );
  });

  it('cuts the same again behind an insertion', () => {
    const content = lcgBytes(400_000, 3);
    const changed = Buffer.concat([Buffer.from('inserted'), content]);
    const hashes = new Set(pieces(content, cutAll(new Cutter(small), content)).map(([, hash]) => hash));
    const shared = pieces(changed, cutAll(new Cutter(small), changed)).filter(([, hash]) => hashes.has(hash));
    expect(shared.length).toBeGreaterThan(hashes.size / 2);
  });
});

function cutInSteps(cutter: Cutter, content: Uint8Array, steps: readonly number[]): number[] {
  const lengths: number[] = [];
  let begin = 0;
  let end = 0;
  for (let stepIdx = 0; begin < content.length; ) {
    const length = cutter.next(content.subarray(begin), end - begin, end === content.length);
    if (length < 0) {
      end = Math.min(content.length, end + (steps[stepIdx % steps.length] ?? 1));
      stepIdx += 1;
    } else {
      lengths.push(length);
      begin += length;
    }
  }
  return lengths;
}

/** The definition, byte by byte and without tables: the residue of the last 64 bytes as a polynomial. */
function cutSlowly(params: ChunkerParams, content: Uint8Array): number[] {
  const { polynomial, minBytes, maxBytes, averageBits } = params;
  const lengths: number[] = [];
  const mask = (1n << BigInt(averageBits)) - 1n;
  const leaving = Array.from({ length: 256 }, (_, byte) => remainder(BigInt(byte) << 512n, polynomial));
  let begin = 0;
  let residue = 0n;
  for (const [at, byte] of content.entries()) {
    const left = at < 64 ? 0 : (content[at - 64] ?? 0);
    residue = remainder((residue << 8n) | BigInt(byte), polynomial) ^ (leaving[left] ?? 0n);
    const count = at + 1 - begin;
    if (count < minBytes) continue;
    if (count >= maxBytes || (residue & mask) === 0n) {
      lengths.push(count);
      begin = at + 1;
    }
  }
  if (begin < content.length) lengths.push(content.length - begin);
  return lengths;
}
