import {
  ACTIVITY_FORMAT_VERSION,
  type Activity,
  type ActivityOfficer,
  type LocalDate,
  type Procedure,
} from '@lumbung/contracts';
import type { ExpectedPart } from './activity-event.ts';
import { withParts } from './parts.ts';

/** The activity of a date, before anything happened. */
export function openActivity(options: {
  readonly date: LocalDate;
  readonly procedure: Pick<Procedure, 'identity' | 'steps'>;
  readonly officer?: ActivityOfficer | undefined;
  readonly expected: readonly ExpectedPart[];
}): Activity {
  const { date, procedure, officer, expected } = options;
  return {
    formatVersion: ACTIVITY_FORMAT_VERSION,
    date,
    procedureVersion: procedure.identity.version,
    ...(officer === undefined ? {} : { officer }),
    technical: 'scheduled',
    reasonCodes: [],
    parts: withParts([], expected),
    steps: procedure.steps.map(({ id, act, standardMinutes }) => ({ stepId: id, act, standardMinutes })),
    administrative: 'unreported',
    submissions: [],
    returns: [],
    delegations: [],
    corrections: [],
  };
}
