import type { RunEndCode, RunEvent } from '@lumbung/contracts';

/** A process that works uses at least this part of one core. Timers and messages take a thousandth. */
const WORKING_PART = 0.05;

export interface WatchLimits {
  /** Without any sign of progress for so long, the run is stalled. */
  readonly stallMs: number;
  /** The run may take so long, whatever it does. */
  readonly hardMs: number;
  readonly residentBytesMax: number;
}

/**
 * Whether a run still gets on. Signs of that are: an event that says something new, or a beat that tells of work. A beat alone
 * is none: a process that waits for ever for a server beats for ever.
 */
export class RunWatch {
  readonly #limits: WatchLimits;
  readonly #beganMs: number;
  #signMs: number;
  #progress = '';
  #beat: { readonly atMs: number; readonly cpuMs: number } | undefined;

  constructor(limits: WatchLimits, nowMs: number) {
    this.#limits = limits;
    this.#beganMs = nowMs;
    this.#signMs = nowMs;
  }

  hear(event: RunEvent, nowMs: number): void {
    if (event.kind === 'note') return;
    if (event.kind === 'progress') {
      const { step, item, doneBytes, doneItems, doneRows } = event;
      const progress = JSON.stringify([step, item, doneBytes, doneItems, doneRows]);
      if (progress === this.#progress) return;
      this.#progress = progress;
    }
    // A wait that was announced is no stall.
    this.#signMs = event.kind === 'waiting' ? nowMs + event.forMs : Math.max(this.#signMs, nowMs);
  }

  beat(cpuMs: number, nowMs: number): void {
    const before = this.#beat;
    this.#beat = { atMs: nowMs, cpuMs };
    if (before === undefined) return;
    const isWorking = cpuMs - before.cpuMs > (nowMs - before.atMs) * WORKING_PART;
    if (isWorking) this.#signMs = Math.max(this.#signMs, nowMs);
  }

  /** Why the run must end; undefined: it may go on. */
  judge(
    nowMs: number,
    residentBytes: number | undefined,
  ): Extract<RunEndCode, `RUN_${'STALLED' | 'TIME_LIMIT' | 'MEMORY_LIMIT'}`> | undefined {
    if (nowMs - this.#beganMs >= this.#limits.hardMs) return 'RUN_TIME_LIMIT';
    if ((residentBytes ?? 0) > this.#limits.residentBytesMax) return 'RUN_MEMORY_LIMIT';
    return nowMs - this.#signMs >= this.#limits.stallMs ? 'RUN_STALLED' : undefined;
  }
}
