import { createRequire } from 'node:module';
import type { Clock } from '@lumbung/stdx';
import type CliProgress from 'cli-progress';
import type { Output } from './output.ts';
import { cutEnd, cutStart, displayWidth } from './text-width.ts';
import type { Texts } from './texts/texts.ts';

const FRAMES_PER_SECOND = 10;
const REDRAW_MS = 1000 / FRAMES_PER_SECOND;
/** Where no terminal is: a line now and then shows that it goes on. With --verbose more often. */
const PLAIN_EVERY_MS = 30_000;
const PLAIN_EVERY_MS_VERBOSE = 5_000;
/** Before that, an estimate says more about the start than about the end. */
const ESTIMATE_AFTER_MS = 2_000;
const BAR_WIDTH = 16;
const COLUMNS_MIN = 20;

/** How far a command has come. */
export interface ProgressState {
  /** What is being done, or counted so far: `12 files, 3.4 MiB`. */
  readonly text: string;
  readonly done?: number;
  /** 0: not known. */
  readonly total?: number;
  /** `done` counts bytes: a rate is shown. */
  readonly isBytes?: boolean;
  /** What it is at just now; on a line of its own. */
  readonly item?: string | undefined;
}

interface Payload {
  readonly line: string;
}

/** Status at the foot of a terminal: redrawn in place, gone when the command ends. Elsewhere a plain line now and then. */
export class ProgressLine implements Disposable {
  readonly #output: Output;
  readonly #texts: Texts;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #bars: CliProgress.MultiBar | undefined;
  #upper: CliProgress.SingleBar | undefined;
  #lower: CliProgress.SingleBar | undefined;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #plainMs: number;

  constructor(output: Output, texts: Texts, clock: Clock) {
    this.#output = output;
    this.#texts = texts;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#plainMs = this.#startedMs;
  }

  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  /** Cheap when nothing is due: call it with every event; what puts the state into words is asked only when it is shown. */
  show(asked: ProgressState | (() => ProgressState)): void {
    const nowMs = this.#clock.monotonicMs();
    const terminal = this.#output.progressTerminal;
    if (!this.#isDue(nowMs, terminal !== undefined)) return;
    const state = typeof asked === 'function' ? asked() : asked;
    if (terminal === undefined) {
      this.#showPlainly(state, nowMs);
      return;
    }
    this.#drawnMs = nowMs;
    if (this.#bars === undefined) this.#begin(terminal as NodeJS.WriteStream); // a stream that is a terminal is one
    const columns = Math.max(COLUMNS_MIN, (terminal.columns ?? 80) - 1);
    const item = state.item ?? '';
    this.#upper?.update(0, { line: this.#upperLine(state, columns) } satisfies Payload);
    this.#lower?.update(0, { line: item === '' ? '' : `       ${cutStart(item, columns - 7)}` } satisfies Payload);
    this.#bars?.update();
  }

  clear(): void {
    this.#bars?.stop();
    this.#bars = undefined;
    this.#output.footer = undefined;
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #begin(terminal: NodeJS.WriteStream): void {
    // Loaded when something is drawn, and only then: a status line must not be waited for.
    const { MultiBar } = createRequire(import.meta.url)('cli-progress') as typeof CliProgress; // the module's own declaration
    this.#bars = new MultiBar({
      stream: terminal,
      fps: FRAMES_PER_SECOND,
      hideCursor: true,
      linewrap: false,
      clearOnComplete: true,
      gracefulExit: false,
      emptyOnZero: true,
      format: (_options, _params, payload: Payload) => payload.line,
    });
    this.#upper = this.#bars.create(1, 0, { line: '' } satisfies Payload);
    this.#lower = this.#bars.create(1, 0, { line: '' } satisfies Payload);
    this.#output.footer = this;
  }

  /** ` 42 %  ██████░░░░  1.2 GiB of 2.9 GiB  180 MiB/s  0:12 left`: the further right, the sooner it is left out. */
  #upperLine(state: ProgressState, columns: number): string {
    const { t } = this.#texts;
    const fraction = fractionOf(state);
    const clock = this.#texts.clock(this.elapsedMs);
    const head = fraction === undefined ? `${clock.padStart(5)}  ` : `${percent(fraction)}  `;
    const parts = [state.text, this.#rate(state)];
    const leftMs = this.#leftMs(fraction);
    if (leftMs !== undefined) parts.push(t('progress.left', { time: this.#texts.clock(leftMs) }));
    const tail = parts.filter((part) => part !== '').join('   ');
    const bar = fraction === undefined ? '' : `${this.#output.talkPaint.accent(barOf(fraction))}  `;
    const isRoomy = displayWidth(head) + displayWidth(bar) + displayWidth(tail) <= columns;
    return cutEnd(`${head}${isRoomy ? bar : ''}${tail}`, columns);
  }

  #rate({ done = 0, isBytes = false }: ProgressState): string {
    if (!isBytes || done === 0 || this.elapsedMs < REDRAW_MS) return '';
    return this.#texts.rate(done, this.elapsedMs);
  }

  #leftMs(fraction: number | undefined): number | undefined {
    if (fraction === undefined || fraction <= 0 || fraction >= 1 || this.elapsedMs < ESTIMATE_AFTER_MS)
      return undefined;
    return (this.elapsedMs / fraction) * (1 - fraction);
  }

  #isDue(nowMs: number, isDrawn: boolean): boolean {
    if (isDrawn) return nowMs - this.#drawnMs >= REDRAW_MS;
    return nowMs - this.#plainMs >= (this.#output.verbosity >= 1 ? PLAIN_EVERY_MS_VERBOSE : PLAIN_EVERY_MS);
  }

  #showPlainly(state: ProgressState, nowMs: number): void {
    this.#plainMs = nowMs;
    const fraction = fractionOf(state);
    const parts = [
      `[${this.#texts.clock(this.elapsedMs)}]`,
      ...(fraction === undefined ? [] : [percent(fraction).trim()]),
      state.text,
      this.#rate(state),
    ];
    this.#output.note(parts.filter((part) => part !== '').join('  '));
  }
}

/** The part that is done, 0 to 1; undefined when the whole is not known. */
function fractionOf({ done = 0, total = 0 }: ProgressState): number | undefined {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : undefined;
}

/** Five columns; 100 % only when it is. */
function percent(fraction: number): string {
  return `${String(Math.floor(fraction * 100)).padStart(3)} %`;
}

function barOf(fraction: number): string {
  const filled = Math.round(fraction * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
}
