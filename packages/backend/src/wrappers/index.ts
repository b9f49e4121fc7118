export { dryRun } from './dry-run.ts';
export { type ConnectionLimitOptions, limitConnections } from './limit-connections.ts';
export { limitRate, type RateLimitOptions } from './limit-rate.ts';
export { readOnly } from './read-only.ts';
export { type RetryEvent, type RetryOptions, type RetryPolicy, STANDARD_RETRY_POLICY, withRetry } from './retry.ts';
