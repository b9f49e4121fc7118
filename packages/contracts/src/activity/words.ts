/** The form of stored activities; a document of a newer form is refused. */
export const ACTIVITY_FORMAT_VERSION = 1;

/** How it turned out whether a target was ready. */
export const READINESS = ['unknown', 'ready', 'not-ready'] as const;
export type Readiness = (typeof READINESS)[number];

/** As whom somebody acknowledged. */
export const ACKNOWLEDGER_PARTS = ['recipient', 'delegate', 'overseer'] as const;
export type AcknowledgerPart = (typeof ACKNOWLEDGER_PARTS)[number];

/** Why an event is refused: expected answers, with a text in every language. */
export const ACTIVITY_REFUSALS = [
  'wrong-date',
  'already-final',
  'time-goes-back',
  'part-unknown',
  'run-known',
  'run-unknown',
  'run-ended',
  'step-not-begun',
  'work-not-settled',
  'already-reported',
  'not-reported',
  'already-acknowledged',
  'not-acknowledged',
  'already-closed',
  'acknowledger-is-reporter',
  'role-may-not',
  'note-missing',
] as const;
export type ActivityRefusal = (typeof ACTIVITY_REFUSALS)[number];
