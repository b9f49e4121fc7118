import { isLumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import { type Remark, remark } from '../../remarks/remark.ts';
import type { Finding } from '../../verify/finding.ts';
import { integer } from '../columns.ts';
import { maintenanceDatabaseOf, openSession, type PostgresSession, select } from '../session.ts';
import { quoteLiteral, quoteName } from '../wire/quote.ts';
import { DATABASE_RIGHTS, grantStatements } from './acl.ts';
import type { RestoredFacts } from './dump-details.ts';
import type { RestoreRun } from './restore-run.ts';
import type { RoleNames } from './role-names.ts';
import { isRefusal } from './server-refusal.ts';

/** Until it is whole, so that nobody takes what a crash left behind for a database. */
export const UNFINISHED_COMMENT = 'being restored by Lumbung, not whole yet';
const FORCE_MAJOR = 13;
const PROVIDER_MAJOR = 15;
/** Of these `ALTER DATABASE … SET` wants each item of the list as a text of its own. As in pg_dump's variable_is_guc_list_quote. */
const LIST_SETTINGS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);
const DISPOSAL_TIMEOUT_MS = 60_000;

/** A database that this restore has made, and no other. */
export class NewDatabase {
  readonly name: string;
  readonly #oid: number;
  readonly #run: RestoreRun;

  private constructor(run: RestoreRun, name: string, oid: number) {
    this.#run = run;
    this.name = name;
    this.#oid = oid;
  }

  /** @throws LumbungError see `errorOfReport` */
  static async create(run: RestoreRun, name: string, facts: RestoredFacts, names: RoleNames): Promise<NewDatabase> {
    const { connection, version } = await run.openAdmin();
    try {
      // Not given up in the middle: whether there is one would then be unknown. It copies a few megabytes.
      await connection.query(createStatement(name, facts, names.of(facts.owner), version.major));
      await connection.query(`COMMENT ON DATABASE ${quoteName(name)} IS ${quoteLiteral(UNFINISHED_COMMENT)}`);
      const oid = await oidOf({ connection, version }, name, new AbortController().signal);
      return new NewDatabase(run, name, oid ?? 0);
    } finally {
      await connection.close();
    }
  }

  /**
   * Rights, settings and the comment that belong to the database itself. They come last: some would slow the loading. One
   * that this server does not take (a setting that it does not know, or that a superuser made) costs itself alone.
   */
  async finish(facts: RestoredFacts, names: RoleNames): Promise<Finding[]> {
    const { connection } = await this.#run.openAdmin();
    const { signal } = this.#run;
    const what = `DATABASE ${quoteName(this.name)}`;
    const grants = names.areGrantsKept
      ? grantStatements({ what, rights: DATABASE_RIGHTS, owner: facts.owner, acl: facts.acl }, names)
      : [];
    const settings = facts.settings.filter(({ role }) => role === null || names.areGrantsKept);
    const statements: readonly { readonly sql: string; readonly refused: (state: string) => Remark }[] = [
      ...grants.map((sql) => ({ sql, refused: (state: string) => remark('database-rights-refused', { state }) })),
      ...settings.map(({ role, setting }) => ({
        sql: settingStatement(this.name, role === null ? null : names.of(role), setting),
        // Applications keep secrets in values.
        refused: (state: string) =>
          remark('database-setting-refused', { setting: setting.slice(0, setting.indexOf('=')), state }),
      })),
      {
        sql: `ALTER ${what} CONNECTION LIMIT ${facts.connectionLimit}`,
        refused: (state: string) => remark('database-limit-refused', { state }),
      },
    ];
    const findings: Finding[] = [];
    try {
      for (const { sql, refused } of statements) {
        try {
          await connection.query(sql, { signal });
        } catch (error) {
          signal.throwIfAborted();
          if (!isRefusal(error)) throw error;
          const said = refused(String(error.context['sqlState'] ?? error.code));
          findings.push({ code: 'content-invalid', severity: 'error', remark: said });
        }
      }
      const comment = facts.comment === null ? 'NULL' : quoteLiteral(facts.comment);
      await connection.query(`COMMENT ON ${what} IS ${comment}`, { signal });
      return findings;
    } finally {
      await connection.close();
    }
  }

  /** Whatever the signal says, and whoever is connected to it. Another that has taken its name meanwhile stays. */
  async drop(): Promise<void> {
    const { target, control, applicationName } = this.#run;
    const signal = AbortSignal.any([]);
    const session = await openSession({
      target: { ...target, options: { ...target.options, connectTimeoutMs: DISPOSAL_TIMEOUT_MS } },
      database: maintenanceDatabaseOf(target),
      control,
      signal,
      applicationName,
    });
    const { connection, version } = session;
    try {
      if ((await oidOf(session, this.name, signal)) !== this.#oid) return;
      if (version.major >= FORCE_MAJOR) {
        await connection.query(`DROP DATABASE ${quoteName(this.name)} WITH (FORCE)`);
        return;
      }
      const sessions = `FROM pg_catalog.pg_stat_activity WHERE datid = ${this.#oid}`;
      await connection.query(`SELECT pg_catalog.pg_terminate_backend(pid) ${sessions}`);
      await connection.query(`DROP DATABASE ${quoteName(this.name)}`);
    } finally {
      await connection.close();
    }
  }
}

/** `name=value`, as the catalogue keeps it. */
export function settingStatement(database: string, role: string | null, setting: string): string {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const whom =
    role === null ? `DATABASE ${quoteName(database)}` : `ROLE ${quoteName(role)} IN DATABASE ${quoteName(database)}`;
  const values = LIST_SETTINGS.has(name.toLowerCase()) ? listItems(value) : [value];
  // `museum.greeting` are two names.
  const quotedName = name.split('.').map(quoteName).join('.');
  return `ALTER ${whom} SET ${quotedName} TO ${values.map(quoteLiteral).join(', ')}`;
}

function listItems(value: string): string[] {
  const items = [...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]+))\s*(?:,|$)/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );
  return items.length === 0 ? [''] : items;
}

function createStatement(name: string, facts: RestoredFacts, owner: string, major: number): string {
  const { encoding, collate, ctype, provider, locale, icuRules } = facts;
  const option = (word: string, value: string | null) => (value === null ? [] : [`${word} ${quoteLiteral(value)}`]);
  return [
    `CREATE DATABASE ${quoteName(name)} TEMPLATE template0 OWNER ${quoteName(owner)}`,
    ...option('ENCODING', encoding),
    ...(major >= PROVIDER_MAJOR ? [`LOCALE_PROVIDER ${provider}`] : []),
    ...option('LC_COLLATE', collate),
    ...option('LC_CTYPE', ctype),
    ...(provider === 'icu' ? [...option('ICU_LOCALE', locale), ...option('ICU_RULES', icuRules)] : []),
    ...(provider === 'builtin' ? option('BUILTIN_LOCALE', locale) : []),
  ].join(' ');
}

async function oidOf({ connection }: PostgresSession, name: string, signal: AbortSignal): Promise<number | undefined> {
  const sql = `SELECT oid FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(name)}`;
  const [row] = await select(connection, z.object({ oid: integer }), sql, signal);
  return row?.oid;
}

/** Runs `act`; when it fails drops the database, and throws what it failed with. */
export async function orDropped<T>(
  database: NewDatabase,
  note: (line: string) => void,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    try {
      await database.drop();
    } catch (second) {
      // The first is what the caller has to know; that something is left over, too.
      const reason = isLumbungError(second) ? second.code : 'unknown';
      note(`the database ${database.name} could not be removed (${reason}): it is not whole, drop it`);
    }
    throw error;
  }
}
