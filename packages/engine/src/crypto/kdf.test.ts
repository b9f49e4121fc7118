import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { describe, expect, it } from 'vitest';
import { calibrateKdf, deriveUserKey } from './kdf.ts';

const SALT = Buffer.from(Array.from({ length: 64 }, (_, byte) => byte));

describe('deriveUserKey', () => {
  it('derives the known key', async () => {
    const key = await deriveUserKey(Buffer.from('test'), { n: 16384, r: 8, p: 2, salt: SALT });
    expect(Buffer.concat([key.encrypt, key.macK, key.macR]).toString('hex')).toBe(
      '389691a085b5c943fe02469ba52724b1de644eb9639d3aca4e15231fc22a79301ee9858ca6ccbff628f02c1f506219c8d46d23bafd938d4593f2ab37109bb8f3',
    );
  });

  it.each([
    ['N that is no power of two', { n: 1000, r: 8, p: 1, salt: SALT }],
    ['N of one', { n: 1, r: 8, p: 1, salt: SALT }],
    ['no pass', { n: 16, r: 8, p: 0, salt: SALT }],
    ['memory without end', { n: 2 ** 40, r: 8, p: 1, salt: SALT }],
    ['work without end', { n: 2 ** 15, r: 8, p: 2 ** 20, salt: SALT }],
    ['r and p out of range', { n: 16, r: 2 ** 16, p: 2 ** 16, salt: SALT }],
    ['a fraction', { n: 16.5, r: 8, p: 1, salt: SALT }],
    ['a short salt', { n: 16, r: 8, p: 1, salt: SALT.subarray(1) }],
  ])('refuses %s before it costs anything', async (_, params) => {
    await expect(deriveUserKey(Buffer.from('x'), params)).rejects.toMatchObject({
      code: 'KEY_KDF_INVALID',
      kind: 'corruption',
    });
  });
});

describe('calibrateKdf', () => {
  it('never goes below three passes over 32 MiB, nor above six', async () => {
    const slow = {
      ...systemClock,
      monotonicMs: (() => {
        let ms = 0;
        return () => (ms += 10_000);
      })(),
    };
    const fast = { ...systemClock, monotonicMs: () => 0 };
    expect(await calibrateKdf(slow, systemRandom)).toMatchObject({ n: 32768, r: 8, p: 3 });
    expect(await calibrateKdf(fast, systemRandom)).toMatchObject({ n: 32768, r: 8, p: 6 });
  });
});
