import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { PostgresAddress, PostgresTls } from '../config/postgres-address.ts';
import { storeError } from './store-error.ts';

const CONNECTIONS_MAX = 8;
const CONNECT_TIMEOUT_MS = 10_000;
/** Who waits longer than this for another transaction is told so. */
const LOCK_TIMEOUT_MS = 30_000;
/** One that stands still, with everybody waiting behind it, is ended by the server. */
const IDLE_TRANSACTION_MS = 60_000;

/** Number of `int8`: all of ours are below 2^53. @see https://www.postgresql.org/docs/current/catalog-pg-type.html */
const INT8_OID = 20;

export function postgresDialect(address: PostgresAddress): PostgresDialect {
  return new PostgresDialect({ pool: async () => inOurWords(new pg.Pool(await poolConfig(address))) });
}

/** What pg-boss and the store both say to pg. */
export async function poolConfig(address: PostgresAddress): Promise<pg.PoolConfig> {
  const { host, port, database, user, password } = address;
  return {
    host,
    port,
    database,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ssl: await tlsOptions(address.tls),
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    application_name: 'lumbung',
    keepAlive: true,
    types: { getTypeParser },
  };
}

async function tlsOptions(tls: PostgresTls): Promise<false | ConnectionOptions> {
  switch (tls.mode) {
    case 'off':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify':
      return { rejectUnauthorized: true, ...(tls.caFile === undefined ? {} : { ca: await readFile(tls.caFile) }) };
  }
}

/** As pg's own, but a bigint is a number here; pg's own is for the whole process. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID && format !== 'binary' ? parseInt8 : (pg.types.getTypeParser(oid, format) as never);

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no number of ours`);
  return value;
}

function inOurWords(pool: pg.Pool): PostgresPool {
  // An idle connection that breaks is taken out of the pool by pg; without a listener it would end the process. Whoever
  // needs the server next gets a new connection, or is told.
  pool.on('error', () => {});
  return {
    connect: async () => clientInOurWords(await translated(pool.connect())),
    end: async () => await pool.end(),
    options: pool.options,
  };
}

const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();

/** One face for each connection: kysely knows them by identity. */
function clientInOurWords(client: pg.PoolClient): PostgresPoolClient {
  const known = clients.get(client);
  if (known !== undefined) return known;
  // One that breaks while it is in use fails the query that is under way; here it would end the process a second time.
  client.on('error', () => {});
  const query = async (text: unknown, parameters?: readonly unknown[]) =>
    await translated(client.query(String(text), [...(parameters ?? [])]));
  const face: PostgresPoolClient = {
    // kysely's second form of `query` is for cursors, and it is given none.
    query: query as unknown as PostgresPoolClient['query'],
    release: (isBroken?: boolean) => {
      client.release(isBroken);
    },
  };
  clients.set(client, face);
  return face;
}

async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw storeError(error);
  }
}
