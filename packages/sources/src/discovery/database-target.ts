import { textOf } from '@lumbung/stdx';
import type { Address, Target } from '../connection/target.ts';
import type { DatabaseEngine } from '../manifest/database-engine.ts';
import { defaultPort, isLoopback } from './address.ts';
import type { ApplicationAddress, DiscoveredDatabase } from './application.ts';

/** How the machine that the application runs on is set up. */
export interface TargetDefaults {
  /** What clients of MySQL take for `localhost`. Debian: `/run/mysqld/mysqld.sock`. */
  readonly mysqlSocket: string;
  /** Folder of PostgreSQL's sockets. Debian: `/var/run/postgresql`. */
  readonly postgresqlSocketFolder: string;
  readonly connectTimeoutMs: number;
}

/** Where a driver can log in, as the application does, or why it cannot. */
export type DatabaseTarget =
  | { readonly status: 'ready'; readonly target: Target }
  | {
      readonly status: 'unreachable';
      /** `in-container`: no port of the service is published; it must be reached through its container. */
      readonly reason: 'engine-unsupported' | 'address-unknown' | 'in-container';
    };

/** The connection of a driver for a database that was found, from the machine that the application runs on. TLS as for an
 *  address that says nothing about it: to another machine it is verified. */
export function databaseTarget(database: DiscoveredDatabase, defaults: TargetDefaults): DatabaseTarget {
  const engine = supportedEngine(database);
  if (engine === undefined) return { status: 'unreachable', reason: 'engine-unsupported' };
  const address = addressFor(database.address, engine, defaults);
  if (typeof address === 'string') return { status: 'unreachable', reason: address };
  const { user, password, database: name } = database;
  const isRemote = address.kind === 'tcp' && !isLoopback(address.host);
  return {
    status: 'ready',
    target: {
      engine,
      address,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...(name === undefined ? {} : { database: name }),
      tls: { mode: isRemote ? 'verify' : 'off' },
      options: { connectTimeoutMs: defaults.connectTimeoutMs },
    },
  };
}

function supportedEngine({ engine }: DiscoveredDatabase): DatabaseEngine | undefined {
  switch (engine) {
    case 'postgresql':
    case 'mysql':
    case 'mariadb':
    case 'sqlite':
    case 'redis':
      return engine;
    case 'mongodb':
    case 'sqlserver':
    case 'oracle':
    case 'unknown':
      return undefined;
  }
}

function addressFor(
  address: ApplicationAddress,
  engine: DatabaseEngine,
  { mysqlSocket, postgresqlSocketFolder }: TargetDefaults,
): Address | 'address-unknown' | 'in-container' {
  switch (address.kind) {
    case 'tcp':
      return address;
    case 'file':
      return { kind: 'file', path: textOf(address.path) };
    case 'socket': {
      if (address.path !== undefined) return { kind: 'socket', path: textOf(address.path) };
      const isPostgres = engine === 'postgresql';
      return {
        kind: 'socket',
        path: isPostgres ? `${postgresqlSocketFolder}/.s.PGSQL.${defaultPort(engine)}` : mysqlSocket,
      };
    }
    case 'container':
      return address.published === undefined ? 'in-container' : { kind: 'tcp', ...address.published };
    case 'unknown':
      return 'address-unknown';
  }
}
