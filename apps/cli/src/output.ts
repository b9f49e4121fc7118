import type { World } from './world.ts';

export interface OutputOptions {
  readonly isJson: boolean;
  /** -1: only errors. 0: as usual. 1 and 2: more. */
  readonly verbosity: number;
}

/** Where a command speaks. Data goes to standard output, talk about problems to standard error. */
export class Output {
  readonly #world: World;
  readonly isJson: boolean;
  readonly verbosity: number;
  #clearStatus: (() => void) | undefined;

  constructor(world: World, options: OutputOptions) {
    this.#world = world;
    this.isJson = options.isJson;
    this.verbosity = options.verbosity;
  }

  /** Progress may be drawn: somebody looks at a terminal and wants it. */
  get isLive(): boolean {
    return this.#world.stdout.isTTY === true && !this.isJson && this.verbosity >= 0;
  }

  get columns(): number {
    return this.#world.stdout.columns ?? 80;
  }

  get terminal(): World['stdout'] {
    return this.#world.stdout;
  }

  /** While a status line stands on the terminal, what is written must clear it first. */
  set statusClearer(clear: (() => void) | undefined) {
    this.#clearStatus = clear;
  }

  /** Talk for people: silent with --json and --quiet. */
  say(text: string): void {
    if (this.isJson || this.verbosity < 0) return;
    this.#write(this.#world.stdout, `${text}\n`);
  }

  /** What was asked for: always written. */
  data(text: string): void {
    this.#write(this.#world.stdout, `${text}\n`);
  }

  /** One JSON message a line; only with --json. @param text JSON */
  message(text: string): void {
    if (this.isJson) this.#write(this.#world.stdout, `${text}\n`);
  }

  /** A problem, for people; with --json nothing: `errorMessage` tells it. */
  warn(text: string): void {
    if (!this.isJson) this.#write(this.#world.stderr, `${text}\n`);
  }

  errorMessage(text: string): void {
    if (this.isJson) this.#write(this.#world.stderr, `${text}\n`);
  }

  #write(stream: World['stdout'], text: string): void {
    this.#clearStatus?.();
    stream.write(text);
  }
}
