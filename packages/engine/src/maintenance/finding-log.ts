import type { CheckFinding, CheckSeverity } from './check-report.ts';

/** Findings of each severity that a report holds. */
export const FINDINGS_KEPT_MAX = 1000;

/** Counts all findings, keeps the first of each severity. */
export class FindingLog {
  readonly #onFinding: ((finding: CheckFinding) => void) | undefined;
  readonly #kept: CheckFinding[] = [];
  readonly #counts: Record<CheckSeverity, number> = { error: 0, hint: 0, information: 0 };
  #omitted = 0;

  constructor(onFinding: ((finding: CheckFinding) => void) | undefined) {
    this.#onFinding = onFinding;
  }

  add(finding: CheckFinding): void {
    this.#counts[finding.severity] += 1;
    if (this.#counts[finding.severity] <= FINDINGS_KEPT_MAX) this.#kept.push(finding);
    else this.#omitted += 1;
    this.#onFinding?.(finding);
  }

  /** Errors that are known only as a number. */
  addOmittedErrors(count: number): void {
    this.#counts.error += count;
    this.#omitted += count;
  }

  get errorCount(): number {
    return this.#counts.error;
  }

  get kept(): readonly CheckFinding[] {
    return this.#kept;
  }

  get omitted(): number {
    return this.#omitted;
  }
}
