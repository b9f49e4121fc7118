import type { CommandContext } from '../../context.ts';

/** `3 tables, 1,200 rows`. */
export function contentText(tables: readonly { readonly rows: number }[], texts: CommandContext['texts']): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return texts.t('db.content', {
    count: tables.length,
    tables: texts.count(tables.length),
    rows: texts.count(rows),
  });
}
