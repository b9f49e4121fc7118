import type { TableStyle } from '../output.ts';
import { PLAIN_PAINT } from '../paint.ts';
import { displayWidth, padEnd, padStart } from '../text-width.ts';

export interface TableColumn<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The lines of a cell. */
  readonly cell: (row: Row) => readonly string[];
}

const GAP = '  ';

/** Rows under titles, every column as wide as what is in it. The last one is not padded: it may be long, and what a terminal
 *  wraps there spoils no other. */
export function formatTable<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  { columns: terminalColumns, paint }: TableStyle = { paint: PLAIN_PAINT },
): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map(({ title }, columnIdx) =>
    Math.max(displayWidth(title), ...cells.flatMap((row) => (row[columnIdx] ?? []).map(displayWidth))),
  );
  const lineOf = (texts: readonly string[]): string =>
    columns
      .map(({ align }, columnIdx) => {
        const text = texts[columnIdx] ?? '';
        const width = widths[columnIdx] ?? 0;
        return align === 'right' ? padStart(text, width) : padEnd(text, width);
      })
      .join(GAP)
      .trimEnd();
  const wholeWidth = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  const rule = '─'.repeat(Math.min(wholeWidth, terminalColumns ?? wholeWidth));
  const body = cells.flatMap((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, lineIdx) => lineOf(row.map((cell) => cell[lineIdx] ?? '')));
  });
  return [paint.heading(lineOf(columns.map(({ title }) => title))), paint.quiet(rule), ...body].join('\n');
}
