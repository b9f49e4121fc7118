import type { Clock } from '@lumbung/stdx';
import type { Check } from '../../driver.ts';

export type Verdict = Omit<Check, 'id' | 'durationMs'>;

/** Questions with their answers, and how long each took. */
export class CheckList {
  readonly checks: Check[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async ask(id: string, answer: () => Verdict | Promise<Verdict>): Promise<void> {
    const beganMs = this.#clock.monotonicMs();
    const verdict = await answer();
    this.checks.push({ id, ...verdict, durationMs: Math.round(this.#clock.monotonicMs() - beganMs) });
  }
}

export function pass(message: string): Verdict {
  return { result: 'pass', message };
}
