/** One listener on a signal for all who wait, however many: a signal warns when it has more than a few. */
export class StreamInterrupts implements Disposable {
  readonly #signal: AbortSignal;
  readonly #acts = new Set<(reason: unknown) => void>();
  readonly #onAbort = (): void => {
    for (const act of this.#acts) act(this.#signal.reason);
    this.#acts.clear();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  throwIfInterrupted(): void {
    this.#signal.throwIfAborted();
  }

  /** Runs `act` when the signal is aborted, at once if it is. Answers how to withdraw it. */
  onInterrupt(act: (reason: unknown) => void): () => void {
    if (this.#signal.aborted) act(this.#signal.reason);
    else this.#acts.add(act);
    return () => {
      this.#acts.delete(act);
    };
  }

  /** As `promise`, or rejects with the signal's reason when that comes first; what `promise` does then is of no interest. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const withdraw = this.onInterrupt(reject);
      promise.then(
        (value) => {
          withdraw();
          resolve(value);
        },
        (error: unknown) => {
          withdraw();
          reject(error);
        },
      );
    });
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#acts.clear();
  }
}
