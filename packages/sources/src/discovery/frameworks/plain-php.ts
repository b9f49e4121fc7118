import type { ByteString } from '@lumbung/stdx';
import type { DiscoveredApplication, DiscoveredDatabase } from '../application.ts';
import { readEnvironment } from '../config-reader.ts';
import { type DatabaseFields, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { type ApplicationEngine, parseConninfo, parsePdoDsn } from '../dsn.ts';
import { LAST_WINS } from '../env/env-file.ts';
import { baseNameOf, joinPath, parentOf } from '../paths.ts';
import type { PhpCall } from '../php/memory.ts';
import type { PhpReading } from '../php/read-php.ts';
import { bytesOfValue, type PhpValue } from '../php/value.ts';
import type { Folder, ProjectFiles } from '../project-files.ts';
import type { DiscoveryWarning } from '../warning.ts';
import { has, makeApplication, newReader, surroundingsOf } from './recogniser.ts';

/** Files where hand-written applications keep their connection. */
const FILE_NAME =
  /^(?:.*(?:koneksi|konek|connect|connection|conn|config|konfig|database|dbconfig|setting|pengaturan).*|db.*|.*db|index|inc|init|functions?|fungsi)\.(?:php|inc)$/i;
/** Folders that hold such a file for the application above them. */
const PART_FOLDERS = new Set([
  'config', 'konfigurasi', 'konfig', 'koneksi', 'inc', 'include', 'includes', 'lib', 'libs', 'library', 'libraries', 'conn', 'connection',
  'db', 'database', 'system', 'sistem', 'core', 'class', 'classes', 'function', 'functions', 'fungsi', 'src', 'app', 'helper',
  'helpers', 'model', 'models', 'admin', 'assets',
]); // biome-ignore format: a table
const FILES_MAX = 40;
const FILE_BYTES_MAX = 256 * 1024;
/** Cheap, before a file is read as PHP: most files open no connection. */
const OPENS =
  /mysqli?_p?connect|mysqli_real_connect|new\s+\\?(?:mysqli|pdo|sqlite3)\b|pg_p?connect|->\s*real_connect|sqlsrv_connect|oci_connect/i;

/** A hand-written PHP application: a file that opens a connection with what is written in it. A person must confirm it. */
export async function recognisePlainPhp(
  folder: Folder,
  files: ProjectFiles,
): Promise<DiscoveredApplication | undefined> {
  const reader = newReader(files);
  const names = [...folder.entries]
    .filter(([name, kind]) => kind !== 'folder' && FILE_NAME.test(name))
    .map(([name]) => name);
  const databases: DiscoveredDatabase[] = [];
  const environment =
    names.length > 0 && has(folder, '.env')
      ? await readEnvironment(reader, folder.path, ['.env'], LAST_WINS)
      : undefined;
  for (const name of names.sort(koneksiFirst).slice(0, FILES_MAX)) {
    const text = await reader.text(joinPath(folder.path, name), FILE_BYTES_MAX);
    if (text === undefined || !OPENS.test(text)) continue;
    const surroundings = surroundingsOf(environment, { server: new Map([['DOCUMENT_ROOT', folder.path]]) });
    const reading = await reader.phpText(joinPath(folder.path, name), text, surroundings);
    for (const database of databasesOf(reading, folder.path, reader.warnings)) {
      const known = databases.some((other) => isSame(other, database));
      if (!known) databases.push(database);
    }
  }
  // Without any literal it may as well be a library.
  const named = databases.filter(({ database, address }) => database !== undefined || address.kind === 'file');
  if (named.length === 0) return undefined;
  const root = PART_FOLDERS.has(baseNameOf(folder.path).toLowerCase()) ? parentOf(folder.path) : folder.path;
  return makeApplication('plain-php', root, reader, { confidence: 'low', databases: named });
}

function koneksiFirst(a: string, b: string): number {
  const isKoneksi = (name: string) => Number(/konek|conn/i.test(name));
  return isKoneksi(b) - isKoneksi(a) || (a < b ? -1 : 1);
}

function isSame(a: DiscoveredDatabase, b: DiscoveredDatabase): boolean {
  return a.engine === b.engine && a.database === b.database && JSON.stringify(a.address) === JSON.stringify(b.address);
}

const SELECTS = new Set(['mysqli_select_db', 'mysql_select_db', 'select_db']);

/** Connections in the order of the file; a connection without a database takes that of the selection that follows. */
function databasesOf(
  reading: PhpReading,
  folder: ByteString,
  warnings: DiscoveryWarning[],
): readonly DiscoveredDatabase[] {
  const databases: DiscoveredDatabase[] = [];
  reading.calls.forEach((call, idx) => {
    if (SELECTS.has(call.name)) return;
    const draft = draftOf(call);
    if (draft === undefined) return;
    const fields = { ...draft.fields };
    if (fields.database === undefined && draft.engine === 'mysql') {
      const selected = selectedAfter(reading.calls, idx);
      if (selected !== undefined) fields.database = selected;
    }
    databases.push(
      finishDatabase(
        { engine: draft.engine, group: baseNameOf(call.at.path), fields, at: call.at, folder, localhost: 'socket' },
        warnings,
      ),
    );
  });
  return databases;
}

function selectedAfter(calls: readonly PhpCall[], idx: number): PhpValue | undefined {
  const next = calls.slice(idx + 1).find((call) => SELECTS.has(call.name));
  // `mysqli_select_db($connection, 'name')`, else the name is first.
  return next?.name === 'mysqli_select_db' ? next.args[1] : next?.args[0];
}

interface CallDraft {
  readonly engine: ApplicationEngine;
  readonly fields: { -readonly [Key in keyof DatabaseFields]: DatabaseFields[Key] };
}

function draftOf({ name, args, at }: PhpCall): CallDraft | undefined {
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
      const parts = parsePdoDsn(bytesOfValue(first) ?? ('' as ByteString));
      if (parts === undefined) return undefined;
      const fields = fieldsOfDsn(parts, first?.at ?? at);
      return {
        engine: parts.engine,
        fields: { ...fields, user: second ?? fields.user, password: third ?? fields.password },
      };
    }
    case 'pg_connect':
    case 'pg_pconnect': {
      const parts = parseConninfo(bytesOfValue(first) ?? ('' as ByteString));
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
