// The same museums on servers of other versions than the distribution's, and from an older server to a newer one.
import {
  peerServers,
  type ServerEngine,
  type ServerPrograms,
  startMariadb,
  startMysql,
  startPostgres,
  startRedis,
  type TestServer,
  type TestServerOptions,
} from '@lumbung/sources/testing';
import { describe, expect, it } from 'vitest';
import { museumThroughRepository } from './museum-way.ts';

const START: Readonly<Record<ServerEngine, (options: TestServerOptions) => Promise<TestServer>>> = {
  postgresql: startPostgres,
  mysql: startMysql,
  mariadb: startMariadb,
  redis: startRedis,
};
const PEERS = new Map(peerServers().map((peer) => [peer.name, peer]));
const WANTED = [
  'postgresql-13',
  'postgresql-14',
  'postgresql-16',
  'postgresql-17',
  'postgresql-18',
  'mysql-9',
  'mariadb-11',
  'redis-8',
  'valkey-9',
];

function starter(programs: ServerPrograms): () => Promise<TestServer> {
  return () => START[programs.engine]({ programs });
}

describe.each(WANTED)('a database of %s', (name) => {
  const programs = PEERS.get(name);
  if (programs === undefined) console.log(`SKIPPED: what needs ${name}: it was not fetched (scripts/peer-servers.ts)`);

  it.skipIf(programs === undefined)('is on another such server what it was', async () => {
    const start = starter(programs!);
    await museumThroughRepository(start, start, (restored, original) => expect(restored).toEqual(original));
  });
});
