import { type Brand, LumbungError } from '@lumbung/stdx';

/** A zone of the IANA database that this machine knows: `Asia/Makassar`. */
export type TimeZone = Brand<string, 'TimeZone'>;

const known = new Map<string, boolean>();
/** Asked for by configuration and by requests: a hostile list of names must not grow the memory. */
const KNOWN_MAX = 1000;

/** Refuses offsets such as `+08:00`, which Intl takes too: a fixed offset knows no summer time. */
export function isTimeZone(text: string): text is TimeZone {
  const before = known.get(text);
  if (before !== undefined) return before;
  const isKnown = /^[A-Za-z][\w+/-]{0,63}$/.test(text) && isKnownToIntl(text);
  if (known.size < KNOWN_MAX) known.set(text, isKnown);
  return isKnown;
}

function isKnownToIntl(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** @throws LumbungError TIME_ZONE_UNKNOWN (operator) */
export function parseTimeZone(text: string): TimeZone {
  if (isTimeZone(text)) return text;
  throw new LumbungError('TIME_ZONE_UNKNOWN', {
    kind: 'operator',
    message: `not a time zone: ${text.slice(0, 80)}`,
    context: { text: text.slice(0, 80) },
    hint: 'write a name of the IANA database, for example Asia/Makassar, Asia/Jakarta or Asia/Jayapura',
  });
}
