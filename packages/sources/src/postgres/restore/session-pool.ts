import { Semaphore } from '@lumbung/stdx';
import { openSession, type SessionOptions } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';

/** For loading: nothing that a role or a server sets may stand in the way, and a crash costs nothing that is kept. */
const SETTINGS = [
  'default_transaction_read_only = off',
  'synchronous_commit = off',
  'client_min_messages = warning',
  'xmloption = content',
  'check_function_bodies = off',
];

/** Sessions with one database, opened as they are needed, at most `sessionsMax`. */
export class SessionPool implements AsyncDisposable {
  readonly #options: SessionOptions;
  readonly #permits: Semaphore;
  readonly #idle: PostgresConnection[] = [];
  readonly #all = new Set<PostgresConnection>();

  constructor(options: SessionOptions, sessionsMax: number) {
    this.#options = options;
    this.#permits = new Semaphore(Math.max(sessionsMax, 1));
  }

  /** A session that `act` failed with is not used again: it may stand within a transaction. */
  async use<T>(act: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    await this.#permits.acquire(this.#options.signal);
    try {
      const connection = this.#idle.pop() ?? (await this.#open());
      try {
        const result = await act(connection);
        this.#idle.push(connection);
        return result;
      } catch (error) {
        await this.#drop(connection);
        throw error;
      }
    } finally {
      this.#permits.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((connection) => this.#drop(connection)));
  }

  async #open(): Promise<PostgresConnection> {
    const { connection } = await openSession(this.#options);
    this.#all.add(connection);
    await connection.query(SETTINGS.map((each) => `SET ${each};`).join(' '), { signal: this.#options.signal });
    return connection;
  }

  async #drop(connection: PostgresConnection): Promise<void> {
    await connection.close();
    this.#all.delete(connection);
  }
}
