/** Columns side by side, as wide as what is in them; the last one is not padded. Rows may hold several lines a cell. */
export function formatTable(header: readonly string[], rows: readonly (readonly (readonly string[])[])[], footer?: string): string {
  const widths = header.map((title, columnIdx) =>
    Math.max(title.length, ...rows.map((row) => Math.max(0, ...(row[columnIdx] ?? []).map((line) => line.length)))),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells.map((cell, columnIdx) => (columnIdx === cells.length - 1 ? cell : cell.padEnd(widths[columnIdx] ?? 0))).join('  ').trimEnd();
  const rule = '─'.repeat(Math.min(100, widths.reduce((sum, width) => sum + width + 2, -2)));
  const lines = [lineOf(header), rule];
  for (const row of rows) {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    for (let lineIdx = 0; lineIdx < height; lineIdx += 1) lines.push(lineOf(row.map((cell) => cell[lineIdx] ?? '')));
  }
  if (footer !== undefined) lines.push(rule, footer);
  return lines.join('\n');
}
