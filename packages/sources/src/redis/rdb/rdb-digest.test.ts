import { describe, expect, it } from 'vitest';
import { bytesOf, inPieces, rdbFile, rdbString } from '../testing/rdb-bytes.ts';
import { type RdbSummary, summarizeRdb } from './rdb-digest.ts';

type Body = Parameters<typeof rdbFile>[0];

async function summaryOf(body: Body, expiredAtMs?: number): Promise<RdbSummary> {
  return await summarizeRdb(inPieces(rdbFile(body), 11), expiredAtMs === undefined ? {} : { expiredAtMs });
}

const sumOf = async (...body: Body): Promise<string | undefined> => (await summaryOf(body)).dbs[0]?.sum;

const time = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};
const text = (key: string, value: string): Buffer => bytesOf(0, rdbString(key), rdbString(value));
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

describe('summarizeRdb', () => {
  it('gives one sum to one content, in whatever order the keys come', async () => {
    expect(await sumOf(text('a', '1'), text('b', '2'))).toBe(await sumOf(text('b', '2'), text('a', '1')));
  });

  it('gives one sum to one value, in whatever encoding it comes', async () => {
    const plainSet = await sumOf(2, rdbString('k'), 2, rdbString('5'), rdbString('9'));
    const intset = await sumOf(11, rdbString('k'), rdbString(bytesOf(2, 0, 0, 0, 2, 0, 0, 0, 9, 0, 5, 0)));
    const listpack = await sumOf(20, rdbString('k'), rdbString(bytesOf(11, 0, 0, 0, 2, 0, 9, 1, 5, 1, 0xff)));
    expect([intset, listpack]).toEqual([plainSet, plainSet]);
    const scoreAsText = await sumOf(3, rdbString('k'), 1, rdbString('m'), 3, '0.1');
    expect(await sumOf(5, rdbString('k'), 1, rdbString('m'), double(0.1))).toBe(scoreAsText);
    const number = await sumOf(0, rdbString('k'), 0xc0, 12);
    expect(await sumOf(text('k', '12'))).toBe(number);
  });

  it('tells contents apart', async () => {
    const sums = await Promise.all([
      sumOf(text('a', '1')),
      sumOf(text('a', '2')),
      sumOf(text('b', '1')),
      sumOf(text('a1', '')),
      sumOf(text('a', '1'), text('a', '1')),
      sumOf(0xfc, time(5000n), text('a', '1')),
      sumOf(0xfc, time(5001n), text('a', '1')),
      sumOf(1, rdbString('a'), 1, rdbString('1')),
      sumOf(2, rdbString('a'), 1, rdbString('1')),
      sumOf(1, rdbString('a'), 2, rdbString('1'), rdbString('2')),
      sumOf(1, rdbString('a'), 2, rdbString('2'), rdbString('1')),
      sumOf(1, rdbString('a'), 1, rdbString('12')),
      sumOf(4, rdbString('a'), 1, rdbString('1'), rdbString('23')),
      sumOf(4, rdbString('a'), 1, rdbString('12'), rdbString('3')),
      sumOf(0, rdbString('a'), rdbString('x'.repeat(20_000))),
      sumOf(0, rdbString('a'), rdbString(`${'x'.repeat(19_999)}y`)),
      sumOf(1, rdbString('a'), 5, ...Array.from({ length: 5 }, () => rdbString('z'.repeat(16_000)))),
      sumOf(1, rdbString('a'), 6, ...Array.from({ length: 6 }, () => rdbString('z'.repeat(16_000)))),
    ]);
    expect(new Set(sums).size).toBe(sums.length);
  });

  it('counts keys by database and kind, and those that never expire', async () => {
    const body = [
      0xfe,
      2,
      text('a', '1'),
      0xfc,
      time(5000n),
      text('b', '1'),
      0xfe,
      1,
      1,
      rdbString('l'),
      1,
      rdbString('x'),
    ];
    expect((await summaryOf(body)).dbs).toMatchObject([
      { db: 1, keys: 1, persistentKeys: 1, keysByKind: { list: 1 } },
      { db: 2, keys: 2, persistentKeys: 1, keysByKind: { string: 2 } },
    ]);
  });

  it('leaves out what has expired by a moment, keys and fields', async () => {
    const expiring = [0xfc, time(5000n), text('b', '1')];
    expect((await summaryOf([text('a', '1'), ...expiring], 5000)).dbs).toEqual((await summaryOf([text('a', '1')])).dbs);
    expect((await summaryOf([text('a', '1'), ...expiring], 4999)).dbs[0]?.keys).toBe(2);
    const fields = bytesOf(
      24,
      rdbString('h'),
      time(5000n),
      2,
      0,
      rdbString('f'),
      rdbString('x'),
      1,
      rdbString('g'),
      rdbString('y'),
    );
    const left = bytesOf(4, rdbString('h'), 1, rdbString('f'), rdbString('x'));
    expect((await summaryOf([fields], 5000)).dbs).toEqual((await summaryOf([left])).dbs);
    const allGone = bytesOf(24, rdbString('h'), time(5000n), 1, 1, rdbString('g'), rdbString('y'));
    expect((await summaryOf([allGone], 5000)).dbs).toEqual([]);
  });
});
