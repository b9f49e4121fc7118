import type { Writable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';

/** Writes to a stream no faster than it takes. The stream stays open: who made it ends it. */
export class PacedWriter {
  readonly #target: Writable;
  readonly #signal: AbortSignal | undefined;
  #failure: { readonly error: unknown } | undefined;
  #bytesWritten = 0;

  constructor(target: Writable, signal: AbortSignal | undefined) {
    this.#target = target;
    this.#signal = signal;
    target.on('error', this.#noteError);
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** @throws LumbungError DUMP_TARGET_CLOSED (operator), the stream's own error, and the signal's reason */
  async write(bytes: Uint8Array): Promise<void> {
    this.#signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#target.destroyed || this.#target.writableEnded) throw targetClosed();
    this.#bytesWritten += bytes.length;
    if (this.#target.write(bytes)) return;
    await this.#drained();
  }

  /** Resolves when the stream has passed everything on: an error that comes late still fails the dump. */
  async flush(): Promise<void> {
    this.#signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#target.destroyed || this.#target.writableEnded) throw targetClosed();
    await new Promise<void>((resolve, reject) => {
      this.#target.write(NOTHING, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Stops listening to the stream. */
  release(): void {
    this.#target.off('error', this.#noteError);
  }

  readonly #noteError = (error: unknown): void => {
    this.#failure ??= { error };
  };

  async #drained(): Promise<void> {
    const target = this.#target;
    const signal = this.#signal;
    await new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        target.off('drain', onDrain);
        target.off('error', onError);
        target.off('close', onClose);
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      const onDrain = () => settle(resolve);
      const onError = (error: unknown) => settle(() => reject(error));
      const onClose = () => settle(() => reject(targetClosed()));
      const onAbort = () => settle(() => reject(signal?.reason));
      target.once('drain', onDrain);
      target.once('error', onError);
      target.once('close', onClose);
      signal?.addEventListener('abort', onAbort);
    });
  }
}

const NOTHING = Buffer.alloc(0);

function targetClosed(): LumbungError {
  return new LumbungError('DUMP_TARGET_CLOSED', {
    kind: 'operator',
    message: 'whoever reads the output stopped reading',
  });
}
