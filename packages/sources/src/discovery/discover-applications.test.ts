import { inspect } from 'node:util';
import { systemClock } from '@lumbung/stdx/node';
import { describe, expect, it } from 'vitest';
import type { DiscoveredApplication, DiscoveredDatabase } from './application.ts';
import { type Discovery, type DiscoveryOptions, discoverApplications } from './discover-applications.ts';
import * as skeletons from './testing/skeletons.ts';
import { type Tree, type WrittenTree, within, writeTree } from './testing/write-tree.ts';

const options = (more: Partial<DiscoveryOptions> = {}): DiscoveryOptions => ({
  clock: systemClock,
  signal: AbortSignal.any([]),
  ...more,
});

async function discover(
  tree: Tree,
  more: Partial<DiscoveryOptions> = {},
): Promise<Discovery & { readonly tree: WrittenTree }> {
  await using written = await writeTree(tree);
  return { ...(await discoverApplications([written.root], options(more))), tree: written };
}

async function only(
  tree: Tree,
): Promise<{ application: DiscoveredApplication; tree: WrittenTree; discovery: Discovery }> {
  const discovery = await discover(tree);
  expect(discovery.applications.map(({ kind, name }) => `${kind} ${name}`)).toHaveLength(1);
  return { application: discovery.applications[0]!, tree: discovery.tree, discovery };
}

/** What a test compares: everything but where it is written. */
function plain({ engine, address, database, user, password, tablePrefix, group }: DiscoveredDatabase) {
  return {
    engine,
    address,
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(tablePrefix === undefined ? {} : { prefix: tablePrefix }),
    group,
  };
}

const databasesOf = (application: DiscoveredApplication) => application.components.databases.map(plain);
const codesOf = (application: DiscoveredApplication) => application.warnings.map(({ code }) => code);
const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port });

describe('Laravel', () => {
  it('is found with the database in use, the second connection, its queue and its bucket', async () => {
    const { application } = await only(skeletons.laravel);
    expect(application).toMatchObject({
      kind: 'laravel',
      name: 'SIMPEG Kabupaten',
      version: '11.44.2',
      url: 'https://simpeg.example.go.id',
      confidence: 'high',
      buckets: [{ name: 'simpeg-berkas', endpoint: 'https://s3.example.go.id' }],
      redis: [{ address: tcp('127.0.0.1', 6379), use: 'queue' }],
    });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: { kind: 'socket' },
        database: 'simpeg',
        user: 'simpeg_app',
        password: 'p@ss:w/ör',
        group: 'mysql',
      },
      {
        engine: 'mysql',
        address: tcp('10.10.1.5', 3306),
        database: 'simpeg_arsip',
        user: 'arsip',
        password: '',
        group: 'mysql_arsip',
      },
    ]);
    expect(application.redis[0]?.password).toBeUndefined();
  });

  it('says in which line of which file a database is named', async () => {
    const { application, tree } = await only(skeletons.laravel);
    expect(application.components.databases[0]?.source).toEqual({ path: tree.path('.env'), line: 8 });
  });

  it('takes what the cache says when the configuration is cached, and names what the source says', async () => {
    const { application } = await only(skeletons.laravelCached);
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: tcp('127.0.0.1', 3307),
        database: 'perizinan',
        user: 'izin',
        password: "la'ma",
        group: 'mysql',
      },
    ]);
    expect(application.warnings).toContainEqual(
      expect.objectContaining({ code: 'CONFIG_CACHE_STALE', detail: 'perizinan_baru' }),
    );
  });

  it('without the cache takes the source', async () => {
    const { 'bootstrap/cache/config.php': _, ...source } = skeletons.laravelCached;
    const { application } = await only(source);
    expect(databasesOf(application)[0]).toMatchObject({ database: 'perizinan_baru', address: tcp('127.0.0.1', 3306) });
    expect(codesOf(application)).not.toContain('CONFIG_CACHE_STALE');
  });

  it('lets an address count before single fields', async () => {
    const { application } = await only({
      ...skeletons.laravel,
      '.env': 'DB_CONNECTION=mysql\nDB_URL=pgsql://u:p%23@10.0.0.3:6000/lain\nDB_HOST=localhost\nDB_DATABASE=simpeg\n',
    });
    expect(databasesOf(application)[0]).toMatchObject({
      engine: 'postgresql',
      address: tcp('10.0.0.3', 6000),
      database: 'lain',
      password: 'p#',
    });
  });

  it('is found without a configuration file of its own, and with its SQLite file', async () => {
    const { 'config/database.php': _, ...rest } = skeletons.laravel;
    const { application, tree } = await only({
      ...rest,
      '.env': 'DB_CONNECTION=sqlite\n',
      'database/database.sqlite': { sqlite: true },
    });
    const path = tree.path('database/database.sqlite');
    expect(application.components.databases).toHaveLength(1);
    expect(application.components.databases[0]).toMatchObject({ engine: 'sqlite', address: { kind: 'file', path } });
    const excluded = application.components.files.excludes.map(({ pattern }) => pattern as string);
    expect(excluded).toContain(path);
    expect(excluded).toContain(`${path}-wal`);
  });

  it('without .env names the variables that the environment must bring', async () => {
    const { '.env': _, ...rest } = skeletons.laravel;
    const { application } = await only({ ...rest, 'config/database.php': rest['config/database.php'] as string });
    expect(codesOf(application)).toContain('CONFIG_MISSING');
    expect(application.components.databases).toMatchObject([
      { group: 'mysql_arsip', unresolved: ['database', 'user', 'password', 'host', 'port'] },
    ]);
    expect(application.warnings).toContainEqual(
      expect.objectContaining({ code: 'VALUE_FROM_ENVIRONMENT', detail: 'DB_DATABASE_SECOND' }),
    );
  });

  it('in releases side by side is found once, as the one in use', async () => {
    const { applications, tree } = await discover({
      ...within('simpeg/releases/1', { ...skeletons.laravel, '.env': 'DB_CONNECTION=mysql\nDB_DATABASE=lama\n' }),
      ...within('simpeg/releases/2', { ...skeletons.laravel, '.env': { link: '../../shared/.env' } }),
      'simpeg/shared/.env': 'DB_CONNECTION=mysql\nDB_HOST=localhost\nDB_DATABASE=sekarang\n',
      'simpeg/current': { link: 'releases/2' },
    });
    expect(applications.map(databasesOf).flat()).toMatchObject([{ database: 'sekarang' }]);
    expect(applications[0]).toMatchObject({ name: 'simpeg', root: tree.path('simpeg/releases/2') });
    expect(applications[0]?.components.files.paths).toEqual([tree.path('simpeg')]);
  });
});

describe('CodeIgniter', () => {
  it('4 is found with its groups, .env over the class, not those of tests or comments', async () => {
    const { application } = await only(skeletons.codeigniter4);
    expect(application).toMatchObject({
      kind: 'codeigniter4',
      version: '4.5.5',
      url: 'https://ekinerja.example.go.id/',
    });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: tcp('127.0.0.1', 3306),
        database: 'ekinerja',
        user: 'ekinerja',
        password: 'satu dua',
        prefix: 'ek_',
        group: 'default',
      },
      {
        engine: 'postgresql',
        address: tcp('db.internal', 5433),
        database: 'presensi',
        user: 'presensi',
        password: 'rahasia',
        group: 'presensi',
      },
    ]);
  });

  it('3 is found with every group in any way of writing, and without what is commented out', async () => {
    const { application } = await only(skeletons.codeigniter3);
    expect(application).toMatchObject({ kind: 'codeigniter3', version: '3.1.11', url: 'http://sipd.local/' });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: { kind: 'socket' },
        database: 'sipd',
        user: 'root',
        password: 'S!pd"2020',
        group: 'default',
      },
      {
        engine: 'mysql',
        address: tcp('192.168.1.20', 3307),
        database: 'absensi',
        user: 'absen',
        password: 'a$b',
        group: 'absensi',
      },
      {
        engine: 'postgresql',
        address: tcp('10.0.0.9', 5432),
        database: 'mesin_absen',
        user: 'mesin',
        password: 'x',
        group: 'mesin',
      },
    ]);
  });

  it('3 is found with its folders above what the web server may see', async () => {
    const { 'system/core/CodeIgniter.php': core, 'index.php': index, ...rest } = skeletons.codeigniter3;
    const { applications, tree } = await discover({
      ...within('lib', rest),
      'lib/system/core/CodeIgniter.php': core!,
      'www/index.php': (index as string)
        .replace("= 'system'", "= '../lib/system'")
        .replace("= 'application'", "= '../lib/application/'"),
    });
    expect(applications.map(({ root }) => root)).toContain(tree.path('www'));
    const found = applications.find(({ root }) => root === tree.path('www'))!;
    expect(databasesOf(found).map(({ database }) => database)).toEqual(['sipd', 'absensi', 'mesin_absen']);
    expect(found.components.files.paths).toEqual([tree.path('www'), tree.path('lib/application')]);
  });

  it('3 takes the file of the environment that the web server sets', async () => {
    const { application } = await only(skeletons.codeigniter3Environments);
    expect(databasesOf(application)).toMatchObject([{ database: 'sipd_prod', address: tcp('127.0.0.1', 3306) }]);
  });

  it('3 names databases of an environment that may be the one', async () => {
    const { '.htaccess': _, ...rest } = skeletons.codeigniter3Environments;
    const { application } = await only(rest);
    expect(databasesOf(application).map(({ group, database }) => `${group} ${database}`)).toEqual([
      'default sipd',
      'absensi absensi',
      'mesin mesin_absen',
      'production/default sipd_prod',
    ]);
    expect(codesOf(application)).toContain('ENVIRONMENT_UNCERTAIN');
  });
});

describe('WordPress', () => {
  it('is found, with the socket in its host and its odd password, and plugins are no applications', async () => {
    const { application } = await only(skeletons.wordpress);
    expect(application).toMatchObject({ kind: 'wordpress', version: '6.7.1', url: 'https://dinas.example.go.id' });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: { kind: 'socket', path: '/run/mysqld/mysqld.sock' },
        database: 'web_dinas',
        user: 'web',
        password: `a'b\\c"d$e`,
        prefix: 'wpd_',
        group: 'default',
      },
    ]);
    expect(codesOf(application)).toContain('MULTISITE');
  });

  it('is found with its settings one folder up, even above what is searched', async () => {
    await using tree = await writeTree(skeletons.wordpressConfigAbove);
    const { applications } = await discoverApplications([tree.path('public_html')], options());
    expect(applications).toHaveLength(1);
    expect(databasesOf(applications[0]!)).toMatchObject([{ database: 'portal', address: tcp('2001:db8::5', 3307) }]);
    expect(applications[0]?.components.files.paths).toEqual([tree.path('public_html'), tree.path('wp-config.php')]);
  });

  it('does not take the settings above when they are those of another WordPress', async () => {
    const { applications } = await discover({
      ...skeletons.wordpress,
      'blog/wp-settings.php': '<?php',
      'blog/wp-load.php': '<?php',
    });
    expect(applications.map(({ root }) => root.split('/').at(-1)).at(-1)).toBe('blog');
    expect(applications[1]?.components.databases).toEqual([]);
    expect(codesOf(applications[1]!)).toContain('CONFIG_MISSING');
  });

  it('whose settings come from the environment names the variables', async () => {
    const { application } = await only({
      ...skeletons.wordpress,
      'wp-config.php':
        "<?php\ndefine('DB_NAME', getenv_docker('WORDPRESS_DB_NAME', 'wordpress'));\ndefine('DB_HOST', getenv('H'));",
    });
    expect(application.components.databases[0]).toMatchObject({
      address: { kind: 'unknown' },
      unresolved: ['database', 'host'],
    });
    expect(application.warnings).toContainEqual(
      expect.objectContaining({ code: 'VALUE_FROM_ENVIRONMENT', detail: 'WORDPRESS_DB_NAME' }),
    );
  });
});

describe('Moodle, Nextcloud and ownCloud', () => {
  it('Moodle is found with its data folder, and the socket it is told to use', async () => {
    const { application } = await only(skeletons.moodle);
    expect(application).toMatchObject({
      kind: 'moodle',
      version: '4.4 (Build: 20240422)',
      url: 'https://elearning.example.go.id',
    });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'postgresql',
        address: { kind: 'socket', path: '/var/run/postgresql/.s.PGSQL.5433' },
        database: 'elearning',
        user: 'moodle',
        password: 'kelas#1',
        prefix: 'mdl_',
        group: 'default',
      },
    ]);
    expect(application.components.files.paths).toContain('/srv/moodledata');
    expect(application.components.files.excludes).toContainEqual({
      pattern: '/srv/moodledata/trashdir',
      reason: 'trash',
    });
  });

  it('Nextcloud is found with all its files of settings laid over each other, and documents are no applications', async () => {
    const { application } = await only(skeletons.nextcloud);
    expect(application).toMatchObject({ kind: 'nextcloud', version: '30.0.2', url: 'https://cloud.example.go.id' });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: tcp('db.internal', 3310),
        database: 'nextcloud',
        user: 'oc_admin',
        password: 'awan',
        prefix: 'oc_',
        group: 'default',
      },
    ]);
    expect(application.buckets).toMatchObject([{ name: 'awan-berkas', endpoint: 's3.example.go.id' }]);
    expect(application.components.files.paths).toContain('/srv/nextcloud-data');
  });

  it('ownCloud is found with its SQLite file', async () => {
    const { application, tree } = await only(skeletons.owncloudSqlite);
    expect(application).toMatchObject({ kind: 'owncloud', version: '10.15.0' });
    expect(application.components.databases).toMatchObject([
      { engine: 'sqlite', address: { kind: 'file', path: tree.path('data/owncloud.db') } },
    ]);
  });
});

describe('hand-written PHP', () => {
  it('is found by its koneksi.php, once, to be confirmed', async () => {
    const { application } = await only(within('perpus', skeletons.koneksi));
    expect(application).toMatchObject({ kind: 'plain-php', name: 'perpus', confidence: 'low' });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mysql',
        address: { kind: 'socket' },
        database: 'perpustakaan',
        user: 'root',
        password: '',
        group: 'koneksi.php',
      },
    ]);
    expect(codesOf(application)).toContain('BACKUP_FILE_INSIDE');
  });

  it('is found with the old functions and a database that is selected later', async () => {
    const { application, tree } = await only(within('arsip', skeletons.oldMysql));
    expect(application.root).toBe(tree.path('arsip'));
    expect(databasesOf(application)).toMatchObject([
      { database: 'arsip_surat', address: tcp('192.168.0.2', 3306), user: 'arsip', password: 'arsip123' },
    ]);
  });

  it('is found with its connection in a class, constants from a file that is included', async () => {
    const { application, tree } = await only(within('antrian', skeletons.pdoClass));
    expect(application.root).toBe(tree.path('antrian'));
    expect(databasesOf(application)).toMatchObject([
      { database: 'antrian', address: tcp('db2.internal', 3306), user: 'antri', password: `a'b"c` },
    ]);
  });

  it('is found by constants, where the connection is in a class that does not include them', async () => {
    const { applications, tree } = await discover(within('mvc', skeletons.phpMvc));
    expect(applications.flatMap(databasesOf)).toMatchObject([
      { engine: 'mysql', address: { kind: 'socket' }, database: 'phpmvc', user: 'mvc', password: 'mvc123' },
    ]);
    expect(applications[0]?.components.databases[0]?.source).toEqual({
      path: tree.path('mvc/app/config/config.php'),
      line: 7,
    });
    expect(applications.map(({ root }) => root)).toEqual([tree.path('mvc')]);
    expect(codesOf(applications[0]!)).toEqual([]);
  });

  it('is found by an array with an address of PDO', async () => {
    const { application, tree } = await only(within('yii', skeletons.yii));
    expect(application.root).toBe(tree.path('yii'));
    expect(databasesOf(application)).toMatchObject([
      { engine: 'postgresql', address: tcp('10.0.0.7', 5432), database: 'kepegawaian', user: 'yii', password: 'yii#1' },
    ]);
  });

  it('below another application is one of its own when it has another database', async () => {
    const { applications } = await discover({ ...skeletons.wordpress, ...within('perpus', skeletons.koneksi) });
    expect(applications.map(({ kind, name }) => [kind, name])).toEqual([
      ['wordpress', expect.any(String)],
      ['plain-php', 'perpus'],
    ]);
  });

  it('gives both databases where a condition decides, and says so', async () => {
    const { application } = await only({
      'koneksi.php': `<?php if ($_SERVER['HTTP_HOST'] == 'localhost') { $db = 'uji'; $c = mysqli_connect('localhost', 'root', '', $db); }
        else { $db = 'nyata'; $c = mysqli_connect('10.0.0.1', 'app', 'x', $db); }`,
    });
    expect(databasesOf(application).map(({ database }) => database)).toEqual(['uji', 'nyata']);
    expect(codesOf(application)).toContain('VALUE_CONDITIONAL');
  });
});

describe('Docker Compose', () => {
  it('is found with the databases of its services, secrets from files, overrides and variables', async () => {
    const { application, tree } = await only(within('layanan', skeletons.compose));
    const root = tree.path('layanan');
    const container = { kind: 'container', project: root, projectName: 'layanan' };
    expect(application).toMatchObject({ kind: 'compose', name: 'layanan', url: 'https://layanan.example.go.id' });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'mariadb',
        address: { ...container, service: 'db', port: 3306, published: { host: '127.0.0.1', port: 3311 } },
        database: 'web',
        user: 'web2',
        password: 'dari-berkas',
        group: 'db',
      },
      {
        engine: 'postgresql',
        address: { ...container, service: 'geo', port: 5432 },
        database: 'peta',
        user: 'peta',
        password: 'p$1',
        group: 'geo',
      },
    ]);
    expect(application.redis).toMatchObject([{ address: { kind: 'container', service: 'cache' }, use: 'service' }]);
    expect(application.redis[0]?.password?.reveal()).toBe('r4hasia');
    expect(application.services.find(({ name }) => name === 'db')?.image).toBe('mariadb:11.8');
  });

  it('leaves the folders of database servers out of the files, and takes the others', async () => {
    const { application, tree } = await only(within('layanan', skeletons.compose));
    expect(application.volumes.map(({ service, target, holds }) => `${service} ${target} ${holds}`)).toEqual([
      'web /var/www/html data',
      'db /var/lib/mysql database',
      'geo /var/lib/postgresql/data database',
    ]);
    expect(application.components.files.excludes).toContainEqual({
      pattern: tree.path('layanan/geo-data'),
      reason: 'database-files',
    });
  });

  it('adds what a service is told to use on a server that names no database', async () => {
    const { application } = await only({
      'docker-compose.yml':
        'services:\n  api:\n    build: .\n    environment:\n      - DATABASE_URL=mysql://api:p%40@basisdata/api_db\n  basisdata:\n    image: mysql:8.0\n    environment:\n      MYSQL_ROOT_PASSWORD: akar\n',
    });
    expect(databasesOf(application)).toMatchObject([
      { engine: 'mysql', address: { service: 'basisdata' }, database: 'api_db', user: 'api', password: 'p@' },
    ]);
  });

  it('gives what a container is told to the application in its folder', async () => {
    const { applications, databases, tree } = await discover({
      'compose.yaml': `services:
  web:
    image: wordpress
    environment: { WORDPRESS_DB_HOST: db, WORDPRESS_DB_NAME: situs, WORDPRESS_DB_USER: situs, WORDPRESS_DB_PASSWORD_FILE: /run/secrets/pw }
    secrets: [pw]
    volumes: [./html:/var/www/html]
  db: { image: mariadb, environment: { MARIADB_ROOT_PASSWORD: akar } }
secrets: { pw: { file: pw.txt } }
`,
      'pw.txt': 'rahasia-web\n',
      ...within('html', skeletons.wordpress),
      'html/wp-config.php': `<?php define('DB_NAME', getenv_docker('WORDPRESS_DB_NAME', 'wordpress')); define('DB_USER', getenv_docker('WORDPRESS_DB_USER', 'x'));
        define('DB_PASSWORD', getenv_docker('WORDPRESS_DB_PASSWORD', 'example')); define('DB_HOST', getenv_docker('WORDPRESS_DB_HOST', 'mysql') . ':' . getenv_docker('WORDPRESS_DB_PORT', '3306'));`,
    });
    const site = applications.find(({ kind }) => kind === 'wordpress')!;
    const address = { kind: 'container', project: tree.root, service: 'db', port: 3306 };
    expect(databasesOf(site)).toMatchObject([
      { engine: 'mariadb', address, database: 'situs', password: 'rahasia-web' },
    ]);
    expect(codesOf(site)).toEqual([]);
    expect(databases.map(({ applications: users }) => users.length)).toEqual([2]);
  });

  it('beside an application makes its host name the service, and counts the database once', async () => {
    const { applications, databases } = await discover({
      ...skeletons.laravel,
      '.env':
        'APP_NAME=Sail\nDB_CONNECTION=mysql\nDB_HOST=mysql\nDB_DATABASE=sail\nDB_USERNAME=sail\nDB_PASSWORD=password\n',
      'docker-compose.yml':
        "services:\n  mysql:\n    image: 'mysql/mysql-server:8.0'\n    environment:\n      MYSQL_ROOT_PASSWORD: '${DB_PASSWORD}'\n      MYSQL_DATABASE: '${DB_DATABASE}'\n      MYSQL_USER: '${DB_USERNAME}'\n      MYSQL_PASSWORD: '${DB_PASSWORD}'\n",
    });
    expect(applications.map(({ kind }) => kind).sort()).toEqual(['compose', 'laravel']);
    expect(databases).toHaveLength(1);
    expect(databases[0]?.applications.map(({ kind }) => kind).sort()).toEqual(['compose', 'laravel']);
  });
});

describe('others', () => {
  it('Prisma: the address is decoded, and the shadow database is none', async () => {
    const { application } = await only(skeletons.nodePrisma);
    expect(application).toMatchObject({ kind: 'node', name: 'antar-jemput', version: '1.2.0' });
    expect(databasesOf(application)).toEqual([
      {
        engine: 'postgresql',
        address: tcp('localhost', 5432),
        database: 'antar',
        user: 'app',
        password: 'p@ss/w',
        group: 'DATABASE_URL',
      },
    ]);
  });

  it('Node: localhost is TCP, and a # ends a value as its dotenv has it', async () => {
    const { application } = await only(skeletons.nodeMysql);
    expect(databasesOf(application)).toMatchObject([
      { engine: 'mysql', address: tcp('localhost', 3306), database: 'bot_wa', user: 'bot', password: 'ab' },
    ]);
  });

  it('Django: the first of two lines counts', async () => {
    const { application } = await only(skeletons.django);
    expect(application.kind).toBe('django');
    expect(databasesOf(application)).toMatchObject([{ database: 'sikd', address: tcp('10.1.1.1', 5432) }]);
    expect(codesOf(application)).toContain('ENV_DUPLICATE');
  });

  it('Django without an environment file: its settings are named, its SQLite file is found', async () => {
    const { application, tree } = await only(skeletons.djangoSqlite);
    expect(codesOf(application)).toContain('CONFIG_IS_CODE');
    expect(application.components.databases).toMatchObject([
      { engine: 'sqlite', address: { kind: 'file', path: tree.path('db.sqlite3') } },
    ]);
  });

  it('Symfony: .env.local counts before .env', async () => {
    const { application } = await only(skeletons.symfony);
    expect(databasesOf(application)).toMatchObject([{ engine: 'mysql', database: 'surat' }]);
  });

  it('an SQLite file anywhere, whatever its name', async () => {
    const { applications } = await discover({ 'data/absen.dat': { sqlite: true }, 'data/absen2': { sqlite: true } });
    expect(applications).toHaveLength(1);
    expect(applications[0]?.kind).toBe('sqlite');
    expect(applications[0]?.components.databases.map(({ group }) => group).sort()).toEqual(['absen.dat', 'absen2']);
  });
});

describe('a server full of applications', () => {
  const everything: Tree = {
    ...within('html/simpeg', skeletons.laravel),
    ...within('html/izin', skeletons.laravelCached),
    ...within('html/ekinerja', skeletons.codeigniter4),
    ...within('html/sipd', skeletons.codeigniter3),
    ...within('html/dinas', skeletons.wordpress),
    ...within('html/portal', skeletons.wordpressConfigAbove),
    ...within('html/elearning', skeletons.moodle),
    ...within('html/cloud', skeletons.nextcloud),
    ...within('html/awan', skeletons.owncloudSqlite),
    ...within('html/perpus', skeletons.koneksi),
    ...within('html/arsip', skeletons.oldMysql),
    ...within('html/antrian', skeletons.pdoClass),
    ...within('html/mvc', skeletons.phpMvc),
    ...within('html/yii', skeletons.yii),
    ...within('srv/layanan', skeletons.compose),
    ...within('srv/antar', skeletons.nodePrisma),
    ...within('srv/bot', skeletons.nodeMysql),
    ...within('srv/sikd', skeletons.django),
    ...within('srv/surat', skeletons.symfony),
    ...within('lain', skeletons.nothing),
  };

  it('is found whole, and nothing that is none', async () => {
    const { applications, isComplete, findings } = await discover(everything);
    expect(isComplete).toBe(true);
    expect(findings).toEqual([]);
    const found = applications.flatMap(({ kind, components }) =>
      components.databases.map(
        ({ database, address }) => `${kind} ${database ?? (address.kind === 'file' ? 'file' : '?')}`,
      ),
    );
    expect(found.sort()).toEqual(
      [
        'laravel simpeg',
        'laravel simpeg_arsip',
        'laravel perizinan',
        'codeigniter4 ekinerja',
        'codeigniter4 presensi',
        'codeigniter3 sipd',
        'codeigniter3 absensi',
        'codeigniter3 mesin_absen',
        'wordpress web_dinas',
        'wordpress portal',
        'moodle elearning',
        'nextcloud nextcloud',
        'owncloud file',
        'plain-php perpustakaan',
        'plain-php arsip_surat',
        'plain-php antrian',
        'plain-php phpmvc',
        'plain-php kepegawaian',
        'compose web',
        'compose peta',
        'node antar',
        'node bot_wa',
        'django sikd',
        'symfony surat',
      ].sort(),
    );
    expect(applications).toHaveLength(19);
  });

  it('shows no password, however it is printed', async () => {
    const discovery = await discover(everything);
    const shown = `${inspect(discovery, { depth: 20 })}${JSON.stringify(discovery)}`;
    const secrets = [
      'p@ss:w/ör',
      'satu dua',
      'S!pd"2020',
      'kelas#1',
      'dari-berkas',
      'r4hasia',
      'arsip123',
      'p@ss/w',
      'kunci-masuk',
      'masuk123',
    ];
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
    // Control: they were read.
    const revealed = discovery.applications.flatMap(({ components }) =>
      components.databases.map(({ password }) => password?.reveal()),
    );
    expect(revealed).toContain('kelas#1');
  });
});

describe('controls', () => {
  it('nothing is found where nothing is', async () => {
    const { applications, isComplete } = await discover(skeletons.nothing);
    expect(applications.map(({ kind, root }) => [kind, root])).toEqual([]);
    expect(isComplete).toBe(true);
  });
});
