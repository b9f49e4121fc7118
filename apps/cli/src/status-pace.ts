import type { Clock } from '@lumbung/stdx';
import type { World } from './world.ts';

const EVERY_MS_DEFAULT = 1000;
const FRAMES_PER_SECOND_MAX = 60;

/** How often a status message is due with --json: once a second, or as often as RESTIC_PROGRESS_FPS asks for. */
export class StatusPace {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #lastMs: number;

  constructor({ ports, variable }: Pick<World, 'ports' | 'variable'>) {
    this.#clock = ports.clock;
    const perSecond = Number(variable('LUMBUNG_PROGRESS_FPS') ?? variable('RESTIC_PROGRESS_FPS') ?? 0);
    this.#everyMs = perSecond > 0 ? 1000 / Math.min(FRAMES_PER_SECOND_MAX, perSecond) : EVERY_MS_DEFAULT;
    this.#lastMs = ports.clock.monotonicMs();
  }

  isDue(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastMs < this.#everyMs) return false;
    this.#lastMs = nowMs;
    return true;
  }
}
