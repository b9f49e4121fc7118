import { createCipheriv } from 'node:crypto';
import type { Random } from '@lumbung/stdx';
import { processKernels, systemRandom } from '@lumbung/stdx/node';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasterKey, MasterKey } from './master-key.ts';
import { SEAL_OVERHEAD_BYTES, Sealer } from './sealer.ts';
import { sha256, sha256Into } from './sha256.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
/** Draws the given vector for every IV. */
const fixedRandom = (iv: Buffer): Random => ({
  bytes: (length) => Buffer.concat(Array.from({ length: Math.ceil(length / iv.length) }, () => iv)).subarray(0, length),
});
const SEQUENCE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const MADE = new MasterKey({
  encrypt: SEQUENCE.subarray(0, 32),
  macK: SEQUENCE.subarray(0x20, 0x30),
  macR: SEQUENCE.subarray(0xf0, 0x100),
});

// Loaded here, so that the variant with kernels uses them from its first call.
processKernels();

describe.each([{ withoutKernels: false }, { withoutKernels: true }])('Sealer with %o', (options) => {
  it.each([20, 500, 100_000])('writes nothing beyond a target that is too small for %d bytes', (length) => {
    const sealer = new Sealer(MADE, systemRandom, options);
    const plaintext = Buffer.alloc(length, 1);
    const sealed = sealer.seal(plaintext);
    const room = Buffer.alloc(2 * length + 100);
    const tooSmall = room.subarray(0, length - 1);
    const refusal = expect.objectContaining({ code: 'BUG_ASSERTION' });
    expect(() => sealer.openInto(sealed, tooSmall, 0)).toThrow(refusal);
    expect(() => sealer.openInto(sealed, room.subarray(0, length + 3), 4)).toThrow(refusal);
    expect(() => sealer.openInto(sealed, room, -1)).toThrow(refusal);
    expect(() => sealer.sealInto(plaintext, room.subarray(0, length + SEAL_OVERHEAD_BYTES - 1), 0)).toThrow(refusal);
    expect(() => sealer.sealInto(plaintext, room, -1)).toThrow(refusal);
    expect(room.every((byte) => byte === 0)).toBe(true);
    expect(sealer.openInto(sealed, room.subarray(0, length + 4), 4)).toBe(length); // control: room enough
  });

  it('opens what another program sealed', () => {
    const key = new MasterKey({
      encrypt: hex('303e8687b1d7db18421bdc6bb8588ccadac4d59ee87b8ff70c44e635790cafef'),
      macK: hex('ef4d8824cb80b2bcc5fbff8a9b12a42c'),
      macR: hex('cc8d4b948ee0ebfe1d415de921d10353'),
    });
    const sealed = hex(
      '69fb41c62d12def4593bd71757138606338f621aeaeb39da0fe4f99233f8037a54ea63338a813bcf3f75d8c3cc75dddf8750',
    );
    expect(new Sealer(key, systemRandom, options).open(sealed).toString()).toBe('Dies ist ein Test!');
  });

  it.each([
    [
      'f3f6',
      '851fc40c3467ac0be05cc20404f3f700',
      'ec074c835580741701425b623235add6',
      'fb447350c4e868c52ac3275cf9d4327e',
      'f4c633c3044fc145f84f335cb81953de',
    ],
    [
      '',
      'a0f3080000f46400d0c7e9076c834403',
      '75deaa25c09f208e1dc4ce6b5cad3fbf',
      '61ee09218d29b0aaed7e154a2c5509cc',
      'dd3fab2251f11ac759f0887129cc2ee7',
    ],
    [
      '663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136',
      '48443d0bb0d21109c89a100b5ce2c208',
      '6acb5f61a7176dd320c5c1eb2edcdc74',
      'ae212a55399729595dea458bc621ff0e',
      '0ee1c16bb73f0f4fd19881753c01cdbe',
    ],
    [
      'ab0812724a7f1e342742cbed374d94d136c6b8795d45b3819830f2c04491faf0990c62e48b8018b2c3e4a0fa3134cb67fa83e158c994d961c4cb21095c1bf9',
      '12976a08c4426d0ce8a82407c4f48207',
      'e1a5668a4d5b66a5f68cc5424ed5982d',
      '9ae831e743978d3a23527c7128149e3a',
      '5154ad0d2cb26e01274fc51148491f1b',
    ],
  ])('accepts the tag of Bernstein’s vector over %s', (message, r, k, nonce, tag) => {
    const key = new MasterKey({ encrypt: Buffer.alloc(32), macK: hex(k), macR: hex(r) });
    const sealed = Buffer.concat([hex(nonce), hex(message), hex(tag)]);
    expect(new Sealer(key, systemRandom, options).verifySeal(sealed)).toBe(true);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(new Sealer(key, systemRandom, options).verifySeal(sealed)).toBe(false);
  });

  const IV = hex('404142434445464748494a4b4c4d4e4f');
  it.each([
    ['text', IV, Buffer.from('restic'), '404142434445464748494a4b4c4d4e4fd11bac4bfe39b1f1d9c8db344c239d828accd606fd18'],
    ['nothing', IV, Buffer.alloc(0), '404142434445464748494a4b4c4d4e4f859469c07743c7e45b318d151d3d87e9'],
    [
      'several blocks',
      IV,
      Buffer.alloc(64, 'a'),
      '404142434445464748494a4b4c4d4e4fc21fbe5ef63bdb8ef21a03a6ec3ad036d1147ff2c98f0520ea88dcaf313734508411c28acc81c6658ca8dfaf25975c12d3956063da71877c315671008061e507e825e82343b9b8bc87e71fcae15d3758',
    ],
    [
      'a counter that wraps',
      Buffer.alloc(16, 0xff),
      Buffer.alloc(33),
      'ffffffffffffffffffffffffffffffffe999e41d4ca770da5387117b5d8f57eef29000b62a499fd0a9f39a6add2e7780f017a318cecdb3660d205b7a07a8200bb3',
    ],
  ])('seals %s to the known bytes', (_, iv, plaintext, expected) => {
    const sealer = new Sealer(MADE, fixedRandom(iv), options);
    expect(sealer.seal(plaintext).toString('hex')).toBe(expected);
    expect(sealer.open(hex(expected))).toEqual(plaintext);
  });

  it('counts like the counter mode of the library for every length and every carry', () => {
    const ivs = [
      '00000000000000000000000000000001',
      '000000000000000000000000fffffffe',
      '0000000000000000fffffffffffffffe',
      '00000000fffffffffffffffffffffff0',
      'fffffffffffffffffffffffffffffff0',
    ];
    for (const iv of ivs.map(hex)) {
      const sealer = new Sealer(MADE, fixedRandom(iv), options);
      for (const length of [0, 1, 15, 16, 17, 1000, 24 * 1024, 24 * 1024 + 1, 100_000]) {
        const plaintext = Buffer.alloc(length, 'x');
        const expected = createCipheriv('aes-256-ctr', MADE.encrypt, iv).update(plaintext);
        expect(
          sealer
            .seal(plaintext)
            .subarray(16, 16 + length)
            .equals(expected),
        ).toBe(true);
      }
    }
  });

  it('seals into the middle of a buffer and touches nothing else', () => {
    const sealer = new Sealer(MADE, systemRandom, options);
    const target = Buffer.alloc(200, 0xaa);
    expect(sealer.sealInto(Buffer.from('in the middle'), target, 50)).toBe(13 + SEAL_OVERHEAD_BYTES);
    expect(target.subarray(0, 50).every((byte) => byte === 0xaa)).toBe(true);
    expect(target.subarray(95).every((byte) => byte === 0xaa)).toBe(true);
    expect(sealer.open(target.subarray(50, 95)).toString()).toBe('in the middle');
  });

  it('never seals the same bytes twice alike', () => {
    const sealer = new Sealer(MADE, systemRandom, options);
    const seen = new Set(Array.from({ length: 2000 }, () => sealer.seal(Buffer.from('same')).toString('hex')));
    expect(seen.size).toBe(2000);
  });

  it.each([
    ['too short', Buffer.alloc(31, 1)],
    ['empty', Buffer.alloc(0)],
    ['a zero vector', Buffer.alloc(64)],
  ])('refuses %s', (_, sealed) => {
    expect(() => new Sealer(MADE, systemRandom, options).open(sealed)).toThrow(
      expect.objectContaining({ code: 'SEAL_BROKEN', kind: 'corruption' }),
    );
  });

  it('refuses another key', () => {
    const sealed = new Sealer(MADE, systemRandom, options).seal(Buffer.from('secret'));
    const other = new Sealer(createMasterKey(systemRandom), systemRandom, options);
    expect(() => other.open(sealed)).toThrow(expect.objectContaining({ code: 'SEAL_BROKEN' }));
  });

  it('fuzz: opens what it sealed, and nothing that one bit was changed in', () => {
    const sealer = new Sealer(MADE, systemRandom, options);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), fc.nat(), (plaintext, where) => {
        const sealed = sealer.seal(plaintext);
        expect(sealer.open(sealed).equals(plaintext)).toBe(true);
        const bit = where % (sealed.length * 8);
        const byteIdx = bit >> 3;
        sealed[byteIdx] = (sealed[byteIdx] ?? 0) ^ (1 << (bit & 7));
        expect(sealer.verifySeal(sealed)).toBe(false);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('MasterKey', () => {
  it('shows no secret when it is printed', async () => {
    const { inspect } = await import('node:util');
    const shown = `${inspect(MADE)} ${JSON.stringify({ key: MADE })} ${inspect({ deep: { key: MADE } }, { depth: 9 })}`;
    expect(shown).not.toContain('01 02 03');
    expect(shown).not.toContain('"data"');
  });
});

describe('what kernels would read or write past the end of', () => {
  it('a digest goes only where it fits', () => {
    const room = Buffer.alloc(64);
    expect(() => sha256Into(Buffer.from('x'), room.subarray(0, 31))).toThrow(
      expect.objectContaining({ code: 'BUG_ASSERTION' }),
    );
    expect(room.every((byte) => byte === 0)).toBe(true);
    sha256Into(Buffer.from('x'), room.subarray(0, 32));
    expect(room.subarray(0, 32)).toEqual(sha256(Buffer.from('x')));
    expect(room.subarray(32).every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    [31, 16, 16],
    [32, 15, 16],
    [32, 16, 15],
    [33, 16, 16],
    [0, 0, 0],
  ])('a key of %d, %d and %d bytes is none', (encrypt, macK, macR) => {
    const parts = { encrypt: Buffer.alloc(encrypt), macK: Buffer.alloc(macK), macR: Buffer.alloc(macR) };
    expect(() => new MasterKey(parts)).toThrow(expect.objectContaining({ code: 'BUG_ASSERTION' }));
  });
});
