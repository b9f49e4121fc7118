// The same museums on servers of other versions than the distribution's, and from an older server to a newer one.
import {
  askProgram,
  clientProgram,
  haveServer,
  type IndependentDump,
  independentDump,
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
import { comparable, museumThroughRepository } from './museum-way.ts';

const START: Readonly<Record<ServerEngine, (options: TestServerOptions) => Promise<TestServer>>> = {
  postgresql: startPostgres,
  mysql: startMysql,
  mariadb: startMariadb,
  redis: startRedis,
};
/** They take ten seconds each on a machine that has nothing else to do. */
const TIMEOUT_MS = 240_000;
const PEERS = new Map(peerServers().map((peer) => [peer.name, peer]));
const WANTED = [
  'postgresql-13',
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

/** Says aloud what is missing. */
function peerOf(name: string): ServerPrograms | undefined {
  const programs = PEERS.get(name);
  if (programs === undefined) console.log(`SKIPPED: what needs ${name}: it was not fetched (scripts/peer-servers.ts)`);
  return programs;
}

describe.each(WANTED)('a database of %s', (name) => {
  const programs = peerOf(name);

  it.skipIf(programs === undefined)(
    'is on another such server what it was',
    async () => {
      const start = starter(programs!);
      await museumThroughRepository({
        startSource: start,
        startTarget: start,
        judge: (restored, original) => expect(restored).toEqual(original),
      });
    },
    TIMEOUT_MS,
  );
});

describe.each([
  { binary: 'mariadb', newer: 'mariadb-11' },
  { binary: 'redis', newer: 'redis-8' },
  { binary: 'redis', newer: 'valkey-9' },
] as const)('a database of $binary, as the distribution has it', ({ binary, newer }) => {
  const programs = peerOf(newer);

  it.skipIf(programs === undefined || !haveServer(binary))(
    `is on ${newer} what it was`,
    async () => {
      await museumThroughRepository({
        startSource: () => START[programs!.engine]({}),
        startTarget: starter(programs!),
        tools: programs!,
        judge: (restored, original) => expect(inOneOrder(restored)).toEqual(inOneOrder(original)),
      });
    },
    TIMEOUT_MS,
  );
});

/** A newer MariaDB prints what is invisible behind the default of a column. */
function inOneOrder(dump: IndependentDump): IndependentDump {
  return { ...dump, schema: dump.schema.replace(/^( {2}`.*) INVISIBLE( .*?)?(,?)$/gm, '$1$2 INVISIBLE$3') };
}

// A newer PostgreSQL prints views and rights in other words, and names what had no name; and so does a newer pg_dump. What
// its definitions should be is then what its own tools make of them on the same server.
describe.each([
  { older: 'postgresql', newer: 'postgresql-17' },
  { older: 'postgresql', newer: 'postgresql-18' },
  { older: 'postgresql-14', newer: 'postgresql-14' },
])('a database of $older', ({ older, newer }) => {
  const target = peerOf(newer);
  const source = older === 'postgresql' ? undefined : peerOf(older);

  it.skipIf(target === undefined || !haveServer('postgres'))(
    `is on ${newer} what it was, and defined as after a dump and restore by the stock tools`,
    async () => {
      let roles = '';
      let stock = '';
      let reference: IndependentDump | undefined;
      await museumThroughRepository({
        startSource: () => startPostgres(source === undefined ? {} : { programs: source }),
        startTarget: starter(target!),
        beforeSourceEnds: async (server) => {
          const login = ['-h', server.socketFolder, '-p', String(server.port), '-U', 'postgres', '--no-password'];
          const ask = async (program: string, ...args: readonly string[]) =>
            await askProgram(clientProgram(server.programs, program), [...args, ...login]);
          roles = (await ask('pg_dumpall', '--globals-only')).replaceAll(/^(?:CREATE|ALTER) ROLE postgres\b.*$/gm, '');
          stock = await ask('pg_dump', '--create', '-d', 'museum');
        },
        beforeRestore: async (server) => {
          // What a newer tool sets, and an older server does not know.
          const known = (sql: string) =>
            sql.replaceAll(/^SET transaction_timeout = 0;$/gm, '').replaceAll(' LOCALE_PROVIDER = libc', '');
          await server.client(known(roles));
          await server.client(known(stock));
          reference = comparable(await independentDump(server, 'museum'));
          await server.client('ALTER DATABASE museum RENAME TO "by the stock tools"');
        },
        judge: (restored, original) => {
          expect({ ...restored, schema: '' }).toEqual({ ...original, schema: '' });
          expect(restored).toEqual(reference);
        },
      });
    },
    TIMEOUT_MS,
  );
});
