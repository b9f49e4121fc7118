import { describe, expect, it } from 'vitest';
import { holidayCalendarSchema } from './holiday-schema.ts';

const nyepi = {
  date: '2025-03-29',
  name: { id: 'Hari Suci Nyepi', en: 'Nyepi' },
  kind: 'national',
  silence: { from: '06:00', untilNextDay: '06:00' },
};

describe('a holiday calendar', () => {
  it('is data that people edit: dates, names, who ordered them, and when messages wait', () => {
    const calendar = [nyepi, { date: '2025-04-23', name: { id: 'Galungan', en: 'Galungan' }, kind: 'regional' }];
    expect(holidayCalendarSchema.parse(calendar)).toEqual(calendar);
    expect(holidayCalendarSchema.parse([])).toEqual([]);
  });

  it.each([
    ['a day that does not exist', { ...nyepi, date: '2025-02-29' }],
    ['a name in one language alone', { ...nyepi, name: { id: 'Nyepi' } }],
    ['a name that breaks its line', { ...nyepi, name: { id: 'Nyepi\nLibur', en: 'Nyepi' } }],
    ['an unknown kind', { ...nyepi, kind: 'private' }],
    ['a silence without an end', { ...nyepi, silence: { from: '06:00' } }],
    ['a word we do not know', { ...nyepi, colour: 'red' }],
  ])('with %s is refused', (_what, holiday) => {
    expect(holidayCalendarSchema.safeParse([holiday]).success).toBe(false);
  });
});
