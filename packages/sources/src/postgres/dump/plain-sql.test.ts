import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutRestrictLines } from './plain-sql.ts';

async function pass(text: string, stepBytes: number): Promise<string> {
  async function* chunks(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += stepBytes) yield bytes.subarray(at, at + stepBytes);
  }
  const out: Buffer[] = [];
  for await (const chunk of withoutRestrictLines(chunks())) out.push(chunk);
  return Buffer.concat(out).toString();
}

describe('SQL without the lines of chance', () => {
  it('loses the two lines with the key, and no other', async () => {
    const text = '--\n\n\\restrict AbC1\n\nSELECT 1;\n\\restrict other\n-- \\unrestrict AbC1\n\\unrestrict AbC1\n\n';
    for (const stepBytes of [1, 7, 1000]) {
      expect(await pass(text, stepBytes)).toBe('--\n\n\nSELECT 1;\n\\restrict other\n-- \\unrestrict AbC1\n\n');
    }
  });

  it('loses the last line also far from the head', async () => {
    const body = 'SELECT 1;\n'.repeat(10_000);
    expect(await pass(`\\restrict k\n${body}\\unrestrict k\n`, 4096)).toBe(body);
  });

  it('fuzz: is the same text where there is no such line, however it is cut', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((each) => !each.includes('restrict'));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 50 }), async (each, stepBytes) => {
        expect(await pass(each, stepBytes)).toBe(Buffer.from(each).toString());
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
