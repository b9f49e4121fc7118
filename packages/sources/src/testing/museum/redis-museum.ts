// A Redis of everything that is hard to carry: each type in each of its encodings, keys of any bytes, several databases.
import type { MuseumFacts } from './museum-facts.ts';
import { ODD_NAMES } from './odd-names.ts';

/** In the year 2100. */
const FAR_AWAY_MS = 4_102_444_800_123;
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

type Command = readonly (string | Buffer | number)[];

const LIBRARY = [
  '#!lua name=museum',
  "redis.register_function('museum_twice', function(keys, args) return tonumber(args[1]) * 2 end)",
  '-- REDIS0011 \xff ; "quoted"',
].join('\n');

const DATABASES: Readonly<Record<number, readonly Command[]>> = {
  0: [
    ['SET', '', 'a key without a name'],
    ['SET', 'empty', ''],
    ['SET', 'integer', '-9223372036854775808'],
    ['SET', 'not quite an integer', '01'],
    ['SET', 'float', '3.0e10'],
    ['SET', 'every byte', EVERY_BYTE],
    ['SET', EVERY_BYTE, 'every byte'],
    ['SET', Buffer.from([0xff, 0xfe, 0x00]), 'not UTF-8'],
    ['SET', 'compressible', 'abc'.repeat(100_000)],
    ['SETRANGE', 'holes', 10_000_000, 'end'],
    ['SETBIT', 'bitmap', 12_345, 1],
    ['PFADD', 'hyperloglog', ...Array.from({ length: 200 }, (_, n) => `visitor ${n}`)],
    ['RPUSH', 'list', 'a', '', EVERY_BYTE, '1', '-1', 'x'.repeat(100)],
    ['RPUSH', 'long list', ...Array.from({ length: 2000 }, (_, n) => `item ${n} ${'y'.repeat(n % 90)}`)],
    ['RPUSH', 'list of a large item', 'z'.repeat(20_000), 'small'],
    ['SADD', 'set of integers', -1, 0, 1, 32_768, '9223372036854775807'],
    ['SADD', 'set', 'a', '', EVERY_BYTE, 'é🗄'],
    ['SADD', 'large set', ...Array.from({ length: 1000 }, (_, n) => `member ${n}`)],
    ['HSET', 'hash', 'a', 'b', '', '', EVERY_BYTE, EVERY_BYTE, 'n', 1],
    ['HSET', 'large hash', ...Array.from({ length: 1000 }, (_, n) => [`field ${n}`, `value ${n}`]).flat()],
    [
      'ZADD',
      'sorted set',
      '-inf',
      'lowest',
      '+inf',
      'highest',
      '-0',
      'zero',
      '1e-320',
      'denormal',
      '0.1',
      'tenth',
      2 ** 53,
      'odd',
      0,
      '',
    ],
    ['ZADD', 'large sorted set', ...Array.from({ length: 1000 }, (_, n) => [n / 3, `member ${n}`]).flat()],
    ['GEOADD', 'places', '119.87', '-0.9', 'Palu', '-180', '85.05', 'corner'],
    ['XADD', 'stream', '1-1', 'field', 'value', '', EVERY_BYTE],
    ['XADD', 'stream', '1-2', 'field', 'deleted'],
    ['XADD', 'stream', '18446744073709551615-0', 'a', 'b', 'c', 'd'],
    ['XDEL', 'stream', '1-2'],
    ['XGROUP', 'CREATE', 'stream', 'readers', '0'],
    ['XREADGROUP', 'GROUP', 'readers', 'it\'s "one"', 'COUNT', 1, 'STREAMS', 'stream', '>'],
    ['XGROUP', 'CREATECONSUMER', 'stream', 'readers', 'idle'],
    ['XGROUP', 'CREATE', 'stream that is empty', 'group', '$', 'MKSTREAM'],
    ['XADD', 'stream that was emptied', '5-5', 'a', 'b'],
    ['XDEL', 'stream that was emptied', '5-5'],
    ['SET', 'expires far away', 'x', 'PXAT', FAR_AWAY_MS],
    ['RPUSH', 'list that expires', 'x'],
    ['PEXPIREAT', 'list that expires', FAR_AWAY_MS],
    ['SET', 'gone at once', 'x', 'PX', 1],
    ['FUNCTION', 'LOAD', LIBRARY],
  ],
  1: ODD_NAMES.map((name) => ['SET', name, name]),
  15: [
    ['SET', 'empty', 'in another database'],
    ['SELECT', '15'],
  ],
};

const KEYS_OF_DATABASE_0 = 28;

/** Commands for redis-cli's standard input. */
export function redisMuseum(bigRows: number): string {
  const lines = Object.entries(DATABASES).flatMap(([database, commands]) => [
    `SELECT ${database}`,
    ...commands.map((command) => command.map(quote).join(' ')),
  ]);
  const big = `for n = 1, ${bigRows} do redis.call('SET', 'big:' .. n, redis.sha1hex(tostring(n)) .. string.rep('.', n % 50)) end`;
  return [...lines, 'SELECT 2', `EVAL ${quote(big)} 0`, ''].join('\n');
}

export function redisFacts(bigRows: number): MuseumFacts {
  return {
    tables: [
      { name: '0', rows: KEYS_OF_DATABASE_0 },
      { name: '1', rows: ODD_NAMES.length },
      { name: '2', rows: bigRows },
      { name: '15', rows: 1 },
    ],
    counts: { expiringKeys: 2, functionLibraries: 1 },
  };
}

/** As redis-cli reads it: any byte in hexadecimal. */
function quote(value: string | Buffer | number): string {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value));
  const text = bytes.toString('latin1');
  return `"${text.replaceAll(/[^ !#-[\]-~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
