import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TocArchive } from './toc-archive.ts';

const integer = (value: number) => {
  const bytes = Buffer.alloc(5);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
};
const text = (value: string | null) =>
  value === null ? integer(-1) : Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)]);

/** An archive of one table with a dependency, as a version of the format writes it. */
function archiveOf(minor: number): Buffer {
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, 3]),
    minor >= 15 ? Buffer.from([0]) : integer(0),
    ...Array.from({ length: 7 }, () => integer(0)),
    ...['database', '15.1', '15.2'].map(text),
    integer(1),
    integer(215),
    integer(0),
    ...['1259', '16389', 'täble', 'TABLE'].map(text),
    integer(2),
    ...['CREATE TABLE …;', 'DROP TABLE …;', null, 'schema', ''].map(text),
    ...(minor >= 14 ? [text('heap')] : []),
    ...(minor >= 16 ? [integer(114)] : []),
    ...['owner', 'false', '3', null, ''].map(text),
  ]);
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return isLumbungError(error) ? error.code : error;
  }
  return undefined;
}

describe('the table of contents of an archive', () => {
  it.each([12, 13, 14, 15, 16])('of version 1.%i is read, and printed as it was', (minor) => {
    const bytes = archiveOf(minor);
    const archive = TocArchive.parse(bytes);
    const [entry] = archive.entries;
    expect(archive.entries.length).toBe(1);
    expect(entry).toMatchObject({ id: 215, oid: '16389', kind: 'TABLE', section: 2, schema: 'schema', owner: 'owner' });
    expect(entry).toMatchObject({ copy: null, dependencies: ['3'], accessMethod: minor >= 14 ? 'heap' : null });
    expect(archive.text.read(entry?.tag ?? '')).toBe('täble');
    expect(archive.print(archive.entries)).toEqual(bytes);
    expect(TocArchive.parse(archive.print([])).entries).toEqual([]);
  });

  it.each([
    ['of an unknown version', (bytes: Buffer) => bytes.fill(17, 6, 7)],
    ['that is none', (bytes: Buffer) => bytes.fill('X', 0, 1)],
    ['with more than it says', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])])],
    ['that says it has billions of entries', (bytes: Buffer) => bytes.fill(0xff, 96, 100)],
  ])('%s is refused', (_, change) => {
    expect(errorOf(() => TocArchive.parse(change(archiveOf(15))))).toBe('DB_ARCHIVE_UNKNOWN');
  });

  it('that was cut anywhere is refused', () => {
    const bytes = archiveOf(16);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(errorOf(() => TocArchive.parse(bytes.subarray(0, length)))).toBe('DB_ARCHIVE_UNKNOWN');
    }
  });

  it('fuzz: with any bytes changed is refused, or printed as it was read', () => {
    const change = fc.tuple(fc.nat(archiveOf(15).length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const bytes = archiveOf(15);
        for (const [at, value] of changes) bytes[at] = value;
        const error = errorOf(() => {
          const archive = TocArchive.parse(bytes);
          expect(TocArchive.parse(archive.print(archive.entries)).entries).toEqual(archive.entries);
        });
        expect([undefined, 'DB_ARCHIVE_UNKNOWN']).toContain(error);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
