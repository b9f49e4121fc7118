/** Enough to keep a consumer busy while the next buffers are made. */
const HELD_BYTES_MAX = 1024 * 1024;

/** Buffers from one that pushes to one that pulls, few at a time. */
export class RowChannel implements AsyncIterable<Uint8Array> {
  readonly #signal: AbortSignal;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isEnded = false;
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  /** `signal`: nobody will pull any more. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Waits while enough is held. @throws the reason of the signal */
  async push(buffer: Buffer): Promise<void> {
    this.#held.push(buffer);
    this.#heldBytes += buffer.length;
    this.#wake();
    while (this.#heldBytes > HELD_BYTES_MAX && !this.#signal.aborted) await this.#changed.promise;
    this.#signal.throwIfAborted();
  }

  /** All was pushed. Without it the reader waits: what is not whole does not end. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** Nothing more will come, and the reader is told why. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure.error;
      const next = this.#held.shift();
      if (next !== undefined) {
        this.#heldBytes -= next.length;
        this.#wake();
        yield next;
      } else if (this.#isEnded) return;
      else await this.#changed.promise;
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
