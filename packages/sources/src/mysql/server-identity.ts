import type { ServerVersion } from './server-version.ts';
import type { MysqlConnection } from './wire/connection.ts';

/** Stays the same while the server is the same one, wherever it listens: its own number, or where its data lies. */
export async function serverIdentityOf(session: MysqlConnection, server: ServerVersion): Promise<string> {
  const variable = server.vendor === 'mysql' ? 'server_uuid' : 'server_uid';
  const [own] = await session.texts(`SHOW GLOBAL VARIABLES LIKE '${variable}'`);
  if (own?.[1] !== undefined && own[1] !== null && own[1] !== '') return own[1];
  const [place] = await session.texts('SELECT @@hostname, @@datadir');
  return `${place?.[0] ?? ''}:${place?.[1] ?? ''}`;
}
