// A terminal as far as our own output needs one: lines, colours, and the few moves that a status line makes.

export interface Cell {
  readonly text: string;
  readonly styles: string;
}

const BLANK: Cell = { text: ' ', styles: '' };
const STYLES: Readonly<Record<string, string | undefined>> = { '1': 'bold', '2': 'dim', '31': 'red', '36': 'cyan' };
const ENDS: Readonly<Record<string, readonly string[] | undefined>> = {
  '': ['bold', 'dim', 'red', 'cyan'],
  '0': ['bold', 'dim', 'red', 'cyan'],
  '22': ['bold', 'dim'],
  '39': ['red', 'cyan'],
};

/** What stands on the screen after `output`, line by line. Other colours than those of the command line are dropped. */
export function screenOf(output: string): Cell[][] {
  const lines: Cell[][] = [[]];
  let [row, column] = [0, 0];
  let styles: readonly string[] = [];
  const line = (): Cell[] => {
    while (lines.length <= row) lines.push([]);
    return lines[row] ?? [];
  };
  const put = (text: string): void => {
    const cells = line();
    while (cells.length < column) cells.push(BLANK);
    cells[column] = { text, styles: styles.join(' ') };
    column += 1;
  };
  const act = (parameters: string, letter: string): void => {
    const count = Number(parameters) || 1;
    if (letter === 'A') row = Math.max(0, row - count);
    else if (letter === 'B') row += count;
    else if (letter === 'C') column += count;
    else if (letter === 'D') column = Math.max(0, column - count);
    else if (letter === 'G') column = count - 1;
    else if (letter === 'K') line().splice(column);
    else if (letter === 'J') {
      line().splice(column);
      lines.splice(row + 1);
    } else if (letter === 'm') {
      for (const part of parameters.split(';')) {
        const begun = STYLES[part];
        styles = styles.filter((style) => ENDS[part]?.includes(style) !== true);
        if (begun !== undefined) styles = [...styles, begun];
      }
    }
  };
  for (const [, parameters = '', letter, text = ''] of output.matchAll(/\x1b\[\??([0-9;]*)([A-Za-z])|([^])/gu)) {
    if (letter !== undefined) act(parameters, letter);
    else if (text === '\n') [row, column] = [row + 1, 0];
    else if (text === '\r') column = 0;
    else if (text >= ' ') put(text);
  }
  return lines;
}
