import { describe, expect, it } from 'vitest';
import { Crc64 } from './crc64.ts';

describe('Crc64', () => {
  it('is the one of the published check value', () => {
    expect(new Crc64().update(Buffer.from('123456789')).digest().readBigUInt64LE()).toBe(0xe9c6d914c4b8d9can);
  });

  it('is the same in whatever pieces the bytes come', () => {
    const bytes = Buffer.from('a fairly long sentence, so that the eight-byte loop has something to do');
    const whole = new Crc64().update(bytes).digest();
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(new Crc64().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).digest()).toEqual(whole);
    }
  });

  it('is zero of nothing, and differs after one flipped bit', () => {
    expect(new Crc64().digest()).toEqual(Buffer.alloc(8));
    expect(new Crc64().update(Buffer.from([1])).digest()).not.toEqual(new Crc64().update(Buffer.from([0])).digest());
  });
});
