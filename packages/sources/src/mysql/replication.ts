import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { isAtLeast, type ServerVersion } from './server-version.ts';
import type { MysqlConnection } from './wire/connection.ts';

export interface Replication {
  readonly role: 'primary' | 'replica' | 'standalone';
  readonly lagSeconds?: number;
  /** It does not follow its primary: a perfect dump of it would be one of long ago. */
  readonly problem?: LumbungError;
}

/** What the server says of itself as a replica. Without the right to ask: a server by itself. */
export async function readReplication(session: MysqlConnection, server: ServerVersion): Promise<Replication> {
  const [logs] = await session.texts('SELECT @@log_bin');
  const role = logs?.[0] === '1' ? 'primary' : 'standalone';
  const sql = server.vendor === 'mysql' && isAtLeast(server, 8, 0, 22) ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS';
  try {
    const { columns, rows } = await session.query(sql);
    const [row] = rows;
    if (row === undefined) return { role };
    const field = (...names: string[]) =>
      row[columns.findIndex(({ name }) => names.includes(name))]?.toString('utf8') ?? undefined;
    const lag = field('Seconds_Behind_Source', 'Seconds_Behind_Master');
    // One that only waits for its primary to come back (`Connecting`) has not been stopped.
    const runs =
      field('Replica_SQL_Running', 'Slave_SQL_Running') === 'Yes' &&
      field('Replica_IO_Running', 'Slave_IO_Running') !== 'No';
    return {
      role: 'replica',
      ...(lag === undefined ? {} : { lagSeconds: Number(lag) }),
      ...(runs ? {} : { problem: stopped() }),
    };
  } catch (error) {
    if (isLumbungError(error, 'DB_PRIVILEGE_MISSING')) return { role };
    throw error;
  }
}

function stopped(): LumbungError {
  return new LumbungError('DB_REPLICA_STOPPED', {
    kind: 'operator',
    message: 'the server is a replica that does not follow its primary any more',
    hint: 'start the replication again (SHOW REPLICA STATUS says why it stopped), or back up the primary',
  });
}
