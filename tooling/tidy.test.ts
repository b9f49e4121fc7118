import { describe, expect, it } from 'vitest';
import { findUntidiness } from './tidy-rules.ts';

const judge = (path: string, text: string): string[] => findUntidiness([{ path, text }]);
const note = ['TO', 'DO'].join('');

describe('tidy', () => {
  it('finds nothing in a clean file', () => {
    expect(judge('packages/engine/src/pack/pack-builder.ts', 'export const todoist = "/home/x/work/y";\n')).toEqual([]);
    expect(judge('tests/crash/kill.test.ts', "it.skipIf(noPeer)('…', () => {});\n")).toEqual([]);
  });

  it.each([
    ['packages/x/src/a.ts', `// ${note}: later\n`, 'packages/x/src/a.ts:1: a note to oneself: do it, or take it out.'],
    [
      'docs/a.md',
      `\n/${'wo'}rk/main\n`,
      'docs/a.md:2: a path of one machine: take it as an argument or from the environment.',
    ],
    [
      'tests/a.test.ts',
      `describe.each([])\nit.${'on'}ly();\n`,
      'tests/a.test.ts:2: a test switched off or alone: run it, or say why it cannot run with skipIf and print it.',
    ],
    [
      'tests/a.test.ts',
      `describe.${'sk'}ip();\n`,
      'tests/a.test.ts:1: a test switched off or alone: run it, or say why it cannot run with skipIf and print it.',
    ],
    ['a.ts', `// @ts-${'ig'}nore\n`, 'a.ts:1: the compiler silenced: give it the type, or narrow the value.'],
    ['a.md', 'text \n', 'a.md:1: blanks at the end of the line: take them out.'],
    ['a.md', `${'x'.repeat(401)}\n`, 'a.md:1: 401 characters in one line: nobody reads that.'],
    ['a.md', 'text', 'a.md: the last line does not end.'],
    ['a.md', 'text\r\n', 'a.md: lines end in CR LF: end them in LF.'],
    ['packages/x/src/utils.ts', '\n', 'packages/x/src/utils.ts: the name says nothing: name what it gives.'],
    ['packages/x/src/common/a.ts', '\n', 'packages/x/src/common/a.ts: the name says nothing: name what it gives.'],
    [
      'packages/x/src/packBuilder.ts',
      '\n',
      'packages/x/src/packBuilder.ts: files are named in kebab-case after their main export.',
    ],
    ['a.ts', '\n'.repeat(600), 'a.ts: 601 lines: find the noun that hides in it and give it a file.'],
  ])('refuses in %s: %j', (path, text, sentence) => {
    expect(judge(path, text)).toContain(sentence);
  });

  it('leaves recorded data alone', () => {
    expect(judge('packages/engine/testdata/old.json', `${'x'.repeat(500)} ${note}`)).toEqual([]);
  });
});
