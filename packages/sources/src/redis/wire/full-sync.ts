import { LumbungError } from '@lumbung/stdx';
import type { RedisConnection } from './redis-connection.ts';
import { errorOfReply } from './redis-connection.ts';
import { connectionLost, protocolError, ReplyError } from './resp.ts';

const MARK_BYTES = 40;
const BLANK_LINES_MAX = 1_000_000;

export interface FullSync {
  /** Where in the server's stream of changes the data stands. */
  readonly replicationId: string;
  readonly replicationOffset: string;
  /** Undefined: only the server's end mark tells. */
  readonly sizeBytes: number | undefined;
  /** The RDB file. It throws unless the server sent all of it. Take it fast: a server drops a replica that is slow. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Asks for everything, as a new replica does: the server forks and sends an RDB file of one moment. Afterwards the
 * connection is good for nothing else.
 *
 * @throws LumbungError DB_PRIVILEGE_MISSING, DB_QUERY_FAILED, DB_PROTOCOL_ERROR (operator); REDIS_NOT_READY,
 *   DB_CONNECTION_LOST, DB_STALLED (transient)
 * @see redis, replication.c: syncCommand, replicaofCommand, readSyncBulkPayload
 */
export async function startFullSync(connection: RedisConnection): Promise<FullSync> {
  // Without `eof` the server must write the file on its own disk first. Servers before 6.2 know no `rdb-only`: they keep
  // sending changes behind the file, which are not read.
  await connection.tryAsk(['REPLCONF', 'capa', 'eof', 'capa', 'psync2']);
  await connection.tryAsk(['REPLCONF', 'rdb-only', '1']);
  await connection.send([['PSYNC', '?', '-1']]);
  const [word, replicationId = '', replicationOffset = ''] = (await readPatiently(connection)).split(' ');
  if (word !== '+FULLRESYNC') throw protocolError('no answer to a request for everything');
  const header = await readPatiently(connection);
  const mark = /^\$EOF:([\x21-\x7e]{40})$/.exec(header)?.[1];
  const size = /^\$(\d{1,15})$/.exec(header)?.[1];
  const base = { replicationId, replicationOffset };
  if (mark !== undefined) {
    return { ...base, sizeBytes: undefined, content: untilMark(connection, Buffer.from(mark, 'latin1')) };
  }
  if (size === undefined) throw protocolError('no RDB file after a request for everything');
  return { ...base, sizeBytes: Number(size), content: exactly(connection, Number(size)) };
}

/** A line that says something: empty ones only say that the server still works. */
async function readPatiently(connection: RedisConnection): Promise<string> {
  for (let blank = 0; blank < BLANK_LINES_MAX; blank += 1) {
    const line = await connection.reader.readLine();
    if (line === '') continue;
    if (line.startsWith('-')) throw errorOfReply(new ReplyError(line.slice(1)), 'PSYNC');
    return line;
  }
  throw protocolError('nothing but empty lines');
}

async function* exactly(connection: RedisConnection, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let leftBytes = sizeBytes; leftBytes > 0; ) {
    const piece = await connection.reader.readSome();
    if (piece === undefined) throw interrupted();
    const taken = piece.subarray(0, leftBytes);
    leftBytes -= taken.length;
    yield taken;
  }
}

/** Everything before the mark, which may lie across pieces. */
async function* untilMark(connection: RedisConnection, mark: Buffer): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  for (;;) {
    const piece = await connection.reader.readSome();
    if (piece === undefined) throw interrupted();
    const window = held.length === 0 ? piece : Buffer.concat([held, piece]);
    const at = window.indexOf(mark);
    if (at >= 0) {
      if (at > 0) yield window.subarray(0, at);
      return;
    }
    const safeBytes = Math.max(0, window.length - (MARK_BYTES - 1));
    if (safeBytes > 0) yield window.subarray(0, safeBytes);
    held = Buffer.from(window.subarray(safeBytes));
  }
}

function interrupted(): LumbungError {
  return new LumbungError('REDIS_SYNC_INTERRUPTED', {
    kind: 'transient',
    message: 'the server hung up before it had sent all of its data',
    hint: 'look at the log of the server: the limit client-output-buffer-limit replica, or memory for the fork',
    cause: connectionLost(),
  });
}
