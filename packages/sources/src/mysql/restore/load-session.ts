import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control } from '../../driver.ts';
import { openSession } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';

/**
 * What a dump was written for: a zero is a value of AUTO_INCREMENT columns, invalid dates stay what they are, and what is
 * too long is cut, which the loader notices. Folders of the old server are not used again.
 */
export const LOAD_SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_DIR_IN_CREATE';

/** Not every server knows them, nor may every account set them. */
const WHERE_KNOWN: ReadonlyArray<readonly [variable: string, value: string]> = [
  ['check_constraint_checks', '0'],
  ['system_versioning_insert_history', '1'],
  ['innodb_strict_mode', '0'],
  ['sql_require_primary_key', '0'],
  ['sql_generate_invisible_primary_key', '0'],
  ['max_statement_time', '0'],
];

/** A session that takes rows as they are, whatever rules apply to new ones. Commits only when told to. */
export async function openLoadSession(target: Target, control: Control, database: string): Promise<MysqlConnection> {
  const session = await openSession(target, control, database);
  try {
    await session.query(
      `SET SESSION foreign_key_checks = 0, unique_checks = 0, autocommit = 0, sql_mode = '${LOAD_SQL_MODE}'`,
    );
    for (const [variable, value] of WHERE_KNOWN) await setWhereKnown(session, variable, value);
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function setWhereKnown(session: MysqlConnection, variable: string, value: string): Promise<void> {
  const [known] = await session.texts(`SHOW SESSION VARIABLES LIKE '${variable.replaceAll('_', '\\_')}'`);
  if (known === undefined) return;
  try {
    await session.query(`SET SESSION ${variable} = ${value}`);
  } catch (error) {
    // Then the server's own rule stands, and what it refuses it says when it comes to it.
    if (!isLumbungError(error, 'DB_PRIVILEGE_MISSING')) throw error;
  }
}
