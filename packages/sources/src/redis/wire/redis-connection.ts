import type net from 'node:net';
import { type Clock, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import { openSocket } from './open-socket.ts';
import { connectionLost, encodeCommand, type Reply, ReplyError, RespReader } from './resp.ts';

/** The part of `Control` that a connection needs. */
export interface WireControl {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly stallMs: number;
}

type Words = readonly (string | Uint8Array)[];

/** One session of a server: asks one thing after the other. */
export class RedisConnection implements AsyncDisposable {
  readonly reader: RespReader;
  readonly #socket: net.Socket;
  readonly #control: WireControl;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #closed = new AbortController();

  private constructor(socket: net.Socket, control: WireControl) {
    this.#socket = socket;
    this.#control = control;
    // The stream of a socket gives bytes, as long as it was given no encoding.
    this.#pieces = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    this.reader = new RespReader(() => this.#nextPiece());
    control.signal.addEventListener('abort', () => socket.destroy(), { once: true, signal: this.#closed.signal });
  }

  /**
   * Connects and logs in; `Target.database` is selected.
   *
   * @throws LumbungError DB_UNREACHABLE, DB_CONNECTION_LOST, DB_STALLED, REDIS_LOADING (transient); DB_LOGIN_REFUSED,
   *   DB_PRIVILEGE_MISSING, DB_TLS_UNTRUSTED, DB_PROTOCOL_ERROR (operator)
   */
  static async open(target: Target, control: WireControl): Promise<RedisConnection> {
    control.signal.throwIfAborted();
    const { connectTimeoutMs } = target.options;
    const socket = await withTimeout({ ...control, stallMs: connectTimeoutMs }, unreachable, (signal) =>
      openSocket(target, signal),
    );
    const connection = new RedisConnection(socket, control);
    try {
      const { user, password } = target;
      if (password !== undefined) {
        await connection.ask(['AUTH', ...(user === undefined ? [] : [user]), password.reveal()]);
      }
      await connection.ask(['PING']);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** @throws LumbungError DB_QUERY_FAILED and others, by what the server answers; DB_CONNECTION_LOST, DB_STALLED */
  async ask(words: Words): Promise<Reply> {
    const reply = await this.tryAsk(words);
    if (reply instanceof ReplyError) throw errorOfReply(reply, String(words[0]));
    return reply;
  }

  /** What the server refuses is a value. */
  async tryAsk(words: Words): Promise<Reply> {
    await this.send([words]);
    return await this.reader.readReply();
  }

  /** Several at once; their replies are to be read afterwards, in order. */
  async send(commands: readonly Words[]): Promise<void> {
    this.#control.signal.throwIfAborted();
    const socket = this.#socket;
    const taken = socket.write(Buffer.concat(commands.map(encodeCommand)));
    if (taken || !socket.writable) return;
    await withTimeout(this.#control, stalled, async (signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once('drain', resolve).once('close', resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      try {
        await promise;
        signal.throwIfAborted();
      } finally {
        socket.off('drain', resolve).off('close', resolve);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #nextPiece(): Promise<Uint8Array | undefined> {
    try {
      const next = await withTimeout(this.#control, stalled, () => this.#pieces.next());
      return next.done === true ? undefined : next.value;
    } catch (error) {
      this.#control.signal.throwIfAborted();
      throw error instanceof LumbungError ? error : connectionLost(error);
    }
  }
}

/** Runs `act` for at most `stallMs`. The act is told by its signal, and not waited for. */
async function withTimeout<T>(
  { signal, clock, stallMs }: WireControl,
  failure: (timeoutMs: number) => LumbungError,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!Number.isFinite(stallMs)) return await act(signal);
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const late = clock.sleep(stallMs, both).then(() => {
    throw failure(stallMs);
  });
  try {
    return await Promise.race([act(both), late]);
  } finally {
    over.abort();
    // Whichever came second has nobody to tell.
    late.catch(() => undefined);
  }
}

function unreachable(timeoutMs: number): LumbungError {
  return new LumbungError('DB_UNREACHABLE', {
    kind: 'transient',
    message: `the database server did not answer within ${timeoutMs / 1000} s`,
    context: { detail: 'ETIMEDOUT' },
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

/** What a refusal means. The server repeats words of the command in it, but never the password. */
export function errorOfReply(reply: ReplyError, command: string): LumbungError {
  const detail = reply.text.slice(0, 500);
  const context = { detail, command };
  switch (reply.code) {
    case 'WRONGPASS':
    case 'NOAUTH':
      return loginRefused(detail);
    case 'NOPERM':
      return new LumbungError('DB_PRIVILEGE_MISSING', {
        kind: 'operator',
        message: `the backup user lacks a privilege: ${detail}`,
        context,
        hint: 'test the connection: it says which statement grants it',
      });
    case 'LOADING':
    case 'MASTERDOWN':
    case 'NOMASTERLINK':
    case 'BUSY':
    case 'TRYAGAIN':
      return new LumbungError('REDIS_NOT_READY', {
        kind: 'transient',
        message: `the server is not ready: ${detail}`,
        context,
        hint: 'wait until it has loaded its data, or until the replica has found its master; then try again',
      });
    default:
      if (command === 'AUTH') return loginRefused(detail);
      return new LumbungError('DB_QUERY_FAILED', {
        kind: 'operator',
        message: `the database server refuses ${command}: ${detail}`,
        context,
      });
  }
}

function loginRefused(detail: string): LumbungError {
  return new LumbungError('DB_LOGIN_REFUSED', {
    kind: 'operator',
    message: `the database server refuses the login: ${detail}`,
    context: { detail },
    hint: 'check user and password: requirepass, or the user of the ACL',
  });
}

/** A reply of another shape reads as nothing. */
export function textOfReply(reply: Reply): string {
  if (typeof reply === 'string') return reply;
  return Buffer.isBuffer(reply) ? reply.toString('utf8') : '';
}
