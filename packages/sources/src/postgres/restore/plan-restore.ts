import { describeError, isLumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Target } from '../../connection/target.ts';
import type { Control, RestoreOptions, RestorePlan } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { tableName } from '../../manifest/size-history.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { flag, optionalText, text } from '../columns.ts';
import { CheckList, pass, type Verdict } from '../probe/check-list.ts';
import { type PostgresSession, select, selectOne } from '../session.ts';
import { quoteLiteral, quoteName } from '../wire/quote.ts';
import { chooseTables } from './choose-entries.ts';
import { majorOf, parseFacts, type RestoredFacts } from './dump-details.ts';
import { UNFINISHED_COMMENT } from './new-database.ts';
import { RestoreRun } from './restore-run.ts';
import { RoleNames } from './role-names.ts';

/** A guess: what tables and indexes need beyond the text of the rows. */
const GROWTH = 2.5;
const NAME_BYTES_MAX = 63;
const TOOL_MAJOR_MIN = 10;
const PROVIDER_MAJOR = 15;
const BUILTIN_MAJOR = 17;
const TRUSTED_MAJOR = 13;
/** Since then belonging to a role does not mean that one may act as it. */
const SET_ROLE_MAJOR = 16;

/**
 * Asks everything that decides whether a restore can succeed. Nothing is created.
 *
 * @throws LumbungError DB_DUMP_WRONG_KIND (operator), SOURCE_MANIFEST_INVALID (corruption); see `openSession`
 */
export async function planRestore(
  target: Target,
  tree: TreeSource,
  options: RestoreOptions,
  control: Control,
): Promise<RestorePlan> {
  const manifest = await readManifest(tree, control.signal);
  const facts = parseFacts(manifest);
  const run = new RestoreRun(target, control, control.signal);
  const { chosen, unknown } = chooseTables(manifest.tables, options.tables);
  const session = await run.openAdmin();
  try {
    const names = new RoleNames(options.ownership);
    const questions = new RestoreChecks(session, { manifest, facts, options, names, signal: control.signal });
    const list = new CheckList(control.clock);
    await list.ask('server-version', () => questions.serverVersion());
    await list.ask('writable', () => questions.writable());
    await list.ask('database-free', () => questions.databaseFree());
    await list.ask('privilege', () => questions.privilege());
    await list.ask('roles', () => questions.roles());
    await list.ask('owner', () => questions.owner());
    await list.ask('extensions', () => questions.extensions());
    await list.ask('locale', () => questions.locale());
    await list.ask('tool-version', () => questions.tool(target));
    await list.ask('tables', () => knownTables(unknown));
    const rowBytes = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
    const otherBytes = options.tables === undefined ? manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) : 0;
    return {
      engine: 'postgresql',
      target,
      options,
      manifest,
      checks: list.checks,
      tables: chosen.map((table) => ({ table: tableName(table), rows: table.rows, bytes: table.bytes })),
      neededBytes: Math.round((rowBytes + otherBytes) * GROWTH),
      leftOut: leftOutOf(manifest, facts, options),
    };
  } finally {
    await session.connection.close();
  }
}

interface PlannedDump {
  readonly manifest: Manifest;
  readonly facts: RestoredFacts;
  readonly options: RestoreOptions;
  readonly names: RoleNames;
  readonly signal: AbortSignal;
}

class RestoreChecks {
  readonly #session: PostgresSession;
  readonly #dump: PlannedDump;

  constructor(session: PostgresSession, dump: PlannedDump) {
    this.#session = session;
    this.#dump = dump;
  }

  serverVersion(): Verdict {
    const { serverVersion } = this.#dump.manifest;
    const { version } = this.#session;
    if (version.major >= majorOf(serverVersion))
      return pass(`PostgreSQL ${version.text}, dumped from ${serverVersion}`);
    return {
      result: 'fail',
      code: 'DB_RESTORE_SERVER_OLDER',
      message: `the server is PostgreSQL ${version.text}, older than the ${serverVersion} that was dumped`,
      hint: `restore to a server of version ${Math.trunc(majorOf(serverVersion))} or newer`,
    };
  }

  async writable(): Promise<Verdict> {
    const { replica } = await this.#one(
      z.object({ replica: flag }),
      'SELECT pg_catalog.pg_is_in_recovery() AS replica',
    );
    if (!replica) return pass('the server takes changes');
    return {
      result: 'fail',
      code: 'DB_RESTORE_INTO_REPLICA',
      message: 'the server is a replica, which takes no changes but those of its primary',
      hint: 'restore to the primary',
    };
  }

  async databaseFree(): Promise<Verdict> {
    const { database } = this.#dump.options;
    const code = 'DB_RESTORE_NAME_TAKEN';
    const lengthBytes = Buffer.byteLength(database);
    if (lengthBytes === 0 || lengthBytes > NAME_BYTES_MAX || database.includes('\0')) {
      const message = `a name of a database has 1 to ${NAME_BYTES_MAX} bytes`;
      return { result: 'fail', code, message, hint: 'choose another name' };
    }
    const [found] = await this.#all(
      z.object({ comment: optionalText }),
      `SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database
       WHERE datname = ${quoteLiteral(database)}`,
    );
    if (found === undefined) return pass(`there is no database ${database} yet`);
    const isOurs = found.comment === UNFINISHED_COMMENT;
    return {
      result: 'fail',
      code,
      message: isOurs
        ? `the database ${database} is left over from a restore that did not end`
        : `the database ${database} exists; nothing is ever restored over one`,
      hint: isOurs ? `DROP DATABASE ${quoteName(database)};` : 'choose another name, and exchange the two afterwards',
    };
  }

  async privilege(): Promise<Verdict> {
    const { name, may } = await this.#one(
      z.object({ name: text, may: flag }),
      `SELECT rolname AS name, rolsuper OR rolcreatedb AS may FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    );
    if (may) return pass(`${name} may create databases`);
    return {
      result: 'fail',
      code: 'DB_PRIVILEGE_MISSING',
      message: `${name} may not create databases`,
      hint: `ALTER ROLE ${quoteName(name)} CREATEDB;`,
    };
  }

  async roles(): Promise<Verdict> {
    const missing = await missingRoles(this.#session, this.#dump);
    if (missing.length === 0) return pass('every role is there');
    const hint = missing.map((role) => `CREATE ROLE ${quoteName(role)} NOLOGIN;`).join(' ');
    const message = `roles are missing: ${missing.join(', ')}`;
    if (this.#dump.options.createRoles === true) return { result: 'warn', code: 'DB_ROLE_MISSING', message, hint };
    return { result: 'fail', code: 'DB_ROLE_MISSING', message, hint };
  }

  /** One that is missing is spoken of above. */
  async owner(): Promise<Verdict> {
    const { facts, names } = this.#dump;
    const owner = names.of(facts.owner);
    const right = this.#session.version.major >= SET_ROLE_MAJOR ? 'SET' : 'MEMBER';
    const [found] = await this.#all(
      z.object({ user: text, may: flag }),
      `SELECT current_user AS user, pg_catalog.pg_has_role(oid, '${right}') AS may
       FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(owner)}`,
    );
    if (found?.may !== false) return pass(`${owner} will own the database`);
    return {
      result: 'fail',
      code: 'DB_PRIVILEGE_MISSING',
      message: `${found.user} may not give a database to ${owner}`,
      hint: `GRANT ${quoteName(owner)} TO ${quoteName(found.user)};`,
    };
  }

  async extensions(): Promise<Verdict> {
    const { manifest } = this.#dump;
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
    const major = Math.trunc(version.major);
    const missing = manifest.extensions.filter(({ name }) => !available.has(name)).map(({ name }) => name);
    if (missing.length > 0) {
      return {
        result: 'fail',
        code: 'DB_EXTENSION_MISSING',
        message: `extensions are not installed on the server: ${missing.join(', ')}`,
        hint: `install ${[...new Set(missing.map((name) => packageOf(name, major)))].join(' ')}`,
      };
    }
    const barred = manifest.extensions.filter(
      ({ name }) => name !== 'plpgsql' && available.get(name)?.usable === false,
    );
    if (barred.length > 0) {
      return {
        result: 'fail',
        code: 'DB_PRIVILEGE_MISSING',
        message: `only a superuser may create the extensions ${barred.map(({ name }) => name).join(', ')}`,
        hint: 'restore as a superuser',
      };
    }
    const others = manifest.extensions.filter(({ name, version: was }) => available.get(name)?.version !== was);
    if (others.length === 0) return pass('every extension is available');
    return {
      result: 'warn',
      code: 'DB_EXTENSION_VERSION_DIFFERS',
      message: `extensions will have another version: ${others.map(({ name, version: was }) => `${name} ${available.get(name)?.version} instead of ${was}`).join(', ')}`,
    };
  }

  async locale(): Promise<Verdict> {
    const { provider, locale, collate, ctype, encoding } = this.#dump.facts;
    const { version } = this.#session;
    const wanted = [collate, ctype, locale].filter((each) => each !== null);
    const described = `${provider} ${wanted.join(', ')}, ${encoding}`;
    const isProviderKnown =
      provider === 'libc' || version.major >= (provider === 'icu' ? PROVIDER_MAJOR : BUILTIN_MAJOR);
    if (!isProviderKnown) return localeMissing(`the provider ${provider}`, `PostgreSQL ${version.text} has none`);
    const { known } = await this.#one(
      z.object({ known: flag }),
      `SELECT pg_catalog.pg_char_to_encoding(${quoteLiteral(encoding)}) >= 0 AS known`,
    );
    if (!known) return localeMissing(`the encoding ${encoding}`, 'the server does not know it');
    for (const name of new Set([collate, ctype])) {
      const problem = name === null ? undefined : await this.#localeProblem(name);
      if (problem !== undefined) return localeMissing(name ?? '', problem);
    }
    return pass(described);
  }

  async tool(target: Target): Promise<Verdict> {
    const dumpMajor = Math.trunc(majorOf(this.#dump.manifest.toolVersion));
    const needed = Math.max(dumpMajor, Math.trunc(this.#session.version.major), TOOL_MAJOR_MIN);
    try {
      const tool = await findPostgresTool('pg_restore', needed, { folder: target.options.toolsFolder });
      return pass(tool.path);
    } catch (error) {
      if (!isLumbungError(error)) throw error;
      const { code, hint } = error;
      return { result: 'fail', code, message: describeError(error), ...(hint === undefined ? {} : { hint }) };
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
      return error.message;
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

/** Of those that the restored database will name, under their new names. */
export async function missingRoles(
  { connection }: PostgresSession,
  dump: Omit<PlannedDump, 'options'>,
): Promise<readonly string[]> {
  const { manifest, facts, names, signal } = dump;
  const settings = facts.settings.flatMap(({ role }) => (role === null ? [] : [role]));
  const wanted = new Set([facts.owner, ...manifest.rolesReferenced, ...settings].map((role) => names.of(role)));
  const rows = await select(
    connection,
    z.object({ name: text }),
    'SELECT rolname AS name FROM pg_catalog.pg_roles',
    signal,
  );
  const existing = new Set(rows.map(({ name }) => name));
  return [...wanted].filter((role) => !existing.has(role)).toSorted();
}

function knownTables(unknown: readonly string[]): Verdict {
  if (unknown.length === 0) return pass('every table that is asked for is in the dump');
  return {
    result: 'fail',
    code: 'DB_TABLE_UNKNOWN',
    message: `the dump has no table ${unknown.join(', ')}`,
    hint: 'write a table as schema.table',
  };
}

function localeMissing(what: string, why: string): Verdict {
  return {
    result: 'fail',
    code: 'DB_LOCALE_MISSING',
    message: `the server does not have ${what}: ${why}`,
    hint: 'install the locale on the server (package locales-all), and restart PostgreSQL',
  };
}

/** Of Debian and the PostgreSQL project. What comes with the server itself is in the server's package. */
function packageOf(extension: string, major: number): string {
  const own = /^(?:postgis.*|address_standardizer.*)$/.test(extension) ? 'postgis-3' : OWN_PACKAGES[extension];
  return own === undefined ? `postgresql-${major} (or what brings ${extension})` : `postgresql-${major}-${own}`;
}

const OWN_PACKAGES: Readonly<Record<string, string>> = {
  vector: 'pgvector',
  pg_cron: 'cron',
  pgaudit: 'pgaudit',
  pg_partman: 'partman',
  timescaledb: 'timescaledb',
  pgrouting: 'pgrouting',
  hypopg: 'hypopg',
  orafce: 'orafce',
  plv8: 'plv8',
};

const LEFT_OUT_WARNINGS = new Set(['publications', 'subscriptions', 'replication-slots', 'foreign-tables']);

function leftOutOf(manifest: Manifest, facts: RestoredFacts, options: RestoreOptions): string[] {
  const isOne = options.ownership.kind === 'one';
  return [
    ...manifest.warnings.filter(({ code }) => LEFT_OUT_WARNINGS.has(code)).map(({ message }) => message),
    ...manifest.excludedData.map((table) => `the rows of ${table}, which were not dumped`),
    ...(facts.tablespace === 'pg_default'
      ? []
      : [`the tablespace ${facts.tablespace}: everything lies in the default one`]),
    ...(isOne ? ['owners, rights, settings and user mappings of single roles'] : []),
    ...(options.tables === undefined
      ? []
      : ['other tables, views, keys that refer to other tables, and large objects']),
  ];
}
