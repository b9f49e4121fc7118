import type { TestServer } from '../../testing/index.ts';

/** Far enough that nothing expires while tests run: 2100. */
const LATER_MS = 4_102_444_800_000;

/** Fills a server with one of everything: every type in every encoding of this version, the nastiest names and values,
 *  times, functions, three databases. */
export async function fillRedisMuseum(server: TestServer): Promise<void> {
  await server.client(mainHall(), '0');
  await server.client('SET only-here 1\nPEXPIREAT only-here ' + LATER_MS + '\nSADD numbers 1 2 3\n', '3');
  await server.client('HSET cart:7 apples 3 pears 0\n', '15');
}

function mainHall(): string {
  const lines: string[] = [];
  const say = (...words: readonly (string | number)[]): void => {
    lines.push(words.map(quoted).join(' '));
  };
  for (const text of [
    '0',
    '-1',
    '127',
    '-128',
    '32767',
    '-32768',
    '2147483647',
    '-2147483648',
    '9223372036854775807',
  ]) {
    say('SET', `int:${text}`, text);
  }
  say('SET', 'leading-zero', '007');
  say('SET', 'empty', '');
  say('SET', '', 'the key without a name');
  say('SET', 'compressible', 'lumbung '.repeat(2000));
  say('SET', 'every-byte', String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte)));
  for (const name of ['a b', 'new\nline', 'quote"d', "it's", '..', '-n', '\u0000\u00ff', '{tag}', '*'])
    say('SET', name, name);
  say('EVAL', "redis.call('SETRANGE', KEYS[1], 1048576, 'end')", 1, 'mebibyte');
  say('SET', 'goes-away', 'later');
  say('PEXPIREAT', 'goes-away', LATER_MS);

  say('RPUSH', 'list:small', 1, 'two', -3, '', 4095, -4096, 70000, -70000, 8388607, 2147483647, '9223372036854775807');
  say('RPUSH', 'list:long-element', 'x'.repeat(5000), 'y'.repeat(63), 'y'.repeat(64), 'y'.repeat(4096));
  say('EVAL', "for i = 1, 3000 do redis.call('RPUSH', KEYS[1], 'element ' .. i) end", 1, 'list:large');
  say('DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '100b');
  say('RPUSH', 'list:plain-nodes', 'z'.repeat(300), 'small', 'z'.repeat(301));
  say('DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '0');

  say('SADD', 'set:int16', 1, -2, 300);
  say('SADD', 'set:int32', 1, 100000);
  say('SADD', 'set:int64', 1, '-9223372036854775808');
  say('SADD', 'set:words', 'a', 'b', '', '1');
  say('EVAL', "for i = 1, 700 do redis.call('SADD', KEYS[1], 'member ' .. i) end", 1, 'set:large');

  say(
    'ZADD',
    'zset:small',
    1,
    'a',
    1.5,
    'b',
    '-inf',
    'low',
    '+inf',
    'high',
    0.1,
    'tenth',
    '-0',
    'minus zero',
    1e300,
    'far',
  );
  say('EVAL', "for i = 1, 300 do redis.call('ZADD', KEYS[1], i / 7, 'member ' .. i) end", 1, 'zset:large');
  say('GEOADD', 'geo', 116.07, -8.58, 'Mataram');

  say('HSET', 'hash:small', 'name', 'Ünï', 'n', 5, '', 'empty field');
  say('EVAL', "for i = 1, 700 do redis.call('HSET', KEYS[1], 'field ' .. i, 'value ' .. i) end", 1, 'hash:large');
  say('HSET', 'hash:long-value', 'v', 'w'.repeat(3000));

  for (let entry = 1; entry <= 150; entry += 1) say('XADD', 'stream', `${entry}-1`, 'sensor', 'a', 'value', entry);
  say('XDEL', 'stream', '7-1');
  say('XGROUP', 'CREATE', 'stream', 'readers', '0');
  say('XREADGROUP', 'GROUP', 'readers', 'anna', 'COUNT', 3, 'STREAMS', 'stream', '>');
  say('XREADGROUP', 'GROUP', 'readers', 'budi', 'COUNT', 2, 'STREAMS', 'stream', '>');
  say('XGROUP', 'CREATE', 'stream', 'nobody', '$');
  say('PFADD', 'visitors', 'a', 'b', 'c');
  say('SETBIT', 'bits', 70000, 1);
  say('FUNCTION', 'LOAD', "#!lua name=lumbunglib\nredis.register_function('answer', function() return 42 end)");
  return `${lines.join('\n')}\n`;
}

/** A word as redis-cli reads it: each character is one byte, unless it is none of Latin-1. */
function quoted(word: string | number): string {
  const bytes = Array.from(String(word)).every((char) => char.charCodeAt(0) < 256)
    ? Buffer.from(String(word), 'latin1')
    : Buffer.from(String(word));
  const escaped = Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9 _:.,#!=()/*+-]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${escaped.join('')}"`;
}
