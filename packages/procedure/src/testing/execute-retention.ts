import type { StoredCopy } from '../records/stored-copy.ts';
import type { RetentionDecision } from '../retention/plan-retention.ts';

/** What is there after a plan was carried out. */
export function executeRetention(
  copies: readonly StoredCopy[],
  decisions: readonly RetentionDecision[],
  nowMs: number,
): StoredCopy[] {
  const actOf = new Map(decisions.map(({ id, act }) => [id, act]));
  return copies.flatMap((copy) => {
    const { trashed: _trashed, ...outside } = copy;
    switch (actOf.get(copy.id)) {
      case 'trash':
        return [{ ...outside, trashed: { at: nowMs, by: 'retention' } }];
      case 'restore-from-trash':
        return [outside];
      case 'remove':
        return [];
      case 'keep':
      case 'hold':
      case undefined:
        return [copy];
    }
  });
}
