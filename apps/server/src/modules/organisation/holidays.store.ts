import type { HolidayCalendar } from '@lumbung/contracts';
import { holidayCalendarSchema } from '@lumbung/contracts/schemas';
import { LumbungError } from '@lumbung/stdx';
import type { Queries } from '../../store/store.ts';

/** Every holiday that people have entered, by date.
 *  @throws LumbungError HOLIDAYS_UNREADABLE (corruption) */
export async function readHolidayCalendar(queries: Queries): Promise<HolidayCalendar> {
  const rows = await queries.selectFrom('holiday').selectAll().orderBy('held_on').execute();
  const parsed = holidayCalendarSchema.safeParse(
    rows.map(({ held_on, name, kind, silence }) => ({
      date: held_on,
      name: plain(name),
      kind,
      ...(silence === null ? {} : { silence: plain(silence) }),
    })),
  );
  if (parsed.success) return parsed.data;
  throw new LumbungError('HOLIDAYS_UNREADABLE', {
    kind: 'corruption',
    message: `the holidays cannot be understood: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
    hint: 'a newer version may have written them; use that one',
  });
}

function plain(text: string): unknown {
  return JSON.parse(text);
}
