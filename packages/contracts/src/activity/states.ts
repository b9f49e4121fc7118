/** The technical track of an activity. The last four are results; `missed`: no database or application run began. */
export const TECHNICAL_STATES = [
  'scheduled',
  'preparing',
  'postponed',
  'running',
  'succeeded',
  'partly',
  'failed',
  'missed',
] as const;
export type TechnicalState = (typeof TECHNICAL_STATES)[number];

/** The results among them. */
export const TECHNICAL_RESULTS = [
  'succeeded',
  'partly',
  'failed',
  'missed',
] as const satisfies readonly TechnicalState[];
export type TechnicalResult = (typeof TECHNICAL_RESULTS)[number];

/** The administrative track: what people have done with the report. It never gates a backup. */
export const ADMINISTRATIVE_STATES = ['unreported', 'reported', 'acknowledged', 'returned', 'closed'] as const;
export type AdministrativeState = (typeof ADMINISTRATIVE_STATES)[number];
