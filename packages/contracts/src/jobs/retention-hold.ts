import type { RunRecord } from './run-record.ts';

/** Whether no older copy of these sources may be removed until a person has looked: a size is not what it used to be, or
 *  the copy was found damaged. */
export function holdsRetention({ copies }: Pick<RunRecord, 'copies'>): boolean {
  return copies.some(({ anomalies, verification }) => anomalies.length > 0 || verification?.verdict === 'damaged');
}
