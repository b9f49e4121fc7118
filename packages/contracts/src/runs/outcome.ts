/** How a run ended. `warned`: there is a backup, and named items are missing from it. `stalled`: no progress for too long,
 *  ended by us. `lost`: the process or machine died. `missed`: the planned run never began. */
export const OUTCOMES = ['succeeded', 'warned', 'failed', 'cancelled', 'stalled', 'lost', 'missed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes that leave a backup behind. */
export const GOOD_OUTCOMES = ['succeeded', 'warned'] as const satisfies readonly Outcome[];
export type GoodOutcome = (typeof GOOD_OUTCOMES)[number];

export function isGoodOutcome(outcome: Outcome): outcome is GoodOutcome {
  return outcome === 'succeeded' || outcome === 'warned';
}

/** What is known of a copy today. `revoked`: a later check found it damaged or incomplete. */
export const VERIFICATIONS = ['pending', 'verified', 'revoked'] as const;
export type Verification = (typeof VERIFICATIONS)[number];

/** Why work is due now. `new-asset`: nothing of it was ever backed up; `week-would-fail`: the planned dates that are left
 *  can no longer reach the week's number. */
export const DUE_REASONS = ['scheduled', 'catch-up', 'new-asset', 'week-would-fail', 'retry', 'manual'] as const;
export type DueReason = (typeof DUE_REASONS)[number];

/** What made a run happen. `pushed`: a machine sent the copy by itself; `manual-entry`: a person wrote down, with evidence,
 *  what was done out of our reach. Manual entries are counted apart. */
export const RUN_ORIGINS = [...DUE_REASONS, 'pushed', 'manual-entry'] as const;
export type RunOrigin = (typeof RUN_ORIGINS)[number];
