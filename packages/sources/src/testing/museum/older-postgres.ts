// What the museum has that an older PostgreSQL does not know, and what stands there in its place: of the same rows.

interface Substitute {
  /** The first major version that knows it. */
  readonly since: number;
  readonly text: string;
  readonly instead: string;
}

const SUBSTITUTES: readonly Substitute[] = [
  { since: 15, text: 'scaled numeric(3, -2)', instead: 'scaled numeric(5, 0)' },
  { since: 15, text: 'UNIQUE NULLS NOT DISTINCT (room, during)', instead: 'UNIQUE (room, during)' },
  { since: 15, text: ', security_invoker = true', instead: '' },
  { since: 15, text: 'museum.big (id, name) WHERE (id > 5)', instead: 'museum.big' },
  { since: 14, text: ', multirange_type_name = museum.float_ranges', instead: '' },
  {
    since: 14,
    text: 'spans tstzmultirange, floats museum.float_range',
    instead: 'spans text, floats museum.float_range',
  },
  { since: 14, text: ' COMPRESSION pglz', instead: '' },
  { since: 14, text: "'Infinity', '9999999999999999.9999'", instead: "'NaN', '9999999999999999.9999'" },
  { since: 14, text: "(3, 0, 0, '-Infinity', 0", instead: "(3, 0, 0, 'NaN', 0" },
  {
    since: 14,
    text: 'BEGIN ATOMIC\n  SELECT museum.double(n) + 1;\nEND;',
    instead: 'AS $body$ SELECT museum.double(n) + 1; $body$;',
  },
];

/** @throws Error when the museum has changed, and the list has not */
export function forPostgres(sql: string, major: number): string {
  let text = sql;
  for (const substitute of SUBSTITUTES) {
    if (!text.includes(substitute.text)) throw new Error(`the museum has no ${substitute.text}`);
    if (major < substitute.since) text = text.replace(substitute.text, () => substitute.instead);
  }
  return text;
}
