import type { RestoreOptions } from '../../driver.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { type CheckId, fail, pass, type Verdict, warn } from '../../remarks/check.ts';
import { listed, listedObjects } from '../../remarks/value-kinds.ts';
import { isGranted } from '../grants/parse-grants.ts';
import { readGrants } from '../grants/require-grants.ts';
import { grantStatements, missingGrants, type Requirement } from '../grants/required-grants.ts';
import { isAtLeast, parseServerVersion, type ServerVersion } from '../server-version.ts';
import { quoteText } from '../session.ts';
import { quoteName } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { definersVerdict, mapVerdict } from './definer-checks.ts';
import type { DumpDetails } from './dump-details.ts';
import { insertPrefix } from './load-rows.ts';
import { UNFINISHED_MARKER } from './new-database.ts';
import { escapedPattern, maskQuoted } from './sql-text.ts';
import type { StoredObject } from './stored-schema.ts';

export interface RestoreFacts {
  readonly session: MysqlConnection;
  readonly server: ServerVersion;
  readonly manifest: Manifest;
  readonly details: DumpDetails;
  /** What is restored. */
  readonly objects: readonly StoredObject[];
  /** All that is in the dump. */
  readonly allObjects: readonly StoredObject[];
  readonly tables: readonly ManifestTable[];
  readonly options: RestoreOptions;
}

const NAME_LENGTH_MAX = 64;
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

  all(): ReadonlyArray<readonly [id: CheckId, ask: () => Promise<Verdict> | Verdict]> {
    const { ownership } = this.#facts.options;
    return [
      ['server-version', () => this.#version()],
      ['name-free', () => this.#absent()],
      ['tables', () => this.#tables()],
      ['grants', () => this.#grants()],
      ['writable', () => this.#readOnly()],
      ['packet', () => this.#packet()],
      ['collations', () => this.#collations()],
      ['engines', () => this.#engines()],
      ...(ownership.kind === 'map'
        ? [['role-map', () => mapVerdict(ownership.roles, this.#facts.allObjects)] as const]
        : []),
      ['definers', () => definersVerdict(this.#facts)],
      ['functions', () => this.#functions()],
      ['name-case', () => this.#nameCase()],
      ['own-name', () => this.#ownName()],
    ];
  }

  #version(): Verdict {
    const { server, manifest } = this.#facts;
    const { product: dumpedProduct, serverVersion: dumpedVersion } = manifest;
    const dumped = parseServerVersion(dumpedVersion, dumpedProduct);
    const { product, version } = server;
    const both = { product, version, dumpedProduct, dumpedVersion };
    if (manifest.engine === server.vendor) {
      return isAtLeast(server, dumped.major, dumped.minor)
        ? pass('restore-version', both)
        : warn('restore-server-perhaps-older', both);
    }
    if (server.vendor === 'mysql') {
      const strange = this.#facts.objects.find(({ kind }) => kind === 'sequence' || kind.startsWith('package'));
      if (strange !== undefined) {
        const { kind, name } = strange;
        return fail('object-of-other-vendor', { kind, name, product, dumpedProduct });
      }
      const hasGenerated = this.#facts.tables.some(({ columns, generated }) =>
        generated.some((column) => columns.includes(column)),
      );
      if (hasGenerated) return fail('generated-values-of-other-vendor', { product, dumpedProduct });
    }
    return warn('restore-other-vendor', both);
  }

  async #absent(): Promise<Verdict> {
    const { database: name } = this.#facts.options;
    const isImpossible =
      name === '' ||
      [...name].length > NAME_LENGTH_MAX ||
      name.endsWith(' ') ||
      name.includes('\0') ||
      OWN_DATABASES.has(name.toLowerCase());
    if (isImpossible) return fail('name-impossible', { name });
    const found = await this.#facts.session.texts(
      `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteText(name)}`,
    );
    if (found.length === 0) return pass('name-free', { name });
    const unfinished = await this.#facts.session.texts(
      `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(name)} AND TABLE_NAME = '${UNFINISHED_MARKER}'`,
    );
    if (unfinished.length === 0) return fail('name-taken', { name });
    return fail('name-unfinished', { name, paste: `DROP DATABASE ${quoteName(name)};` });
  }

  #tables(): Verdict {
    const { options, tables, objects } = this.#facts;
    const known = new Set(objects.filter(({ kind }) => kind === 'table').map(({ name }) => name));
    const missing = (options.tables ?? []).filter((name) => !known.has(name));
    return missing.length === 0
      ? pass('tables-known', { count: tables.length })
      : fail('tables-unknown', { tables: listed(missing) });
  }

  async #grants(): Promise<Verdict> {
    const { session, server, options, objects } = this.#facts;
    const { database } = options;
    const grantee = await readGrants(session, server);
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
    const missing = missingGrants(grantee.grants, required);
    if (missing.length === 0) return pass('may-create-everything', { account: grantee.account });
    const names = listed(missing.map(({ anyOf }) => anyOf[0]?.privilege ?? ''));
    return fail('privileges-missing', {
      account: grantee.account,
      privileges: names,
      paste: grantStatements(missing, grantee),
    });
  }

  async #readOnly(): Promise<Verdict> {
    const [row] = await this.#facts.session.texts('SELECT @@read_only');
    return row?.[0] === '0' || row?.[0] === 'OFF' ? pass('takes-writes') : fail('target-is-read-only');
  }

  async #packet(): Promise<Verdict> {
    const [row] = await this.#facts.session.texts('SELECT @@max_allowed_packet');
    const limit = Number(row?.[0] ?? 0);
    let needed = 0;
    let widest = '';
    for (const table of this.#facts.tables) {
      const bytes = (table.rowBytesMax ?? 0) + Buffer.byteLength(insertPrefix(table)) + PACKET_RESERVE_BYTES;
      if (bytes > needed) [needed, widest] = [bytes, table.name];
    }
    if (needed <= limit) return pass('packet-large-enough', { needed });
    const paste = `SET GLOBAL max_allowed_packet = ${Math.ceil(needed / 2 ** 20) * 2 ** 20};`;
    return fail('packet-too-small', { table: widest, needed, limit, paste });
  }

  async #collations(): Promise<Verdict> {
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
    if (unknown.length === 0) return pass('collations-known', { count: used.size });
    const proposals = unknown.map((collation) => {
      const nearest = NEAREST.find(([pattern, to]) => pattern.test(collation) && known.has(to))?.[1];
      return nearest === undefined ? collation : `${collation} ≈ ${nearest}`;
    });
    return fail('collations-unknown', { collations: listed(proposals) });
  }

  async #engines(): Promise<Verdict> {
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
    if (unknown.size === 0) return pass('storage-engines-known');
    // Words only, as the pattern above says.
    const paste = [...unknown].map((engine) => `INSTALL SONAME 'ha_${engine.toLowerCase()}';`).join('\n');
    return fail('storage-engines-unknown', { engines: listed([...unknown]), paste });
  }

  async #functions(): Promise<Verdict> {
    const { session, server, objects } = this.#facts;
    if (!objects.some(({ kind }) => kind === 'function' || kind === 'trigger')) {
      return pass('no-functions');
    }
    const [row] = await session.texts('SELECT @@log_bin, @@log_bin_trust_function_creators');
    const { grants } = await readGrants(session, server);
    const isTrusted = row?.[0] === '0' || row?.[1] === '1' || isGranted(grants, 'SUPER', {});
    if (isTrusted) return pass('functions-allowed');
    return fail('functions-untrusted', { paste: 'SET GLOBAL log_bin_trust_function_creators = 1;' });
  }

  async #nameCase(): Promise<Verdict> {
    const [row] = await this.#facts.session.texts('SELECT @@lower_case_table_names');
    if (row?.[0] === '0') return pass('name-case-kept');
    const names = this.#facts.objects.filter(({ kind }) => kind === 'table' || kind === 'view').map(({ name }) => name);
    const groups = Map.groupBy(names, (name) => name.toLowerCase());
    const colliding = [...groups.values()].filter((group) => group.length > 1).map((group) => group.join(' = '));
    if (colliding.length > 0) return fail('names-collide', { names: listed(colliding) });
    return names.every((name) => name === name.toLowerCase()) ? pass('names-lower-case') : warn('names-folded');
  }

  /** What calls itself by the name of the database goes on meaning the old one. */
  #ownName(): Verdict {
    const { manifest, objects, options } = this.#facts;
    const own = Buffer.from(manifest.database ?? '').toString('latin1');
    if (options.database === manifest.database) return pass('own-name-kept');
    const pattern = new RegExp(`(?<![\\w$])[\`"]?${escapedPattern(own)}[\`"]?\\s*\\.\\s*[\`"\\w]`, 'i');
    const naming = objects.filter(
      ({ kind, sql }) => kind !== 'table' && kind !== 'sequence' && kind !== 'view' && pattern.test(sql),
    );
    if (naming.length === 0) return pass('own-name-unused');
    return warn('own-name-used', { database: manifest.database ?? '', objects: listedObjects(naming) });
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
