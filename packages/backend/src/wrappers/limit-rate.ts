import type { Clock } from '@lumbung/stdx';
import type { Backend, ByteRange, CallOptions, FileHandle } from '../backend.ts';
import { WrappedBackend } from './wrapped-backend.ts';

export interface RateLimitOptions {
  /** Undefined: as fast as it goes. */
  readonly uploadBytesPerSecond?: number | undefined;
  readonly downloadBytesPerSecond?: number | undefined;
  readonly clock: Clock;
}

/** Keeps the average rate of all saves together, and of all loads together, below a bound. A file is the smallest unit:
 *  one is sent as fast as it goes, then the next waits until the first is paid for. Names and listings are free. */
export function limitRate(backend: Backend, options: RateLimitOptions): Backend {
  return new RateLimitedBackend(backend, options);
}

class RateLimitedBackend extends WrappedBackend {
  readonly #upload: RateBudget | undefined;
  readonly #download: RateBudget | undefined;

  constructor(inner: Backend, { uploadBytesPerSecond, downloadBytesPerSecond, clock }: RateLimitOptions) {
    super(inner);
    this.#upload = uploadBytesPerSecond === undefined ? undefined : new RateBudget(uploadBytesPerSecond, clock);
    this.#download = downloadBytesPerSecond === undefined ? undefined : new RateBudget(downloadBytesPerSecond, clock);
  }

  override async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
    await this.#upload?.spend(sizeBytes, options?.signal);
    await this.inner.save(file, parts, options);
  }

  override async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    if (this.#download === undefined) return await this.inner.load(file, range, options);
    // What a load costs shows afterwards: the file may be shorter than the range, and the range absurd.
    await this.#download.spend(0, options?.signal);
    const content = await this.inner.load(file, range, options);
    this.#download.charge(content.length);
    return content;
  }
}

/** Bytes spent ahead of time have to be waited for by whoever comes next. */
class RateBudget {
  readonly #bytesPerSecond: number;
  readonly #clock: Clock;
  /** When everything spent so far is paid for. */
  #paidAtMs = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  /** Resolves when all that was spent before is paid for. */
  async spend(sizeBytes: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const nowMs = this.#clock.monotonicMs();
    const beginMs = Math.max(nowMs, this.#paidAtMs);
    this.charge(sizeBytes);
    if (beginMs === nowMs) return;
    try {
      await this.#clock.sleep(beginMs - nowMs, signal);
    } catch (error) {
      // Called off: nothing will be sent.
      this.#paidAtMs -= this.#costMs(sizeBytes);
      throw error;
    }
  }

  charge(sizeBytes: number): void {
    this.#paidAtMs = Math.max(this.#clock.monotonicMs(), this.#paidAtMs) + this.#costMs(sizeBytes);
  }

  #costMs(sizeBytes: number): number {
    return (sizeBytes / this.#bytesPerSecond) * 1000;
  }
}
