// The two engines: how each is started and filled, and how its own tools are called. Folders and names are ours, and need
// no quotes in a shell.
import { startMariadb, startPostgres, type TestServer } from '@lumbung/sources/testing';
import { fillMariadb, fillMariadbApplications } from './mariadb-database.ts';
import { fillPostgres, fillPostgresApplications } from './postgres-database.ts';

/** Shell commands of the engine's own tools. */
export interface EngineTools {
  /** Writes the whole database to standard output, as a careful administrator calls it. */
  dump(database: string): string;
  /** Other ways that write a file or folder `to`, by what a reader calls them. */
  readonly otherDumps: Readonly<Record<string, (database: string, to: string) => string>>;
  /** What is kept for a restore by hand, and both restores from it, into a database that does not exist. */
  readonly byHand: {
    readonly name: string;
    keep(database: string, to: string): string;
    restoreAll(from: string, database: string): string;
    restoreTable(from: string, database: string, table: string): string;
  };
  /** Runs SQL of its standard input in a database that does not exist. */
  loadInto(database: string): string;
}

export interface BenchEngine {
  readonly name: 'postgresql' | 'mariadb';
  readonly title: string;
  /** As the test servers call it. */
  readonly program: 'postgres' | 'mariadb';
  readonly dumpTool: string;
  start(): Promise<TestServer>;
  tools(server: TestServer): EngineTools;
  url(server: TestServer, database?: string): string;
  /** A database that is there, and empty. */
  fill(server: TestServer, database: string, scale: number): Promise<void>;
  fillApplications(server: TestServer, database: string): Promise<void>;
  /** Bytes with indexes, as the server says. */
  sizeSql(database: string): string;
}

const postgres: BenchEngine = {
  name: 'postgresql',
  title: 'PostgreSQL',
  program: 'postgres',
  dumpTool: 'pg_dump',
  start: () =>
    startPostgres({ settings: { shared_buffers: '256MB', maintenance_work_mem: '256MB', work_mem: '64MB' } }),
  url: (server, database = '') =>
    `postgresql:///${database}?host=${encodeURIComponent(server.socketFolder)}&user=postgres`,
  fill: fillPostgres,
  fillApplications: fillPostgresApplications,
  sizeSql: (database) => `SELECT pg_database_size('${database}')`,
  tools: (server) => {
    const login = `-h ${server.socketFolder} -p ${server.port} -U postgres`;
    const create = (database: string): string => `createdb ${login} ${database}`;
    const inParallel = (database: string, to: string): string =>
      `pg_dump ${login} -Fd -j2 --no-sync -f ${to} ${database}`;
    return {
      dump: (database) => `pg_dump ${login} ${database}`,
      otherDumps: {
        'pg_dump -Fd -j2 -Z0 into a folder': (database, to) =>
          `pg_dump ${login} -Fd -j2 -Z0 --no-sync -f ${to} ${database}`,
        'pg_dump -Fc': (database, to) => `pg_dump ${login} -Fc -f ${to} ${database}`,
        'pg_dump -Fd -j2': inParallel,
      },
      byHand: {
        name: 'pg_restore -j2 from pg_dump -Fd',
        keep: inParallel,
        restoreAll: (from, database) => `${create(database)} && pg_restore ${login} -d ${database} -j2 ${from}`,
        restoreTable: (from, database, table) =>
          `${create(database)} && pg_restore ${login} -d ${database} -t ${table} ${from}`,
      },
      loadInto: (database) =>
        `${create(database)} && psql ${login} -X -q -v ON_ERROR_STOP=1 -d ${database} -o /dev/null`,
    };
  },
};

const mariadb: BenchEngine = {
  name: 'mariadb',
  title: 'MariaDB',
  program: 'mariadb',
  dumpTool: 'mariadb-dump',
  start: () => startMariadb({ settings: { 'innodb-buffer-pool-size': '512M' } }),
  url: (server, database = '') => `mariadb:///${database}?socket=${encodeURIComponent(server.socketPath)}&user=root`,
  fill: fillMariadb,
  fillApplications: fillMariadbApplications,
  sizeSql: (database) =>
    `SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = '${database}'`,
  tools: (server) => {
    const login = `--no-defaults --socket=${server.socketPath} --user=root --max-allowed-packet=1G`;
    const dump = (database: string): string =>
      `mariadb-dump ${login} --single-transaction --quick --routines --events --triggers --hex-blob ${database}`;
    const create = (database: string): string => `mariadb ${login} -e 'CREATE DATABASE ${database}'`;
    return {
      dump,
      otherDumps: {},
      byHand: {
        name: 'the client, from mariadb-dump with gzip',
        keep: (database, to) => `${dump(database)} | gzip > ${to}`,
        restoreAll: (from, database) => `${create(database)} && gzip -dc ${from} | mariadb ${login} ${database}`,
        // There is no other way than to read all of it and to leave out the rest.
        restoreTable: (from, database, table) =>
          `${create(database)} && (echo 'SET foreign_key_checks = 0;' && gzip -dc ${from} |
             sed -n '/^-- Table structure for table .${table}.$/,/^UNLOCK TABLES;$/p') | mariadb ${login} ${database}`,
      },
      loadInto: (database) => `${create(database)} && mariadb ${login} ${database}`,
    };
  },
};

export const ENGINES: readonly BenchEngine[] = [postgres, mariadb];

/** Memory-backed, as the page says. */
export function isInMemory(server: TestServer): boolean {
  return server.dataFolder.startsWith('/dev/shm/');
}
