import { describeError, errnoOf, LumbungError } from '@lumbung/stdx';

/** What a database says, in our words, the same for both dialects. What is none of these stays as it is: a bug of ours.
 *  Codes: STORE_DUPLICATE, STORE_FULL, STORE_BUSY, STORE_UNREACHABLE, STORE_LOGIN_REFUSED, STORE_DAMAGED, STORE_READ_ONLY */
export function storeError(error: unknown): unknown {
  if (error instanceof LumbungError) return error;
  const code = errnoOf(error);
  if (code === undefined) return isConnectionLost(error) ? unreachable(error) : error;
  if (code.startsWith('SQLITE_')) return sqliteError(code, error);
  if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) return postgresError(code, error);
  return /^E[A-Z]+$/.test(code) && !code.startsWith('ERR_') ? unreachable(error) : error;
}

/** Whether a row that was to be added is there already, by any unique key. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof LumbungError && error.code === 'STORE_DUPLICATE';
}

function sqliteError(code: string, cause: unknown): unknown {
  switch (code) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_ROWID':
      return duplicate(cause);
    case 'SQLITE_FULL':
      return full(cause);
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return damaged(cause);
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
      return readOnly(cause);
    default:
      if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return busy(cause);
      if (code.startsWith('SQLITE_CORRUPT')) return damaged(cause);
      if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) return readOnly(cause);
      if (code.startsWith('SQLITE_IOERR')) return unreachable(cause);
      return cause;
  }
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function postgresError(code: string, cause: unknown): unknown {
  switch (code) {
    case '23505':
      return duplicate(cause);
    case '53100': // disk full
    case '53200': // out of memory
      return full(cause);
    case '55P03': // lock_not_available: lock_timeout
    case '40001':
    case '40P01':
      return busy(cause);
    case '28P01':
    case '28000':
    case '3D000':
    case '42501':
      return new LumbungError('STORE_LOGIN_REFUSED', {
        kind: 'operator',
        message: `PostgreSQL refuses the login or what Lumbung must do: ${describeError(cause)}`,
        context: { detail: describeError(cause) },
        hint: 'check user, password and database of LUMBUNG_DATABASE; the user must own the database or its schema',
        cause,
      });
    case '25006': // read_only_sql_transaction
      return readOnly(cause);
    case 'XX001':
    case 'XX002':
      return damaged(cause);
    default:
      return code.startsWith('08') || code.startsWith('57P') || code === '53300' || code.startsWith('25P')
        ? unreachable(cause)
        : cause;
  }
}

/** What pg says without a code. */
function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout)/.test(
      error.message,
    )
  );
}

function duplicate(cause: unknown): LumbungError {
  return new LumbungError('STORE_DUPLICATE', {
    kind: 'operator',
    message: `it is there already: ${describeError(cause)}`,
    context: { detail: describeError(cause) },
    hint: 'choose another name, or change the one that is there',
    cause,
  });
}

function full(cause: unknown): LumbungError {
  return new LumbungError('STORE_FULL', {
    kind: 'operator',
    message: 'there is no room left for the state of Lumbung',
    context: { detail: describeError(cause) },
    hint: 'make room on the disk of the data folder or of the database; nothing that was acknowledged is lost',
    cause,
  });
}

function busy(cause: unknown): LumbungError {
  return new LumbungError('STORE_BUSY', {
    kind: 'transient',
    message: 'somebody else holds the database for too long',
    context: { detail: describeError(cause) },
    hint: 'it is tried again; look for other programs that use the database when this goes on',
    cause,
  });
}

function unreachable(cause: unknown): LumbungError {
  return new LumbungError('STORE_UNREACHABLE', {
    kind: 'transient',
    message: `the database does not answer: ${describeError(cause)}`,
    context: { detail: describeError(cause) },
    hint: 'check that it runs and that LUMBUNG_DATABASE names it; for SQLite, that its disk works',
    cause,
  });
}

function damaged(cause: unknown): LumbungError {
  return new LumbungError('STORE_DAMAGED', {
    kind: 'corruption',
    message: 'the database is damaged',
    context: { detail: describeError(cause) },
    hint: 'stop Lumbung, keep the file, and restore the last backup of the application lumbung',
    cause,
  });
}

function readOnly(cause: unknown): LumbungError {
  return new LumbungError('STORE_READ_ONLY', {
    kind: 'operator',
    message: 'the database cannot be written',
    context: { detail: describeError(cause) },
    hint: 'check who owns the data folder, and that PostgreSQL is no standby',
    cause,
  });
}
