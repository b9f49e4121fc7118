import { parseTimeOfDay, type Schedule } from '@lumbung/contracts';

/** At night, databases first. */
export function defaultSchedule(): Schedule {
  return {
    databasesAt: parseTimeOfDay('01:00'),
    applicationsAt: parseTimeOfDay('02:00'),
    jitterMinutesMax: 10,
    quietWindows: [],
  };
}
