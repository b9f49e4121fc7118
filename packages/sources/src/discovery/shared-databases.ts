import type { ByteString } from '@lumbung/stdx';
import type { ApplicationAddress, ApplicationKind, DiscoveredApplication, DiscoveredDatabase } from './application.ts';

/** A database, and every application that uses it. */
export interface SharedDatabase {
  /** As the first of the applications is configured. */
  readonly database: DiscoveredDatabase;
  readonly applications: readonly {
    readonly kind: ApplicationKind;
    readonly name: string;
    readonly root: ByteString;
  }[];
}

/**
 * Every database once. Without `identityOf`, two are the same when their address and name are: `localhost` and
 * `127.0.0.1` stay apart, since the one is a socket and the other may lead into a container, and a database counted
 * twice costs a second backup, while one counted too little costs a database.
 * @param identityOf what the server says it is, once it was asked: its system identifier or UUID; undefined: not known
 */
export function sharedDatabases(
  applications: readonly DiscoveredApplication[],
  identityOf: (database: DiscoveredDatabase) => string | undefined = () => undefined,
): readonly SharedDatabase[] {
  const shared = new Map<string, { database: DiscoveredDatabase; users: SharedDatabase['applications'][number][] }>();
  for (const { kind, name, root, components } of applications) {
    for (const database of components.databases) {
      const key = keyOf(database, identityOf(database));
      const known = shared.get(key);
      const user = { kind, name, root };
      if (known === undefined) shared.set(key, { database, users: [user] });
      else if (!known.users.some((other) => other.root === root && other.kind === kind)) known.users.push(user);
    }
  }
  return [...shared.values()].map(({ database, users }) => ({ database, applications: users }));
}

function keyOf(database: DiscoveredDatabase, identity: string | undefined): string {
  const server = identity === undefined ? addressKey(database.address, database.source) : ['identity', identity];
  // MariaDB is what it is, whatever an application's driver calls it.
  const engine = database.engine === 'mariadb' ? 'mysql' : database.engine;
  return JSON.stringify([engine, server, database.database ?? null]);
}

function addressKey(address: ApplicationAddress, source: DiscoveredDatabase['source']): readonly unknown[] {
  switch (address.kind) {
    case 'socket':
      return ['socket', address.path ?? null];
    case 'tcp':
      return ['tcp', address.host, address.port];
    case 'file':
      return ['file', address.path];
    case 'container':
      return ['container', address.project, address.service];
    case 'unknown':
      // Two that are not known are not the same.
      return ['unknown', source.path, source.line];
  }
}
