import { LumbungError } from '@lumbung/stdx';
import type { Control } from '../driver.ts';

/** `control`, whose signal also aborts when the act has taken `hardMs`. To be disposed of when it is over. */
export class HardLimit implements Disposable {
  readonly control: Control;
  readonly #over = new AbortController();

  /** @param signal instead of that of `control` */
  constructor(control: Control, signal: AbortSignal = control.signal) {
    const late = new AbortController();
    const { clock, random, stallMs, hardMs } = control;
    if (Number.isFinite(hardMs)) {
      clock.sleep(hardMs, this.#over.signal).then(
        () => late.abort(timeout(hardMs)),
        () => undefined, // Over in time.
      );
    }
    this.control = {
      ...{ clock, random, stallMs, hardMs },
      signal: AbortSignal.any([signal, late.signal]),
      progress: (event) => control.progress(event),
      note: (line) => control.note(line),
    };
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

function timeout(hardMs: number): LumbungError {
  return new LumbungError('DB_TIMEOUT', {
    kind: 'transient',
    message: 'the act was given up: it did not finish in time',
    context: { seconds: Math.round(hardMs / 1000) },
    hint: 'look at the load of the server and of this machine; then try again',
  });
}
