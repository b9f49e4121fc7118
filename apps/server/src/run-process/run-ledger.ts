import {
  type JobSpec,
  RUN_RECORD_VERSION,
  type RunEvent,
  type RunRecord,
  type StoredCopy,
  WARNINGS_KEPT_MAX,
} from '@lumbung/contracts';
import type { RunEnd } from '@lumbung/runner/jobs';
import type { Clock } from '@lumbung/stdx';

/** What is known of a run by what it told: enough for a record when it can no longer make one itself. */
export class RunLedger {
  readonly #clock: Clock;
  readonly #spec: JobSpec;
  readonly #startedAt: number;
  readonly #beganMs: number;
  readonly #checks: RunRecord['checks'][number][] = [];
  readonly #warnings: RunRecord['warnings'][number][] = [];
  readonly #steps: { readonly step: RunRecord['steps'][number]['step']; readonly startedAt: number }[] = [];
  readonly #copies = new Map<string, StoredCopy>();
  #readStartedAt: number | undefined;

  constructor(spec: JobSpec, clock: Clock) {
    this.#spec = spec;
    this.#clock = clock;
    this.#startedAt = momentOf(clock);
    this.#beganMs = clock.monotonicMs();
  }

  note(event: RunEvent): void {
    switch (event.kind) {
      case 'step':
        this.#steps.push({ step: event.step, startedAt: event.at });
        break;
      case 'check':
        this.#checks.push(event.check);
        break;
      case 'warning':
        if (this.#warnings.length < WARNINGS_KEPT_MAX) this.#warnings.push(event.warning);
        break;
      case 'reading':
        this.#readStartedAt = event.at;
        break;
      case 'stored':
        this.#copies.set(event.copy.snapshotId, event.copy);
        break;
      case 'progress':
      case 'waiting':
      case 'note':
      case 'snapshots':
        break;
    }
  }

  /** The record of a run that ended without one. */
  record(end: RunEnd, parts: { readonly hostname: string; readonly programVersion: string }): RunRecord {
    const endedAt = momentOf(this.#clock);
    const copies = [...this.#copies.values()];
    const made = copies.filter(({ origin }) => origin === 'run');
    const sum = (pick: (copy: StoredCopy) => number): number => made.reduce((total, copy) => total + pick(copy), 0);
    return {
      v: RUN_RECORD_VERSION,
      runId: this.#spec.runId,
      kind: this.#spec.kind,
      startedAt: this.#startedAt,
      endedAt,
      durationMs: this.#clock.monotonicMs() - this.#beganMs,
      ...(this.#readStartedAt === undefined ? {} : { readStartedAt: this.#readStartedAt }),
      checks: this.#checks,
      warnings: this.#warnings,
      warningCount: this.#warnings.length,
      // The wall clock is all there is: a step that it cannot measure has no length.
      steps: this.#steps.map(({ step, startedAt }, stepIdx) => ({
        step,
        startedAt,
        durationMs: Math.max(0, (this.#steps[stepIdx + 1]?.startedAt ?? endedAt) - startedAt),
      })),
      copies,
      totals: {
        bytesRead: sum(({ bytes }) => bytes),
        bytesStored: sum(({ storedBytes }) => storedBytes),
        files: sum(({ files }) => files),
        rows: sum(({ rows = 0 }) => rows),
      },
      hostname: parts.hostname,
      programVersion: parts.programVersion,
      ...end,
    };
  }
}

function momentOf(clock: Clock): number {
  return Math.max(0, Math.trunc(clock.nowMs()));
}
