import { isLoopback } from './address.ts';
import type { ApplicationAddress, DiscoveredApplication, DiscoveredDatabase } from './application.ts';
import type { ApplicationEngine } from './dsn.ts';

/** A server and the databases that it says it has. */
export interface ServerDatabases {
  readonly engine: ApplicationEngine;
  /** Every address by which applications may reach it. */
  readonly addresses: readonly ApplicationAddress[];
  readonly databases: readonly string[];
}

export interface UncoveredDatabase {
  readonly server: ServerDatabases;
  readonly database: string;
}

/** What servers bring themselves. `postgres` is not among them: people keep data in it. */
const OWN_DATABASES: Readonly<Partial<Record<ApplicationEngine, ReadonlySet<string>>>> = {
  mysql: new Set(['information_schema', 'performance_schema', 'mysql', 'sys']),
  mariadb: new Set(['information_schema', 'performance_schema', 'mysql', 'sys']),
  postgresql: new Set(['template0', 'template1']),
};

/** Databases of servers that no application is known to use. Names are compared exactly: one too many is looked at by a
 *  person, one too few is a database without a backup. */
export function uncoveredDatabases(
  servers: readonly ServerDatabases[],
  applications: readonly DiscoveredApplication[],
): readonly UncoveredDatabase[] {
  const used = applications.flatMap(({ components }) => components.databases);
  return servers.flatMap((server) => {
    const names = new Set(used.flatMap((database) => (isOn(server, database) ? (database.database ?? []) : [])));
    return server.databases
      .filter((database) => !names.has(database) && !(OWN_DATABASES[server.engine]?.has(database) ?? false))
      .map((database) => ({ server, database }));
  });
}

function isOn(server: ServerDatabases, { engine, address }: DiscoveredDatabase): boolean {
  return familyOf(engine) === familyOf(server.engine) && server.addresses.some((other) => isSameServer(other, address));
}

function familyOf(engine: ApplicationEngine): string {
  return engine === 'mariadb' ? 'mysql' : engine;
}

function isSameServer(server: ApplicationAddress, used: ApplicationAddress): boolean {
  if (used.kind === 'socket') {
    if (server.kind !== 'socket') return false;
    // The default of a client library, wherever that is.
    return used.path === undefined || server.path === undefined || used.path === server.path;
  }
  if (used.kind === 'tcp') {
    if (server.kind !== 'tcp' || server.port !== used.port) return false;
    return server.host === used.host || (isLoopback(server.host) && isLoopback(used.host));
  }
  if (used.kind === 'container' && server.kind === 'container') {
    return used.project === server.project && used.service === server.service;
  }
  if (used.kind === 'container' && server.kind === 'tcp' && used.published !== undefined) {
    return isSameServer(server, { kind: 'tcp', ...used.published });
  }
  return false;
}
