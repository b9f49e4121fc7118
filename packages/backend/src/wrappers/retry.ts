import { type Clock, isLumbungError, LumbungError, type Random } from '@lumbung/stdx';
import type { Backend, ByteRange, CallOptions, FileHandle, FileInfo } from '../backend.ts';
import { WrappedBackend } from './wrapped-backend.ts';

export interface RetryPolicy {
  /** Before the first repetition; every further delay is `delayFactor` times as long, up to `delayMsMax`. */
  readonly delayMsFirst: number;
  readonly delayFactor: number;
  readonly delayMsMax: number;
  /** Every delay is longer or shorter by up to this part of itself, so that clients that failed together do not come
   *  back together. */
  readonly jitter: number;
  /** Counted from the first failure; but one repetition there is always, however long the first attempt took. */
  readonly giveUpAfterMs: number;
  /** How long a file that could not be loaded with all repetitions is not asked for again. */
  readonly avoidFileForMs: number;
}

/** Those of stock restic, whose users know what to expect. */
export const STANDARD_RETRY_POLICY: RetryPolicy = {
  delayMsFirst: 1000,
  delayFactor: 2,
  delayMsMax: 60_000,
  jitter: 0.5,
  giveUpAfterMs: 15 * 60_000,
  avoidFileForMs: 60 * 60_000,
};

export interface RetryEvent {
  readonly act: 'create' | 'save' | 'load' | 'stat' | 'list' | 'remove';
  /** `folder/name`, or the folder of a listing. */
  readonly place: string;
  readonly error: LumbungError;
  /** 1 for the first repetition. */
  readonly repetition: number;
  readonly delayMs: number;
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy?: Partial<RetryPolicy>;
  /** Told before every wait, so that a person sees why nothing moves. */
  readonly onRetry?: (event: RetryEvent) => void;
}

/**
 * Repeats acts that fail for a passing reason (`kind` is `transient`); what else fails, fails at once.
 *
 * Two states a file can be in, as far as loading goes:
 * - asked for: loads go through, with repetitions;
 * - avoided: a load failed with all its repetitions less than `avoidFileForMs` ago. Loads fail at once with
 *   BACKEND_FILE_GIVEN_UP (transient), so that a program with a thousand damaged or unreachable files does not wait
 *   15 minutes for each attempt at each. Saving the file, or the time, ends this.
 *
 * A loop of our own rather than cockatiel's policies: those wait by `setTimeout` and look at `Date.now`, which leaves no
 * way to test 15 minutes of waiting without waiting for 15 minutes.
 */
export function withRetry(backend: Backend, options: RetryOptions): Backend {
  return new RetryingBackend(backend, options);
}

type Attempt = Pick<RetryEvent, 'act' | 'place'> & { readonly signal: AbortSignal | undefined };

class RetryingBackend extends WrappedBackend {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: RetryPolicy;
  readonly #onRetry: RetryOptions['onRetry'];
  /** Until when (monotonic) a file is not asked for, and why. */
  readonly #avoided = new Map<string, { readonly untilMs: number; readonly error: LumbungError }>();

  constructor(inner: Backend, { clock, random, policy, onRetry }: RetryOptions) {
    super(inner);
    this.#clock = clock;
    this.#random = random;
    this.#policy = { ...STANDARD_RETRY_POLICY, ...policy };
    this.#onRetry = onRetry;
  }

  override async create(options?: CallOptions): Promise<void> {
    await this.#repeating({ act: 'create', place: '', signal: options?.signal }, () => this.inner.create(options));
  }

  override async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    const place = placeOf(file);
    await this.#repeating({ act: 'save', place, signal: options?.signal }, async () => {
      try {
        await this.inner.save(file, parts, options);
      } catch (error) {
        if (!this.properties.hasAtomicReplace) await this.#removeTorn(file, options);
        throw error;
      }
    });
    this.#avoided.delete(place);
  }

  override async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    const place = placeOf(file);
    options?.signal?.throwIfAborted();
    this.#checkAvoided(place);
    try {
      const load = () => this.inner.load(file, range, options);
      return await this.#repeating({ act: 'load', place, signal: options?.signal }, load);
    } catch (error) {
      if (isPassing(error) && options?.signal?.aborted !== true) this.#avoid(place, error);
      throw error;
    }
  }

  override async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    const attempt: Attempt = { act: 'stat', place: placeOf(file), signal: options?.signal };
    return await this.#repeating(attempt, () => this.inner.stat(file, options));
  }

  /** Begins anew after a failure, without what was listed before. Every file that is new counts as progress, which
   *  starts the patience anew. */
  override async *list(folder: string, options?: CallOptions): AsyncGenerator<FileInfo> {
    const listed = new Set<string>();
    const patience = new Patience(this.#policy, this.#clock, this.#random);
    for (;;) {
      try {
        for await (const info of this.inner.list(folder, options)) {
          if (listed.has(info.name)) continue;
          listed.add(info.name);
          patience.renew();
          yield info;
        }
        return;
      } catch (error) {
        await this.#waitAfter(error, patience, { act: 'list', place: folder, signal: options?.signal });
      }
    }
  }

  override async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    const attempt: Attempt = { act: 'remove', place: placeOf(file), signal: options?.signal };
    await this.#repeating(attempt, () => this.inner.remove(file, options));
  }

  async #repeating<T>(attempt: Attempt, act: () => Promise<T>): Promise<T> {
    const patience = new Patience(this.#policy, this.#clock, this.#random);
    for (;;) {
      try {
        return await act();
      } catch (error) {
        await this.#waitAfter(error, patience, attempt);
      }
    }
  }

  /** Resolves when it is time to try again; throws when it is not worth it. */
  async #waitAfter(error: unknown, patience: Patience, { act, place, signal }: Attempt): Promise<void> {
    signal?.throwIfAborted();
    if (!isPassing(error)) throw error;
    const delayMs = patience.nextDelayMs();
    if (delayMs === undefined) throw error;
    this.#onRetry?.({ act, place, error, repetition: patience.repetitions, delayMs });
    await this.#clock.sleep(delayMs, signal);
  }

  async #removeTorn(file: FileHandle, options: CallOptions | undefined): Promise<void> {
    // A driver that is called off cleans up by itself: with this signal we could not.
    if (options?.signal?.aborted === true) return;
    try {
      await this.inner.remove(file, options);
    } catch {
      // What made the save fail is what counts; the next attempt replaces the torn file if it can.
    }
  }

  #checkAvoided(place: string): void {
    const avoided = this.#avoided.get(place);
    if (avoided === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= avoided.untilMs) {
      this.#avoided.delete(place);
      return;
    }
    throw new LumbungError('BACKEND_FILE_GIVEN_UP', {
      kind: 'transient',
      message: `${place} could not be loaded and is not tried again yet: ${avoided.error.message}`,
      context: { place, retryAfterMs: Math.ceil(avoided.untilMs - nowMs) },
      hint: 'check the connection to the repository, then start again',
      cause: avoided.error,
    });
  }

  #avoid(place: string, error: LumbungError): void {
    const nowMs = this.#clock.monotonicMs();
    // Else a server that runs for months would remember every file that once failed.
    for (const [other, { untilMs }] of this.#avoided) if (untilMs <= nowMs) this.#avoided.delete(other);
    this.#avoided.set(place, { untilMs: nowMs + this.#policy.avoidFileForMs, error });
  }
}

/** How long one act has been failing, and how long it still may. */
class Patience {
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;
  readonly #random: Random;
  #firstFailureMs: number | undefined;
  #repetitions = 0;

  constructor(policy: RetryPolicy, clock: Clock, random: Random) {
    this.#policy = policy;
    this.#clock = clock;
    this.#random = random;
  }

  get repetitions(): number {
    return this.#repetitions;
  }

  renew(): void {
    this.#firstFailureMs = undefined;
    this.#repetitions = 0;
  }

  /** Counts a failure. Undefined: enough. */
  nextDelayMs(): number | undefined {
    const { delayMsFirst, delayFactor, delayMsMax, jitter, giveUpAfterMs } = this.#policy;
    const nowMs = this.#clock.monotonicMs();
    this.#firstFailureMs ??= nowMs;
    const steadyMs = Math.min(delayMsFirst * delayFactor ** this.#repetitions, delayMsMax);
    const delayMs = steadyMs * (1 + jitter * (2 * this.#chance() - 1));
    const isTooLate = nowMs + delayMs - this.#firstFailureMs > giveUpAfterMs;
    if (isTooLate && this.#repetitions > 0) return undefined;
    this.#repetitions += 1;
    return delayMs;
  }

  /** From 0 up to but not including 1. */
  #chance(): number {
    return this.#random.bytes(4).readUInt32LE() / 2 ** 32;
  }
}

function isPassing(error: unknown): error is LumbungError {
  return isLumbungError(error) && error.kind === 'transient';
}

function placeOf({ folder, name }: FileHandle): string {
  return folder === '' ? name : `${folder}/${name}`;
}
