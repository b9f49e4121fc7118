import type { Ratio } from '../forms/numbers.ts';

/** How many of how many, and each one that is missing: a percentage alone tells nobody what to do. */
export interface Figure<Miss> extends Ratio {
  readonly misses: readonly Miss[];
}
