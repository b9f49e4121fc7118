import { isLumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Target } from '../../connection/target.ts';
import type { RestoreOptions } from '../../driver.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { type CheckList, fail, failed, pass, type Verdict, warn } from '../../remarks/check.ts';
import { serverWords } from '../../remarks/server-words.ts';
import { listed } from '../../remarks/value-kinds.ts';
import { flag, optionalText, text } from '../columns.ts';
import { type PostgresSession, select, selectOne } from '../session.ts';
import { quoteLiteral, quoteName } from '../wire/quote.ts';
import { majorOf, type RestoredFacts } from './dump-details.ts';
import { packageOf } from './extension-packages.ts';
import { UNFINISHED_COMMENT } from './new-database.ts';

const NAME_BYTES_MAX = 63;
const TOOL_MAJOR_MIN = 10;
const PROVIDER_MAJOR = 15;
const BUILTIN_MAJOR = 17;
const TRUSTED_MAJOR = 13;

export interface PlannedDump {
  readonly manifest: Manifest;
  readonly facts: RestoredFacts;
  readonly options: RestoreOptions;
  readonly signal: AbortSignal;
}

/** The questions of a restore's preflight, but those about roles. */
export class RestoreChecks {
  readonly #session: PostgresSession;
  readonly #dump: PlannedDump;

  constructor(session: PostgresSession, dump: PlannedDump) {
    this.#session = session;
    this.#dump = dump;
  }

  async askOfServer(list: CheckList): Promise<void> {
    await list.ask('server-version', () => this.#serverVersion());
    await list.ask('writable', () => this.#writable());
    await list.ask('name-free', () => this.#databaseFree());
    await list.ask('privilege', () => this.#privilege());
  }

  async askOfContent(list: CheckList, target: Target): Promise<void> {
    await list.ask('extensions', () => this.#extensions());
    await list.ask('locale', () => this.#locale());
    await list.ask('tool-version', () => this.#tool(target));
  }

  #serverVersion(): Verdict {
    const { serverVersion: dumpedVersion, product: dumpedProduct } = this.#dump.manifest;
    const { version } = this.#session;
    const server = { product: 'PostgreSQL', version: version.text };
    return version.major >= majorOf(dumpedVersion)
      ? pass('restore-version', { ...server, dumpedProduct, dumpedVersion })
      : fail('restore-server-older', { ...server, dumpedVersion });
  }

  async #writable(): Promise<Verdict> {
    const { replica } = await this.#one(
      z.object({ replica: flag }),
      'SELECT pg_catalog.pg_is_in_recovery() AS replica',
    );
    return replica ? fail('target-is-replica') : pass('takes-writes');
  }

  async #databaseFree(): Promise<Verdict> {
    const { database: name } = this.#dump.options;
    const lengthBytes = Buffer.byteLength(name);
    if (lengthBytes === 0 || lengthBytes > NAME_BYTES_MAX || name.includes('\0')) {
      return fail('name-impossible', { name });
    }
    const [found] = await this.#all(
      z.object({ comment: optionalText }),
      `SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database
       WHERE datname = ${quoteLiteral(name)}`,
    );
    if (found === undefined) return pass('name-free', { name });
    if (found.comment !== UNFINISHED_COMMENT) return fail('name-taken', { name });
    return fail('name-unfinished', { name, paste: `DROP DATABASE ${quoteName(name)};` });
  }

  async #privilege(): Promise<Verdict> {
    const { account, may } = await this.#one(
      z.object({ account: text, may: flag }),
      `SELECT rolname AS account, rolsuper OR rolcreatedb AS may FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    );
    if (may) return pass('may-create-databases', { account });
    return fail('may-not-create-databases', { account, paste: `ALTER ROLE ${quoteName(account)} CREATEDB;` });
  }

  async #extensions(): Promise<Verdict> {
    const { extensions } = this.#dump.manifest;
    const { version } = this.#session;
    const rows = await this.#all(
      z.object({ name: text, version: text, usable: flag }),
      `SELECT e.name, e.default_version AS version,
         (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) OR NOT v.superuser
           ${version.major >= TRUSTED_MAJOR ? 'OR v.trusted' : ''} AS usable
       FROM pg_catalog.pg_available_extensions e
       JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version`,
    );
    const available = new Map(rows.map((row) => [row.name, row]));
    const missing = extensions.filter(({ name }) => !available.has(name)).map(({ name }) => name);
    if (missing.length > 0) {
      const packages = [...new Set(missing.map((name) => packageOf(name, Math.trunc(version.major))))];
      return fail('extensions-missing', { extensions: listed(missing), packages: listed(packages) });
    }
    const barred = extensions.filter(({ name }) => name !== 'plpgsql' && available.get(name)?.usable === false);
    if (barred.length > 0)
      return fail('extensions-for-superusers', { extensions: listed(barred.map(({ name }) => name)) });
    const others = extensions.filter(({ name, version: was }) => available.get(name)?.version !== was);
    if (others.length === 0) return pass('extensions-available');
    const changes = others.map(({ name, version: was }) => `${name} ${was} → ${available.get(name)?.version}`);
    return warn('extensions-differ', { extensions: listed(changes) });
  }

  async #locale(): Promise<Verdict> {
    const { provider, locale, collate, ctype, encoding } = this.#dump.facts;
    const { version } = this.#session;
    const isProviderKnown =
      provider === 'libc' || version.major >= (provider === 'icu' ? PROVIDER_MAJOR : BUILTIN_MAJOR);
    if (!isProviderKnown) return fail('locale-provider-missing', { provider, version: version.text });
    const { known } = await this.#one(
      z.object({ known: flag }),
      `SELECT pg_catalog.pg_char_to_encoding(${quoteLiteral(encoding)}) >= 0 AS known`,
    );
    if (!known) return fail('encoding-unknown', { encoding });
    for (const name of new Set([collate, ctype])) {
      const reason = name === null ? undefined : await this.#localeProblem(name);
      if (reason !== undefined) return fail('locale-missing', { locale: name ?? '', reason });
    }
    const wanted = [collate, ctype, locale].filter((each) => each !== null);
    return pass('locale-available', { locale: `${provider} ${wanted.join(', ')}, ${encoding}` });
  }

  async #tool(target: Target): Promise<Verdict> {
    const dumpMajor = Math.trunc(majorOf(this.#dump.manifest.toolVersion));
    const needed = Math.max(dumpMajor, Math.trunc(this.#session.version.major), TOOL_MAJOR_MIN);
    try {
      const tool = await findPostgresTool('pg_restore', needed, { folder: target.options.toolsFolder });
      return pass('tool-found', { tool: tool.path });
    } catch (error) {
      if (!isLumbungError(error)) throw error;
      return failed(error);
    }
  }

  /** Asked of the server without leaving anything: a collation of that name in a transaction that is rolled back. */
  async #localeProblem(name: string): Promise<string | undefined> {
    const { known } = await this.#one(
      z.object({ known: flag }),
      `SELECT ${quoteLiteral(name)} IN ('C', 'POSIX')
         OR EXISTS (SELECT 1 FROM pg_catalog.pg_collation WHERE collcollate = ${quoteLiteral(name)})
         OR EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datcollate = ${quoteLiteral(name)}) AS known`,
    );
    if (known) return undefined;
    const { connection } = this.#session;
    const { signal } = this.#dump;
    await connection.query('BEGIN', { signal });
    try {
      const sql = `CREATE COLLATION pg_temp.lumbung_probe (provider = libc, locale = ${quoteLiteral(name)})`;
      await connection.query(sql, { signal });
      return undefined;
    } catch (error) {
      if (!isLumbungError(error, 'DB_QUERY_FAILED') && !isLumbungError(error, 'DB_OBJECT_CHANGED')) throw error;
      return serverWords(error);
    } finally {
      if (!connection.isOver) await connection.query('ROLLBACK', { signal });
    }
  }

  async #one<Schema extends z.ZodType>(schema: Schema, sql: string): Promise<z.output<Schema>> {
    return await selectOne(this.#session.connection, schema, sql, this.#dump.signal);
  }

  async #all<Schema extends z.ZodType>(schema: Schema, sql: string): Promise<z.output<Schema>[]> {
    return await select(this.#session.connection, schema, sql, this.#dump.signal);
  }
}

export function tablesVerdict(tables: number, unknown: readonly string[]): Verdict {
  return unknown.length === 0
    ? pass('tables-known', { count: tables })
    : fail('tables-unknown', { tables: listed(unknown) });
}
