import type { RunEvent } from '@lumbung/contracts';
import type { Clock } from '@lumbung/stdx';

/** Four times a second is all that anybody can look at. */
const INTERVAL_MS = 250;
/** Lines for whoever watches, in one interval. More is noise. */
const NOTES_MAX = 20;

/**
 * Lets progress pass at most four times a second, the latest of it; everything else at once, and progress that was held back
 * before it, so that nothing overtakes.
 */
export class ProgressPace {
  readonly #clock: Clock;
  readonly #pass: (event: RunEvent) => void;
  #held: RunEvent | undefined;
  #passedMs = Number.NEGATIVE_INFINITY;
  #timer: AbortController | undefined;
  #notes = 0;

  constructor(clock: Clock, pass: (event: RunEvent) => void) {
    this.#clock = clock;
    this.#pass = pass;
  }

  take(event: RunEvent): void {
    if (event.kind === 'note') {
      this.#takeNote(event);
      return;
    }
    if (event.kind !== 'progress') {
      this.flush();
      this.#pass(event);
      return;
    }
    this.#held = event;
    if (this.#clock.monotonicMs() - this.#passedMs >= INTERVAL_MS) this.flush();
    else this.#flushLater();
  }

  /** What is held back passes now. */
  flush(): void {
    this.#timer?.abort();
    this.#timer = undefined;
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#passedMs = this.#clock.monotonicMs();
    this.#pass(held);
  }

  #takeNote(event: RunEvent): void {
    this.#notes += 1;
    if (this.#notes > NOTES_MAX) return;
    if (this.#notes === 1) {
      void this.#clock.sleep(INTERVAL_MS).then(() => {
        this.#notes = 0;
      });
    }
    this.#pass(event);
  }

  #flushLater(): void {
    if (this.#timer !== undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    this.#clock.sleep(INTERVAL_MS, timer.signal).then(
      () => {
        this.flush();
      },
      () => undefined, // flushed by something else
    );
  }
}
