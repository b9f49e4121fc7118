// What may follow a request, until the server is ready for the next. Each exchange settles once: with its result at
// ReadyForQuery, or with the first error. An error of the server before ReadyForQuery leaves the connection usable; a
// message that does not belong leaves it broken.
import { Readable } from 'node:stream';
import type { LumbungError } from '@lumbung/stdx';
import { MessageReader } from './message-reader.ts';
import { protocolError } from './protocol-error.ts';
import { type QueryResult, ResultBuilder, rowsOfTag } from './query-result.ts';
import { errorOfReport, readServerReport } from './server-error.ts';

export interface Exchange {
  /** Everything but notices and parameters. `isReady`: this was ReadyForQuery, the exchange is over. */
  message(type: string, body: Buffer): void;
  copyData(run: Buffer): void;
  /** ReadyForQuery came. */
  ready(): void;
  /** The connection broke, or the act was given up. */
  lost(error: unknown): void;
  /** The other side of us is slow: silence of the server means nothing. */
  readonly isHeldBack: boolean;
}

export class QueryExchange implements Exchange {
  readonly #outcome = Promise.withResolvers<readonly QueryResult[]>();
  readonly #results: QueryResult[] = [];
  readonly #builder = new ResultBuilder();
  #error: LumbungError | undefined;
  readonly isHeldBack = false;

  get result(): Promise<readonly QueryResult[]> {
    return this.#outcome.promise;
  }

  message(type: string, body: Buffer): void {
    switch (type) {
      case 'T':
        this.#builder.describe(body);
        break;
      case 'D':
        this.#builder.add(body);
        break;
      case 'C':
        this.#results.push(this.#builder.finish(new MessageReader(body).text()));
        break;
      case 'E':
        this.#error ??= errorOfReport(readServerReport(new MessageReader(body)));
        break;
      case 'I': // an empty statement
      case '1': // parsed, bound, closed, nothing to describe
      case '2':
      case '3':
      case 'n':
      case 't':
        break;
      default:
        throw protocolError(`message ${type} in a query`);
    }
  }

  copyData(): void {
    throw protocolError('copied data in a query');
  }

  ready(): void {
    if (this.#error === undefined) this.#outcome.resolve(this.#results);
    else this.#outcome.reject(this.#error);
  }

  lost(error: unknown): void {
    this.#outcome.reject(this.#error ?? error);
  }
}

/** What holds a stream's source. */
export interface Valve {
  pause(): void;
  resume(): void;
  /** The reader gave up before the end. */
  abandon(): void;
}

/** Read as it comes, in large pieces. Ends only after CopyDone, `COPY n` and ReadyForQuery; anything less destroys it. */
export class CopyOutStream extends Readable {
  #rows: number | undefined;
  #isEnded = false;
  readonly #valve: Valve;

  /** Whatever became of it, and whenever one asks. */
  readonly whenClosed: Promise<void>;

  constructor(valve: Valve, highWaterMark: number) {
    super({ highWaterMark });
    this.#valve = valve;
    this.whenClosed = new Promise((resolve) => this.once('close', () => resolve()));
    // It may fail before somebody reads, who then learns of it at once.
    this.on('error', () => undefined);
  }

  /** How many rows the server says it sent; known when the stream has ended. */
  get rows(): number {
    if (this.#rows === undefined) throw protocolError('the number of rows is not known yet');
    return this.#rows;
  }

  finish(rows: number): void {
    this.#rows = rows;
    this.#isEnded = true;
    this.push(null);
  }

  /** The server's part is over, or lost. */
  fail(error: Error): void {
    this.#isEnded = true;
    this.destroy(error);
  }

  override _read(): void {
    this.#valve.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#isEnded) this.#valve.abandon();
    callback(error);
  }
}

export class CopyOutExchange implements Exchange {
  readonly #started = Promise.withResolvers<CopyOutStream>();
  readonly #stream: CopyOutStream;
  readonly #valve: Valve;
  #state: 'asked' | 'copying' | 'done' | 'tagged' = 'asked';
  #error: LumbungError | undefined;
  #rows = 0;
  isHeldBack = false;

  constructor(valve: Valve, highWaterMark: number) {
    this.#valve = {
      pause: () => {
        this.isHeldBack = true;
        valve.pause();
      },
      resume: () => {
        this.isHeldBack = false;
        valve.resume();
      },
      abandon: () => valve.abandon(),
    };
    this.#stream = new CopyOutStream(this.#valve, highWaterMark);
  }

  /** Resolves when the server begins to copy, so that a refusal is an error here and not an empty stream. */
  get stream(): Promise<CopyOutStream> {
    return this.#started.promise;
  }

  message(type: string, body: Buffer): void {
    if (type === 'E') {
      this.#error ??= errorOfReport(readServerReport(new MessageReader(body)));
    } else if (type === 'H' && this.#state === 'asked') {
      this.#state = 'copying';
      this.#started.resolve(this.#stream);
    } else if (type === 'c' && this.#state === 'copying') {
      this.#state = 'done';
    } else if (type === 'C' && this.#state === 'done') {
      this.#rows = rowsOfTag(new MessageReader(body).text(), 'COPY');
      this.#state = 'tagged';
    } else {
      throw protocolError(`message ${type} while copying (${this.#state})`);
    }
  }

  copyData(run: Buffer): void {
    if (this.#state !== 'copying') throw protocolError('copied data out of place');
    if (!this.#stream.push(run)) this.#valve.pause();
  }

  ready(): void {
    if (this.#error !== undefined) this.lost(this.#error);
    else if (this.#state === 'tagged') this.#stream.finish(this.#rows);
    else this.lost(protocolError(`it stopped copying (${this.#state})`));
  }

  lost(error: unknown): void {
    const reason = this.#error ?? error;
    if (this.#state === 'asked') this.#started.reject(reason);
    else this.#stream.fail(reason instanceof Error ? reason : new Error(String(reason)));
  }
}

export class CopyInExchange implements Exchange {
  readonly #started = Promise.withResolvers<void>();
  readonly #outcome = Promise.withResolvers<number>();
  #state: 'asked' | 'copying' | 'tagged' = 'asked';
  #error: LumbungError | undefined;
  #rows = 0;
  isHeldBack = true;

  constructor() {
    // Of the two promises one may never be asked for.
    this.#started.promise.catch(() => undefined);
    this.#outcome.promise.catch(() => undefined);
  }

  /** Resolves when the server wants data. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** The rows the server says it took. */
  get result(): Promise<number> {
    return this.#outcome.promise;
  }

  /** The server refused something already: no use in sending more. */
  get isRefused(): boolean {
    return this.#error !== undefined;
  }

  message(type: string, body: Buffer): void {
    if (type === 'E') {
      this.#error ??= errorOfReport(readServerReport(new MessageReader(body)));
      // Wakes whoever is about to send.
      this.#started.resolve();
    } else if (type === 'G' && this.#state === 'asked') {
      this.#state = 'copying';
      this.#started.resolve();
    } else if (type === 'C' && this.#state === 'copying') {
      this.#rows = rowsOfTag(new MessageReader(body).text(), 'COPY');
      this.#state = 'tagged';
    } else {
      throw protocolError(`message ${type} while loading (${this.#state})`);
    }
  }

  copyData(): void {
    throw protocolError('copied data while loading');
  }

  ready(): void {
    if (this.#error !== undefined) this.lost(this.#error);
    else if (this.#state === 'tagged') this.#outcome.resolve(this.#rows);
    else this.lost(protocolError(`it stopped loading (${this.#state})`));
  }

  lost(error: unknown): void {
    const reason = this.#error ?? error;
    this.#started.reject(reason);
    this.#outcome.reject(reason);
  }
}
