// What a terminal showed, as a picture that is text: it scales, can be searched, and follows the reader's light or dark screen.
import type { Cell } from './terminal-screen.ts';

const CELL_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const FONT_SIZE = 14;
const MARGIN = 18;
const BAR_HEIGHT = 30;

/** A stretch of one line that looks alike. */
interface Run {
  readonly text: string;
  readonly column: number;
  readonly styles: string;
}

function runsOf(line: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const [column, { text, styles }] of line.entries()) {
    const last = runs.at(-1);
    if (last?.styles === styles) runs[runs.length - 1] = { ...last, text: last.text + text };
    else runs.push({ text, column, styles });
  }
  return runs.filter(({ text }) => text.trim() !== '');
}

/** @param columns of the terminal; every stretch is placed by its column, so that any font of equal widths aligns */
export function terminalSvg(
  lines: readonly (readonly Cell[])[],
  options: { readonly columns: number; readonly title: string },
): string {
  const width = Math.ceil(options.columns * CELL_WIDTH + 2 * MARGIN);
  const height = BAR_HEIGHT + lines.length * LINE_HEIGHT + 2 * MARGIN - 6;
  const rows = lines.flatMap((line, at) => {
    const y = BAR_HEIGHT + MARGIN + at * LINE_HEIGHT + 9;
    return runsOf(line).map(({ text, column, styles }) => {
      const x = (MARGIN + column * CELL_WIDTH).toFixed(1);
      const length = ([...text].length * CELL_WIDTH).toFixed(1);
      const look = styles === '' ? '' : ` class="${styles}"`;
      return `<text x="${x}" y="${y}" textLength="${length}"${look}>${escaped(text)}</text>`;
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" xml:space="preserve">
<title>${escaped(options.title)}</title>
<style>
.back { fill: #fbfaf7; stroke: #d9d4c7 }
.dot { fill: #d9d4c7 }
text { font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #2b2a27; white-space: pre }
.bold { font-weight: 700 }
.dim { fill: #6f6b60 }
.cyan { fill: #0b6e75 }
.red { fill: #b3261e }
@media (prefers-color-scheme: dark) {
.back { fill: #1b1d1f; stroke: #3a3d40 }
.dot { fill: #3a3d40 }
text { fill: #dcdad4 }
.dim { fill: #94908a }
.cyan { fill: #5cc8d1 }
.red { fill: #ff8a80 }
}
</style>
<rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${[18, 36, 54].map((x) => `<circle class="dot" cx="${x}" cy="18" r="5"/>`).join('')}
${rows.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
