import { type Clock, LumbungError } from '@lumbung/stdx';

/** The signal of an act that is given up after `hardMs`, however many parts it has. To be disposed of when it is over. */
export class TimeLimit implements Disposable {
  /** Aborts with DB_TIMEOUT (transient), or as the signal that was given. */
  readonly signal: AbortSignal;
  readonly #over = new AbortController();

  constructor({
    signal,
    clock,
    hardMs,
  }: { readonly signal: AbortSignal; readonly clock: Clock; readonly hardMs: number }) {
    const late = new AbortController();
    this.signal = AbortSignal.any([signal, late.signal]);
    if (!Number.isFinite(hardMs)) return;
    clock.sleep(hardMs, this.#over.signal).then(
      () => late.abort(timeout(hardMs)),
      () => undefined, // Over in time.
    );
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/** `progress` for an act of several parts that each count from zero: its counts only grow. */
export function growing<Event extends { readonly doneBytes: number; readonly doneRows: number }>(
  progress: (event: Event) => void,
): (event: Event) => void {
  let doneBytes = 0;
  let doneRows = 0;
  return (event) => {
    doneBytes = Math.max(doneBytes, event.doneBytes);
    doneRows = Math.max(doneRows, event.doneRows);
    progress({ ...event, doneBytes, doneRows });
  };
}

function timeout(hardMs: number): LumbungError {
  return new LumbungError('DB_TIMEOUT', {
    kind: 'transient',
    message: 'the act was given up: it did not finish in time',
    context: { seconds: Math.round(hardMs / 1000) },
    hint: 'look at the load of the server and of this machine; then try again',
  });
}
