import { createHash } from 'node:crypto';
import { systemRandom } from '@lumbung/stdx/node';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallCutChunker } from './chunker-params.ts';
import { createPolynomial, isIrreducible, parsePolynomial, polynomialHex, remainder } from './polynomial.ts';
import { chunkerTables } from './tables.ts';

const P = parsePolynomial('3da3358b4dc173');

describe('polynomials', () => {
  it.each([0x3da3358b4dc173n, 0x2482734cacca49n])('%d is irreducible', (value) => {
    expect(isIrreducible(value)).toBe(true);
  });

  it.each([0x38f1e565e288dfn, 0x30a8295b9d5c91n, 0x255f4350b962cbn, 0x267f776110a235n, 0n, 1n])(
    '%d is not',
    (value) => {
      expect(isIrreducible(value)).toBe(false);
    },
  );

  it('makes one that it accepts', () => {
    const made = createPolynomial(systemRandom);
    expect(parsePolynomial(polynomialHex(made))).toBe(made);
  });

  it.each([
    '',
    '0',
    '38f1e565e288df',
    '3DA3358B4DC173',
    '3da3358b4dc173ff',
    'xyz',
    '-3da3358b4dc17',
    `${'f'.repeat(100)}`,
  ])('refuses %s', (hex) => {
    expect(() => parsePolynomial(hex)).toThrow(
      expect.objectContaining({ code: 'CONFIG_POLYNOMIAL_INVALID', kind: 'corruption' }),
    );
  });

  it('fuzz: is accepted in the one way it is written, or refused', () => {
    const digits = fc.string({
      unit: fc.constantFrom(...'0123456789abcdefAF'.split('')),
      minLength: 13,
      maxLength: 15,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          digits,
          digits.map((rest) => `3${rest.slice(0, 13)}`),
        ),
        (hex) => {
          try {
            expect(polynomialHex(parsePolynomial(hex))).toBe(hex.replace(/^0+/, ''));
          } catch (error) {
            expect(error).toMatchObject({ code: 'CONFIG_POLYNOMIAL_INVALID', kind: 'corruption' });
          }
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('chunkerTables', () => {
  it('are those of every client', () => {
    const { out, mod } = chunkerTables(P);
    const hash = (table: BigUint64Array): string =>
      createHash('sha256').update(new Uint8Array(table.buffer)).digest('hex');
    expect(hash(out)).toBe('f7ab1636095d2bf4db57f88e8aa670032eb5573260aeedc7c30bc835040e49ed');
    expect(hash(mod)).toBe('c4baaf5b18896ff78334583c9b42031f15452fe597db620be9b1e4a9a0813cba');
  });

  it('residues of windows are the published ones', () => {
    const residue = (bytes: number[]): bigint => remainder(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), P);
    expect(residue(Array.from({ length: 64 }, (_, byte) => byte))).toBe(0x44b76cac5cee3n);
    expect(residue(Array.from({ length: 64 }, () => 1))).toBe(0x182bcd15979498n);
  });
});

describe('smallCutChunker', () => {
  it.each([64 * 1024, 100_000, 128 * 1024])(
    'keeps %d between a quarter and eight times its average',
    (averageBytes) => {
      const { minBytes, maxBytes, averageBits } = smallCutChunker(P, averageBytes);
      expect(minBytes).toBe(2 ** averageBits / 4);
      expect(maxBytes).toBe(2 ** averageBits * 8);
      expect(2 ** averageBits).toBeLessThanOrEqual(averageBytes);
    },
  );

  it.each([0, 100, 2 ** 30, Number.NaN])('refuses %d', (averageBytes) => {
    expect(() => smallCutChunker(P, averageBytes)).toThrow();
  });
});
