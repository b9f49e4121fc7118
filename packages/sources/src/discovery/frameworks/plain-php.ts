import type { ByteString } from '@lumbung/stdx';
import type { DiscoveredApplication, DiscoveredDatabase } from '../application.ts';
import { readEnvironmentFiles } from '../config-reader.ts';
import { type DatabaseFields, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { type ApplicationEngine, parseConninfo, parsePdoDsn } from '../dsn.ts';
import { LAST_WINS } from '../env/env-file.ts';
import { baseNameOf, joinPath, parentOf } from '../paths.ts';
import type { PhpCall } from '../php/memory.ts';
import type { PhpReading } from '../php/read-php.ts';
import { bytesOfValue, type PhpValue, type Place } from '../php/value.ts';
import type { Folder, ProjectFiles } from '../project-files.ts';
import type { DiscoveryWarning } from '../warning.ts';
import { familyDatabases } from './environment-databases.ts';
import { has, makeApplication, newReader, surroundingsOf } from './recogniser.ts';

/** Files where hand-written applications keep their connection. */
const FILE_NAME =
  /^(?!wp-config)(?:.*(?:koneksi|konek|connect|connection|conn|config|konfig|database|main-local|dbconfig|setting|pengaturan).*|db.*|.*db|index|inc|init|functions?|fungsi)\.(?:php|inc)$/i;
/** Folders that are a part of the application above them, by their names alone. */
const PART_FOLDERS = new Set([
  ...[
    'config',
    'konfigurasi',
    'konfig',
    'koneksi',
    'inc',
    'include',
    'includes',
    'conn',
    'connection',
    'db',
    'database',
  ],
  ...['lib', 'libs', 'library', 'libraries', 'function', 'functions', 'fungsi'],
]);
/** Those that may as well be an application of this name: only where the folder above looks like one. */
const MAYBE_PART_FOLDERS = new Set([
  ...[
    'app',
    'src',
    'system',
    'sistem',
    'core',
    'class',
    'classes',
    'helper',
    'helpers',
    'model',
    'models',
    'admin',
    'assets',
  ],
]);
const PARTS_MAX = 4;
const FILES_MAX = 40;
const FILE_BYTES_MAX = 256 * 1024;
/** Cheap, before a file is read as PHP: most files open no connection. */
const OPENS =
  /['"]dsn['"]\s*=>|define\s*\(\s*['"](?:DB|DATABASE|MYSQL)_?(?:NAME|DATABASE)\b|mysqli?_p?connect|mysqli_real_connect|new\s+\\?(?:mysqli|pdo|sqlite3)\b|pg_p?connect|->\s*real_connect|sqlsrv_connect|oci_connect/i;

/** A hand-written PHP application: files that open a connection with what is written in them, hold an address of PDO in an
 *  array, or define names like `DB_NAME`. A person must confirm it. */
export async function recognisePlainPhp(
  folder: Folder,
  files: ProjectFiles,
): Promise<DiscoveredApplication | undefined> {
  const names = [...folder.entries]
    .filter(([name, kind]) => kind !== 'folder' && FILE_NAME.test(name))
    .map(([name]) => name);
  if (names.length === 0) return undefined;
  const reader = newReader(files);
  const environment = await readEnvironmentFiles(reader, folder.path, ['.env'], LAST_WINS);
  const databases: DiscoveredDatabase[] = [];
  for (const name of names.sort(koneksiFirst).slice(0, FILES_MAX)) {
    const text = await reader.text(joinPath(folder.path, name), FILE_BYTES_MAX);
    if (text === undefined || !OPENS.test(text)) continue;
    const surroundings = surroundingsOf(environment, { server: new Map([['DOCUMENT_ROOT', folder.path]]) });
    const reading = await reader.phpText(joinPath(folder.path, name), text, surroundings);
    for (const { database, warnings } of databasesOf(reading, folder.path)) {
      // Without any literal it may as well be a library.
      if (database.database === undefined && database.address.kind !== 'file') continue;
      if (databases.some((other) => isSame(other, database))) continue;
      databases.push(database);
      reader.warnings.push(...warnings);
    }
  }
  if (databases.length === 0) return undefined;
  return makeApplication('plain-php', await rootOf(folder.path, files), reader, { confidence: 'low', databases });
}

/** Upwards through folders that are parts. Too much in a backup is better than too little. */
async function rootOf(folder: ByteString, files: ProjectFiles): Promise<ByteString> {
  let root = folder;
  for (let parts = 0; parts < PARTS_MAX; parts += 1) {
    const name = baseNameOf(root).toLowerCase();
    const isMaybePart = MAYBE_PART_FOLDERS.has(name);
    const parent = parentOf(root);
    if ((!isMaybePart && !PART_FOLDERS.has(name)) || !files.isInside(parent)) break;
    const above = await files.folder(parent);
    const isApplication = above !== undefined && (has(above, 'index.php') || has(above, 'public'));
    if (isMaybePart && !isApplication) break;
    root = parent;
    if (isApplication) break;
  }
  return root;
}

function koneksiFirst(a: string, b: string): number {
  const isKoneksi = (name: string) => Number(/konek|conn/i.test(name));
  return isKoneksi(b) - isKoneksi(a) || (a < b ? -1 : 1);
}

function isSame(a: DiscoveredDatabase, b: DiscoveredDatabase): boolean {
  return a.engine === b.engine && a.database === b.database && JSON.stringify(a.address) === JSON.stringify(b.address);
}

const SELECTS = new Set(['mysqli_select_db', 'mysql_select_db', 'select_db']);

interface FoundDatabase {
  readonly database: DiscoveredDatabase;
  readonly warnings: readonly DiscoveryWarning[];
}

/** Connections that are opened; where there are none, what a connection elsewhere is told. */
function databasesOf(reading: PhpReading, folder: ByteString): readonly FoundDatabase[] {
  const drafts = [...openedDrafts(reading.calls), ...dsnDrafts(reading)];
  const found = drafts.map(({ engine, fields, at }): FoundDatabase => {
    const warnings: DiscoveryWarning[] = [];
    const group = baseNameOf(at.path);
    return { database: finishDatabase({ engine, group, fields, at, folder, localhost: 'socket' }, warnings), warnings };
  });
  if (found.some(({ database }) => database.database !== undefined)) return found;
  const constant = (...names: readonly string[]) =>
    names.map((name) => reading.constants.get(name)).find((value) => value !== undefined);
  const warnings: DiscoveryWarning[] = [];
  const named = familyDatabases(constant, { folder, localhost: 'socket', warnings, engine: 'mysql' });
  return [...found, ...named.map((database) => ({ database, warnings }))];
}

/** Connections in the order of the file; one without a database takes that of the selection that follows. */
function openedDrafts(calls: readonly PhpCall[]): readonly ConnectionDraft[] {
  return calls.flatMap((call, idx): readonly ConnectionDraft[] => {
    const draft = SELECTS.has(call.name) ? undefined : draftOf(call);
    if (draft === undefined) return [];
    const selected =
      draft.fields.database === undefined && draft.engine === 'mysql' ? selectedAfter(calls, idx) : undefined;
    const fields = selected === undefined ? draft.fields : { ...draft.fields, database: selected };
    return [{ engine: draft.engine, fields, at: call.at }];
  });
}

const ARRAYS_MAX = 500;

/** Arrays with an address of PDO, as Yii has them, anywhere in what a file returns or assigns. */
function dsnDrafts({ returned, variables }: PhpReading): readonly ConnectionDraft[] {
  const drafts: ConnectionDraft[] = [];
  const waiting: PhpValue[] = [...(returned === undefined ? [] : [returned]), ...variables.values()];
  // Grows while it is walked. Parts that are shared may be met again: the bound is on arrays, not on places.
  for (const [nr, value] of waiting.entries()) {
    if (value.kind !== 'array' || nr > ARRAYS_MAX) continue;
    const dsn = value.entries.get('dsn');
    const parts = parsePdoDsn(bytesOfValue(dsn));
    if (dsn !== undefined && parts !== undefined) {
      const fields = fieldsOfDsn(parts, dsn.at);
      const user = value.entries.get('username') ?? value.entries.get('user') ?? fields.user;
      const password = value.entries.get('password') ?? fields.password;
      const prefix = value.entries.get('tablePrefix');
      drafts.push({ engine: parts.engine, fields: { ...fields, user, password, prefix }, at: dsn.at });
    }
    for (const entry of value.entries.values()) {
      if (entry.kind === 'array' && waiting.length <= ARRAYS_MAX) waiting.push(entry);
    }
  }
  return drafts;
}

function selectedAfter(calls: readonly PhpCall[], idx: number): PhpValue | undefined {
  const next = calls.slice(idx + 1).find((call) => SELECTS.has(call.name));
  // `mysqli_select_db($connection, 'name')`, else the name is first.
  return next?.name === 'mysqli_select_db' ? next.args[1] : next?.args[0];
}

interface ConnectionDraft {
  readonly engine: ApplicationEngine;
  readonly fields: DatabaseFields;
  readonly at: Place;
}

function draftOf({ name, args, at }: PhpCall): Omit<ConnectionDraft, 'at'> | undefined {
  const [first, second, third, fourth, fifth, sixth] = args;
  switch (name) {
    case 'mysqli_connect':
    case 'mysqli':
      if (args.length === 0) return undefined;
      return {
        engine: 'mysql',
        fields: { host: first, user: second, password: third, database: known(fourth), port: fifth, socket: sixth },
      };
    case 'real_connect':
      return {
        engine: 'mysql',
        fields: { host: first, user: second, password: third, database: known(fourth), port: fifth, socket: sixth },
      };
    case 'mysqli_real_connect':
      return {
        engine: 'mysql',
        fields: { host: second, user: third, password: fourth, database: known(fifth), port: sixth, socket: args[6] },
      };
    case 'mysql_connect':
    case 'mysql_pconnect':
      return { engine: 'mysql', fields: { host: first, user: second, password: third } };
    case 'pdo': {
      const parts = parsePdoDsn(bytesOfValue(first));
      if (parts === undefined) return undefined;
      const fields = fieldsOfDsn(parts, first?.at ?? at);
      return {
        engine: parts.engine,
        fields: { ...fields, user: second ?? fields.user, password: third ?? fields.password },
      };
    }
    case 'pg_connect':
    case 'pg_pconnect': {
      const parts = parseConninfo(bytesOfValue(first));
      return parts === undefined ? undefined : { engine: 'postgresql', fields: fieldsOfDsn(parts, first?.at ?? at) };
    }
    case 'sqlite3':
      return bytesOfValue(first) === ':memory:' ? undefined : { engine: 'sqlite', fields: { database: first } };
    case 'sqlsrv_connect':
      return { engine: 'sqlserver', fields: { host: first } };
    case 'oci_connect':
      return { engine: 'oracle', fields: { user: first, password: second, database: third } };
    default:
      return undefined;
  }
}

/** An empty name is none: the database is selected later. */
function known(value: PhpValue | undefined): PhpValue | undefined {
  return value?.kind === 'scalar' && (bytesOfValue(value) ?? '') === '' ? undefined : value;
}
