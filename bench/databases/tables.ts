// Cells and tables of the page.

export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = `| --- |${titles
    .slice(1)
    .map(() => ' ---: |')
    .join('')}`;
  return [line(titles), rule, ...rows.map(line)].join('\n');
}

export const seconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} s`;

export const ratio = (value: number): string => `**${value.toFixed(2)}**`;

export function megabytes(bytes: number): string {
  const mib = bytes / 2 ** 20;
  if (mib >= 10) return `${mib.toFixed(0)} MiB`;
  return mib >= 1 ? `${mib.toFixed(1)} MiB` : `${(bytes / 1024).toFixed(0)} KiB`;
}
