import { type Clock, isLumbungError, LumbungError } from '@lumbung/stdx';
import { encryptSocket } from '../../connection/open-socket.ts';
import type { Address, TlsOptions } from '../../connection/target.ts';
import type { Secret } from '../../process/secret.ts';
import { type AuthContext, firstAnswer, furtherAnswer } from './auth.ts';
import { type Column, parseColumn } from './column.ts';
import { CAPABILITIES, clientCapabilities, type Greeting, loginHead, loginPacket, parseGreeting } from './handshake.ts';
import { openSocket } from './open-socket.ts';
import { PacketCursor } from './packet-cursor.ts';
import { PacketStream, type WaitOptions } from './packet-stream.ts';
import { connectionLost, protocolError } from './protocol-error.ts';
import { serverError } from './server-error.ts';
import { SilenceWatch } from './silence-watch.ts';
import { TupleWriter } from './tuple-writer.ts';

export interface ConnectionOptions {
  readonly address: Address;
  readonly tls: TlsOptions;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  readonly database?: string | undefined;
  readonly clock: Clock;
  /** For the whole of connecting and logging in. */
  readonly timeoutMs: number;
  /** How long the server may be silent within an answer. `Infinity`: for ever. */
  readonly stallMs: number;
  /** Asked when it was: true when the server is seen at work for this connection, so that a long sort before the first
   *  row is not taken for a standstill. */
  readonly isServerBusy?: ((connectionId: number) => Promise<boolean>) | undefined;
  /** Gives up whatever is under way; the connection is then broken. */
  readonly signal?: AbortSignal | undefined;
}

export interface QueryResult {
  readonly columns: readonly Column[];
  readonly rows: ReadonlyArray<ReadonlyArray<Buffer | null>>;
  /** Of a statement without a result. */
  readonly affectedRows: number;
  readonly warnings: number;
}

/** A server that has nothing to say hangs up at once. */
const GOODBYE_MS = 1000;

const COMMAND_QUIT = 1;
const COMMAND_QUERY = 3;
const COMMAND_PING = 14;

const OK = 0x00;
const MORE_IN_LOGIN = 0x01;
const LOCAL_FILE = 0xfb;
const END = 0xfe;
const ERROR = 0xff;

const END_BYTES_MAX = 9;
const COLUMNS_MAX = 8192;
/** A query whose answer is held; rows of tables are streamed. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
/** A login is a few packets. */
const LOGIN_ROUNDS_MAX = 8;
const MORE_RESULTS = 0x08;

/**
 * A connection to a MySQL or MariaDB server, in their text protocol. One command at a time.
 *
 * An answer counts only when its last packet came: rows that end without it are an error, however many there are. After a
 * loss, a breach of the protocol, an abort or an answer that was not read to its end the connection is broken, and
 * destroyed. A server that asks for a file of this machine (`LOCAL INFILE`) is refused.
 *
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
 */
export class MysqlConnection implements AsyncDisposable {
  readonly serverVersion: string;
  /** What `KILL` takes. */
  readonly connectionId: number;
  readonly isEncrypted: boolean;
  readonly #options: ConnectionOptions;
  readonly #packets: PacketStream;
  /** How the command under way waits. */
  #wait: WaitOptions;
  #silence: SilenceWatch | undefined;
  #state: 'idle' | 'busy' | 'broken' | 'closed' = 'idle';

  /**
   * @throws LumbungError DB_UNREACHABLE, DB_CONNECTION_LOST, DB_TOO_MANY_CONNECTIONS (transient); DB_LOGIN_REFUSED,
   *   DB_LOGIN_METHOD_UNKNOWN, DB_PASSWORD_EXPOSED, DB_DATABASE_MISSING, DB_TLS_UNAVAILABLE, DB_TLS_UNTRUSTED,
   *   DB_ADDRESS_INVALID, DB_PROTOCOL_ERROR (operator); the reason of the signal
   */
  static async connect(options: ConnectionOptions): Promise<MysqlConnection> {
    const timeout = () =>
      new LumbungError('DB_UNREACHABLE', {
        kind: 'transient',
        message: 'the database server did not answer in time',
        context: { place: placeOf(options.address) },
        hint: 'check that it runs, its address, and the firewall between',
      });
    return await withLimit(options.clock, options.timeoutMs, timeout, async (late) => {
      const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
      const socket = await openSocket(options.address, signal);
      const packets = new PacketStream(socket);
      try {
        const { greeting, isEncrypted } = await logIn(packets, options, signal);
        return new MysqlConnection(packets, options, greeting, isEncrypted);
      } catch (error) {
        packets.socket.destroy();
        throw error;
      }
    });
  }

  private constructor(packets: PacketStream, options: ConnectionOptions, greeting: Greeting, isEncrypted: boolean) {
    this.#packets = packets;
    this.#options = options;
    this.serverVersion = greeting.serverVersion;
    this.connectionId = greeting.connectionId;
    this.isEncrypted = isEncrypted;
    this.#wait = { signal: options.signal };
  }

  /** Not usable any more. */
  get isBroken(): boolean {
    return this.#state === 'broken' || this.#state === 'closed';
  }

  /**
   * Runs one statement and holds its answer.
   *
   * @throws LumbungError what the server says (see serverError); DB_CONNECTION_LOST, DB_STALLED (transient);
   *   DB_ANSWER_TOO_LARGE, DB_PROTOCOL_ERROR (operator); the reason of the signal
   */
  async query(sql: string | Buffer): Promise<QueryResult> {
    return await this.#command(async () => {
      const head = await this.#ask(sql);
      if (head[0] === OK) return okResult(head);
      const columns = await this.#readColumns(head);
      const rows: Array<Array<Buffer | null>> = [];
      let bytes = 0;
      for (;;) {
        const packet = await this.#packets.read(this.#wait);
        if (this.#isEnd(packet)) return { columns, rows, affectedRows: 0, warnings: 0 };
        bytes += packet.length;
        if (bytes > ANSWER_BYTES_MAX) throw answerTooLarge();
        rows.push(parseRow(packet, columns.length));
      }
    });
  }

  /** Like `query`, with every value as text. */
  async texts(sql: string): Promise<ReadonlyArray<ReadonlyArray<string | null>>> {
    const { rows } = await this.query(sql);
    return rows.map((row) => row.map((value) => value?.toString('utf8') ?? null));
  }

  /**
   * The rows of a SELECT as the tuples of a dump, one on a line, in buffers of many rows. Read at the reader's pace. Ends
   * only when the server's last packet came. See `query` for errors.
   */
  async *tuples(sql: string): AsyncGenerator<Buffer, { readonly rows: number; readonly columns: readonly Column[] }> {
    this.#begin();
    let isOver = false;
    try {
      const head = await this.#ask(sql);
      if (head[0] === OK) throw protocolError('no rows where some were asked for');
      const columns = await this.#readColumns(head);
      const writer = new TupleWriter(columns);
      for (;;) {
        const packets = this.#packets;
        if (!packets.tryAdvance()) {
          await packets.more(this.#wait);
          continue;
        }
        const { payload, payloadFrom, payloadEnd } = packets;
        const first = payload[payloadFrom] ?? END;
        if (first >= END && this.#isEnd(payload.subarray(payloadFrom, payloadEnd))) break;
        writer.write(payload, payloadFrom, payloadEnd);
        if (writer.isFull) yield writer.take();
      }
      isOver = true;
      const last = writer.take();
      this.#end();
      if (last.length > 0) yield last;
      return { rows: writer.rows, columns };
    } catch (error) {
      isOver = true;
      throw this.#fail(error);
    } finally {
      // Left early: what is still to come cannot be told from the answer to another command.
      if (!isOver) this.destroy();
    }
  }

  async ping(): Promise<void> {
    await this.#command(async () => {
      this.#packets.restart();
      await this.#packets.write(Buffer.of(COMMAND_PING), this.#wait);
      const answer = await this.#packets.read(this.#wait);
      if (answer[0] === ERROR) throw serverError(answer);
    });
  }

  /** Says goodbye and hangs up. Never throws. */
  async close(): Promise<void> {
    if (this.isBroken) return;
    const isIdle = this.#state === 'idle';
    this.#state = 'closed';
    const { socket } = this.#packets;
    if (!isIdle) {
      this.#silence?.[Symbol.dispose]();
      socket.destroy();
      return;
    }
    this.#packets.restart();
    if (socket.destroyed) return;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    // Nothing is to come, but only a socket that is read notices its end.
    socket.resume();
    socket.end(Buffer.of(1, 0, 0, 0, COMMAND_QUIT));
    const late = () => new Error('the server does not hang up');
    await withLimit(this.#options.clock, GOODBYE_MS, late, async (signal) => {
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
      await closed;
    });
  }

  /** Hangs up at once. The server notices when it next writes; to stop it before, see `killConnection`. */
  destroy(): void {
    if (this.#state !== 'closed') this.#state = 'broken';
    this.#silence?.[Symbol.dispose]();
    this.#packets.socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #command<T>(act: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      const result = await act();
      this.#end();
      return result;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #begin(): void {
    if (this.isBroken) throw connectionLost();
    if (this.#state === 'busy') throw new LumbungError('BUG_CONNECTION_BUSY', { kind: 'bug' });
    if (this.#packets.hasUnread) {
      this.destroy();
      throw protocolError('an answer that nobody asked for');
    }
    this.#state = 'busy';
    this.#watchSilence();
  }

  #end(): void {
    if (this.#state === 'busy') this.#state = 'idle';
    this.#silence?.[Symbol.dispose]();
  }

  #watchSilence(): void {
    const { clock, stallMs, signal, isServerBusy } = this.#options;
    if (stallMs === Number.POSITIVE_INFINITY) return;
    const silence = new SilenceWatch({
      clock,
      stallMs,
      isServerBusy: isServerBusy === undefined ? undefined : () => isServerBusy(this.connectionId),
    });
    this.#silence = silence;
    this.#wait = {
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
      silence,
    };
  }

  /** A statement that the server refused leaves the connection as good as before; anything else breaks it. */
  #fail(error: unknown): unknown {
    const isRefusal = isLumbungError(error) && typeof error.context['errno'] === 'number';
    if (isRefusal && error.code !== 'DB_CONNECTION_LOST') this.#end();
    else this.destroy();
    return error;
  }

  /** Sends a statement; returns the first packet of the answer. */
  async #ask(sql: string | Buffer): Promise<Buffer> {
    this.#packets.restart();
    const text = typeof sql === 'string' ? Buffer.from(sql) : sql;
    await this.#packets.write(Buffer.concat([Buffer.of(COMMAND_QUERY), text]), this.#wait);
    const head = await this.#packets.read(this.#wait);
    if (head[0] === ERROR) throw serverError(head);
    if (head[0] === LOCAL_FILE) throw protocolError('it asks for a file of this machine');
    return head;
  }

  async #readColumns(head: Buffer): Promise<Column[]> {
    const cursor = new PacketCursor(head);
    const count = cursor.length();
    if (count === 0 || count > COLUMNS_MAX || cursor.leftBytes > 0)
      throw protocolError('an impossible number of columns');
    const columns: Column[] = [];
    for (let columnIdx = 0; columnIdx < count; columnIdx++) {
      columns.push(parseColumn(await this.#packets.read(this.#wait)));
    }
    const end = await this.#packets.read(this.#wait);
    if (end[0] !== END || end.length >= END_BYTES_MAX) throw protocolError('columns without an end');
    return columns;
  }

  /** True for the last packet of rows. @throws LumbungError when the server gave up in their midst */
  #isEnd(packet: Buffer): boolean {
    // A row of one empty value, or of a connection that sends empty packets, which is none.
    if (packet.length === 0) throw protocolError('an empty row');
    if (packet[0] === ERROR) throw serverError(packet);
    if (packet[0] !== END || packet.length >= END_BYTES_MAX) return false;
    const cursor = new PacketCursor(packet, 1);
    cursor.skip(2);
    if ((cursor.uint16() & MORE_RESULTS) !== 0) throw protocolError('more results than were asked for');
    return true;
  }
}

/** Stops what another connection of the same user runs, and ends that connection. */
export async function killConnection(options: ConnectionOptions, connectionId: number): Promise<void> {
  await using connection = await MysqlConnection.connect(options);
  try {
    await connection.query(`KILL ${connectionId}`);
  } catch (error) {
    // 1094: it is gone already.
    if (!(isLumbungError(error) && error.context['errno'] === 1094)) throw error;
  }
}

async function logIn(packets: PacketStream, options: ConnectionOptions, signal: AbortSignal) {
  const wait: WaitOptions = { signal };
  const first = await packets.read(wait);
  if (first[0] === ERROR) throw serverError(first);
  const greeting = parseGreeting(first);
  const { address, tls } = options;
  const wantsTls = tls.mode !== 'off' && address.kind === 'tcp';
  const capabilities = clientCapabilities(greeting, { tls: wantsTls, database: options.database !== undefined });
  if (wantsTls) {
    if ((capabilities & CAPABILITIES.tls) === 0) {
      throw new LumbungError('DB_TLS_UNAVAILABLE', {
        kind: 'operator',
        message: 'the database server offers no encryption',
        hint: 'give the server a certificate (ssl_cert, ssl_key), or allow the connection without TLS',
      });
    }
    await packets.write(loginHead(capabilities), wait);
    packets.replaceSocket(await encryptSocket(packets.socket, address.host, tls, signal));
  }
  const isPrivate = wantsTls || options.address.kind === 'socket';
  await authenticate(packets, { options, greeting, capabilities, isPrivate, wait });
  return { greeting, isEncrypted: wantsTls };
}

interface LoginParts {
  readonly options: ConnectionOptions;
  readonly greeting: Greeting;
  readonly capabilities: number;
  readonly isPrivate: boolean;
  readonly wait: WaitOptions;
}

/** The plugins that a first answer may be sent for unasked: a hash each, good for this nonce only. */
const HASHED_PLUGINS = ['mysql_native_password', 'caching_sha2_password'];

async function authenticate(packets: PacketStream, parts: LoginParts): Promise<void> {
  const { options, greeting, capabilities, isPrivate, wait } = parts;
  let plugin = HASHED_PLUGINS.includes(greeting.plugin) ? greeting.plugin : 'mysql_native_password';
  let context: AuthContext = { password: options.password, nonce: greeting.nonce, isPrivate };
  const login = {
    user: options.user ?? '',
    database: options.database,
    plugin,
    answer: firstAnswer(plugin, context),
    attributes: { program_name: 'lumbung' },
  };
  await packets.write(loginPacket(capabilities, login), wait);
  for (let round = 0; round < LOGIN_ROUNDS_MAX; round++) {
    const packet = await packets.read(wait);
    switch (packet[0]) {
      case OK:
        return;
      case ERROR:
        throw serverError(packet);
      case END: {
        const cursor = new PacketCursor(packet, 1);
        plugin = cursor.leftBytes === 0 ? 'mysql_old_password' : cursor.zeroTerminated().toString('latin1');
        const nonce = cursor.bytes(Math.min(cursor.leftBytes, plugin === 'client_ed25519' ? 32 : 20));
        context = { ...context, nonce: Buffer.from(nonce) };
        await packets.write(firstAnswer(plugin, context), wait);
        break;
      }
      case MORE_IN_LOGIN: {
        const answer = furtherAnswer(plugin, packet.subarray(1), context);
        if (answer !== undefined) await packets.write(answer, wait);
        break;
      }
      default:
        throw protocolError('an unknown packet in a login');
    }
  }
  throw protocolError('a login without end');
}

function parseRow(packet: Buffer, columns: number): Array<Buffer | null> {
  const cursor = new PacketCursor(packet);
  const row: Array<Buffer | null> = [];
  for (let columnIdx = 0; columnIdx < columns; columnIdx++) row.push(cursor.lengthEncodedOrNull());
  if (cursor.leftBytes > 0) throw protocolError('a row that is longer than it says');
  return row;
}

function okResult(packet: Buffer): QueryResult {
  const cursor = new PacketCursor(packet, 1);
  const affectedRows = cursor.length();
  cursor.length(); // the last id that was inserted
  if ((cursor.uint16() & MORE_RESULTS) !== 0) throw protocolError('more results than were asked for');
  return { columns: [], rows: [], affectedRows, warnings: cursor.uint16() };
}

/** Runs `act` with a signal that aborts after `limitMs`, with what `onLate` makes. */
async function withLimit<T>(
  clock: Clock,
  limitMs: number,
  onLate: () => Error,
  act: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = new AbortController();
  const timer = clock.sleep(limitMs, over.signal).then(
    () => late.abort(onLate()),
    () => {}, // Over in time.
  );
  try {
    return await act(late.signal);
  } finally {
    over.abort();
    await timer;
  }
}

function answerTooLarge(): LumbungError {
  return new LumbungError('DB_ANSWER_TOO_LARGE', {
    kind: 'operator',
    message: 'the database server answers with more than can be held',
    hint: 'look into the log of the database server',
  });
}

function placeOf(address: Address): string {
  return address.kind === 'tcp' ? `${address.host}:${address.port}` : address.path;
}
