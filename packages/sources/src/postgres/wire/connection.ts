import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { type Clock, errnoOf, LumbungError, type Random, Semaphore } from '@lumbung/stdx';
import type { Address, TlsOptions } from '../../connection/target.ts';
import type { Secret } from '../../process/secret.ts';
import { Login } from './auth.ts';
import { withDeadline } from './deadline.ts';
import { CopyInExchange, CopyOutExchange, type CopyOutStream, type Exchange, QueryExchange } from './exchange.ts';
import {
  cancelRequest,
  copyDataHeader,
  copyDone,
  copyFail,
  executeMessages,
  queryMessage,
  startupMessage,
  terminate,
} from './frontend-messages.ts';
import { MessageReader } from './message-reader.ts';
import { MessageSplitter } from './message-splitter.ts';
import { openSocket } from './open-socket.ts';
import { protocolError } from './protocol-error.ts';
import type { QueryResult } from './query-result.ts';
import { errorOfReport, readServerReport, type ServerReport } from './server-error.ts';

const COPY_BUFFER_BYTES = 1024 * 1024;
const PARAMETERS_MAX = 200;
const PARAMETER_BYTES_MAX = 64 * 1024;
/** How long a server may take to end a session that was cancelled before the socket is simply dropped. */
const END_TIMEOUT_MS = 10_000;
const CANCEL_TIMEOUT_MS = 5_000;
const STALL_CHECKS_PER_LIMIT = 5;

export interface ConnectOptions {
  readonly address: Address;
  readonly tls: TlsOptions;
  readonly user: string;
  readonly password?: Secret;
  readonly database: string;
  /** Settings of the session, sent with the start: `{statement_timeout: '0'}`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
  /** Silence of the server for so long in the middle of an answer gives the connection up. Undefined: never. */
  readonly stall?: {
    readonly stallMs: number;
    /** Asked before: is the session at work although it says nothing? */
    isServerBusy(processId: number): Promise<boolean>;
  };
  onNotice?(notice: ServerReport): void;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * One session with a PostgreSQL server, in its protocol 3.0.
 *
 * States: `opening` → `idle` ⇄ `busy` (one exchange at a time; callers wait for their turn) → `over`. Whatever breaks the
 * order of messages, loses the socket, stalls or is aborted leads to `over`, with a reason that every later call fails
 * with. An error of a statement leads back to `idle`. Aborted in the middle of an exchange, the session is cancelled on
 * the server as well (a new connection with the key of this one), and `close` waits until the server has ended it.
 */
export class PostgresConnection implements AsyncDisposable {
  /** Of the session on the server. Behind a pooler it is not the one that `pg_backend_pid()` says. */
  readonly #key = { processId: 0, secret: Buffer.alloc(0) };
  readonly #options: ConnectOptions;
  readonly #socket: Socket;
  readonly #parameters = new Map<string, string>();
  readonly #turn = new Semaphore(1);
  readonly #splitter: MessageSplitter;
  readonly #closed = Promise.withResolvers<void>();
  #exchange: Exchange | undefined;
  #over: { readonly reason: unknown } | undefined;
  #farewell: LumbungError | undefined;
  #lastHeardMs: number;
  #ending: Promise<void> | undefined;

  private constructor(options: ConnectOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#lastHeardMs = options.clock.monotonicMs();
    this.#splitter = new MessageSplitter({
      message: (type, body) => this.#receive(String.fromCharCode(type), body),
      copyData: (run) => this.#need().copyData(run),
    });
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(this.#lost(error)));
    socket.on('end', () => this.#fail(this.#lost()));
    socket.on('close', () => {
      this.#fail(this.#lost());
      this.#closed.resolve();
    });
  }

  /**
   * Connects and logs in.
   *
   * @throws LumbungError what `openSocket` and `errorOfReport` say; DB_PASSWORD_MISSING, DB_PASSWORD_EXPOSED,
   *   DB_LOGIN_METHOD_UNKNOWN, DB_SERVER_NOT_AUTHENTIC (operator); DB_UNREACHABLE (transient) after `timeoutMs`
   */
  static async connect(options: ConnectOptions): Promise<PostgresConnection> {
    return await withDeadline(
      { clock: options.clock, timeoutMs: options.timeoutMs, signal: options.signal, onTimeout: noAnswer },
      async (signal) => {
        const { socket, certificate, isPrivate } = await openSocket(options.address, options.tls, signal);
        const connection = new PostgresConnection(options, socket);
        try {
          const { user, password, random } = options;
          await connection.#logIn(new Login({ user, password, random, certificate, isPrivate }), signal);
        } catch (error) {
          connection.#fail(error);
          socket.destroy();
          throw error;
        }
        return connection;
      },
    );
  }

  get processId(): number {
    return this.#key.processId;
  }

  /** What the server reports of itself: `server_version`, `server_encoding` … */
  parameter(name: string): string | undefined {
    return this.#parameters.get(name);
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** One or several statements, without values. The answers, in order; bytes of texts. @throws as `errorOfReport` */
  async query(sql: string, call: CallOptions = {}): Promise<readonly QueryResult[]> {
    const exchange = new QueryExchange();
    return await this.#perform(exchange, queryMessage(sql), call, () => exchange.result);
  }

  /** One statement with values (`$1`), which never become part of its text. */
  async execute(
    sql: string,
    values: readonly (string | null)[],
    call: CallOptions & { readonly resultFormat?: 'text' | 'binary' } = {},
  ): Promise<QueryResult> {
    const exchange = new QueryExchange();
    const messages = executeMessages(sql, values, call.resultFormat ?? 'text');
    const [result] = await this.#perform(exchange, messages, call, () => exchange.result);
    if (result === undefined) throw protocolError('no result');
    return result;
  }

  /**
   * `COPY … TO STDOUT`. Resolves when the server begins; others wait for their turn until the stream has ended. Leaving
   * the stream early gives the connection up.
   */
  async copyOut(sql: string, call: CallOptions = {}): Promise<CopyOutStream> {
    const exchange = new CopyOutExchange(
      {
        pause: () => this.#socket.pause(),
        resume: () => {
          // What is said from now on counts: the silence before was our own.
          this.#lastHeardMs = this.#options.clock.monotonicMs();
          this.#socket.resume();
        },
        abandon: () => this.#giveUp(abandoned()),
      },
      COPY_BUFFER_BYTES,
    );
    const started = Promise.withResolvers<CopyOutStream>();
    const whole = this.#perform(exchange, queryMessage(sql), call, async () => {
      const stream = await exchange.stream;
      started.resolve(stream);
      await stream.whenClosed;
    });
    // A failure after the start destroys the stream, which whoever reads it sees.
    whole.catch((error: unknown) => started.reject(error));
    return await started.promise;
  }

  /** `COPY … FROM STDIN` with the bytes of `source`. @returns the rows the server says it took */
  async copyIn(sql: string, source: AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<number> {
    const exchange = new CopyInExchange();
    return await this.#perform(exchange, queryMessage(sql), call, async () => {
      await exchange.started;
      if (!exchange.isRefused) await this.#feed(exchange, source);
      return await exchange.result;
    });
  }

  /** Ends the session. Waits for the server to end it too, but not for long. */
  async close(): Promise<void> {
    this.#ending ??= this.#end(false);
    await this.#ending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #logIn(login: Login, signal: AbortSignal): Promise<void> {
    const { user, database, settings = {} } = this.#options;
    const steps = new LoginExchange();
    const onAbort = () => steps.lost(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#exchange = steps;
    try {
      this.#socket.write(startupMessage({ user, database, client_encoding: 'UTF8', ...settings }));
      this.#socket.resume();
      for (;;) {
        const step = await steps.next();
        if (step.type === 'Z') break;
        if (step.type === 'E') throw errorOfReport(readServerReport(new MessageReader(step.body)));
        if (step.type === 'K') this.#keep(step.body);
        else if (step.type === 'R') {
          const answer = await login.answer(new MessageReader(step.body));
          if (answer !== undefined) this.#socket.write(answer);
        } else throw protocolError(`message ${step.type} at the login`);
      }
    } finally {
      this.#exchange = undefined;
      signal.removeEventListener('abort', onAbort);
    }
  }

  #keep(body: Buffer): void {
    const reader = new MessageReader(body);
    this.#key.processId = reader.int32();
    this.#key.secret = Buffer.from(reader.rest());
  }

  async #perform<T>(exchange: Exchange, request: Buffer, call: CallOptions, settle: () => Promise<T>): Promise<T> {
    const { signal } = call;
    await this.#turn.acquire(signal);
    const over = new AbortController();
    const onAbort = () => this.#giveUp(signal?.reason);
    try {
      if (this.#over !== undefined) throw this.#over.reason;
      signal?.throwIfAborted();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#exchange = exchange;
      this.#lastHeardMs = this.#options.clock.monotonicMs();
      this.#socket.resume();
      this.#socket.write(request);
      void this.#watch(exchange, over.signal);
      return await settle();
    } finally {
      over.abort();
      signal?.removeEventListener('abort', onAbort);
      this.#turn.release();
    }
  }

  async #feed(exchange: CopyInExchange, source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        if (exchange.isRefused || this.isOver) return;
        if (chunk.length === 0) continue;
        this.#socket.write(copyDataHeader(chunk.length));
        if (!this.#socket.write(chunk)) await this.#drained(exchange);
      }
    } catch (error) {
      // What ended the session is why the source, which was told of it too, failed.
      if (this.#over !== undefined) throw this.#over.reason;
      // The server forgets what it took; its own error then says no more than that.
      this.#socket.write(copyFail('the source failed'));
      await exchange.result.catch(() => undefined);
      throw error;
    }
    exchange.isHeldBack = false;
    this.#lastHeardMs = this.#options.clock.monotonicMs();
    this.#socket.write(copyDone());
  }

  /** Or nobody takes it any more. */
  async #drained(exchange: CopyInExchange): Promise<void> {
    const drained = Promise.withResolvers<void>();
    this.#socket.once('drain', drained.resolve);
    // Until there is room again the silence is the server's, or the network's.
    exchange.isHeldBack = false;
    this.#lastHeardMs = this.#options.clock.monotonicMs();
    await Promise.race([drained.promise, exchange.result.catch(() => undefined), this.#closed.promise]);
    exchange.isHeldBack = true;
    this.#socket.off('drain', drained.resolve);
  }

  #onData(chunk: Buffer): void {
    if (this.#over !== undefined) return; // Read only so that the server can end.
    this.#lastHeardMs = this.#options.clock.monotonicMs();
    try {
      this.#splitter.push(chunk);
    } catch (error) {
      this.#fail(error);
      this.#socket.destroy();
    }
  }

  #receive(type: string, body: Buffer): void {
    if (this.#over !== undefined) return;
    switch (type) {
      case 'N':
        this.#options.onNotice?.(readServerReport(new MessageReader(body)));
        break;
      case 'A':
        break;
      case 'S': {
        const reader = new MessageReader(body);
        if (this.#parameters.size >= PARAMETERS_MAX || body.length > PARAMETER_BYTES_MAX) {
          throw protocolError('too many parameters');
        }
        this.#parameters.set(reader.text(), reader.text());
        return;
      }
      case 'E': {
        // Said before the server hangs up, in the middle of a statement or between two.
        const report = readServerReport(new MessageReader(body));
        if (report.severity === 'FATAL' || report.severity === 'PANIC') this.#farewell = errorOfReport(report);
        if (this.#exchange !== undefined) this.#exchange.message(type, body);
        else if (this.#farewell === undefined) throw protocolError('an error out of place');
        return;
      }
      case 'Z': {
        const exchange = this.#need();
        if (!(exchange instanceof LoginExchange)) this.#exchange = undefined;
        exchange.ready();
        return;
      }
      default:
        this.#need().message(type, body);
    }
  }

  #need(): Exchange {
    if (this.#exchange === undefined) throw protocolError('a message out of place');
    return this.#exchange;
  }

  /** Looks now and then whether the server still says something, as long as the exchange is under way. */
  async #watch(exchange: Exchange, signal: AbortSignal): Promise<void> {
    const { stall, clock } = this.#options;
    if (stall === undefined) return;
    try {
      while (!signal.aborted) {
        await clock.sleep(stall.stallMs / STALL_CHECKS_PER_LIMIT, signal);
        if (exchange.isHeldBack) this.#lastHeardMs = clock.monotonicMs();
        if (clock.monotonicMs() - this.#lastHeardMs < stall.stallMs) continue;
        const isBusy = await stall.isServerBusy(this.processId).catch(() => false);
        if (signal.aborted) return;
        if (!isBusy) return this.#giveUp(stalled(stall.stallMs));
        this.#lastHeardMs = clock.monotonicMs();
      }
    } catch (error) {
      // The sleep rejects when the exchange is over, and only then.
      if (!signal.aborted) this.#giveUp(error);
    }
  }

  /** Nobody waits for the answer any more: the server is told so, by a connection of its own. */
  #giveUp(reason: unknown): void {
    const isBusy = this.#exchange !== undefined;
    this.#fail(reason);
    this.#ending ??= this.#end(isBusy);
  }

  async #end(isBusy: boolean): Promise<void> {
    const { clock } = this.#options;
    if (isBusy) await this.#requestCancel();
    this.#fail(closedByUs());
    if (!this.#socket.destroyed) {
      this.#socket.resume();
      this.#socket.end(terminate());
    }
    await withDeadline({ clock, timeoutMs: END_TIMEOUT_MS, signal: undefined, onTimeout: noAnswer }, async (signal) => {
      const late = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.race([this.#closed.promise, late]);
    });
    this.#socket.destroy();
  }

  async #requestCancel(): Promise<void> {
    const { clock, address, tls } = this.#options;
    try {
      await withDeadline(
        { clock, timeoutMs: CANCEL_TIMEOUT_MS, signal: undefined, onTimeout: noAnswer },
        async (signal) => {
          const { socket } = await openSocket(address, tls, signal);
          const closed = new Promise<void>((resolve) => {
            socket.once('close', () => resolve());
            signal.addEventListener('abort', () => socket.destroy(), { once: true });
          });
          // The server says nothing and hangs up.
          socket.resume();
          socket.end(cancelRequest(this.#key));
          await closed;
        },
      );
    } catch {
      // The server is gone, or out of reach: then so is the session.
    }
  }

  #fail(reason: unknown): void {
    if (this.#over !== undefined) return;
    this.#over = { reason };
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.lost(reason);
  }

  #lost(cause?: unknown): LumbungError {
    if (this.#farewell !== undefined) return this.#farewell;
    const errno = errnoOf(cause);
    return new LumbungError('DB_CONNECTION_LOST', {
      kind: 'transient',
      message: 'the connection to the database server was lost',
      ...(errno === undefined ? {} : { context: { detail: errno } }),
      hint: 'what was read so far is not kept; try again',
      cause,
    });
  }
}

interface LoginStep {
  readonly type: string;
  readonly body: Buffer;
}

/** Holds the messages of the login until they are asked for: answering one takes time. */
class LoginExchange implements Exchange {
  #steps: LoginStep[] = [];
  #waiting: { resolve(step: LoginStep): void; reject(error: unknown): void } | undefined;
  #lost: { readonly error: unknown } | undefined;
  readonly isHeldBack = false;

  async next(): Promise<LoginStep> {
    const step = this.#steps.shift();
    if (step !== undefined) return step;
    if (this.#lost !== undefined) throw this.#lost.error;
    const { promise, resolve, reject } = Promise.withResolvers<LoginStep>();
    this.#waiting = { resolve, reject };
    return await promise;
  }

  message(type: string, body: Buffer): void {
    const step = { type, body: Buffer.from(body) };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) waiting.resolve(step);
    else if (this.#steps.length < 20) this.#steps.push(step);
    else throw protocolError('too many messages at the login');
  }

  copyData(): void {
    throw protocolError('copied data at the login');
  }

  ready(): void {
    this.message('Z', Buffer.alloc(0));
  }

  lost(error: unknown): void {
    this.#lost = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

function noAnswer(): LumbungError {
  return new LumbungError('DB_UNREACHABLE', {
    kind: 'transient',
    message: 'the database server does not answer in time',
    hint: 'check that the server runs, its address, and the firewall between',
  });
}

function stalled(stallMs: number): LumbungError {
  return new LumbungError('DB_STALLED', {
    kind: 'transient',
    message: 'the database server has sent nothing for too long',
    context: { seconds: Math.round(stallMs / 1000) },
    hint: 'check the server and the network; then try again',
  });
}

function abandoned(): LumbungError {
  const detail = 'the copy was left before its end';
  return new LumbungError('DB_CANCELLED', { kind: 'transient', message: detail, context: { detail } });
}

function closedByUs(): LumbungError {
  return new LumbungError('DB_CONNECTION_LOST', {
    kind: 'transient',
    message: 'the connection to the database server is closed',
  });
}
