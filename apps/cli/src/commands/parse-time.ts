import type { OptionBag } from '../option-bag.ts';

/** `2026-11-24`, `2026-11-24 10:20:00` or RFC 3339; without a zone in the local one. Milliseconds since 1970. */
export function parseTime(text: string, options: OptionBag, name: string): number {
  if (text === 'now') return options.refuse(name, text, '2026-11-24 10:20:00');
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(
    text.trim(),
  );
  const [, date, time = '00:00:00', zone = ''] = match ?? [];
  const timeMs = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(timeMs) ? options.refuse(name, text, '2026-11-24 10:20:00') : timeMs;
}
