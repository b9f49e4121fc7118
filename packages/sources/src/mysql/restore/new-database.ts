import { describeError, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control } from '../../driver.ts';
import type { ServerVersion } from '../server-version.ts';
import { connectionOptions, quoteText } from '../session.ts';
import { quoteName } from '../splitter/dump-text.ts';
import { MysqlConnection } from '../wire/connection.ts';
import type { DumpDetails } from './dump-details.ts';

const EXISTS = 1007;
/** Stands in a database from the first to the last step of its restore: whoever dies meanwhile cannot say so any more. */
export const UNFINISHED_MARKER = 'lumbung_not_whole_yet';
/** Until the sessions that were ended have let go of their tables. */
const DROP_WAIT_SECONDS = 60;

/** @throws LumbungError DB_RESTORE_REFUSED (operator) when it is there already */
export async function createDatabase(
  session: MysqlConnection,
  server: ServerVersion,
  name: string,
  { charset, collation, comment }: DumpDetails['database'],
): Promise<void> {
  const withComment = comment === '' || server.vendor === 'mysql' ? '' : ` COMMENT ${quoteText(comment)}`;
  try {
    await session.query(
      `CREATE DATABASE ${quoteName(name)} CHARACTER SET ${charset} COLLATE ${collation}${withComment}`,
    );
  } catch (error) {
    if (!isLumbungError(error) || error.context['errno'] !== EXISTS) throw error;
    throw restoreRefused(`the database ${name} is there already`);
  }
}

export async function markUnfinished(session: MysqlConnection, name: string): Promise<void> {
  await session.query(`CREATE TABLE ${quoteName(name)}.${quoteName(UNFINISHED_MARKER)} (nothing INT)`);
}

export async function markWhole(session: MysqlConnection, name: string): Promise<void> {
  await session.query(`DROP TABLE ${quoteName(name)}.${quoteName(UNFINISHED_MARKER)}`);
}

export function restoreRefused(reason: string): LumbungError {
  return new LumbungError('DB_RESTORE_REFUSED', {
    kind: 'operator',
    message: `the restore does not begin: ${reason}`,
    context: { reason },
    hint: 'see the checks of the plan; nothing was changed',
  });
}

/** Removes a database that this process made. Never throws: it is called when something else went wrong already. */
export async function dropOwnDatabase(target: Target, name: string, control: Control): Promise<void> {
  try {
    // Not under the signal of the act: that may be what was aborted.
    await using session = await MysqlConnection.connect(
      connectionOptions(target, { clock: control.clock, stallMs: DROP_WAIT_SECONDS * 1000 }),
    );
    await session.query(`SET SESSION lock_wait_timeout = ${DROP_WAIT_SECONDS}, foreign_key_checks = 0`);
    await session.query(`DROP DATABASE ${quoteName(name)}`);
  } catch (error) {
    control.note(
      `the database ${name}, which was not restored to its end, could not be removed: ${describeError(error)}`,
    );
  }
}
