// When the planned work begins: a setting of the installation, beside the procedure.
import { z } from 'zod';
import { ASSET_KINDS } from '../assets/asset.ts';
import { WEEKDAYS } from '../calendar/iso-week.ts';
import { timeOfDayField } from '../fields/fields.ts';

/** No backup begins from `from` until before `until` (over midnight when that is not later). */
const quietWindowSchema = z
  .strictObject({
    /** The days on which it begins. */
    on: z.array(z.enum(WEEKDAYS)).min(1).max(7).readonly(),
    from: timeOfDayField,
    until: timeOfDayField,
    /** For which kinds of assets. */
    kinds: z.array(z.enum(ASSET_KINDS)).min(1).max(ASSET_KINDS.length).readonly(),
  })
  .readonly();

export const scheduleSchema = z
  .strictObject({
    databasesAt: timeOfDayField,
    applicationsAt: timeOfDayField,
    /** Each asset begins a little later than planned, the same each day, at most by this. */
    jitterMinutesMax: z.int().min(0).max(240),
    quietWindows: z.array(quietWindowSchema).max(50).readonly(),
  })
  .readonly();

export type Schedule = z.infer<typeof scheduleSchema>;
export type QuietWindow = z.infer<typeof quietWindowSchema>;
