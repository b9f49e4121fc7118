import type { CheckSubject, RunCheck, SentenceValues } from '@lumbung/contracts';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { JobRun } from './job-run.ts';

export interface Verdict {
  readonly result: RunCheck['result'];
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
  readonly context?: LumbungError['context'];
  /** For the sentence that the code stands for. */
  readonly values?: SentenceValues;
  /** What the run fails with, when it is not the code itself. */
  readonly error?: LumbungError;
}

export function pass(message: string): Verdict {
  return { result: 'pass', message };
}

/** Questions about one source, one destination or this machine: each is asked, timed, and written down. */
export class CheckSeries {
  readonly #run: JobRun;
  readonly #about: CheckSubject;
  readonly #subject: string;
  #failure: LumbungError | undefined;

  constructor(run: JobRun, about: CheckSubject, subject: string) {
    this.#run = run;
    this.#about = about;
    this.#subject = subject;
  }

  /** The first answer that was no, as an error. */
  get failure(): LumbungError | undefined {
    return this.#failure;
  }

  /** An error of ours or of the system is an answer too; the run's end is not.
   *  @returns whether the answer was not `fail` */
  async ask(id: string, question: () => Verdict | Promise<Verdict>): Promise<boolean> {
    const { clock } = this.#run.ports;
    const beganMs = clock.monotonicMs();
    let verdict: Verdict;
    let cause: unknown;
    try {
      verdict = await question();
    } catch (error) {
      this.#run.signal.throwIfAborted();
      if (isLumbungError(error) && error.kind === 'bug') throw error;
      cause = error;
      verdict = verdictOf(error);
    }
    this.add({ id, durationMs: clock.monotonicMs() - beganMs }, verdict, cause);
    return verdict.result !== 'fail';
  }

  /** An answer that is known already. */
  add(check: { readonly id: string; readonly durationMs: number }, verdict: Verdict, cause?: unknown): void {
    const { result, code, message, hint, values, error } = verdict;
    this.#run.book.check({
      ...check,
      about: this.#about,
      subject: this.#subject,
      result,
      ...(code === undefined ? {} : { code }),
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(values === undefined ? {} : { values }),
    });
    if (result === 'warn') {
      const named = values === undefined ? {} : { values };
      this.#run.book.warn({ code: code ?? 'CHECK_WARNED', message, item: this.#subject, ...named });
    }
    if (result === 'fail') this.#failure ??= isLumbungError(cause) ? cause : (error ?? failureOf(verdict, cause));
  }
}

function verdictOf(error: unknown): Verdict {
  if (isLumbungError(error)) {
    const { code, message, hint } = error;
    return { result: 'fail', code, message, ...(hint === undefined ? {} : { hint }) };
  }
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return { result: 'fail', code: `ERRNO_${String(error.code)}`, message: error.message };
}

function failureOf({ code = 'CHECK_FAILED', message, hint, context = {} }: Verdict, cause: unknown): LumbungError {
  return new LumbungError(code, {
    kind: 'operator',
    message,
    context,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
