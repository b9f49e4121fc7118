import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { assert, LumbungError } from '@lumbung/stdx';
import type { SqliteHeader } from './messages.ts';
import { notADatabase, sidecarsUnavailable } from './sqlite-error.ts';

export const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const ENCODINGS = ['UTF-8', 'UTF-16le', 'UTF-16be'] as const;
const WAL_FORMAT = 2;

/**
 * The first 100 bytes of a database, read.
 *
 * @throws LumbungError SQLITE_NOT_A_DATABASE (operator)
 * @see https://www.sqlite.org/fileformat.html#the_database_header
 */
export function parseHeader(bytes: Uint8Array, path: string): SqliteHeader {
  const header = Buffer.from(bytes);
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) throw notADatabase(path);
  const pageSize = header.readUInt16BE(16);
  const encoding = ENCODINGS[header.readUInt32BE(56) - 1];
  return {
    pageSizeBytes: pageSize === 1 ? 65536 : pageSize,
    pages: header.readUInt32BE(28),
    freePages: header.readUInt32BE(36),
    // Zero until the first table is made.
    encoding: encoding ?? 'UTF-8',
    userVersion: header.readInt32BE(60),
    applicationId: header.readInt32BE(68),
    journalMode: header[18] === WAL_FORMAT ? 'wal' : 'rollback',
    autoVacuum: header.readUInt32BE(52) === 0 ? 'none' : header.readUInt32BE(64) === 0 ? 'full' : 'incremental',
  };
}

/**
 * Reads the header of a file as it lies there, before SQLite opens it: closing any descriptor of a file drops all locks
 * that the process has on it, so that afterwards it is too late.
 *
 * @throws LumbungError SQLITE_NOT_A_DATABASE, SQLITE_EMPTY (operator); system errors
 */
export function readHeader(path: string): SqliteHeader {
  const fd = openSync(path, 'r');
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw notADatabase(path);
    if (stat.size === 0) throw empty(path);
    const bytes = Buffer.alloc(HEADER_BYTES);
    return parseHeader(bytes.subarray(0, readSync(fd, bytes, 0, HEADER_BYTES, 0)), path);
  } finally {
    closeSync(fd);
  }
}

/** What every connection is opened with: a schema of strangers is not to be trusted with anything. */
const CAUTIOUS = { allowExtension: false, defensive: true } satisfies DatabaseSyncOptions;

/**
 * Opens a database that others use, to read. It never makes a file: a path where nothing is fails.
 *
 * @throws LumbungError SQLITE_NOT_A_DATABASE, SQLITE_EMPTY, SQLITE_SIDECARS_UNAVAILABLE (operator); errors of SQLite
 */
export function openShared(path: string, lockWaitMs: number): DatabaseSync {
  assert(path.startsWith('/'), 'a relative path, or a name that SQLite understands otherwise');
  refuseForeignSidecars(path, readHeader(path));
  return cautious(new DatabaseSync(path, { ...CAUTIOUS, readOnly: true, timeout: lockWaitMs }));
}

/** Opens a file that nobody else uses: without locks, and without the files beside it. */
export function openPrivate(path: string): DatabaseSync {
  readHeader(path);
  return cautious(new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, { ...CAUTIOUS, readOnly: true }));
}

export function cautious(database: DatabaseSync): DatabaseSync {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0');
  return database;
}

/** Whoever reads a database in WAL mode first makes its -shm file. Made by a user who is neither root nor the owner, it
 *  would keep the application out of its own database. */
function refuseForeignSidecars(path: string, { journalMode }: SqliteHeader): void {
  const ourUid = process.geteuid?.();
  if (journalMode !== 'wal' || ourUid === undefined || ourUid === 0) return;
  const isOurs = statSync(path).uid === ourUid;
  if (!isOurs && statSync(`${path}-shm`, { throwIfNoEntry: false }) === undefined) throw sidecarsUnavailable(path);
}

function empty(path: string): LumbungError {
  return new LumbungError('SQLITE_EMPTY', {
    kind: 'operator',
    message: `${path} is an empty file`,
    context: { path },
    hint: 'if the application has not been started yet, leave the database out of the backup until then',
  });
}
