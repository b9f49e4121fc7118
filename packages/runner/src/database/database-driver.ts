import {
  type DatabaseDriver,
  type DatabaseEngine,
  mariadbDriver,
  mysqlDriver,
  postgresDriver,
  redisDriver,
  sqliteDriver,
} from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';

const DRIVERS: Readonly<Partial<Record<DatabaseEngine, DatabaseDriver>>> = {
  postgresql: postgresDriver,
  mysql: mysqlDriver,
  mariadb: mariadbDriver,
  redis: redisDriver,
  sqlite: sqliteDriver,
};

/** @throws LumbungError DB_ENGINE_UNSUPPORTED (operator) */
export function driverOf(engine: DatabaseEngine): DatabaseDriver {
  const driver = DRIVERS[engine];
  if (driver !== undefined) return driver;
  throw new LumbungError('DB_ENGINE_UNSUPPORTED', {
    kind: 'operator',
    message: `databases of ${engine} cannot be backed up yet`,
    context: { engine },
    hint: 'use the dump tool of the database with "backup --stdin-from-command"',
  });
}
