// How values of catalogues come: as text, in PostgreSQL's own forms.
import { z } from 'zod';

export const text = z.string();
export const optionalText = z.string().nullable();
export const integer = z
  .string()
  .regex(/^-?\d{1,16}$/)
  .transform(Number);
export const flag = z.enum(['t', 'f']).transform((value) => value === 't');
export const optionalNumber = z
  .string()
  .regex(/^-?[\d.]+(?:e[+-]?\d+)?$/i)
  .transform(Number)
  .nullable();
/** A column made by `to_json(…)`: an array of texts; null counts as empty. */
export const textList = z
  .string()
  .nullable()
  .transform((json): unknown => JSON.parse(json ?? '[]'))
  .pipe(z.array(z.string()).nullable())
  .transform((list) => list ?? []);
