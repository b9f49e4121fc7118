import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withMoment } from './row-end.ts';

const [OLD, NEW] = ['2038-01-19 03:14:07.999999', '2106-02-07 06:28:15.999999'];

async function changed(lines: string, columnIdx: number, chunkBytes = 1000): Promise<string> {
  const bytes = Buffer.from(lines);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const parts: Buffer[] = [];
  for await (const part of withMoment(chunks(), columnIdx, OLD, NEW)) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('the end of a row', () => {
  it('is another moment in its column, and the same text in every other', async () => {
    const row = (first: string, last: string) => `('${first}',1,'it\\'s, (','${last}',NULL,'${OLD}')\n`;
    expect(await changed(row(OLD, OLD), 3)).toBe(row(OLD, NEW));
    expect(await changed(row(OLD, '2020-01-01 00:00:00.000000'), 3)).toBe(row(OLD, '2020-01-01 00:00:00.000000'));
    expect(await changed(`(1,'${OLD}')\n(2,'${OLD}')\n`, 1)).toBe(`(1,'${NEW}')\n(2,'${NEW}')\n`);
    expect(await changed(`('${OLD}')\n`, 0)).toBe(`('${NEW}')\n`);
    expect(await changed('(1)\n', 5)).toBe('(1)\n');
  });

  it('fuzz: whatever the other values and the chunks are', async () => {
    const text = fc.string().map((value) => `'${value.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`);
    const value = fc.oneof(text, fc.constant('NULL'), fc.constant('0x00FF'), fc.constant(`'${OLD}'`));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        async (rows, chunkBytes) => {
          const lines = (end: string) => rows.map(([a, b]) => `(${a},'${end}',${b})\n`).join('');
          expect(await changed(lines(OLD), 1, chunkBytes)).toBe(lines(NEW));
        },
      ),
      { numRuns: fuzzRuns(100) },
    );
  });
});
