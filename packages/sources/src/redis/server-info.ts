import type { RedisConnection } from './wire/redis-connection.ts';
import { textOfReply } from './wire/redis-connection.ts';

/** What INFO says, by name. */
export class ServerInfo {
  readonly #values: ReadonlyMap<string, string>;

  constructor(text: string) {
    const values = new Map<string, string>();
    for (const line of text.split(/\r?\n/)) {
      const colon = line.indexOf(':');
      if (colon > 0 && !line.startsWith('#')) values.set(line.slice(0, colon), line.slice(colon + 1));
    }
    this.#values = values;
  }

  /** @throws LumbungError DB_PRIVILEGE_MISSING and others of `RedisConnection.ask` */
  static async read(connection: RedisConnection): Promise<ServerInfo> {
    return new ServerInfo(textOfReply(await connection.ask(['INFO'])));
  }

  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** 0 where it says none. */
  number(name: string): number {
    const value = Number(this.text(name));
    return Number.isFinite(value) ? value : 0;
  }

  get product(): string {
    return this.text('server_name') === 'valkey' || this.text('valkey_version') !== '' ? 'Valkey' : 'Redis';
  }

  get version(): string {
    // Valkey repeats the last version of Redis it agrees with under the old name.
    return this.text('valkey_version') || this.text('redis_version');
  }

  get isReplica(): boolean {
    return this.text('role') === 'slave';
  }

  /** Keys by database, the empty ones left out. Keys that have expired count until the server removes them. */
  keyspace(): Map<number, number> {
    const keys = new Map<number, number>();
    for (const [name, value] of this.#values) {
      const db = /^db(\d+)$/.exec(name)?.[1];
      const count = /(?:^|,)keys=(\d+)/.exec(value)?.[1];
      if (db !== undefined && count !== undefined) keys.set(Number(db), Number(count));
    }
    return keys;
  }
}

/** The newest RDB file that a server of this version can load. */
export function rdbVersionOf(product: string, version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (product === 'Valkey') return major >= 9 ? 80 : 11;
  if (major >= 8) return 12;
  if (major === 7) return minor >= 4 ? 12 : minor >= 2 ? 11 : 10;
  return major >= 5 ? 9 : 8;
}
