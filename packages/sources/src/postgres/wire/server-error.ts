import { LumbungError } from '@lumbung/stdx';
import type { MessageReader } from './message-reader.ts';

const FIELD_CHARS_MAX = 500;
const FIELDS_MAX = 64;

/** What a server says went wrong, or wants to be known (a notice). */
export interface ServerReport {
  readonly severity: string;
  /** Five characters: PostgreSQL documentation, "PostgreSQL Error Codes". */
  readonly sqlState: string;
  readonly message: string;
  /** `schema.table`, when the server names one. */
  readonly relation: string | undefined;
}

/** Format: PostgreSQL documentation, "Error and Notice Message Fields". Detail and context of the server are left out on
 *  purpose: both may hold values of rows, which do not belong in a log. */
export function readServerReport(reader: MessageReader): ServerReport {
  const fields = new Map<string, string>();
  while (reader.leftBytes > 0 && fields.size < FIELDS_MAX) {
    const type = reader.byte();
    if (type === 0) break;
    fields.set(String.fromCharCode(type), reader.text().slice(0, FIELD_CHARS_MAX));
  }
  const schema = fields.get('s');
  const table = fields.get('t');
  return {
    severity: fields.get('V') ?? fields.get('S') ?? 'ERROR',
    sqlState: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? 'no message',
    relation: table === undefined ? undefined : schema === undefined ? table : `${schema}.${table}`,
  };
}

/**
 * @returns by SQLSTATE: DB_LOGIN_REFUSED, DB_PRIVILEGE_MISSING, DB_DATABASE_MISSING, DB_LOCK_TABLE_FULL,
 *   DB_SERVER_DISK_FULL, DB_ROW_TOO_LARGE, DB_QUERY_FAILED (operator); DB_LOCKED, DB_CANCELLED,
 *   DB_TOO_MANY_CONNECTIONS, DB_REPLICA_CONFLICT, DB_CONNECTION_LOST, DB_UNREACHABLE, DB_OBJECT_CHANGED (transient);
 *   DB_DATA_CORRUPTED (corruption)
 */
export function errorOfReport(report: ServerReport): LumbungError {
  const { sqlState, message, relation } = report;
  const context = { sqlState, detail: message, ...(relation === undefined ? {} : { relation }) };
  switch (sqlState) {
    case '28P01':
    case '28000':
      return new LumbungError('DB_LOGIN_REFUSED', {
        kind: 'operator',
        message: `the database server refuses the login: ${message}`,
        context,
        hint: 'check user and password, and pg_hba.conf of the server',
      });
    case '42501':
      return new LumbungError('DB_PRIVILEGE_MISSING', {
        kind: 'operator',
        message: `the backup user lacks a privilege: ${message}`,
        context,
        hint: 'test the connection: it says which statement grants it',
      });
    case '3D000':
      return new LumbungError('DB_DATABASE_MISSING', {
        kind: 'operator',
        message: `there is no such database: ${message}`,
        context,
        hint: 'check the name; it may have been renamed or dropped',
      });
    case '55P03':
    case '40P01':
      return new LumbungError('DB_LOCKED', {
        kind: 'transient',
        message: `somebody else holds a lock for too long: ${message}`,
        context,
        hint: 'try again when the change of the database is over',
      });
    case '57014':
      return new LumbungError('DB_CANCELLED', {
        kind: 'transient',
        message: `the server cancelled the statement: ${message}`,
        context,
      });
    case '53300':
      return new LumbungError('DB_TOO_MANY_CONNECTIONS', {
        kind: 'transient',
        message: `the server takes no more connections: ${message}`,
        context,
        hint: 'raise max_connections, or lower how many tables are read at once',
      });
    case '53200':
      return new LumbungError('DB_LOCK_TABLE_FULL', {
        kind: 'operator',
        message: `the server has no memory left for locks or queries: ${message}`,
        context,
        hint: 'raise max_locks_per_transaction in postgresql.conf and restart the server',
      });
    case '53100':
      return new LumbungError('DB_SERVER_DISK_FULL', {
        kind: 'operator',
        message: `the disk of the database server is full: ${message}`,
        context,
        hint: 'free space on the database server first',
      });
    case '54000':
      return new LumbungError('DB_ROW_TOO_LARGE', {
        kind: 'operator',
        message: `a row is larger than the server can send as text: ${message}`,
        context,
      });
    case '40001':
    case '57P04':
      return new LumbungError('DB_REPLICA_CONFLICT', {
        kind: 'transient',
        message: `the replica gave up the query to follow its primary: ${message}`,
        context,
        hint: 'set hot_standby_feedback = on there, or back up the primary',
      });
    case '57P01':
    case '57P02':
    case '57P05':
    case '25P03':
    case '25P04':
      return new LumbungError('DB_CONNECTION_LOST', {
        kind: 'transient',
        message: `the server ended the connection: ${message}`,
        context,
        hint: 'what was read so far is not kept; try again',
      });
    case '57P03':
      return new LumbungError('DB_UNREACHABLE', {
        kind: 'transient',
        message: `the server takes no connections now: ${message}`,
        context,
        hint: 'check that the server has finished starting',
      });
    case '42P01':
    case '42703':
    case '42704':
    case '3F000':
      return new LumbungError('DB_OBJECT_CHANGED', {
        kind: 'transient',
        message: `something in the database was dropped or altered meanwhile: ${message}`,
        context,
        hint: 'try again when the change of the database is over',
      });
    case 'XX001':
    case 'XX002':
      return new LumbungError('DB_DATA_CORRUPTED', {
        kind: 'corruption',
        message: `the server finds its own data damaged: ${message}`,
        context,
        hint: 'keep every older backup; have the disk of the database server checked',
      });
    default:
      return new LumbungError('DB_QUERY_FAILED', {
        kind: 'operator',
        message: `the server refuses a statement: ${message}`,
        context,
      });
  }
}
