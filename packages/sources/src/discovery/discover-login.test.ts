import { systemClock } from '@lumbung/stdx/node';
import { describe, expect, it } from 'vitest';
import type { Target } from '../connection/target.ts';
import { findPostgresFolder, findProgram } from '../testing/find-program.ts';
import { haveServer, startMariadb, startPostgres, TEST_PASSWORD } from '../testing/index.ts';
import { askProgram } from '../testing/run-program.ts';
import { databaseTarget, type TargetDefaults } from './database-target.ts';
import { discoverApplications } from './discover-applications.ts';
import * as skeletons from './testing/skeletons.ts';
import { type Tree, within, writeTree } from './testing/write-tree.ts';

const single = TEST_PASSWORD.replace(/[\\']/g, '\\$&');
const double = TEST_PASSWORD.replace(/[\\"$]/g, '\\$&');

/** Where a driver would log in to each database of the tree, by the name of the database. */
async function targetsOf(tree: Tree, defaults: TargetDefaults): Promise<ReadonlyMap<string, Target>> {
  await using written = await writeTree(tree);
  const { applications } = await discoverApplications([written.root], {
    clock: systemClock,
    signal: AbortSignal.any([]),
  });
  const databases = applications.flatMap(({ components }) => components.databases);
  return new Map(
    databases.flatMap((database) => {
      const found = databaseTarget(database, defaults);
      return found.status === 'ready' ? [[database.database ?? '', found.target] as const] : [];
    }),
  );
}

const DEFAULTS: TargetDefaults = { mysqlSocket: '/gone.sock', postgresqlSocketFolder: '/gone', connectTimeoutMs: 1000 };

describe.skipIf(!haveServer('mariadb'))('what is found logs in to MariaDB', () => {
  it('by its socket, with a password of odd characters, in any way of writing', async () => {
    await using server = await startMariadb();
    const names = ['di_laravel', 'di_ci3', 'di_wordpress', 'di_koneksi', 'di_pdo'];
    const literal = TEST_PASSWORD.replace(/[\\']/g, '\\$&');
    await server.client(`CREATE USER 'aplikasi'@'localhost' IDENTIFIED BY '${literal}'`);
    for (const name of names) {
      await server.client(`CREATE DATABASE ${name}; GRANT SELECT ON ${name}.* TO 'aplikasi'@'localhost'`);
    }
    const { socketPath } = server;
    const targets = await targetsOf(
      {
        ...within('a', {
          ...skeletons.laravel,
          '.env': `DB_CONNECTION=mysql\nDB_HOST=localhost\nDB_SOCKET=${socketPath}\nDB_DATABASE=di_laravel\nDB_USERNAME=aplikasi\nDB_PASSWORD="${double}"\n`,
        }),
        ...within('b', {
          ...skeletons.codeigniter3,
          'application/config/database.php': `<?php $active_group = 'default'; $db['default'] = array('hostname' => 'localhost:${socketPath}', 'username' => 'aplikasi', 'password' => '${single}', 'database' => 'di_ci3', 'dbdriver' => 'mysqli');`,
        }),
        ...within('c', {
          ...skeletons.wordpress,
          'wp-config.php': `<?php define('DB_NAME', 'di_wordpress'); define('DB_USER', 'aplikasi'); define('DB_PASSWORD', "${double}"); define('DB_HOST', ':${socketPath}');`,
        }),
        // The default socket of the machine.
        'd/koneksi.php': `<?php $pass = '${single}'; $k = mysqli_connect("localhost", "aplikasi", $pass, "di_koneksi");`,
        'e/koneksi.php': `<?php\n$pass = <<<'X'\n${TEST_PASSWORD}\nX;\nnew PDO("mysql:unix_socket=${socketPath};dbname=di_pdo", 'aplikasi', $pass);`,
      },
      { ...DEFAULTS, mysqlSocket: socketPath },
    );
    expect([...targets.keys()].sort()).toEqual(names.sort());
    const mariadb = findProgram('mariadb')!;
    const login = (target: Target, password: string) => {
      const { address, user = '', database = '' } = target;
      const socket = address.kind === 'socket' ? address.path : '';
      const args = ['--no-defaults', `--socket=${socket}`, `--user=${user}`, '-N', '-e', 'SELECT DATABASE()', database];
      return askProgram(mariadb, args, { env: { MYSQL_PWD: password } });
    };
    for (const [name, target] of targets) expect(await login(target, target.password?.reveal() ?? '')).toBe(name);
    // Control: another password does not.
    await expect(login(targets.get('di_ci3')!, 'salah')).rejects.toThrow(/Access denied/);
  });
});

describe.skipIf(!haveServer('postgres'))('what is found logs in to PostgreSQL', () => {
  it('over TCP, with a password that is percent-encoded, quoted or escaped', async () => {
    await using server = await startPostgres({ tcp: true });
    const names = ['di_laravel', 'di_django', 'di_moodle', 'di_ci4'];
    await server.client(`CREATE ROLE aplikasi LOGIN PASSWORD '${TEST_PASSWORD.replaceAll("'", "''")}'`);
    for (const name of names) await server.client(`CREATE DATABASE ${name}`);
    const { port } = server;
    const targets = await targetsOf(
      {
        ...within('a', {
          ...skeletons.laravel,
          '.env': `DB_CONNECTION=pgsql\nDB_HOST=127.0.0.1\nDB_PORT=${port}\nDB_DATABASE=di_laravel\nDB_USERNAME=aplikasi\nDB_PASSWORD="${double}"\n`,
        }),
        ...within('b', {
          ...skeletons.django,
          '.env': `DATABASE_URL=postgres://aplikasi:${encodeURIComponent(TEST_PASSWORD)}@127.0.0.1:${port}/di_django\n`,
        }),
        ...within('c', {
          ...skeletons.moodle,
          'config.php': `<?php $CFG = new stdClass(); $CFG->dbtype = 'pgsql'; $CFG->dbhost = '127.0.0.1'; $CFG->dbname = 'di_moodle'; $CFG->dbuser = 'aplikasi'; $CFG->dbpass = '${single}'; $CFG->dboptions = ['dbport' => '${port}'];`,
        }),
        ...within('d', {
          ...skeletons.codeigniter4,
          '.env': `database.default.hostname = 127.0.0.1\ndatabase.default.database = di_ci4\ndatabase.default.username = aplikasi\ndatabase.default.password = "${double}"\ndatabase.default.DBDriver = Postgre\ndatabase.default.port = ${port}\n`,
        }),
      },
      DEFAULTS,
    );
    expect([...targets.keys()].filter((name) => name.startsWith('di_')).sort()).toEqual(names.sort());
    const psql = `${findPostgresFolder()}/psql`;
    const login = (target: Target, password: string) => {
      const { address, user = '', database = '' } = target;
      const place = address.kind === 'tcp' ? ['-h', address.host, '-p', String(address.port)] : [];
      return askProgram(psql, ['-X', '-At', ...place, '-U', user, '-d', database, '-c', 'SELECT current_database()'], {
        env: { PGPASSWORD: password },
      });
    };
    for (const name of names) {
      const target = targets.get(name)!;
      expect(await login(target, target.password?.reveal() ?? '')).toBe(name);
    }
    // Control: another password does not.
    await expect(login(targets.get('di_django')!, 'salah')).rejects.toThrow(/password authentication failed/);
  });
});
