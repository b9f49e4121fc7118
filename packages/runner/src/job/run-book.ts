import {
  type JobResult,
  type JobSpec,
  RUN_RECORD_VERSION,
  type RunCheck,
  type RunEvent,
  type RunProgress,
  type RunRecord,
  type RunStep,
  type RunWarning,
  type StoredCopy,
  WARNINGS_KEPT_MAX,
} from '@lumbung/contracts';
import type { Clock } from '@lumbung/stdx';
import type { TextMask } from './mask-texts.ts';
import { type ClippedError, clipped, clippedSentence } from './shown-text.ts';

/** How a run ended, and why. */
export type RunEnd =
  | { readonly outcome: 'succeeded' }
  | { readonly outcome: 'warned' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly error: ClippedError }
  | {
      readonly outcome: 'cancelled' | 'stalled' | 'lost';
      readonly reason: Extract<RunRecord, { outcome: 'cancelled' }>['reason'];
      readonly error: ClippedError;
    };

type Progress = Partial<Omit<RunProgress, 'kind' | 'step'>>;

interface Step {
  readonly step: RunStep;
  readonly startedAt: number;
  readonly beganMs: number;
}

/** Writes down what a run does, tells it, and makes the record of it. */
export class RunBook {
  readonly #clock: Clock;
  readonly #spec: JobSpec;
  readonly #emit: (event: RunEvent) => void;
  readonly #mask: TextMask;
  readonly #startedAt: number;
  readonly #beganMs: number;
  readonly #checks: RunCheck[] = [];
  readonly #warnings: RunWarning[] = [];
  readonly #copies = new Map<string, StoredCopy>();
  readonly #steps: RunRecord['steps'][number][] = [];
  #step: Step | undefined;
  #warningCount = 0;
  #readStartedAt: number | undefined;
  #subject: string | undefined;
  #restored = { bytes: 0, files: 0, rows: 0 };

  constructor(
    spec: JobSpec,
    parts: { readonly clock: Clock; readonly mask: TextMask; readonly emit: (event: RunEvent) => void },
  ) {
    this.#spec = spec;
    this.#clock = parts.clock;
    this.#mask = parts.mask;
    this.#emit = parts.emit;
    this.#startedAt = momentOf(parts.clock);
    this.#beganMs = parts.clock.monotonicMs();
  }

  get hasWarnings(): boolean {
    return this.#warningCount > 0;
  }

  get copies(): readonly StoredCopy[] {
    return [...this.#copies.values()];
  }

  /** A new step begins, and the one before it ends. */
  step(step: RunStep, subject?: string): void {
    this.#endStep();
    this.#subject = subject;
    this.#step = { step, startedAt: momentOf(this.#clock), beganMs: this.#clock.monotonicMs() };
    this.#tell({ kind: 'step', step, at: this.#step.startedAt });
  }

  progress(progress: Progress): void {
    const { item, subject = this.#subject } = progress;
    this.#tell({
      kind: 'progress',
      step: this.#step?.step ?? 'open',
      ...(subject === undefined ? {} : { subject: clipped(subject) }),
      ...(item === undefined ? {} : { item: clipped(item) }),
      doneBytes: countOf(progress.doneBytes),
      totalBytes: countOf(progress.totalBytes),
      doneItems: countOf(progress.doneItems),
      totalItems: countOf(progress.totalItems),
      doneRows: countOf(progress.doneRows),
    });
  }

  check(check: RunCheck): void {
    const clean: RunCheck = {
      ...check,
      subject: clipped(check.subject),
      message: clipped(check.message),
      ...(check.hint === undefined ? {} : { hint: clipped(check.hint) }),
      ...(check.values === undefined ? {} : { values: clippedSentence(check.values) }),
    };
    this.#checks.push(clean);
    this.#tell({ kind: 'check', check: clean });
  }

  warn(warning: RunWarning): void {
    this.#warningCount += 1;
    if (this.#warnings.length >= WARNINGS_KEPT_MAX) return;
    const clean: RunWarning = {
      ...warning,
      message: clipped(warning.message),
      ...(warning.item === undefined ? {} : { item: clipped(warning.item) }),
      ...(warning.values === undefined ? {} : { values: clippedSentence(warning.values) }),
    };
    this.#warnings.push(clean);
    this.#tell({ kind: 'warning', warning: clean });
  }

  /** Warnings of which only the number is known. */
  warnOfMore(count: number): void {
    this.#warningCount += count;
  }

  /** The first source is read from now on, or was from `at`. Later ones change nothing. */
  reading(at = momentOf(this.#clock)): void {
    if (this.#readStartedAt !== undefined) return;
    this.#readStartedAt = at;
    this.#tell({ kind: 'reading', at });
  }

  /** A copy is in the repository, or more is known of one that is. */
  stored(copy: StoredCopy): void {
    this.#copies.set(copy.snapshotId, copy);
    this.#tell({ kind: 'stored', copy });
  }

  /** What was brought back; of copies the totals are known. */
  restored(totals: { readonly bytes: number; readonly files?: number; readonly rows?: number }): void {
    const { bytes, files = 0, rows = 0 } = totals;
    const before = this.#restored;
    this.#restored = { bytes: before.bytes + bytes, files: before.files + files, rows: before.rows + rows };
  }

  waiting(reason: Extract<RunEvent, { kind: 'waiting' }>['reason'], forMs: number, error: ClippedError): void {
    this.#tell({ kind: 'waiting', reason, forMs: countOf(forMs), error });
  }

  note(text: string): void {
    this.#tell({ kind: 'note', text: clipped(text) });
  }

  snapshots(entries: Extract<RunEvent, { kind: 'snapshots' }>['entries']): void {
    this.#tell({ kind: 'snapshots', entries });
  }

  record(
    end: RunEnd,
    parts: { readonly result: JobResult | undefined; readonly hostname: string; readonly programVersion: string },
  ): RunRecord {
    this.#endStep();
    const copies = this.copies;
    const made = copies.filter(({ origin }) => origin === 'run');
    const sum = (pick: (copy: StoredCopy) => number | undefined): number =>
      made.reduce((total, copy) => total + (pick(copy) ?? 0), 0);
    const record: RunRecord = {
      v: RUN_RECORD_VERSION,
      runId: this.#spec.runId,
      kind: this.#spec.kind,
      startedAt: this.#startedAt,
      endedAt: momentOf(this.#clock),
      durationMs: this.#clock.monotonicMs() - this.#beganMs,
      ...(this.#readStartedAt === undefined ? {} : { readStartedAt: this.#readStartedAt }),
      checks: this.#checks,
      warnings: this.#warnings,
      warningCount: this.#warningCount,
      steps: this.#steps,
      copies,
      totals: {
        bytesRead: sum(({ bytes }) => bytes) + this.#restored.bytes,
        bytesStored: sum(({ storedBytes }) => storedBytes),
        files: sum(({ files }) => files) + this.#restored.files,
        rows: sum(({ rows }) => rows) + this.#restored.rows,
      },
      ...(parts.result === undefined ? {} : { result: parts.result }),
      hostname: clipped(parts.hostname),
      programVersion: clipped(parts.programVersion),
      ...end,
    };
    return this.#mask.value(record);
  }

  #endStep(): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#steps.push({
      step: step.step,
      startedAt: step.startedAt,
      durationMs: this.#clock.monotonicMs() - step.beganMs,
    });
    this.#step = undefined;
  }

  #tell(event: RunEvent): void {
    this.#emit(this.#mask.value(event));
  }
}

/** A clock that was never set stands in 1970 or before. */
export function momentOf(clock: Clock): number {
  return countOf(clock.nowMs());
}

/** A count from a driver or an estimate, as a record has it. */
export function countOf(value: number | undefined): number {
  return value === undefined || !(value > 0) ? 0 : Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}
