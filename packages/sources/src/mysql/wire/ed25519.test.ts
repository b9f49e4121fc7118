import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signEd25519 } from './ed25519.ts';

const sha512 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
/** PKCS #8 before a seed. */
const HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

it('signs as RFC 8032 says, section 7.1, test 2', () => {
  const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
  expect(signEd25519(seed, Buffer.of(0x72), sha512).toString('hex')).toBe(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );
});

it('fuzz: what is signed with a seed is what the key of that seed has signed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 64 }), (seed, message) => {
      const key = createPrivateKey({ key: Buffer.concat([HEAD, seed]), format: 'der', type: 'pkcs8' });
      expect(verify(null, message, createPublicKey(key), signEd25519(seed, message, sha512))).toBe(true);
    }),
    { numRuns: Math.min(fuzzRuns(30), 2000) },
  );
});
