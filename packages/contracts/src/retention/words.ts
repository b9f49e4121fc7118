/** What retention does with a copy. `hold`: it would go, or go for good, but something stands in the way. */
export const RETENTION_ACTS = ['keep', 'hold', 'trash', 'restore-from-trash', 'remove'] as const;
export type RetentionAct = (typeof RETENTION_ACTS)[number];

/** Why, as codes with a text in every language. */
export const RETENTION_REASONS = [
  // It is kept, because:
  'pinned',
  'time-in-future',
  'time-contradicted',
  'current-month',
  'recent-days',
  'month-keeper',
  'year-keeper',
  'month-without-verified-copy',
  'year-without-verified-copy',
  // It would go, but:
  'later-copy-awaits-verdict',
  'verdict-awaited',
  'no-verified-copy-this-month',
  'asset-retired',
  'size-anomaly',
  'incident',
  'trash-time-not-over',
  // It goes, because:
  'month-has-keeper',
  'year-has-keeper',
  'beyond-retention',
  'trash-time-over',
  // It comes back, because:
  'only-verified-of-month',
  'only-verified-of-year',
  'wanted-again',
] as const;
export type RetentionReason = (typeof RETENTION_REASONS)[number];

/** What stops all deletion of an asset until a person has looked. */
export const RETENTION_STOPS = ['size-anomaly', 'incident'] as const satisfies readonly RetentionReason[];
export type RetentionStop = (typeof RETENTION_STOPS)[number];
