import { type Clock, LumbungError } from '@lumbung/stdx';

export interface SilenceWatchOptions {
  readonly clock: Clock;
  /** How long one wait for the server may last. */
  readonly stallMs: number;
  /** Asked when it was longer: as long as the server is seen at work, another while is waited. */
  readonly isServerBusy: (() => Promise<boolean>) | undefined;
}

/**
 * Watches the waits of one command, whose silence is the server's. One sleeper for all of them: a signal and a timer for
 * each wait would cost more than the bytes that are waited for.
 *
 * States: `idle` ⇄ `waiting` (between `begin` and `end`) → `stalled` (`signal` is aborted) or `disposed`.
 */
export class SilenceWatch implements Disposable {
  readonly #options: SilenceWatchOptions;
  readonly #late = new AbortController();
  readonly #over = new AbortController();
  #waitingSinceMs: number | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    void this.#watch();
  }

  /** Aborted with DB_STALLED (transient) when a wait took too long. */
  get signal(): AbortSignal {
    return this.#late.signal;
  }

  begin(): void {
    this.#waitingSinceMs = this.#options.clock.monotonicMs();
  }

  end(): void {
    this.#waitingSinceMs = undefined;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #watch(): Promise<void> {
    const { clock, stallMs } = this.#options;
    while (!this.#over.signal.aborted) {
      const waitedMs = this.#waitedMs();
      if (waitedMs < stallMs) {
        try {
          await clock.sleep(stallMs - waitedMs, this.#over.signal);
        } catch {
          return; // Over in time.
        }
      } else if (await this.#isServerBusy()) {
        // A wait that has ended meanwhile stays ended.
        if (this.#waitingSinceMs !== undefined) this.begin();
      } else if (this.#waitedMs() >= stallMs) {
        this.#late.abort(stalled(stallMs));
        return;
      }
    }
  }

  #waitedMs(): number {
    return this.#waitingSinceMs === undefined ? 0 : this.#options.clock.monotonicMs() - this.#waitingSinceMs;
  }

  async #isServerBusy(): Promise<boolean> {
    try {
      return (await this.#options.isServerBusy?.()) ?? false;
    } catch {
      return false; // A server that cannot be asked is not seen to work.
    }
  }
}

function stalled(stallMs: number): LumbungError {
  return new LumbungError('DB_STALLED', {
    kind: 'transient',
    message: 'the database server fell silent',
    context: { seconds: Math.round(stallMs / 1000) },
    hint: 'check the server and the network, then try again',
  });
}
