import { quoteText } from '../session.ts';
import { quoteName, unreadableDump } from '../splitter/dump-text.ts';
import type { SchemaObject } from '../splitter/schema-units.ts';
import type { MysqlConnection } from '../wire/connection.ts';

/**
 * One event as the dump tools write it. They are not asked for events whose text has `;;`: mariadb-dump then looks for a
 * delimiter for ever.
 */
export async function readEvent(session: MysqlConnection, database: string, name: string): Promise<SchemaObject> {
  const [row] = await session.texts(`SHOW CREATE EVENT ${quoteName(database)}.${quoteName(name)}`);
  const [, sqlMode, timeZone, create, charset, collation] = row ?? [];
  if (create === null || create === undefined || charset === null || charset === undefined) {
    throw unreadableDump('an event that cannot be read', { event: name });
  }
  let delimiter = ';;';
  while (create.includes(delimiter)) delimiter += ';';
  const settings: ReadonlyArray<readonly [string, string, string]> = [
    ['saved_cs_client', 'character_set_client', charset],
    ['saved_cs_results', 'character_set_results', charset],
    ['saved_col_connection', 'collation_connection', collation ?? ''],
    ['saved_sql_mode', 'sql_mode', quoteText(sqlMode ?? '')],
    ['saved_time_zone', 'time_zone', quoteText(timeZone ?? 'SYSTEM')],
  ];
  const lines = [
    `DELIMITER ${delimiter}`,
    ...settings.flatMap(([saved, variable, value]) => [
      `/*!50003 SET @${saved} = @@${variable} */ ${delimiter}`,
      `/*!50003 SET ${variable} = ${value} */ ${delimiter}`,
    ]),
    `${create} ${delimiter}`,
    ...settings.toReversed().map(([saved, variable]) => `/*!50003 SET ${variable} = @${saved} */ ${delimiter}`),
    'DELIMITER ;',
  ];
  return { kind: 'event', name, sql: Buffer.from(`${lines.join('\n')}\n`) };
}
