import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveServer, startRedis, type TestServer } from '../../testing/index.ts';
import { bytesOf, inPieces, rdbFile, rdbString } from '../testing/rdb-bytes.ts';
import { valuesOfRdb } from '../testing/rdb-values.ts';
import { fillRedisMuseum } from '../testing/redis-museum.ts';
import { decompressLzf } from './lzf.ts';
import { type RdbRecord, walkRdb } from './walk-rdb.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function recordsOf(file: Uint8Array, pieceBytes?: number): Promise<RdbRecord[]> {
  return await collect(walkRdb(inPieces(file, pieceBytes)));
}

/** The code of the error, or `accepted`; anything that is no error of ours is thrown on. */
async function verdictOn(file: Uint8Array): Promise<string> {
  try {
    await recordsOf(file);
    return 'accepted';
  } catch (error) {
    if (isLumbungError(error)) return error.code;
    throw error;
  }
}

const doubleBytes = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};
const int64Bytes = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};
const scoreText = (value: number): string => doubleBytes(value).toString('latin1');

describe('walkRdb', () => {
  it('reads the smallest file there is', async () => {
    expect(await recordsOf(rdbFile([]))).toEqual([
      { kind: 'header', product: 'redis', version: 11 },
      { kind: 'end', checksum: 'verified', sizeBytes: 18 },
    ]);
  });

  it('says when a file carries no checksum', async () => {
    expect((await recordsOf(rdbFile([], { checksum: false }))).at(-1)).toMatchObject({ checksum: 'absent' });
  });

  it('reads what precedes a key with it', async () => {
    const body = [
      0xfe,
      3,
      0xfb,
      1,
      1,
      0xfc,
      int64Bytes(4_102_444_800_000n),
      0xf8,
      60,
      0,
      rdbString('k'),
      rdbString('v'),
    ];
    const later = [0xfd, Buffer.from([1, 0, 0, 0]), 0xf9, 200, 0, rdbString('l'), rdbString('w')];
    expect((await recordsOf(rdbFile([...body, ...later]))).slice(1, -1)).toEqual([
      {
        kind: 'key',
        db: 3,
        key: Buffer.from('k'),
        valueKind: 'string',
        expireAtMs: 4_102_444_800_000,
        idleSeconds: 60,
      },
      { kind: 'key', db: 3, key: Buffer.from('l'), valueKind: 'string', expireAtMs: 1000, frequency: 200 },
    ]);
  });

  it('passes over what only a server needs', async () => {
    const moduleAux = [0xf7, 5, 2, 1, 2, 7, 5, rdbString('text'), 3, Buffer.alloc(4), 4, Buffer.alloc(8), 0];
    const body = [
      0xfa,
      rdbString('redis-ver'),
      rdbString('7.4'),
      0xf4,
      1,
      2,
      3,
      ...moduleAux,
      0xf5,
      rdbString('#!lua'),
    ];
    expect((await recordsOf(rdbFile(body))).slice(1, -1)).toEqual([
      { kind: 'aux', name: 'redis-ver', value: '7.4' },
      { kind: 'function', code: Buffer.from('#!lua') },
    ]);
  });

  it('gives the serialized value, whole although it came in pieces', async () => {
    const value = bytesOf(2, rdbString('a'.repeat(60)), rdbString('b'.repeat(100)));
    const source = inPieces(rdbFile([2, rdbString('set'), value]), 7);
    const records = await collect(walkRdb(source, { withSerialized: true }));
    expect(records[1]).toMatchObject({ serialized: bytesOf(2, value) });
  });

  it('lets its source go when it is left early', async () => {
    let isClosed = false;
    const source = (async function* () {
      try {
        yield rdbFile([]);
        yield Buffer.of(0);
      } finally {
        isClosed = true;
      }
    })();
    for await (const _ of walkRdb(source)) break;
    expect(isClosed).toBe(true);
  });
});

describe('values that older and newer servers write', () => {
  const ziplist = bytesOf(
    ...[32, 0, 0, 0, 29, 0, 0, 0, 6, 0],
    ...[0, 0x02, 'ab'],
    ...[4, 0xfe, 0x80],
    ...[3, 0xc0, 0x00, 0x80],
    ...[4, 0xf0, 0xff, 0xff, 0x7f],
    ...[5, 0xf1],
    ...[2, 0x40, 0x00],
    0xff,
  );

  it.each([
    ['a plain list', [1, rdbString('k'), 2, rdbString('a'), rdbString('b')], { kind: 'list', ordered: ['a', 'b'] }],
    [
      'a sorted set with scores as text',
      [3, rdbString('k'), 3, rdbString('a'), 3, '1.5', rdbString('b'), 254, rdbString('c'), 255],
      { kind: 'zset', unordered: [`a|${scoreText(1.5)}`, `b|${scoreText(Infinity)}`, `c|${scoreText(-Infinity)}`] },
    ],
    [
      'a zipmap',
      [9, rdbString('k'), rdbString(bytesOf(2, 1, 'a', 2, 0, 'xy', 1, 'b', 1, 2, 'z', 0, 0, 0xff))],
      { kind: 'hash', unordered: ['a|xy', 'b|z'] },
    ],
    [
      'a ziplist',
      [10, rdbString('k'), rdbString(ziplist)],
      { kind: 'list', ordered: ['ab', '-128', '-32768', '8388607', '0', ''] },
    ],
    [
      'a quicklist of ziplists',
      [14, rdbString('k'), 2, rdbString(ziplist), rdbString(ziplist)],
      { kind: 'list', ordered: Array.from({ length: 2 }, () => ['ab', '-128', '-32768', '8388607', '0', '']).flat() },
    ],
    [
      'a set in a listpack (7.2)',
      [20, rdbString('k'), rdbString(bytesOf(12, 0, 0, 0, 2, 0, 0x81, 'a', 2, 5, 1, 0xff))],
      { kind: 'set', unordered: ['5', 'a'] },
    ],
    [
      'a hash whose fields expire (Redis 7.4)',
      [24, rdbString('k'), int64Bytes(5000n), 2, 0, rdbString('a'), rdbString('x'), 11, rdbString('b'), rdbString('y')],
      { kind: 'hash', unordered: ['a|x', 'b|y|until 5010'] },
    ],
    [
      'a small one of these',
      [25, rdbString('k'), int64Bytes(9n), rdbString(bytesOf(14, 0, 0, 0, 3, 0, 0x81, 'a', 2, 1, 1, 9, 1, 0xff))],
      { kind: 'hash', unordered: ['a|1|until 9'] },
    ],
    [
      'a module’s',
      [7, rdbString('k'), 0x81, Buffer.alloc(8, 1), 2, 5, 5, rdbString('text'), 0],
      { kind: 'module', ordered: ['\x01'.repeat(8), '\x05\0\0\0\0\0\0\0', 'text'] },
    ],
  ])('%s is read', async (_name, body, expected) => {
    const value = (await valuesOfRdb(rdbFile(body))).get('0/k');
    expect(value).toEqual({ ordered: [], unordered: [], ...expected });
  });

  it('a hash of Valkey 9 whose fields expire is read, and of Redis it would be none', async () => {
    const body = [
      22,
      rdbString('k'),
      2,
      rdbString('a'),
      rdbString('x'),
      int64Bytes(-1n),
      rdbString('b'),
      rdbString('y'),
      int64Bytes(77n),
    ];
    const values = await valuesOfRdb(rdbFile(body, { magic: 'VALKEY080' }));
    expect(values.get('0/k')?.unordered).toEqual(['a|x', 'b|y|until 77']);
    expect(await verdictOn(rdbFile(body))).toBe('REDIS_RDB_UNSUPPORTED');
  });
});

describe('a file that is not whole, or not one', () => {
  const valid = rdbFile([
    0xfe,
    0,
    0,
    rdbString('key'),
    rdbString('value'),
    11,
    rdbString('n'),
    rdbString(bytesOf(2, 0, 0, 0, 1, 0, 0, 0, 9, 0)),
  ]);

  it('is accepted when nothing is wrong with it (control)', async () => {
    expect(await verdictOn(valid)).toBe('accepted');
  });

  it('is refused wherever it is cut', async () => {
    for (let end = 0; end < valid.length; end += 1) {
      expect(await verdictOn(valid.subarray(0, end)), `cut at ${end}`).toBe('REDIS_RDB_CORRUPT');
    }
  });

  it('is refused whichever bit is flipped', async () => {
    for (let bit = 0; bit < valid.length * 8; bit += 1) {
      const damaged = Buffer.from(valid);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await verdictOn(damaged), `bit ${bit}`).not.toBe('accepted');
    }
  });

  it('is refused with one byte more', async () => {
    expect(await verdictOn(bytesOf(valid, 0))).toBe('REDIS_RDB_CORRUPT');
  });

  it.each([
    ['nothing at all', Buffer.alloc(0), 'REDIS_RDB_CORRUPT'],
    ['another magic', rdbFile([], { magic: 'SQLIT0011' }), 'REDIS_RDB_CORRUPT'],
    ['a version to come', rdbFile([], { magic: 'REDIS0099' }), 'REDIS_RDB_UNSUPPORTED'],
    ['a version to come of Valkey', rdbFile([], { magic: 'VALKEY081' }), 'REDIS_RDB_UNSUPPORTED'],
    ['a type to come', rdbFile([26, rdbString('k')]), 'REDIS_RDB_UNSUPPORTED'],
    ['the functions of a release candidate', rdbFile([0xf6]), 'REDIS_RDB_UNSUPPORTED'],
    ['a time without a key', rdbFile([0xfc, int64Bytes(1n)]), 'REDIS_RDB_CORRUPT'],
    ['a string of four exabytes', rdbFile([0, rdbString('k'), 0x81, 0x40, 0, 0, 0, 0, 0, 0, 0]), 'REDIS_RDB_CORRUPT'],
    ['a string of four gigabytes', rdbFile([0, rdbString('k'), 0x80, 0xff, 0xff, 0xff, 0xff]), 'REDIS_RDB_CORRUPT'],
    [
      'a list of more elements than bytes',
      rdbFile([1, rdbString('k'), 0x80, 0xff, 0xff, 0xff, 0xff]),
      'REDIS_RDB_CORRUPT',
    ],
    [
      'a compressed string that unpacks too far',
      rdbFile([0, rdbString('k'), 0xc3, 4, 0x80, 0x3f, 0, 0, 0, 0, 97, 32, 0]),
      'REDIS_RDB_CORRUPT',
    ],
    [
      'a listpack that says it is longer',
      rdbFile([16, rdbString('k'), rdbString(bytesOf(90, 0, 0, 0, 0, 0, 0xff))]),
      'REDIS_RDB_CORRUPT',
    ],
    [
      'a pair without its second half',
      rdbFile([16, rdbString('k'), rdbString(bytesOf(9, 0, 0, 0, 1, 0, 5, 1, 0xff))]),
      'REDIS_RDB_CORRUPT',
    ],
    [
      'an intset of odd numbers',
      rdbFile([11, rdbString('k'), rdbString(bytesOf(3, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3))]),
      'REDIS_RDB_CORRUPT',
    ],
    ['a score that is a word', rdbFile([3, rdbString('k'), 1, rdbString('m'), 3, 'abc']), 'REDIS_RDB_CORRUPT'],
  ])('is refused: %s', async (_name, file, code) => {
    expect(await verdictOn(file)).toBe(code);
  });
});

describe.skipIf(!haveServer('redis'))('the file of a real server', () => {
  let server: TestServer;
  let file: Buffer;

  beforeAll(async () => {
    server = await startRedis();
    await fillRedisMuseum(server);
    const target = path.join(server.socketFolder, 'museum.rdb');
    await promisify(execFile)('redis-cli', ['-s', server.socketPath, '--rdb', target]);
    file = await readFile(target);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('holds as many keys as the server says', async () => {
    const counts = new Map<number, number>();
    for (const record of await recordsOf(file)) {
      if (record.kind === 'key') counts.set(record.db, (counts.get(record.db) ?? 0) + 1);
    }
    const said = [...(await server.client('INFO keyspace')).matchAll(/^db(\d+):keys=(\d+)/gm)];
    expect(said.length).toBe(3);
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(said.map(([, db, keys]) => [db, Number(keys)])));
  });

  it('reads the same in whatever pieces it comes', async () => {
    const whole = await valuesOfRdb(file);
    for (const pieceBytes of [1, 13, 4096]) expect(await valuesOfRdb(file, pieceBytes)).toEqual(whole);
  });

  it('gives the values that clients see', async () => {
    const values = await valuesOfRdb(file);
    expect(values.get('0/every-byte')?.ordered).toEqual([
      String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte)),
    ]);
    expect(values.get('0/compressible')?.ordered).toEqual(['lumbung '.repeat(2000)]);
    expect(values.get('0/int:-2147483648')?.ordered).toEqual(['-2147483648']);
    expect(values.get('0/list:small')?.ordered).toEqual([
      '1',
      'two',
      '-3',
      '',
      '4095',
      '-4096',
      '70000',
      '-70000',
      '8388607',
      '2147483647',
      '9223372036854775807',
    ]);
    expect(values.get('0/list:large')?.ordered.length).toBe(3000);
    expect(values.get('0/list:plain-nodes')?.ordered).toEqual(['z'.repeat(300), 'small', 'z'.repeat(301)]);
    expect(values.get('0/set:int64')?.unordered).toEqual(['-9223372036854775808', '1']);
    expect(values.get('0/set:large')?.unordered.length).toBe(700);
    expect(values.get('0/zset:small')?.unordered).toContain(`low|${scoreText(-Infinity)}`);
    expect(values.get('0/zset:small')?.unordered).toContain(`tenth|${scoreText(0.1)}`);
    expect(values.get('0/zset:large')?.unordered).toContain(`member 3|${scoreText(3 / 7)}`);
    expect(values.get('0/hash:large')?.unordered).toContain('field 700|value 700');
    expect(values.get('15/cart:7')?.unordered).toEqual(['apples|3', 'pears|0']);
  });

  it('is refused when it is cut anywhere', async () => {
    for (let end = 0; end < file.length; end += 997) {
      expect(await verdictOn(file.subarray(0, end)), `cut at ${end}`).toBe('REDIS_RDB_CORRUPT');
    }
    expect(await verdictOn(file)).toBe('accepted');
  });

  it('fuzz: is refused with a flipped bit, also where the checksum is taken away', async () => {
    const position = fc.nat({ max: (file.length - 9) * 8 - 1 });
    const property = fc.asyncProperty(position, async (bit) => {
      const damaged = Buffer.from(file);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await verdictOn(damaged)).not.toBe('accepted');
      // Whatever it is taken for now, it ends, and with no error but ours.
      damaged.fill(0, damaged.length - 8);
      await verdictOn(damaged);
    });
    await fc.assert(property, { numRuns: fuzzRuns(40) });
  });
});

describe('bytes of chance', () => {
  it('fuzz: end in an error of ours behind any header', async () => {
    const anything = fc.uint8Array({ maxLength: 200 });
    const property = fc.asyncProperty(
      fc.constantFrom('REDIS0003', 'REDIS0012', 'VALKEY080'),
      anything,
      async (magic, body) => {
        await verdictOn(bytesOf(magic, body));
        await verdictOn(rdbFile([body], { magic }));
      },
    );
    await fc.assert(property, { numRuns: fuzzRuns() });
  });

  it('fuzz: unpack to the length they claim, or not at all', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 40_000 }), (packed, sizeBytes) => {
      try {
        expect(decompressLzf(packed, sizeBytes).length).toBe(sizeBytes);
      } catch (error) {
        if (!isLumbungError(error, 'REDIS_RDB_CORRUPT')) throw error;
      }
    });
    fc.assert(property, { numRuns: fuzzRuns(1000) });
  });
});
