import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallCutChunker } from '../chunker/chunker-params.ts';
import { Cutter } from '../chunker/cutter.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { TEST_POLYNOMIAL } from '../testing/test-repository.ts';
import { StreamCutter } from './stream-cutter.ts';

const MIB = 2 ** 20;
const chunker = smallCutChunker(TEST_POLYNOMIAL, 4096);
const cutter = new Cutter(chunker);

/** Where content that lies in one piece is cut. */
function cutWhole(content: Buffer): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < content.length; at += lengths.at(-1) ?? 0) {
    lengths.push(cutter.next(content.subarray(at), content.length - at, true));
  }
  return lengths;
}

function cutPieces(pieces: StreamCutter, content: Buffer, pieceBytes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  const takeAll = (isEnd: boolean): void => {
    for (let chunk = pieces.takeChunk(isEnd); chunk !== undefined; chunk = pieces.takeChunk(isEnd)) {
      chunks.push(Buffer.from(chunk));
    }
  };
  pieces.reset();
  for (let at = 0, nr = 0; at < content.length; nr += 1) {
    const piece = content.subarray(at, at + (pieceBytes[nr % pieceBytes.length] ?? 1));
    for (let taken = 0; taken < piece.length; ) {
      taken += pieces.fill(piece, taken);
      takeAll(false);
    }
    at += piece.length;
  }
  takeAll(true);
  return chunks;
}

describe('StreamCutter', () => {
  const content = new SeededRandom(3).bytes(2 * MIB);
  content.fill(1, 700_000, 1_100_000); // nowhere to cut

  it('fuzz: cuts where content in one piece is cut, however its bytes come', () => {
    const pieces = new StreamCutter(cutter, chunker);
    const pieceBytes = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5000, max: MIB })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.nat(content.length), fc.nat(300_000), pieceBytes, (begin, length, sizes) => {
        // Small pieces alone would take an hour.
        const part = content.subarray(begin, begin + (Math.max(...sizes) < 5 ? length % 5000 : length));
        const chunks = cutPieces(pieces, part, sizes);
        expect(chunks.map((chunk) => chunk.length)).toEqual(cutWhole(part));
        expect(Buffer.concat(chunks).equals(part)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('takes a piece that is larger than all it may hold', () => {
    const pieces = new StreamCutter(cutter, chunker);
    expect(pieces.fill(content, 0)).toBeLessThan(content.length);
    const chunks = cutPieces(pieces, content, [content.length]);
    expect(chunks.map((chunk) => chunk.length)).toEqual(cutWhole(content));
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBe(chunker.maxBytes);
  });

  it('has no chunk of nothing', () => {
    expect(cutPieces(new StreamCutter(cutter, chunker), Buffer.alloc(0), [1])).toEqual([]);
  });
});
