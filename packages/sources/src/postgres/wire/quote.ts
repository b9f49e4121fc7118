import { LumbungError } from '@lumbung/stdx';

/** A name as SQL writes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${checked(name).replaceAll('"', '""')}"`;
}

export function quoteQualified(schema: string, name: string): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

/** A text as SQL writes it, whatever `standard_conforming_strings` is. */
export function quoteLiteral(text: string): string {
  const quoted = `'${checked(text).replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

function checked(text: string): string {
  if (text.includes('\0')) {
    throw new LumbungError('DB_TEXT_INVALID', {
      kind: 'operator',
      message: 'a name, password or statement contains a zero byte',
      hint: 'PostgreSQL allows no zero byte in a text',
    });
  }
  return text;
}
