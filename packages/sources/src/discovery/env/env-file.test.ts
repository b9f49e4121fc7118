import { type ByteString, byteStringOf, byteStringOfText, textOf } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EnvDialect, FIRST_WINS, LAST_WINS, NODE_DOTENV, parseEnvFile } from './env-file.ts';

function parse(text: string, dialect: EnvDialect = LAST_WINS): Readonly<Record<string, string>> {
  const { entries } = parseEnvFile(byteStringOfText(text), dialect);
  return Object.fromEntries([...entries].map(([name, { value }]) => [name, textOf(value)]));
}

describe('an environment file', () => {
  it.each([
    ['A=b', 'b'],
    ['export A=b', 'b'],
    ['  A = b c  ', 'b c'],
    ['A=', ''],
    ['A=""', ''],
    ['A=b # comment', 'b'],
    ['A=b#c', 'b#c'],
    ['A=# comment', ''],
    ['A="b # c" # d', 'b # c'],
    ["A='b \\n ${X} \" #'", 'b \\n ${X} " #'],
    ['A="b\\n\\t\\"\\\\\\$X\\q"', 'b\n\t"\\$X\\q'],
    ['A="two\nlines"', 'two\nlines'],
    ['A=p$1$$a', 'p$1$$a'],
    ['A=a=b==', 'a=b=='],
    ['\ufeffA=b', 'b'],
    ['A=b\r\n', 'b'],
    ['A="b"\r\n', 'b'],
    ['#A=x\n#\n\nA=b', 'b'],
    ['A=ör', 'ör'],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual({ A: expected });
  });

  it('puts in values of lines above, in double quotes and without any', () => {
    expect(parse('A=x\nB=${A}y\nC="${A} ${MISSING}z"\nD=\'${A}\'\nE="\\${A}"')).toEqual({
      A: 'x',
      B: 'xy',
      C: 'x z',
      D: '${A}',
      E: '${A}',
    });
  });

  it('knows which of two lines counts, and names them', () => {
    const text = byteStringOfText('A=1\nB=1\nA=2\nB=1');
    expect(parseEnvFile(text, LAST_WINS)).toMatchObject({ duplicates: ['A'] });
    expect(parse('A=1\nA=2', LAST_WINS)).toEqual({ A: '2' });
    expect(parse('A=1\nA=2', FIRST_WINS)).toEqual({ A: '1' });
  });

  it('takes a # for a comment as its loader does', () => {
    expect(parse('A=ab#cd', NODE_DOTENV)).toEqual({ A: 'ab' });
    expect(parse('A="ab#cd"', NODE_DOTENV)).toEqual({ A: 'ab#cd' });
    expect(parse('A=`a"b\'c`', NODE_DOTENV)).toEqual({ A: 'a"b\'c' });
  });

  it('says in which lines names and mistakes stand', () => {
    const { entries, malformedLines } = parseEnvFile(
      byteStringOfText('# a\nA="1\n2"\nno assignment\nB=2\nC="open'),
      LAST_WINS,
    );
    expect([entries.get('A')?.line, entries.get('B')?.line]).toEqual([2, 5]);
    expect(malformedLines).toEqual([4, 6]);
    expect(entries.has('C')).toBe(false);
  });

  it.each([
    ['open quotes', 'A="\n'.repeat(60_000)],
    ['values that grow', `A=${'x'.repeat(100)}\n${'A=${A}${A}\n'.repeat(20_000)}`],
    ['one long line', `A=${'x'.repeat(250_000)}`],
    ['spaces', ' '.repeat(250_000)],
    ['names', 'A'.repeat(250_000)],
  ])('%s end in bounded work', (_, text) => {
    const { entries } = parseEnvFile(byteStringOfText(text), LAST_WINS);
    expect(entries.size).toBeLessThanOrEqual(1);
  });

  it('fuzz: any bytes are read without an error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(LAST_WINS, FIRST_WINS, NODE_DOTENV),
        (bytes, dialect) => {
          const lines = bytes.filter((byte) => byte === 0x0a).length + 1;
          const { entries, malformedLines } = parseEnvFile(byteStringOf(bytes), dialect);
          for (const { line } of entries.values()) expect(line).toBeLessThanOrEqual(lines);
          for (const line of malformedLines) expect(line).toBeLessThanOrEqual(lines);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: what is printed in double quotes is read back', () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,10}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.uint8Array({ maxLength: 30 }), { noNullPrototype: true }), (values) => {
        const bytes = Object.entries(values).map(([key, value]) => [key, byteStringOf(value)] as const);
        const printed = bytes.map(([key, value]) => `${key}="${value.replace(/[\\"$]/g, '\\$&')}"\n`).join('');
        const { entries } = parseEnvFile(printed as ByteString, LAST_WINS); // of byte strings and ASCII
        expect([...entries].map(([key, { value }]) => [key, value])).toEqual(bytes);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
