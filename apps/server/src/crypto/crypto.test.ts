import { createHash } from 'node:crypto';
import { systemRandom } from '@lumbung/stdx/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveKey, hmacSha256, isSame, runningSha256, sha256 } from './digest.ts';
import { openSeal, seal } from './seal.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const key = Buffer.alloc(32, 7);

describe('digests', () => {
  it('are the ones of the standards', () => {
    // FIPS 180-2 B.1, RFC 4231 case 2, RFC 5869 case 3.
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(deriveKey(Buffer.alloc(22, 0x0b), '', 42)).toEqual(
      hex('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'),
    );
  });

  it('of pieces are those of the whole, and may be asked for on the way', () => {
    const digest = runningSha256();
    digest.update('a');
    expect(digest.hex()).toBe(sha256('a'));
    digest.update(Buffer.from('bc'));
    expect(digest.hex()).toBe(createHash('sha256').update('abc').digest('hex'));
  });

  it('compare whatever their lengths', () => {
    expect([isSame('abc', 'abc'), isSame('abc', 'abd'), isSame('abc', 'ab'), isSame('', '')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('a seal', () => {
  const content = fc.uint8Array({ maxLength: 300 });

  it('opens with its key beside what it is bound to', () => {
    fc.assert(
      fc.property(content, fc.string(), (bytes, bound) => {
        const sealed = seal(bytes, { key, bound, random: systemRandom });
        expect(openSeal(sealed, { key, bound })).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('does not open after any single bit was changed, cut off or added', () => {
    const sealed = seal(Buffer.from('rahasia'), { key, bound: 'sec_1', random: systemRandom });
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openSeal(changed, { key, bound: 'sec_1' })).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(openSeal(sealed.subarray(0, length), { key, bound: 'sec_1' })).toBeUndefined();
    }
    expect(openSeal(Buffer.concat([sealed, Buffer.alloc(1)]), { key, bound: 'sec_1' })).toBeUndefined();
  });

  it('opens neither with another key nor beside another owner', () => {
    const sealed = seal(Buffer.from('rahasia'), { key, bound: 'sec_1', random: systemRandom });
    expect(openSeal(sealed, { key: Buffer.alloc(32, 8), bound: 'sec_1' })).toBeUndefined();
    expect(openSeal(sealed, { key, bound: 'sec_2' })).toBeUndefined();
    expect(openSeal(sealed, { key, bound: 'sec_1' })).toBeDefined();
  });

  it('of the same content is another one each time', () => {
    const seals = Array.from({ length: 50 }, () =>
      seal(Buffer.from('rahasia'), { key, bound: 'x', random: systemRandom }).toString('hex'),
    );
    expect(new Set(seals).size).toBe(50);
  });
});
