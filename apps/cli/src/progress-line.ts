import cliProgress from 'cli-progress';
import { type Clock, formatByteSize } from '@lumbung/stdx';
import type { Output } from './output.ts';

const REDRAW_MS = 100;

/** A status line at the foot of a terminal: redrawn in place, gone at the end, nothing where nobody looks. */
export class ProgressLine implements Disposable {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #bar: cliProgress.SingleBar | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #text = '';

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
  }

  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  /** @param done of `total`; a total of 0 means: not known */
  show(text: string, done = 0, total = 0): void {
    if (!this.#output.isLive) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastMs < REDRAW_MS) return;
    this.#lastMs = nowMs;
    this.#text = text;
    this.#bar ??= this.#begin();
    this.#bar.setTotal(Math.max(total, 1));
    this.#bar.update(Math.min(done, Math.max(total, 1)), { isKnown: total > 0 });
    this.#bar.render();
  }

  #begin(): cliProgress.SingleBar {
    const bar = new cliProgress.SingleBar({
      stream: this.#output.terminal as NodeJS.WriteStream, // a terminal, as isLive says
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: false,
      fps: 10,
      linewrap: false,
      format: (_options, { progress }, payload: { readonly isKnown?: boolean }) => this.#line(progress, payload.isKnown === true),
    });
    bar.start(1, 0, { isKnown: false });
    this.#output.statusClearer = () => {
      this.clear();
    };
    return bar;
  }

  #line(progress: number, isKnown: boolean): string {
    const clock = formatDuration(this.elapsedMs);
    const width = 24;
    const filled = Math.round(progress * width);
    const bar = isKnown ? ` ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${`${Math.floor(progress * 100)}`.padStart(3)} %` : '';
    return `${clock}${bar}  ${this.#text}`.slice(0, this.#output.columns - 1);
  }

  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#output.statusClearer = undefined;
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** `0:07`, `12:34`, `1:02:03`. */
export function formatDuration(durationMs: number): string {
  const total = Math.max(0, Math.round(durationMs / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** Bytes a second, for a status line. */
export function formatRate(bytes: number, durationMs: number): string {
  return durationMs < 500 ? '' : `${formatByteSize(Math.round((bytes * 1000) / durationMs))}/s`;
}
