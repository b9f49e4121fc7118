import { type ByteString, byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damagedText } from '../format/testing/mutations.ts';
import { foldCase } from './fold-case.ts';
import { parsePatternFile } from './pattern-file.ts';
import { PatternList } from './pattern-list.ts';
import { naiveChildMayMatch, naiveMatch } from './testing/naive-filter.ts';

function matches(pattern: string | readonly string[], path: string, caseInsensitive = false): boolean {
  const patterns = typeof pattern === 'string' ? [pattern] : pattern;
  return PatternList.parse(patterns, { caseInsensitive }).matches(byteStringOfText(path));
}

describe('a pattern', () => {
  it.each([
    ['*.go', '/foo/bar/test.go', true],
    ['*.c', '/foo/bar/test.go', false],
    ['*', '/foo/bar/test.go', true],
    ['test.*', '/foo/bar/test.go', true],
    ['bar/*', '/foo/bar/baz', true],
    ['foo/bar', '/foo/bar/test.go', true],
    ['bar', '/foo/bar', true],
    ['bar', '/foo/bar/baz', true],
    ['ba', '/foo/bar/baz', false],
    ['/bar*', '/foo/bar/test.go', false],
    ['/foo', '/foo/baz', true],
    ['/foo', '/foobar', false],
    ['/foo/*', '/foo', false],
    ['/foo/*', '/foo/bar/deeper', true],
    ['/foo/*/test.*', '/foo/bar/test.go', true],
    ['/foo/*test.*', '/foo/bar/test.go', false],
    ['/foo/*/*/test.*', '/foo/bar/test.go', false],
    ['/foo/../bar', '/bar', true],
    ['/foo/./bar//baz/', '/foo/bar/baz', true],
    ['../bar', '/foo/bar', false],
    ['**', '/anything/at/all', true],
    ['/', '/anything', true],
    ['/**', '/anything', true],
    ['foo/**/bar/*.go', '/home/user/foo/bar/test.go', true],
    ['foo/**/bar/*.go', '/home/user/foo/x/bar/test.go', true],
    ['foo/**/bar/*.go', '/home/user/foo/x/y/z/bar/test.go', true],
    ['foo/**/bar/*.go', '/home/user/bar/foo/test.go', false],
    ['/foo/**', '/foo', true],
    ['/foo/**/bar', '/foo/bar', true],
    ['/**/test.*', '/test.go', true],
    ['**/test.*', '/foo/bar/test.go/x', true],
    ['a/**/b/**/c', '/x/a/1/b/2/3/c/4', true],
    ['a/**/b/**/c', '/x/a/1/c/2/3/b/4', false],
    ['baz/tesT.*', '/bar/baz/test.go', false],
    ['baz/test.*', '/bar/baz/test.go', true],
    ['te?t.go', '/test.go', true],
    ['te?t.go', '/tet.go', false],
    ['[a-c]x', '/bx', true],
    ['[^a-c]x', '/bx', false],
    ['[^a-c]x', '/dx', true],
    ['[a\\-c]x', '/-x', true],
    ['\\*', '/*', true],
    ['\\*', '/x', false],
    ['[*]', '/*', true],
    ['x[\\]]', '/x]', true],
    ['a]', '/a]', true],
    ['***x', '/abx', true],
    ['a*b*c', '/a-b-b-c', true],
    ['a*b*c', '/a-c-b', false],
    ['ab*ba', '/aba', false],
    ['ab*ba', '/abba', true],
    ['*a*', '/xay', true],
    ['.*', '/home/.cache/x', true],
    ['?', '/é', true],
    ['??', '/é', false],
    ['[à-ü]', '/é', true],
    ['é*', '/éa', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
    expect(naiveMatch([pattern], byteStringOfText(path))).toBe(expected);
  });

  it('that is absolute does not match a path that is not', () => {
    expect(matches('/foo', 'foo')).toBe(false);
    expect(matches('foo', 'foo')).toBe(true);
  });

  it('takes one byte for a character where the name is not UTF-8', () => {
    const list = PatternList.parse(['a?b'], { caseInsensitive: false });
    expect(list.matches(byteStringOf(Buffer.from('/a\xffb', 'latin1')))).toBe(true);
    expect(list.matches(byteStringOf(Buffer.from('/a\xe2\x82b', 'latin1')))).toBe(false);
  });

  it('does not take a name that is not UTF-8 for one that holds U+FFFD', () => {
    const list = PatternList.parse(['a\ufffd'], { caseInsensitive: false });
    expect(list.matches(byteStringOfText('/a\ufffd'))).toBe(true);
    expect(list.matches(byteStringOf(Buffer.from('/a\xff', 'latin1')))).toBe(false);
  });

  it.each(['[', '[a', '[]', '[]a]', '[^]', '[a-]', '[-a]', 'x\\', '[a\\', 'foo/[/bar', '[*', '', '!'])(
    'is refused when it is %j',
    (pattern) => {
      expect(() => matches(pattern, '/x')).toThrow(
        expect.objectContaining({
          code: 'PATTERN_INVALID',
          kind: 'operator',
          context: expect.objectContaining({ pattern }),
        }),
      );
    },
  );

  it('ignores case on both sides when asked to', () => {
    expect(matches('*.JPG', '/a/B.jpg', true)).toBe(true);
    expect(matches('*.jpg', '/a/B.JPG', true)).toBe(true);
    expect(matches('ПРИВЕТ', '/привет', true)).toBe(true);
    expect(matches('*.JPG', '/a/B.jpg')).toBe(false);
  });
});

describe('foldCase', () => {
  it.each([
    ['ABC', 'abc'],
    ['ÀÉ', 'àé'],
    // A final sigma is one only to those who look at the whole word.
    ['ΟΔΟΣ', 'οδοσ'],
    ['\u0130', 'i'],
    ['straße', 'straße'],
  ])('%s becomes %s', (text, expected) => {
    expect(foldCase(byteStringOfText(text))).toBe(byteStringOfText(expected));
  });

  it('makes U+FFFD of bytes that are no text', () => {
    expect(foldCase(byteStringOf(Buffer.from([0x41, 0xff])))).toBe(byteStringOfText('a\ufffd'));
  });
});

describe('a list of patterns', () => {
  it('lets a later negated one take back what an earlier one matched', () => {
    const patterns = ['*.log', '!keep.log'];
    expect(matches(patterns, '/a/b.log')).toBe(true);
    expect(matches(patterns, '/a/keep.log')).toBe(false);
    expect(matches([...patterns, '/a'], '/a/keep.log')).toBe(true);
    expect(matches(['!keep.log', '*.log'], '/a/keep.log')).toBe(true);
  });

  it('of nothing matches nothing', () => {
    expect(matches([], '/a')).toBe(false);
  });

  it.each([
    [['/foo/bar'], '/', true],
    [['/foo/bar'], '/foo', true],
    [['/foo/bar'], '/foo/bar/baz', true],
    [['/foo/bar'], '/fox', false],
    [['/foo/bar'], '/foo/x', false],
    [['bar'], '/anywhere', true],
    [['/foo/**/bar'], '/foo/x/y', true],
    [['/foo/**/bar'], '/x', false],
    [['/foo/*/bar'], '/foo/x', true],
    [['/foo', '!/foo/sub'], '/foo/sub', false],
    [['/foo', '!/foo/sub'], '/foo', true],
    [[], '/', false],
  ])('%j: something below %s may match: %s', (patterns, path, expected) => {
    const list = PatternList.parse(patterns, { caseInsensitive: false });
    expect(list.childMayMatch(byteStringOfText(path))).toBe(expected);
    expect(naiveChildMayMatch(patterns, byteStringOfText(path))).toBe(expected);
  });
});

describe('a file of patterns', () => {
  const lookup = (name: string): string | undefined => ({ HOME: '/home/u', '1': 'one' })[name];

  it('has one a line, trimmed, without comments and empty lines', () => {
    expect(parsePatternFile('\ufeff*.tmp \r\n\n  # no\n\t/a b\n', lookup)).toEqual(['*.tmp', '/a b']);
  });

  it.each([
    ['$HOME/x', '/home/u/x'],
    ['${HOME}x', '/home/ux'],
    ['$HOMEx', ''],
    ['$NONE.o', '.o'],
    ['a$$b', 'a$b'],
    ['$1st', 'onest'],
    ['*.c$', '*.c$'],
    ['a$.b', 'a$.b'],
    ['a${}b', 'ab'],
    ['a${b', 'ab'],
    ['a$*b', 'ab'],
    ['${$}', '$'],
  ])('expands %s to %j', (line, expected) => {
    expect(parsePatternFile(`x${line}`, lookup)).toEqual([`x${expected}`]);
  });

  it('does not look for variables in what a variable held', () => {
    expect(parsePatternFile('$A', (name) => (name === 'A' ? '$B' : 'wrong'))).toEqual(['$B']);
  });
});

// Few letters, so that patterns and paths meet often.
const component = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', 'é', '\xff'), minLength: 1, maxLength: 5 });
const paths = fc
  .array(component, { minLength: 1, maxLength: 6 })
  .map((parts) => `/${parts.join('/')}`.replaceAll('é', '\xc3\xa9') as ByteString);
const partPattern = fc.oneof(
  { weight: 1, arbitrary: fc.constant('**') },
  {
    weight: 4,
    arbitrary: fc
      .array(
        fc.constantFrom('a', 'b', 'c', '.', 'é', '*', '*', '?', '[ab]', '[^ab]', '[a-c.]', '[à-ü]', '\\a', '\\*'),
        { minLength: 1, maxLength: 5 },
      )
      .map((pieces) => pieces.join('')),
  },
);
const patterns = fc
  .tuple(
    fc.constantFrom('', '', '!'),
    fc.constantFrom('', '', '/'),
    fc.array(partPattern, { minLength: 1, maxLength: 4 }),
  )
  .map(([negation, root, parts]) => negation + root + parts.join('/'));

describe('patterns', () => {
  it('fuzz: match what the definition says, read word by word', () => {
    fc.assert(
      fc.property(fc.array(patterns, { maxLength: 3 }), paths, (list, path) => {
        const parsed = PatternList.parse(list, { caseInsensitive: false });
        expect(parsed.matches(path)).toBe(naiveMatch(list, path));
        expect(parsed.childMayMatch(path)).toBe(naiveChildMayMatch(list, path));
      }),
      { numRuns: fuzzRuns(1000) },
    );
  });

  it('fuzz: something below a folder may match whenever a path below it does', () => {
    fc.assert(
      fc.property(patterns, paths, component, (pattern, path, name) => {
        fc.pre(!pattern.startsWith('!'));
        const parsed = PatternList.parse([pattern], { caseInsensitive: false });
        const below = `${path}/${name.replaceAll('é', '\xc3\xa9')}` as ByteString;
        if (parsed.matches(below)) expect(parsed.matches(path) || parsed.childMayMatch(path)).toBe(true);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('fuzz: any text is a pattern or is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), paths, fc.boolean(), (text, path, caseInsensitive) => {
        try {
          PatternList.parse([text], { caseInsensitive }).matches(path);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PATTERN_INVALID' });
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('fuzz: damaged, are patterns that do not take for ever, or are refused', () => {
    const originals = [
      '/home/*/.cache/**',
      '!/srv/www/[a-z0-9]*/upload?.tmp',
      '**/node_modules/**/*.min.js',
      '*.[ch]pp',
      'C:\\\\Users\\*\\[^a-c]x',
      '/a/**/b/**/c/*é',
    ];
    const shown = /^.{0,300}$/s;
    fc.assert(
      fc.property(damagedText(originals), paths, fc.boolean(), (text, path, caseInsensitive) => {
        try {
          const list = PatternList.parse([text], { caseInsensitive });
          if (list.matches(path) && !text.startsWith('!')) expect(list.childMayMatch(path)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PATTERN_INVALID', message: expect.stringMatching(shown) });
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('fuzz: damaged files of them give one line each at most, without what is not set', () => {
    const originals = [
      '\ufeff# caches\n*.tmp \r\n\n  $HOME/x\n${HOME}/.cache/$USER\n\t/c d\n${no\n',
      '!/a$$b\n$USER$$\n',
    ];
    const set = new Map([
      ['HOME', '/home/u'],
      ['USER', 'u'],
    ]);
    fc.assert(
      fc.property(damagedText(originals), (text) => {
        const lines = parsePatternFile(text, (name) => set.get(name));
        expect(lines.length).toBeLessThanOrEqual(text.split('\n').length);
        // Two dollars are one that means nothing.
        const unset = text.includes('$$') ? '\n' : '${';
        for (const line of lines) expect(line).not.toContain(unset);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('do not take for ever, however many wildcards they have', () => {
    const path = `/${Array.from({ length: 60 }, () => 'a'.repeat(60)).join('/')}` as ByteString;
    const hostile = [
      `${'**/a*/'.repeat(30)}b`,
      `/${'**/'.repeat(100)}b`,
      `${'*a'.repeat(100)}b`,
      `${'*?'.repeat(100)}b`,
      `${'*[a-c]'.repeat(60)}b`,
      `${'*a*/'.repeat(40)}b`,
    ];
    for (const pattern of hostile) {
      const list = PatternList.parse([pattern], { caseInsensitive: false });
      expect(list.matches(path)).toBe(false);
    }
  });
});
