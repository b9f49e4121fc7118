import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinaryRowCounter } from './binary-rows.ts';

function binaryCopy(rows: readonly (readonly (string | null)[])[]): Buffer {
  const parts: Buffer[] = [Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)];
  const int16 = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
  };
  const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  for (const row of rows) {
    parts.push(int16(row.length));
    for (const value of row)
      parts.push(...(value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)]));
  }
  parts.push(int16(-1));
  return Buffer.concat(parts);
}

describe('BinaryRowCounter', () => {
  it('fuzz: counts rows however they are cut, and knows a cut end', () => {
    const rows = fc.array(fc.array(fc.option(fc.string({ maxLength: 30 })), { maxLength: 5 }), { maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (list, stepBytes) => {
        const bytes = binaryCopy(list);
        const whole = new BinaryRowCounter();
        const part = new BinaryRowCounter();
        for (let at = 0; at < bytes.length; at += stepBytes) whole.update(bytes.subarray(at, at + stepBytes));
        part.update(bytes.subarray(0, -1));
        expect([whole.rows, whole.isWhole, part.isWhole]).toEqual([list.length, true, false]);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it.each([
    ['another signature', Buffer.from('PGCOPX\n\xff\r\n\0', 'latin1')],
    ['a row of -2 fields', Buffer.concat([binaryCopy([]).subarray(0, 19), Buffer.from([0xff, 0xfe])])],
  ])('refuses %s', (_, bytes) => {
    expect(() => new BinaryRowCounter().update(bytes)).toThrow(expect.objectContaining({ code: 'DB_PROTOCOL_ERROR' }));
  });

  it('does not take bytes after the end for a whole copy', () => {
    const counter = new BinaryRowCounter();
    counter.update(Buffer.concat([binaryCopy([['a']]), Buffer.from('x')]));
    expect(counter.isWhole).toBe(false);
  });
});
