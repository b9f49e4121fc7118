// What the whole tree must not contain, whatever tool a file belongs to.
import type { RepositoryFile } from './repository-files.ts';

const LINE_CHARS_MAX = 400;
/** A ratchet: room for a long file, not for the one that becomes the hub. Ask which noun is hiding in it. */
const SOURCE_LINES_MAX = 600;

const isCode = (file: string): boolean => /\.(?:ts|tsx|mjs)$/.test(file);
/** Generated or recorded: nobody reads it line by line. */
const isData = (file: string): boolean =>
  /(?:^|\/)testdata\/|package-lock\.json$|\.wasm\.ts$|\.svg$|^LICENSE$/.test(file);

interface LineRule {
  readonly appliesTo: (file: string) => boolean;
  readonly pattern: RegExp;
  readonly sentence: string;
}

// The words are put together from halves, so that this file does not find itself.
const word = (first: string, second: string): string => first + second;
const LINE_RULES: readonly LineRule[] = [
  {
    appliesTo: (file) => isCode(file) || file.endsWith('.md'),
    pattern: new RegExp(`\\b(?:${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('XX', 'X')}|${word('HA', 'CK')})\\b`),
    sentence: 'a note to oneself: do it, or take it out',
  },
  {
    appliesTo: () => true,
    pattern: new RegExp(`(?<![\\w.~-])/(?:${word('wo', 'rk')}|${word('Us', 'ers')}|${word('opt/pe', 'ers')})/[\\w.]`),
    sentence: 'a path of one machine: take it as an argument or from the environment',
  },
  {
    appliesTo: (file) => file.endsWith('.test.ts') || file.includes('/testing/'),
    pattern: /\b(?:it|test|describe)(?:\.\w+)*\.(?:only|skip|fails)\b(?!If)/,
    sentence: 'a test switched off or alone: run it, or say why it cannot run with skipIf and print it',
  },
  {
    // AssemblyScript is another language in the same clothes.
    appliesTo: (file) => isCode(file) && !file.includes('/kernel-src/'),
    pattern: new RegExp(`@ts-(?:${word('ig', 'nore')}|${word('no', 'check')})\\b`),
    sentence: 'the compiler silenced: give it the type, or narrow the value',
  },
  {
    appliesTo: (file) => file.endsWith('.md') || isCode(file),
    pattern: /[ \t]+$/,
    sentence: 'blanks at the end of the line: take them out',
  },
];

const VAGUE_NAMES = /(?:^|\/)(?:utils?|helpers?|common|core|misc|shared|lib|stuff)(?:\/|\.\w+$|\.test\.ts$)/;

export function findUntidiness(files: readonly RepositoryFile[]): string[] {
  return files.flatMap((file) => [...judgeName(file.path), ...(isData(file.path) ? [] : judgeText(file))]);
}

function judgeName(file: string): string[] {
  if (!isCode(file)) return [];
  const name = file.slice(file.lastIndexOf('/') + 1);
  return [
    ...(VAGUE_NAMES.test(file) ? [`${file}: the name says nothing: name what it gives.`] : []),
    ...(/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(name)
      ? []
      : [`${file}: files are named in kebab-case after their main export.`]),
  ];
}

function judgeText({ path: file, text }: RepositoryFile): string[] {
  const lines = text.split('\n');
  const findings = lines.flatMap((line, index) => {
    const at = `${file}:${index + 1}`;
    const found = LINE_RULES.filter((rule) => rule.appliesTo(file) && rule.pattern.test(line)).map(
      (rule) => `${at}: ${rule.sentence}.`,
    );
    if (line.length > LINE_CHARS_MAX) found.push(`${at}: ${line.length} characters in one line: nobody reads that.`);
    return found;
  });
  if (text !== '' && !text.endsWith('\n')) findings.push(`${file}: the last line does not end.`);
  if (text.includes('\r\n')) findings.push(`${file}: lines end in CR LF: end them in LF.`);
  const isTooLong = isCode(file) && !file.endsWith('.test.ts') && lines.length > SOURCE_LINES_MAX;
  if (isTooLong) findings.push(`${file}: ${lines.length} lines: find the noun that hides in it and give it a file.`);
  return findings;
}
