import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedBitset } from './shared-bitset.ts';

describe('SharedBitset', () => {
  it('holds exactly the numbers that were added', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500)), (numbers) => {
        const bits = SharedBitset.create(501);
        const seen = new Set<number>();
        for (const nr of numbers) {
          expect(bits.add(nr)).toBe(!seen.has(nr));
          seen.add(nr);
        }
        expect(bits.count()).toBe(seen.size);
        for (let nr = 0; nr <= 500; nr += 1) expect(bits.has(nr)).toBe(seen.has(nr));
      }),
    );
  });

  it('tells each new number once, in ascending order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300)), fc.uniqueArray(fc.nat(300)), (before, after) => {
        const bits = SharedBitset.create(301);
        const seen = SharedBitset.create(301);
        for (const nr of before) bits.add(nr);
        bits.forEachNew(seen, () => undefined);
        for (const nr of after) bits.add(nr);
        const told: number[] = [];
        bits.forEachNew(seen, (nr) => told.push(nr));
        expect(told).toEqual(after.filter((nr) => !before.includes(nr)).sort((a, b) => a - b));
        bits.forEachNew(seen, () => expect.unreachable());
      }),
    );
  });

  it('is the same memory for all who attach it', () => {
    const bits = SharedBitset.create(64);
    const other = SharedBitset.attach(bits.buffer);
    expect(other.add(63)).toBe(true);
    expect(bits.has(63)).toBe(true);
    expect(bits.add(63)).toBe(false);
  });

  it('may be empty', () => {
    expect(SharedBitset.create(0).count()).toBe(0);
  });
});
