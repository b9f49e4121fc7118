import { isLumbungError } from '@lumbung/stdx';
import type { Check, RestoreOptions } from '../../driver.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { isGranted } from '../grants/parse-grants.ts';
import { readGrants } from '../grants/require-grants.ts';
import { grantStatements, missingGrants, type Requirement } from '../grants/required-grants.ts';
import { isAtLeast, parseServerVersion, type ServerVersion } from '../server-version.ts';
import { quoteText } from '../session.ts';
import { quoteName } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { accountText, definerOf, mappedDefiner } from './definer.ts';
import type { DumpDetails } from './dump-details.ts';
import { insertPrefix } from './load-rows.ts';
import { UNFINISHED_MARKER } from './new-database.ts';
import { escapedPattern, maskQuoted, splitStatements } from './sql-text.ts';
import type { StoredObject } from './stored-schema.ts';

export type CheckAnswer = Omit<Check, 'id' | 'durationMs'>;

export interface RestoreFacts {
  readonly session: MysqlConnection;
  readonly server: ServerVersion;
  readonly manifest: Manifest;
  readonly details: DumpDetails;
  readonly objects: readonly StoredObject[];
  readonly tables: readonly ManifestTable[];
  readonly options: RestoreOptions;
}

const NAME_LENGTH_MAX = 64;
const NAMED_MAX = 5;
/** What a statement needs beside what it carries. */
const PACKET_RESERVE_BYTES = 1024;
const TABLE_PRIVILEGES = ['CREATE', 'DROP', 'ALTER', 'INSERT', 'SELECT', 'INDEX', 'REFERENCES'] as const;
const OWN_DATABASES: ReadonlySet<string> = new Set(['information_schema', 'performance_schema', 'mysql', 'sys']);
/** Of the other vendor, what sorts most alike. */
const NEAREST: ReadonlyArray<readonly [RegExp, string]> = [
  [/^utf8mb4_0900_(?:ai|as)_ci$/, 'utf8mb4_unicode_520_ci'],
  [/^utf8mb4_0900_bin$/, 'utf8mb4_bin'],
  [/^utf8mb4_0900_as_cs$/, 'utf8mb4_bin'],
  [/^(?:utf8mb4_)?uca1400_.*$/, 'utf8mb4_0900_ai_ci'],
];

/** The questions of a restore's preflight. */
export class RestoreChecks {
  readonly #facts: RestoreFacts;

  constructor(facts: RestoreFacts) {
    this.#facts = facts;
  }

  all(): ReadonlyArray<readonly [id: string, ask: () => Promise<CheckAnswer> | CheckAnswer]> {
    return [
      ['version', () => this.#version()],
      ['absent', () => this.#absent()],
      ['tables', () => this.#tables()],
      ['grants', () => this.#grants()],
      ['read-only', () => this.#readOnly()],
      ['packet', () => this.#packet()],
      ['collations', () => this.#collations()],
      ['engines', () => this.#engines()],
      ['definers', () => this.#definers()],
      ['functions', () => this.#functions()],
      ['case', () => this.#nameCase()],
      ['own-name', () => this.#ownName()],
    ];
  }

  #version(): CheckAnswer {
    const { server, manifest } = this.#facts;
    const dumped = parseServerVersion(manifest.serverVersion, manifest.product);
    const text = `dumped from ${manifest.product} ${manifest.serverVersion}, into ${server.product} ${server.version}`;
    if (manifest.engine !== server.vendor) {
      const strange = this.#facts.objects.filter(({ kind }) => kind === 'sequence' || kind.startsWith('package'));
      const [first] = strange;
      const hasGenerated = this.#facts.tables.some(({ columns, generated }) =>
        generated.some((column) => columns.includes(column)),
      );
      if (server.vendor === 'mysql' && (first !== undefined || hasGenerated)) {
        const what = first === undefined ? 'values of generated columns' : `${first.kind} ${first.name}`;
        return {
          result: 'fail',
          code: 'DB_RESTORE_SERVER_DIFFERS',
          message: `${server.product} does not take ${what} of ${manifest.product}`,
          hint: `restore into ${manifest.product}`,
        };
      }
      return {
        result: 'warn',
        code: 'DB_RESTORE_SERVER_DIFFERS',
        message: `${text}: not every statement may be understood`,
      };
    }
    if (isAtLeast(server, dumped.major, dumped.minor)) return { result: 'pass', message: text };
    return {
      result: 'warn',
      code: 'DB_RESTORE_SERVER_DIFFERS',
      message: `${text}: an older server may not understand all of it`,
    };
  }

  async #absent(): Promise<CheckAnswer> {
    const { database } = this.#facts.options;
    const isImpossible =
      database === '' ||
      [...database].length > NAME_LENGTH_MAX ||
      database.endsWith(' ') ||
      database.includes('\0') ||
      OWN_DATABASES.has(database.toLowerCase());
    if (isImpossible) {
      return {
        result: 'fail',
        code: 'DB_RESTORE_REFUSED',
        message: `no database can be called ${JSON.stringify(database)}`,
      };
    }
    const found = await this.#facts.session.texts(
      `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteText(database)}`,
    );
    if (found.length === 0) return { result: 'pass', message: `${database} is not there yet` };
    const unfinished = await this.#facts.session.texts(
      `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = '${UNFINISHED_MARKER}'`,
    );
    if (unfinished.length > 0) {
      return {
        result: 'fail',
        code: 'DB_RESTORE_REFUSED',
        message: `the database ${database} is what a restore left that was cut short`,
        hint: `DROP DATABASE ${quoteName(database)};`,
      };
    }
    return {
      result: 'fail',
      code: 'DB_RESTORE_REFUSED',
      message: `the database ${database} is there already`,
      hint: 'choose another name: a restore never writes into a database that is there',
    };
  }

  #tables(): CheckAnswer {
    const { options, tables, objects } = this.#facts;
    const known = new Set(objects.filter(({ kind }) => kind === 'table').map(({ name }) => name));
    const missing = (options.tables ?? []).filter((name) => !known.has(name));
    if (missing.length === 0) return { result: 'pass', message: `${tables.length} tables with rows` };
    return {
      result: 'fail',
      code: 'DB_OBJECT_MISSING',
      message: `the dump has no table ${named(missing)}`,
    };
  }

  async #grants(): Promise<CheckAnswer> {
    const { session, server, options, objects } = this.#facts;
    const { database } = options;
    const account = await readGrants(session, server);
    const has = (...kinds: string[]) => objects.some(({ kind }) => kinds.includes(kind));
    const privileges = [
      ...TABLE_PRIVILEGES,
      ...(has('view') ? ['CREATE VIEW', 'SHOW VIEW'] : []),
      ...(has('function', 'procedure', 'package') ? ['CREATE ROUTINE', 'ALTER ROUTINE'] : []),
      ...(has('trigger') ? ['TRIGGER'] : []),
      ...(has('event') ? ['EVENT'] : []),
    ];
    const required: Requirement[] = privileges.map((privilege) => ({
      id: 'tables',
      anyOf: [{ privilege, scope: { database } }],
    }));
    const missing = missingGrants(account.grants, required);
    if (missing.length === 0) return { result: 'pass', message: `${account.account} may create all of it` };
    return {
      result: 'fail',
      code: 'DB_PRIVILEGE_MISSING',
      message: `${account.account} lacks ${missing.map(({ anyOf }) => anyOf[0]?.privilege ?? '').join(', ')}`,
      hint: grantStatements(missing, account.account),
    };
  }

  async #readOnly(): Promise<CheckAnswer> {
    const [row] = await this.#facts.session.texts('SELECT @@read_only');
    if (row?.[0] === '0' || row?.[0] === 'OFF') return { result: 'pass', message: 'it takes writes' };
    return {
      result: 'fail',
      code: 'DB_RESTORE_READ_ONLY',
      message: 'the server takes no writes (read_only)',
      hint: 'restore into its primary',
    };
  }

  async #packet(): Promise<CheckAnswer> {
    const [row] = await this.#facts.session.texts('SELECT @@max_allowed_packet');
    const limitBytes = Number(row?.[0] ?? 0);
    let neededBytes = 0;
    let widest = '';
    for (const table of this.#facts.tables) {
      const bytes = (table.rowBytesMax ?? 0) + Buffer.byteLength(insertPrefix(table)) + PACKET_RESERVE_BYTES;
      if (bytes > neededBytes) [neededBytes, widest] = [bytes, table.name];
    }
    if (neededBytes <= limitBytes) return { result: 'pass', message: `the longest row needs ${neededBytes} bytes` };
    return {
      result: 'fail',
      code: 'DB_RESTORE_PACKET_TOO_SMALL',
      message: `a row of ${widest} needs a packet of ${neededBytes} bytes, the server takes ${limitBytes}`,
      hint: `SET GLOBAL max_allowed_packet = ${Math.ceil(neededBytes / 2 ** 20) * 2 ** 20};`,
    };
  }

  async #collations(): Promise<CheckAnswer> {
    const { session, details, objects } = this.#facts;
    const known = await knownCollations(session);
    const used = new Set([details.database.collation]);
    for (const { kind, sql } of objects) {
      if (kind === 'view-placeholder') continue;
      // Only what stands between the statements of a routine's text and its quotes: a word in a string is none.
      for (const [, collation = ''] of maskQuoted(sql).matchAll(/\bCOLLATE[ =]+(\w+)/gi))
        used.add(collation.toLowerCase());
    }
    const unknown = [...used]
      .filter((collation) => !known.has(collation) && !known.has(newCollationName(collation)))
      .toSorted();
    if (unknown.length === 0) return { result: 'pass', message: `it knows all ${used.size} collations` };
    const proposals = unknown.map((collation) => {
      const nearest = NEAREST.find(([pattern, to]) => pattern.test(collation) && known.has(to))?.[1];
      return nearest === undefined ? collation : `${collation} (nearest: ${nearest})`;
    });
    return {
      result: 'fail',
      code: 'DB_RESTORE_COLLATION_UNKNOWN',
      message: `the server does not know these collations: ${proposals.join(', ')}`,
      hint: 'restore into a server of the vendor and version that was dumped; or convert the tables there first, and dump again',
    };
  }

  async #engines(): Promise<CheckAnswer> {
    const rows = await this.#facts.session.texts(
      "SELECT ENGINE FROM information_schema.ENGINES WHERE SUPPORT IN ('YES', 'DEFAULT')",
    );
    const known = new Set(rows.map(([engine]) => (engine ?? '').toLowerCase()));
    const unknown = new Set<string>();
    for (const { kind, sql } of this.#facts.objects) {
      if (kind !== 'table') continue;
      const engine = /\bENGINE=(\w+)/.exec(maskQuoted(sql))?.[1];
      if (engine !== undefined && !known.has(engine.toLowerCase())) unknown.add(engine);
    }
    if (unknown.size === 0) return { result: 'pass', message: 'it has all storage engines' };
    return {
      result: 'fail',
      code: 'DB_RESTORE_ENGINE_UNKNOWN',
      message: `the server lacks the storage engine ${[...unknown].join(', ')}`,
      hint: `INSTALL SONAME 'ha_${[...unknown][0]?.toLowerCase() ?? ''}';`,
    };
  }

  async #definers(): Promise<CheckAnswer> {
    const { session, server, options } = this.#facts;
    const wanted = this.#definersAfter();
    if (wanted.length === 0) return { result: 'pass', message: 'nothing runs as another account' };
    const [who] = await session.texts('SELECT CURRENT_USER()');
    const { grants } = await readGrants(session, server);
    const mayBeOthers = ['SUPER', 'SET USER', 'SET_USER_ID', 'SET_ANY_DEFINER'].some((privilege) =>
      isGranted(grants, privilege, {}),
    );
    const strange = wanted.filter((definer) => definer !== who?.[0]);
    if (!mayBeOthers && strange.length > 0) {
      return {
        result: 'fail',
        code: 'DB_RESTORE_DEFINER_REFUSED',
        message: `the account may not create what runs as ${named(strange)}`,
        hint: `GRANT ${server.vendor === 'mariadb' ? 'SET USER' : isAtLeast(server, 8, 2) ? 'SET_ANY_DEFINER' : 'SET_USER_ID'} ON *.* TO CURRENT_USER(); or let everything belong to one account`,
      };
    }
    const known = await knownAccounts(session);
    if (known === undefined)
      return {
        result: 'warn',
        code: 'DB_RESTORE_DEFINER_MISSING',
        message: `whether these accounts are there may not be asked: ${named(wanted)}`,
      };
    const missing = wanted.filter((definer) => !known.has(definer));
    if (missing.length === 0) return { result: 'pass', message: `it has all accounts: ${named(wanted)}` };
    return {
      // Only who was chosen for this restore has to be there: what ran as nobody before does so afterwards.
      result: options.ownership.kind === 'keep' ? 'warn' : 'fail',
      code: 'DB_RESTORE_DEFINER_MISSING',
      message: `these accounts are not there, and what runs as them will fail when it is called: ${named(missing)}`,
      hint: `${missing.map((definer) => `CREATE USER ${accountText(definer)};`).join(' ')} or let it belong to another account`,
    };
  }

  #definersAfter(): string[] {
    const { objects, options } = this.#facts;
    const definers = new Set<string>();
    for (const { kind, sql } of objects) {
      if (kind === 'table' || kind === 'sequence' || kind === 'view-placeholder') continue;
      for (const statement of splitStatements(sql)) {
        const definer = definerOf(statement);
        if (definer !== undefined) definers.add(mappedDefiner(definer, options.ownership));
      }
    }
    return [...definers].toSorted();
  }

  async #functions(): Promise<CheckAnswer> {
    const { session, server, objects } = this.#facts;
    if (!objects.some(({ kind }) => kind === 'function' || kind === 'trigger')) {
      return { result: 'pass', message: 'no functions, no triggers' };
    }
    const [row] = await session.texts('SELECT @@log_bin, @@log_bin_trust_function_creators');
    const { grants } = await readGrants(session, server);
    const isTrusted = row?.[0] === '0' || row?.[1] === '1' || isGranted(grants, 'SUPER', {});
    if (isTrusted) return { result: 'pass', message: 'functions and triggers may be created' };
    return {
      result: 'fail',
      code: 'DB_RESTORE_FUNCTIONS_UNTRUSTED',
      message: 'the server logs its changes and takes functions and triggers only from administrators',
      hint: 'SET GLOBAL log_bin_trust_function_creators = 1;',
    };
  }

  async #nameCase(): Promise<CheckAnswer> {
    const [row] = await this.#facts.session.texts('SELECT @@lower_case_table_names');
    if (row?.[0] === '0') return { result: 'pass', message: 'upper and lower case make different names' };
    const names = this.#facts.objects.filter(({ kind }) => kind === 'table' || kind === 'view').map(({ name }) => name);
    const groups = Map.groupBy(names, (name) => name.toLowerCase());
    const colliding = [...groups.values()].filter((group) => group.length > 1).map((group) => group.join(' = '));
    if (colliding.length > 0) {
      return {
        result: 'fail',
        code: 'DB_RESTORE_NAMES_COLLIDE',
        message: `to the server these names are the same (lower_case_table_names): ${named(colliding)}`,
        hint: 'restore into a server with lower_case_table_names = 0',
      };
    }
    if (names.every((name) => name === name.toLowerCase()))
      return { result: 'pass', message: 'all names are in lower case' };
    return {
      result: 'warn',
      code: 'DB_RESTORE_NAMES_FOLDED',
      message: 'the server makes all names of tables lower case (lower_case_table_names)',
    };
  }

  /** What calls itself by the name of the database goes on meaning the old one. */
  #ownName(): CheckAnswer {
    const { manifest, objects, options } = this.#facts;
    const own = Buffer.from(manifest.database ?? '').toString('latin1');
    if (options.database === manifest.database) return { result: 'pass', message: 'it keeps its name' };
    const pattern = new RegExp(`(?<![\\w$])[\`"]?${escapedPattern(own)}[\`"]?\\s*\\.\\s*[\`"\\w]`, 'i');
    const naming = objects
      .filter(({ kind, sql }) => kind !== 'table' && kind !== 'sequence' && kind !== 'view' && pattern.test(sql))
      .map(({ kind, name }) => `${kind} ${name}`);
    if (naming.length === 0) return { result: 'pass', message: 'nothing names the database itself' };
    return {
      result: 'warn',
      code: 'DB_RESTORE_NAMES_ITSELF',
      message: `these name the database ${manifest.database ?? ''} and will still mean that one: ${named(naming)}`,
      hint: 'do not call them in the restored database while the other one is there',
    };
  }
}

/** What used to be called utf8, and still may, is listed as utf8mb3. */
export function newCollationName(collation: string): string {
  return collation.replace(/^utf8(?=_|$)/, 'utf8mb3');
}

async function knownCollations(session: MysqlConnection): Promise<Set<string>> {
  const plain = await session.texts('SELECT COLLATION_NAME FROM information_schema.COLLATIONS');
  const [hasFull] = await session.texts(
    "SHOW COLUMNS FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY LIKE 'FULL\\_COLLATION\\_NAME'",
  );
  const full =
    hasFull === undefined
      ? []
      : await session.texts('SELECT FULL_COLLATION_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY');
  return new Set([...plain, ...full].map(([name]) => (name ?? '').toLowerCase()));
}

/** `user@host` of accounts, the bare names of roles; undefined when the list may not be read. */
async function knownAccounts(session: MysqlConnection): Promise<Set<string> | undefined> {
  try {
    const rows = await session.texts("SELECT IF(Host = '', User, CONCAT(User, '@', Host)) FROM mysql.user");
    return new Set(rows.map(([account]) => account ?? ''));
  } catch (error) {
    if (isLumbungError(error, 'DB_PRIVILEGE_MISSING')) return undefined;
    throw error;
  }
}

function named(names: readonly string[]): string {
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return `${names.slice(0, NAMED_MAX).join(', ')}${more}`;
}
