import { type Clock, LumbungError } from '@lumbung/stdx';
import { RATES, RateLimit, type RateName } from './rate-limit.ts';

/** One count for each kind of request. */
export class RateLimits {
  readonly #limits: ReadonlyMap<RateName, RateLimit>;

  constructor(clock: Clock) {
    this.#limits = new Map(
      (Object.keys(RATES) as RateName[]) // the keys of an object that was just written
        .map((name) => [name, new RateLimit(RATES[name], { clock })]),
    );
  }

  /** @throws LumbungError RATE_EXCEEDED (transient) */
  take(name: RateName, key: string): void {
    const waitMs = this.#limits.get(name)?.take(key) ?? 0;
    if (waitMs > 0) throw rateExceeded(waitMs);
  }
}

/** Too many requests; the answer says how long to wait. */
function rateExceeded(waitMs: number): LumbungError {
  return new LumbungError('RATE_EXCEEDED', {
    kind: 'transient',
    message: 'too many requests',
    context: { waitSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
    hint: 'wait, then try again',
  });
}
