/** The form of stored procedures; a document of a newer form is refused. */
export const PROCEDURE_FORMAT_VERSION = 1;

export const PROCEDURE_STATUSES = ['draft', 'in-force', 'withdrawn'] as const;
export type ProcedureStatus = (typeof PROCEDURE_STATUSES)[number];

/** Whether a law that a procedure cites still holds. */
export const LEGAL_STATUSES = ['in-force', 'amended', 'replaced', 'revoked'] as const;
export type LegalStatus = (typeof LEGAL_STATUSES)[number];

/** What the system does in a step. */
export const STEP_ACTS = ['preflight', 'databases', 'applications', 'report', 'close'] as const;
export type StepAct = (typeof STEP_ACTS)[number];

/** What proves that a step was done. */
export const EVIDENCE_KINDS = [
  'checks',
  'database-copies',
  'application-copies',
  'acknowledgement',
  'file-index',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The questions after which the flow goes back: are we ready, was it done and verified, was it acknowledged. */
export const LOOP_QUESTIONS = ['ready', 'done-and-verified', 'acknowledged'] as const;
export type LoopQuestion = (typeof LOOP_QUESTIONS)[number];

export const DAY_COUNTS = ['calendar-days', 'working-days'] as const;
export type DayCount = (typeof DAY_COUNTS)[number];

/** May the account that reported acknowledge too (rangkap jabatan)? `flagged`: yes, and everyone sees it. */
export const SELF_ACKNOWLEDGEMENTS = ['refused', 'flagged'] as const;
export type SelfAcknowledgement = (typeof SELF_ACKNOWLEDGEMENTS)[number];
