import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineRowSums, RowSum } from './row-sum.ts';

function sumOf(...chunks: readonly (string | Uint8Array)[]): RowSum {
  const sum = new RowSum();
  for (const chunk of chunks) sum.update(Buffer.from(chunk));
  return sum;
}

/** The same, written for the reader instead of the machine. */
function plainSum(bytes: Buffer): string {
  let [sumA, sumB] = [0n, 0n];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) break;
    let [a, b] = [0x9e3779b9 | 0, 0x85ebca6b | 0];
    const mix = (word: number) => {
      a = Math.imul(((a << 5) | (a >>> 27)) ^ word, 0x27220a95);
      b = Math.imul(b ^ (b >>> 15) ^ word, 0x2c1b3c6d);
    };
    let at = start;
    for (; at + 4 <= end; at += 4) mix(bytes.readInt32LE(at));
    const tail = Buffer.alloc(4);
    bytes.copy(tail, 0, at, end);
    mix(tail.readInt32LE(0));
    const finish = (hash: number) => {
      let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      return BigInt((mixed ^ (mixed >>> 16)) >>> 0);
    };
    sumA += finish(a ^ (end + 1 - start));
    sumB += finish(b ^ (end + 1 - start));
    start = end + 1;
  }
  return `${sumA % 2n ** 53n}-${sumB % 2n ** 53n}`;
}

/** Rows as they are hard: newlines at every place of a word, and bytes that look like one with a bit more or less. */
const hardBytes = fc.array(fc.constantFrom(0x0a, 0x0b, 0x8a, 0x09, 0x00, 0xff, 0x41, 0x42), { maxLength: 200 });

describe('RowSum', () => {
  it('has the value it always had, since manifests hold it', () => {
    expect(sumOf('1\tSurat\n', '2\t\\N\n', '\n').text()).toBe('6530770219-5554699712');
  });

  it('counts rows, the longest one, and what comes after the last', () => {
    const sum = sumOf('a\nlonger\n\nre', 'st');
    expect([sum.rows, sum.rowBytesMax, sum.openBytes]).toEqual([3, 7, 4]);
    sum.update(Buffer.from('\n'));
    expect([sum.rows, sum.rowBytesMax, sum.openBytes]).toEqual([4, 7, 0]);
  });

  it('does not depend on the order of rows, and does on everything else', () => {
    const base = sumOf('one\ntwo\nthree\n').text();
    expect(sumOf('three\none\ntwo\n').text()).toBe(base);
    const others = [
      'one\ntwo\n',
      'one\ntwo\nthree\nthree\n',
      'one\ntwo\nthree \n',
      'onetwo\nthree\n',
      'One\ntwo\nthree\n',
    ];
    expect(new Set([base, ...others.map((text) => sumOf(text).text())]).size).toBe(others.length + 1);
  });

  it('tells short rows apart that differ in zeros at their end alone', () => {
    const rows = ['', '\0', '\0\0', '\0\0\0', '\0\0\0\0', '\0\0\0\0\0'];
    expect(new Set(rows.map((row) => sumOf(`${row}\n`).text())).size).toBe(rows.length);
  });

  it('tells a value that moved from one row to another', () => {
    expect(sumOf('1\ta\n2\tb\n').text()).not.toBe(sumOf('1\tb\n2\ta\n').text());
  });

  it('is of two sums that do not move together: 200,000 rows that differ in one bit or digit do not collide', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200_000; i++) seen.add(sumOf(`${i}\tsame\n`).text());
    expect(seen.size).toBe(200_000);
  });

  it('fuzz: is the same whatever the chunks, and as the plain form has it', () => {
    const bytes = fc.oneof(hardBytes, fc.array(fc.nat(255), { maxLength: 100 }));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(12), { maxLength: 30 }), (list, cuts) => {
        const all = Buffer.from(list);
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(all.subarray(at, at + cut));
          at = Math.min(at + cut, all.length);
        }
        const sum = sumOf(...chunks, all.subarray(at));
        expect(sum.text()).toBe(plainSum(all));
        expect(sum.rows).toBe(list.filter((byte) => byte === 0x0a).length);
        expect(sum.openBytes).toBe(all.length - 1 - all.lastIndexOf(0x0a));
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('fuzz: a byte that is changed changes it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(255), { minLength: 1, maxLength: 60 }),
        fc.nat(59),
        fc.integer({ min: 1, max: 255 }),
        (list, place, flip) => {
          const row = list.map((byte) => (byte === 0x0a ? 0x20 : byte));
          const at = place % row.length;
          const changed = row.with(at, (row[at] ?? 0) ^ flip);
          if (changed.includes(0x0a)) return;
          expect(sumOf(Buffer.from([...changed, 0x0a])).text()).not.toBe(sumOf(Buffer.from([...row, 0x0a])).text());
        },
      ),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('of files together is that of their parts, also beyond 2^53', () => {
    const parts = ['a\nb\n', 'c\n', ''];
    expect(combineRowSums(parts.map((part) => sumOf(part).text()))).toBe(sumOf(...parts).text());
    const most = 2 ** 53 - 1;
    expect(combineRowSums([`${most}-1`, `2-${most}`, '5-5'])).toBe('6-5');
  });
});
