/** `invited`: it has no password yet; `disabled`: it is kept for what it did, and may do nothing more. */
export const ACCOUNT_STATES = ['invited', 'active', 'disabled'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** Whose word is needed: of those who oversee the work, of those whose data it is. */
export const CONSENT_NAMES = ['overseer', 'owner'] as const;

export const APPROVAL_STATES = ['open', 'approved', 'refused', 'withdrawn', 'expired', 'used'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];
