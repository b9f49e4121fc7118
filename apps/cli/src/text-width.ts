// How many columns a text takes on a terminal. Close to what terminals do: enough to align tables and to cut a line before it
// wraps; a full answer needs the tables of the very terminal.

const ESCAPES = /\x1b\[[0-9;?]*[A-Za-z]/g;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian wide and full-width ranges. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;
/** What is drawn as a picture where nothing else is asked for. */
const PICTURE = /^\p{Emoji_Presentation}$/u;
const PLAIN = /^[\x20-\x7e]*$/;

function widthOf(character: string): number {
  if (character <= '\x7e') return character >= ' ' ? 1 : 0;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) || PICTURE.test(character) ? 2 : 1;
}

export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text.replace(ESCAPES, '')) width += widthOf(character);
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** At most `width` columns, the end replaced by `…` where it is too long. */
export function cutEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `${takeColumns([...text], width - 1)}…`;
}

/** At most `width` columns, the begin replaced by `…`: of a path, the end says more. */
export function cutStart(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `…${[...takeColumns([...text].reverse(), width - 1)].reverse().join('')}`;
}

function takeColumns(characters: readonly string[], width: number): string {
  let taken = '';
  let used = 0;
  for (const character of characters) {
    used += widthOf(character);
    if (used > width) break;
    taken += character;
  }
  return taken;
}

/** Breaks `text` at blanks into lines of at most `width` columns; a longer word stays whole. Line ends and indents are kept. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    if (displayWidth(paragraph) <= width) return [paragraph];
    const lines: string[] = [];
    const indent = /^ */.exec(paragraph)?.[0] ?? '';
    let line = '';
    for (const word of paragraph.trimStart().split(' ')) {
      if (line === '') line = `${indent}${word}`;
      else if (displayWidth(line) + 1 + displayWidth(word) <= width) line += ` ${word}`;
      else {
        lines.push(line);
        line = word;
      }
    }
    return [...lines, line];
  });
}
