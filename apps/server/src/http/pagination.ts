// Lists are read page by page: `?limit=50&cursor=…`. A cursor says after which row to go on, so that rows that come and go
// meanwhile move nothing; it is text that only its maker reads.
import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';

const LIMIT_MAX = 200;
const LIMIT_DEFAULT = 50;

/** The query of a list; extend it with filters. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  cursor: z.string().max(512).optional(),
});

export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the next page; null: this was the last. */
  readonly nextCursor: string | null;
}

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
  });
}

/** The keys of the last row seen, in the order of the list: `[at, id]`. */
export type CursorKeys = readonly (string | number)[];

export function printCursor(keys: CursorKeys): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** @param schema what the maker of the list wrote: a tuple of its keys
 *  @throws LumbungError CURSOR_MALFORMED (operator) */
export function parseCursor<Keys extends CursorKeys>(
  text: string | undefined,
  schema: z.ZodType<Keys>,
): Keys | undefined {
  if (text === undefined) return undefined;
  let keys: unknown;
  try {
    keys = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (cause) {
    throw cursorMalformed(cause);
  }
  const parsed = schema.safeParse(keys);
  if (!parsed.success) throw cursorMalformed(parsed.error);
  return parsed.data;
}

/** Cuts a page from rows that were read with one more than `limit`: the one too many says that there is more. */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { keysOf, itemOf }: { readonly keysOf: (row: Row) => CursorKeys; readonly itemOf: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    nextCursor: rows.length > limit && last !== undefined ? printCursor(keysOf(last)) : null,
  };
}

function cursorMalformed(cause: unknown): LumbungError {
  return new LumbungError('CURSOR_MALFORMED', {
    kind: 'operator',
    message: 'the cursor is not one of this list',
    hint: 'send the cursor exactly as it was given, or none to begin at the first page',
    cause,
  });
}
