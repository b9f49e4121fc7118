import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from './column.ts';
import { TupleWriter } from './tuple-writer.ts';

const NUMBER: Column = { name: 'n', type: 3, charset: 63, flags: 0 };
const BLOB: Column = { name: 'b', type: 252, charset: 63, flags: 0 };
const TEXT: Column = { name: 't', type: 253, charset: 45, flags: 0 };

function lengthPrefix(length: number): Buffer {
  if (length < 0xfb) return Buffer.of(length);
  const bytes = Buffer.alloc(length <= 0xffff ? 3 : length <= 0xff_ff_ff ? 4 : 9);
  bytes.writeUInt8(length <= 0xffff ? 0xfc : length <= 0xff_ff_ff ? 0xfd : 0xfe, 0);
  bytes.writeUIntLE(length, 1, Math.min(bytes.length - 1, 6));
  return bytes;
}

function rowOf(values: ReadonlyArray<Buffer | null>): Buffer {
  return Buffer.concat(
    values.flatMap((value) => (value === null ? [Buffer.of(0xfb)] : [lengthPrefix(value.length), value])),
  );
}

function write(columns: readonly Column[], rows: ReadonlyArray<ReadonlyArray<Buffer | null>>): string {
  const writer = new TupleWriter(columns);
  const parts: Buffer[] = [];
  for (const row of rows) {
    // Within other bytes, as packets lie in what a socket gives.
    const bytes = Buffer.concat([Buffer.from('noise'), rowOf(row), Buffer.from('noise')]);
    writer.write(bytes, 5, bytes.length - 5);
    if (writer.isFull) parts.push(writer.take());
  }
  parts.push(writer.take());
  expect(writer.rows).toBe(rows.length);
  return Buffer.concat(parts).toString('latin1');
}

/** The same, one value at a time. */
function expected(column: Column, value: Buffer | null): string {
  if (value === null) return 'NULL';
  const text = value.toString('latin1');
  if (text === '') return "''";
  if (column === NUMBER) return /^-?[a-z]/i.test(text) ? 'NULL' : text;
  if (column === BLOB) return `0x${value.toString('hex').toUpperCase()}`;
  return `'${text
    .replace(/[\\'"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0')
    .replaceAll('\x1a', '\\Z')}'`;
}

describe('TupleWriter', () => {
  it('escapes every byte wherever it stands in a text', () => {
    const rows: Buffer[][] = [];
    for (let byte = 0; byte < 256; byte += 1) {
      for (let length = 1; length <= 11; length += 1) {
        for (let at = 0; at < length; at += 1) {
          const text = Buffer.alloc(length, 'x');
          text[at] = byte;
          rows.push([text]);
        }
      }
    }
    const lines = rows.map(([text = null]) => `(${expected(TEXT, text)})\n`);
    expect(write([TEXT], rows)).toBe(lines.join(''));
  });

  it('writes what the dump tools write', () => {
    const rows = [
      [Buffer.from('-1'), Buffer.of(0, 0x27, 255), Buffer.from('it\'s \\ \n\r\t\0\x1a "q"')],
      [Buffer.from('-inf'), Buffer.alloc(0), Buffer.alloc(0)],
      [Buffer.from('nan'), null, null],
    ];
    expect(write([NUMBER, BLOB, TEXT], rows)).toBe(
      `(-1,0x0027FF,'it\\'s \\\\ \\n\\r\t\\0\\Z \\"q\\"')\n(NULL,'','')\n(NULL,NULL,NULL)\n`,
    );
  });

  it('writes values of every length of a length', () => {
    for (const length of [250, 251, 252, 0xffff, 0x1_0000, 300_000, 0x100_0000]) {
      const value = Buffer.alloc(length, "x'");
      expect(write([TEXT, NUMBER], [[value, Buffer.from('1')]])).toBe(`(${expected(TEXT, value)},1)\n`);
    }
  });

  it('refuses a row that is cut anywhere, and one with more', () => {
    const row = rowOf([Buffer.from('12'), Buffer.alloc(300, 1), null]);
    for (let end = 0; end < row.length; end++) {
      expect(() => new TupleWriter([NUMBER, BLOB, TEXT]).write(row, 0, end)).toThrow(
        expect.objectContaining({ code: 'DB_PROTOCOL_ERROR' }),
      );
    }
    expect(() => new TupleWriter([NUMBER, BLOB]).write(row, 0, row.length)).toThrow(
      expect.objectContaining({ code: 'DB_PROTOCOL_ERROR' }),
    );
  });

  it('fuzz: any values of any columns', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each)),
      fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
      fc.constant(null),
    );
    const column = fc.constantFrom(BLOB, TEXT);
    fc.assert(
      fc.property(
        fc
          .array(column, { minLength: 1, maxLength: 4 })
          .chain((columns) =>
            fc.tuple(
              fc.constant(columns),
              fc.array(fc.array(bytes, { minLength: columns.length, maxLength: columns.length }), { maxLength: 30 }),
            ),
          ),
        ([columns, rows]) => {
          const lines = rows.map(
            (row) => `(${columns.map((each, eachIdx) => expected(each, row[eachIdx] ?? null)).join(',')})\n`,
          );
          expect(write(columns, rows)).toBe(lines.join(''));
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: any bytes as a row are refused, or are one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          new TupleWriter([NUMBER, BLOB, TEXT]).write(Buffer.from(bytes), 0, bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DB_PROTOCOL_ERROR' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
