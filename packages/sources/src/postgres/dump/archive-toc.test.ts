import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixTocMoment, listedObjects } from './archive-toc.ts';

/** The head of a table of contents, of archive version 1.`minor`. */
function head(minor: number, moment: readonly number[]): Buffer {
  const integer = (value: number): number[] => [0, value & 0xff, (value >> 8) & 0xff, 0, 0];
  const compression = minor >= 15 ? [0] : integer(0);
  return Buffer.from([
    ...Buffer.from('PGDMP'),
    ...[1, minor, 0, 4, 8, 3],
    ...compression,
    ...moment.flatMap(integer),
    ...integer(3),
    ...Buffer.from('abc'),
  ]);
}

describe('the table of contents of pg_dump', () => {
  it.each([14, 15, 16])('has one moment always, in archive version 1.%i, and nothing else changed', (minor) => {
    const toc = head(minor, [59, 30, 12, 24, 10, 126, 1]);
    fixTocMoment(toc);
    expect(toc).toEqual(head(minor, [0, 0, 0, 1, 0, 100, 0]));
  });

  it('fuzz: another form is refused, and not changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const toc = Buffer.from(bytes);
        try {
          fixTocMoment(toc);
        } catch (error) {
          expect(isLumbungError(error, 'DB_ARCHIVE_UNKNOWN')).toBe(true);
          expect(toc).toEqual(Buffer.from(bytes));
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('names objects by their numbers alone', () => {
    const listing =
      ';\n; Archive created at 2000-01-01\n;\n215; 1259 16389 TABLE public 3; 1 2 postgres\n4; 2615 2200 SCHEMA - x y\n';
    expect([...listedObjects(listing)]).toEqual(['1259/16389', '2615/2200']);
  });
});
