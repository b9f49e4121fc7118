import type { JobLimits, JobResult, RunProgress } from '@lumbung/contracts';
import type { Control } from '@lumbung/sources';
import type { DatabaseControl } from '../database/database-control.ts';
import type { JobPorts } from './job-ports.ts';
import type { JobSecrets } from './job-secrets.ts';
import type { RunBook } from './run-book.ts';

const MINUTE_MS = 60_000;

/** What a spec leaves out. */
export const LIMIT_DEFAULTS = {
  stallMs: 5 * MINUTE_MS,
  hardMs: 6 * 60 * MINUTE_MS,
  lockWaitMs: 30 * MINUTE_MS,
  retryAfterMs: 30_000,
  parallel: 2,
  workers: 2,
  freeBytesMin: 512 * 2 ** 20,
} as const satisfies Required<JobLimits>;

/** One run: what every act of it is handed. */
export interface JobRun {
  readonly ports: JobPorts;
  readonly secrets: JobSecrets;
  readonly book: RunBook;
  readonly limits: Required<JobLimits>;
  readonly signal: AbortSignal;
}

/** A failure with what was found out before it, or done in spite of it. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly failure: unknown;
  readonly result: JobResult;

  constructor(failure: unknown, result: JobResult) {
    super('the job failed, with a result');
    this.failure = failure;
    this.result = result;
  }
}

/** How a driver of databases is steered by the run. Its counts go on from `done` to be those of the whole step. */
export function databaseControl<Event>(
  { ports, book, limits, signal }: JobRun,
  onEvent: (event: Event) => void = () => undefined,
  done: () => Partial<Pick<RunProgress, 'doneBytes' | 'doneItems' | 'totalItems' | 'doneRows'>> = () => ({}),
): DatabaseControl<Event> {
  const control: Control = {
    signal,
    clock: ports.clock,
    random: ports.random,
    stallMs: limits.stallMs,
    hardMs: limits.hardMs,
    progress: ({ subject, doneBytes, doneRows, expectedBytes }) => {
      const before = done();
      book.progress({
        ...before,
        doneBytes: (before.doneBytes ?? 0) + doneBytes,
        doneRows: (before.doneRows ?? 0) + doneRows,
        ...(expectedBytes === undefined ? {} : { totalBytes: (before.doneBytes ?? 0) + expectedBytes }),
        ...(subject === undefined ? {} : { item: subject }),
      });
    },
    note: (line) => book.note(line),
  };
  return { ...control, onEvent };
}
