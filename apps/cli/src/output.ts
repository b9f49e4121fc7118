import { type Paint, paintFor } from './paint.ts';
import { displayWidth, wrap } from './text-width.ts';
import type { TextOutput, World } from './world.ts';

export interface OutputOptions {
  readonly isJson: boolean;
  /** -1: only errors. 0: as usual. 1 and 2: more. */
  readonly verbosity: number;
}

/** Small pieces are joined to writes of this size: a line each costs a system call each. */
const WRITE_BYTES = 64 * 2 ** 10;
const COLUMNS_DEFAULT = 80;
const LABEL_WIDTH = 9;

export interface TableStyle {
  /** Of the terminal; undefined: none, so that nothing is too wide. */
  readonly columns?: number | undefined;
  readonly paint: Paint;
}

/** Something drawn at the foot of the terminal, which must go before a line is written. */
export interface Footer {
  clear(): void;
}

/**
 * Where a command speaks. Standard output carries what was asked for: data, results, and with --json messages and nothing else.
 * Standard error carries talk: progress, remarks, problems.
 */
export class Output {
  readonly #stdout: TextOutput;
  readonly #stderr: TextOutput;
  readonly #paint: Paint;
  readonly #talkPaint: Paint;
  readonly isJson: boolean;
  readonly verbosity: number;
  #footer: Footer | undefined;
  #pending: string[] = [];
  #pendingLength = 0;

  constructor(world: Pick<World, 'stdout' | 'stderr' | 'variable'>, options: OutputOptions) {
    this.#stdout = world.stdout;
    this.#stderr = world.stderr;
    this.#paint = paintFor(world.stdout, world.variable);
    this.#talkPaint = paintFor(world.stderr, world.variable);
    this.isJson = options.isJson;
    this.verbosity = options.verbosity;
  }

  /** The terminal on which progress may be drawn; undefined: nobody watches, or nobody wants it. */
  get progressTerminal(): TextOutput | undefined {
    if (this.isJson || this.isQuiet) return undefined;
    return [this.#stderr, this.#stdout].find(({ isTTY }) => isTTY === true);
  }

  get isQuiet(): boolean {
    return this.verbosity < 0;
  }

  /** Columns of the terminal that results are read on; undefined where they go into a file or a pipe. */
  get columns(): number | undefined {
    return this.#stdout.isTTY === true ? (this.#stdout.columns ?? COLUMNS_DEFAULT) : undefined;
  }

  /** Columns of the terminal that problems are told on; undefined: no terminal. */
  get talkColumns(): number | undefined {
    return this.#stderr.isTTY === true ? (this.#stderr.columns ?? COLUMNS_DEFAULT) : undefined;
  }

  /** How tables are laid out for whoever reads the results. */
  get tableStyle(): TableStyle {
    return { columns: this.columns, paint: this.#paint };
  }

  /** How words stand out among remarks and progress. */
  get talkPaint(): Paint {
    return this.#talkPaint;
  }

  set footer(footer: Footer | undefined) {
    this.#footer = footer;
  }

  /** A result, for people: silent with --json and --quiet. */
  say(line: string): void {
    if (!this.isJson && !this.isQuiet) this.#line(this.#stdout, line, 'wrap');
  }

  /** A result whose lines are laid out already. */
  table(text: string): void {
    if (!this.isJson && !this.isQuiet) this.#line(this.#stdout, text);
  }

  /** A remark beside the result: as `say`, but on standard error, so that it never gets into a pipe. */
  note(line: string): void {
    if (!this.isJson && !this.isQuiet) this.#line(this.#stderr, line, 'wrap');
  }

  /** What was asked for: always written. */
  data(line: string): void {
    this.#line(this.#stdout, line);
  }

  /** A piece of something long, without a line end of its own. Await what is returned: the reader may be slow. */
  write(text: string): Promise<void> | undefined {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength < WRITE_BYTES) return undefined;
    return this.flush();
  }

  /** Hands on what `write` has collected. */
  async flush(): Promise<void> {
    if (this.#flushNow()) return;
    const stdout = this.#stdout;
    // Whoever waits for a reader that has gone waits for ever: its end counts as an answer, the signal says the rest.
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'close', 'error']) stdout.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) stdout.on(event, done);
    });
  }

  /** Hands on everything, and waits until it has arrived, or cannot: that the reader has gone is known only then. */
  async finish(): Promise<void> {
    await this.flush();
    await new Promise<void>((resolve) => {
      if (this.#stdout.destroyed) resolve();
      else this.#stdout.write('', () => resolve());
    });
  }

  /** One JSON message a line; only with --json. @param text JSON */
  message(text: string): void {
    if (this.isJson) this.#line(this.#stdout, text);
  }

  /** A problem, for people; with --json nothing: `errorMessage` tells it. */
  warn(line: string): void {
    if (!this.isJson) this.#line(this.#stderr, line, 'wrap');
  }

  /** A problem while the work goes on, behind its label. */
  problem(label: string, text: string): void {
    this.warn(`${this.#talkPaint.problem(`${label}:`)} ${text}`);
  }

  /** Labels under each other, and so what they say: for the last words of a command. */
  labelled(label: string, text: string, kind: 'problem' | 'remark' = 'remark'): void {
    const columns = this.talkColumns;
    const lines = columns === undefined ? [text] : wrap(text, columns - LABEL_WIDTH);
    const word = `${label}:`;
    const painted = kind === 'problem' ? this.#talkPaint.problem(word) : this.#talkPaint.heading(word);
    const gap = ' '.repeat(Math.max(1, LABEL_WIDTH - displayWidth(word)));
    this.warn(`${painted}${gap}${lines.join(`\n${' '.repeat(LABEL_WIDTH)}`)}`);
  }

  errorMessage(text: string): void {
    if (this.isJson) this.#line(this.#stderr, text);
  }

  /** False: the stream asks to wait. */
  #flushNow(): boolean {
    if (this.#pendingLength === 0) return true;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingLength = 0;
    this.#footer?.clear();
    return this.#stdout.write(text);
  }

  /** Sentences are broken between words on a terminal, which would break them anywhere. */
  #line(stream: TextOutput, line: string, layout: 'wrap' | 'as-is' = 'as-is'): void {
    this.#flushNow();
    this.#footer?.clear();
    const isTerminal = stream.isTTY === true && layout === 'wrap';
    stream.write(`${isTerminal ? wrap(line, stream.columns ?? COLUMNS_DEFAULT).join('\n') : line}\n`);
  }
}
