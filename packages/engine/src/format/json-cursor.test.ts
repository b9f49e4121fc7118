import { LumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonCursor } from './json-cursor.ts';
import { damaged } from './testing/mutations.ts';

function cursorOf(bytes: Buffer): JsonCursor {
  return new JsonCursor(
    bytes,
    (reason, at) => new LumbungError('TEST', { kind: 'corruption', context: { reason, at } }),
  );
}

/** Whether the bytes are one value and nothing else. */
function isJson(bytes: Buffer): boolean {
  const cursor = cursorOf(bytes);
  try {
    cursor.skipSpace();
    cursor.skipValue();
    cursor.skipSpace();
    return cursor.at === bytes.length;
  } catch (error) {
    expect(error).toMatchObject({ code: 'TEST' });
    return false;
  }
}

function canBeParsed(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

describe('JsonCursor', () => {
  it.each([
    '0',
    '-0',
    '1.5e-7',
    '1E5',
    '""',
    '"\\u00e9\\n"',
    'null',
    'true',
    'false',
    '[]',
    '{}',
    ' [ 1 , {"a" : [ ] } ] ',
    '"é"',
  ])('passes over %s', (json) => {
    expect(isJson(Buffer.from(json))).toBe(true);
  });

  it.each([
    '',
    ' ',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    'nul',
    'nulll',
    'True',
    "'a'",
    '"',
    '"\\',
    '"\\x41"',
    '"\\u12"',
    '"\\u12g4"',
    '"\t"',
    '[',
    '[1',
    '[1,]',
    '[,]',
    '[1 2]',
    '[}',
    '{',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{"a":1,}',
    '{"a":1 "b":2}',
    '{]',
    '[1]]',
    'NaN',
    '\ufeff1',
  ])('refuses %j', (json) => {
    expect(isJson(Buffer.from(json))).toBe(false);
  });

  it('refuses deep nesting without going there', () => {
    expect(isJson(Buffer.from(`${'['.repeat(64)}${']'.repeat(64)}`))).toBe(true);
    expect(isJson(Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`))).toBe(false);
    expect(isJson(Buffer.from('{"a":'.repeat(1_000_000)))).toBe(false);
  });

  it('reads text with its escapes, and makes it well formed', () => {
    const textOf = (json: string): string => {
      const bytes = Buffer.from(json, 'latin1');
      return cursorOf(bytes).textAt(0, bytes.length);
    };
    expect(textOf('"a\\u00e9\\n\\/"')).toBe('aé\n/');
    expect(textOf('"\\ud83d\\ude00"')).toBe('😀');
    expect(textOf('"\\ud83d"')).toBe('\ufffd');
    expect(textOf('"\xff"')).toBe('\ufffd');
  });

  it('fuzz: takes for JSON what the runtime does', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }).chain((json) => damaged([Buffer.from(json)])),
        (bytes) => {
          expect(isJson(bytes)).toBe(canBeParsed(bytes));
        },
      ),
      { numRuns: fuzzRuns(1000) },
    );
  });
});
