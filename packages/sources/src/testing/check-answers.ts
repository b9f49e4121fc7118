import type { RestorePlan } from '../driver.ts';
import { failedOf, type Verdict } from '../remarks/check.ts';
import { isFailure } from '../remarks/remark.ts';

/** The statements that an answer gives to be pasted; empty: none. */
export function pasteOf(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  const { remark } = verdict;
  if (isFailure(remark)) return remark.paste ?? '';
  return 'paste' in remark.params ? remark.params.paste : '';
}

/** What speaks against a restore. */
export function failedCodes({ checks }: Pick<RestorePlan, 'checks'>): string[] {
  return failedOf(checks).map(({ remark }) => remark.code);
}
