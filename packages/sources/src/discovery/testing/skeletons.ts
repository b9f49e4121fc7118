import type { Tree } from './write-tree.ts';

// Small but faithful trees of what stands on the servers of an Indonesian office: the files that a recogniser looks at,
// as the frameworks bring them, with comments, blocks that are commented out and settings of the developer's machine.

const laravelDatabasePhp = String.raw`<?php

use Illuminate\Support\Str;

return [
    /*
    | Default Database Connection Name
    */
    'default' => env('DB_CONNECTION', 'sqlite'),

    'connections' => [

        'sqlite' => [
            'driver' => 'sqlite',
            'url' => env('DB_URL'),
            'database' => env('DB_DATABASE', database_path('database.sqlite')),
            'prefix' => '',
            'foreign_key_constraints' => env('DB_FOREIGN_KEYS', true),
        ],

        'mysql' => [
            'driver' => 'mysql',
            'url' => env('DB_URL'),
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '3306'),
            'database' => env('DB_DATABASE', 'laravel'),
            'username' => env('DB_USERNAME', 'root'),
            'password' => env('DB_PASSWORD', ''),
            'unix_socket' => env('DB_SOCKET', ''),
            'charset' => env('DB_CHARSET', 'utf8mb4'),
            'prefix' => '',
            'prefix_indexes' => true,
            'strict' => true,
            'options' => extension_loaded('pdo_mysql') ? array_filter([
                PDO::MYSQL_ATTR_SSL_CA => env('MYSQL_ATTR_SSL_CA'),
            ]) : [],
        ],

        'mysql_arsip' => [
            'driver' => 'mysql',
            'host' => env('DB_HOST_SECOND', '127.0.0.1'),
            'port' => env('DB_PORT_SECOND', '3306'),
            'database' => env('DB_DATABASE_SECOND', 'forge'),
            'username' => env('DB_USERNAME_SECOND', 'forge'),
            'password' => env('DB_PASSWORD_SECOND', ''),
        ],

        'pgsql' => [
            'driver' => 'pgsql',
            'url' => env('DB_URL'),
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '5432'),
            'database' => env('DB_DATABASE', 'laravel'),
            'username' => env('DB_USERNAME', 'root'),
            'password' => env('DB_PASSWORD', ''),
            'charset' => env('DB_CHARSET', 'utf8'),
            'search_path' => 'public',
            'sslmode' => 'prefer',
        ],
    ],

    'redis' => [
        'client' => env('REDIS_CLIENT', 'phpredis'),
        'options' => ['prefix' => env('REDIS_PREFIX', Str::slug(env('APP_NAME', 'laravel'), '_').'_database_')],
    ],
];
`;

export const laravel: Tree = {
  artisan: '#!/usr/bin/env php\n<?php\n',
  'composer.json': '{"name":"laravel/laravel","type":"project","require":{"php":"^8.2","laravel/framework":"^11.31"}}',
  'package.json': '{"private":true,"devDependencies":{"vite":"^6"}}',
  '.env': `\ufeffAPP_NAME="SIMPEG Kabupaten"\r
APP_KEY=base64:c2VjcmV0\r
APP_URL=https://admin:masuk123@simpeg.example.go.id\r
\r
DB_CONNECTION=mysql\r
DB_HOST=localhost\r
DB_PORT=3306\r
DB_DATABASE=simpeg\r
DB_USERNAME=simpeg_app # dibuat 2021\r
DB_PASSWORD='p@ss:w/ör'\r
#DB_DATABASE=simpeg_lama\r
DB_HOST_SECOND=10.10.1.5\r
DB_DATABASE_SECOND=simpeg_arsip\r
DB_USERNAME_SECOND=arsip\r
QUEUE_CONNECTION=redis\r
REDIS_HOST=127.0.0.1\r
REDIS_PASSWORD=null\r
REDIS_PORT=6379\r
FILESYSTEM_DISK=s3\r
AWS_BUCKET=simpeg-berkas\r
AWS_ENDPOINT=https://s3.example.go.id\r
`,
  'config/database.php': laravelDatabasePhp,
  'vendor/laravel/framework/src/Illuminate/Foundation/Application.php':
    "<?php\nclass Application\n{\n    const VERSION = '11.44.2';\n}\n",
  'vendor/other/package/koneksi.php': "<?php mysqli_connect('localhost', 'root', '', 'vendor_db');",
  'storage/app/berkas.txt': 'x',
  'public/index.php': '<?php\n',
};

/** The cache is what runs; somebody changed `.env` later. */
export const laravelCached: Tree = {
  artisan: '#!/usr/bin/env php\n',
  'composer.json': '{"require":{"laravel/framework":"^9.0"}}',
  '.env':
    'APP_NAME=Perizinan\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_DATABASE=perizinan_baru\nDB_USERNAME=izin\nDB_PASSWORD=baru\n',
  'config/database.php': laravelDatabasePhp,
  'bootstrap/cache/config.php': `<?php return array (
  'app' => array ('name' => 'Perizinan', 'debug' => false, 'aliases' => array ( 'App' => 'Illuminate\\\\Support\\\\Facades\\\\App', ),),
  'database' =>
  array (
    'default' => 'mysql',
    'connections' =>
    array (
      'sqlite' => array ('driver' => 'sqlite', 'url' => NULL, 'database' => 'perizinan', 'prefix' => '',),
      'mysql' =>
      array (
        'driver' => 'mysql',
        'url' => NULL,
        'host' => '127.0.0.1',
        'port' => '3307',
        'database' => 'perizinan',
        'username' => 'izin',
        'password' => 'la\\'ma',
        'unix_socket' => '',
        'options' => array (),
      ),
      'pgsql' => array ('driver' => 'pgsql', 'host' => '127.0.0.1', 'database' => 'perizinan',),
    ),
  ),
);
`,
};

export const codeigniter4: Tree = {
  spark: '#!/usr/bin/env php\n<?php\n',
  'composer.json': '{"require":{"codeigniter4/framework":"^4.5"}}',
  'app/Config/Database.php': `<?php

namespace Config;

use CodeIgniter\\Database\\Config;

class Database extends Config
{
    public string $filesPath = APPPATH . 'Database' . DIRECTORY_SEPARATOR;
    public string $defaultGroup = 'default';

    /** @var array<string, mixed> */
    public array $default = [
        'DSN'          => '',
        'hostname'     => 'localhost',
        'username'     => '',
        'password'     => '',
        'database'     => '',
        'DBDriver'     => 'MySQLi',
        'DBPrefix'     => '',
        'DBDebug'      => true,
        'port'         => 3306,
        'dateFormat'   => ['date' => 'Y-m-d'],
    ];

    //    public array $lama = ['hostname' => 'localhost', 'database' => 'ekinerja_2019', 'DBDriver' => 'MySQLi'];

    public array $presensi = [
        'hostname' => 'db.internal',
        'username' => 'presensi',
        'password' => 'rahasia',
        'database' => 'presensi',
        'DBDriver' => 'Postgre',
        'port'     => 5433,
    ];

    public array $tests = [
        'hostname' => '127.0.0.1',
        'database' => ':memory:',
        'DBDriver' => 'SQLite3',
        'DBPrefix' => 'db_',
    ];

    public function __construct()
    {
        parent::__construct();
        if (ENVIRONMENT === 'testing') {
            $this->defaultGroup = 'tests';
        }
    }
}
`,
  '.env': `CI_ENVIRONMENT = production
app.baseURL = 'https://ekinerja.example.go.id/'
# database.default.database = contoh
database.default.hostname = 127.0.0.1
database.default.database = ekinerja
database.default.username = ekinerja
database.default.password = "satu dua"
database.default.DBDriver = MySQLi
database.default.DBPrefix = ek_
database.default.port = 3306
`,
  'system/CodeIgniter.php': "<?php\nclass CodeIgniter { public const CI_VERSION = '4.5.5'; }\n",
};

export const codeigniter3: Tree = {
  'index.php': `<?php
	define('ENVIRONMENT', isset($_SERVER['CI_ENV']) ? $_SERVER['CI_ENV'] : 'development');
switch (ENVIRONMENT) { case 'development': error_reporting(-1); break; default: exit(1); }
	$system_path = 'system';
	$application_folder = 'application';
	if (($_temp = realpath($system_path)) !== FALSE) { $system_path = $_temp.DIRECTORY_SEPARATOR; }
	else { $system_path = strtr(rtrim($system_path, '/\\\\'), '/\\\\', DIRECTORY_SEPARATOR.DIRECTORY_SEPARATOR); }
	if ( ! is_dir($system_path)) { header('HTTP/1.1 503 Service Unavailable.', TRUE, 503); exit(3); }
	if (is_dir($application_folder)) { if (($_temp = realpath($application_folder)) !== FALSE) { $application_folder = $_temp; } }
require_once BASEPATH.'core/CodeIgniter.php';
`,
  'system/core/CodeIgniter.php':
    "<?php\ndefined('BASEPATH') OR exit('No direct script access allowed');\n	const CI_VERSION = '3.1.11';\n",
  'application/config/config.php':
    "<?php\ndefined('BASEPATH') OR exit('No');\n$config['base_url'] = 'http://sipd.local/';\n",
  'application/config/database.php': `<?php
defined('BASEPATH') OR exit('No direct script access allowed');
/*
$db['default'] = array('hostname' => 'localhost', 'database' => 'komentar_lama', 'dbdriver' => 'mysqli');
*/
$active_group = 'default';
$query_builder = TRUE;

$db['default'] = array(
	'dsn'	=> '',
	'hostname' => 'localhost',
	'username' => 'root',
	//'password' => 'salah',
	'password' => 'S!pd"2020',
	'database' => 'sipd',
	#'database' => 'sipd_dev',
	'dbdriver' => 'mysqli',
	'dbprefix' => '',
	'pconnect' => FALSE,
	'db_debug' => (ENVIRONMENT !== 'production'),
);

$db['absensi']['hostname'] = '192.168.1.20:3307';
$db['absensi']['username'] = 'absen';
$db['absensi']['password'] = "a\\$b";
$db['absensi']['database'] = 'absensi';
$db['absensi']['dbdriver'] = 'mysqli';

$db['mesin'] = [
	'dsn' => 'pgsql:host=10.0.0.9;port=5432;dbname=mesin_absen',
	'username' => 'mesin', 'password' => 'x', 'database' => '', 'dbdriver' => 'pdo',
];
// $db['mati'] = array('hostname' => 'x', 'database' => 'mati', 'dbdriver' => 'mysqli');
`,
};

/** The environment is set by the web server. */
export const codeigniter3Environments: Tree = {
  ...codeigniter3,
  '.htaccess': 'RewriteEngine On\n  SetEnv CI_ENV production\n',
  'application/config/production/database.php':
    "<?php\n$active_group='default';\n$db['default'] = array('hostname'=>'127.0.0.1','username'=>'u','password'=>'p','database'=>'sipd_prod','dbdriver'=>'mysqli');\n",
};

const wordpressFiles: Tree = {
  'wp-settings.php': '<?php\n',
  'wp-load.php': '<?php\n',
  'wp-includes/version.php': "<?php\n$wp_version = '6.7.1';\n",
  'wp-content/uploads/2024/foto.jpg': 'x',
  'wp-content/plugins/hello/db.php': "<?php $c = mysqli_connect('localhost', 'a', 'b', 'plugin_db');",
};

export const wordpress: Tree = {
  ...wordpressFiles,
  'wp-config.php': `<?php
/**
 * The base configuration for WordPress
 */
define( 'DB_NAME', 'web_dinas' );
define( 'DB_USER', 'web' );
/** Database password */
define( 'DB_PASSWORD', 'a\\'b\\\\c"d$e' );
define( 'DB_HOST', 'localhost:/run/mysqld/mysqld.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
// define( 'DB_NAME', 'lama' );
$table_prefix = 'wpd_';
define( 'WP_HOME', 'https://dinas.example.go.id' );
define( 'WP_ALLOW_MULTISITE', true );
define( 'MULTISITE', true );
/* That's all, stop editing! */
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
`,
};

/** The settings lie above what the web server may see. */
export const wordpressConfigAbove: Tree = {
  'wp-config.php':
    "<?php\ndefine('DB_NAME', 'portal');\ndefine('DB_USER', 'portal');\ndefine('DB_PASSWORD', 'x');\ndefine('DB_HOST', '[2001:db8::5]:3307');\n$table_prefix = 'wp_';\n",
  ...Object.fromEntries(Object.entries(wordpressFiles).map(([name, content]) => [`public_html/${name}`, content])),
};

export const moodle: Tree = {
  'version.php':
    "<?php\ndefined('MOODLE_INTERNAL') || die();\n$version  = 2024042200.00;\n$release  = '4.4 (Build: 20240422)';\n",
  'config.php': `<?php  // Moodle configuration file

unset($CFG);
global $CFG;
$CFG = new stdClass();

$CFG->dbtype    = 'pgsql';
$CFG->dblibrary = 'native';
$CFG->dbhost    = '';
$CFG->dbname    = 'elearning';
$CFG->dbuser    = 'moodle';
$CFG->dbpass    = 'kelas#1';
$CFG->prefix    = 'mdl_';
$CFG->dboptions = array (
  'dbpersist' => 0,
  'dbport' => 5433,
  'dbsocket' => '1',
);

$CFG->wwwroot   = 'https://elearning.example.go.id';
$CFG->dataroot  = '/srv/moodledata';
$CFG->admin     = 'admin';
require_once(__DIR__ . '/lib/setup.php');
`,
  'lib/setup.php': '<?php\n$CFG->dbname = $CFG->dbname;\n',
};

export const nextcloud: Tree = {
  occ: '#!/usr/bin/env php\n',
  'version.php': "<?php\n$OC_Version = array(30,0,2,2);\n$OC_VersionString = '30.0.2';\n$vendor = 'nextcloud';\n",
  'config/config.php': `<?php
$CONFIG = array (
  'instanceid' => 'oc123',
  'passwordsalt' => 'garam',
  'secret' => 'rahasia',
  'trusted_domains' => array ( 0 => 'cloud.example.go.id', ),
  'datadirectory' => '/srv/nextcloud-data',
  'dbtype' => 'mysql',
  'dbname' => 'nextcloud',
  'dbhost' => 'localhost',
  'dbuser' => 'oc_admin',
  'dbpassword' => 'awan',
  'dbtableprefix' => 'oc_',
  'overwrite.cli.url' => 'https://cloud.example.go.id',
);
`,
  'config/s3.config.php': `<?php
$CONFIG = array(
  'objectstore' => array('class' => '\\\\OC\\\\Files\\\\ObjectStore\\\\S3', 'arguments' => array('bucket' => 'awan-berkas', 'hostname' => 's3.example.go.id', 'secret' => 'kunci')),
);
`,
  'config/zz.config.php': "<?php\n$CONFIG = ['dbhost' => 'db.internal:3310'];\n",
  'data/sari/files/koneksi.php': "<?php mysqli_connect('localhost','x','y','milik_pengguna');",
};

export const owncloudSqlite: Tree = {
  occ: '#!/usr/bin/env php\n',
  'version.php': "<?php\n$OC_VersionString = '10.15.0';\n$vendor = 'owncloud';\n",
  'config/config.php': "<?php\n$CONFIG = array('dbtype' => 'sqlite', 'version' => '10.15.0.1');\n",
  'data/owncloud.db': { sqlite: true },
};

/** What most local applications look like. */
export const koneksi: Tree = {
  'index.php': "<?php include 'koneksi.php'; ?>\n<html></html>\n",
  'koneksi.php': `<?php
// $koneksi = mysqli_connect("localhost","root","","percobaan");
$host = "localhost";
$user = "root";
$pass = "";
$db   = "perpustakaan";

$koneksi = mysqli_connect($host, $user, $pass, $db);
if (mysqli_connect_errno()) {
	echo "Koneksi database gagal : " . mysqli_connect_error();
}
?>
`,
  'admin/koneksi.php': '<?php $c = mysqli_connect("localhost", "root", "", "perpustakaan"); ?>',
  'backup_2023.sql.gz': 'x',
};

export const oldMysql: Tree = {
  'index.php': '<? include "inc/config.php"; ?>',
  'inc/config.php':
    '<?\n$server = "192.168.0.2";\nmysql_connect($server, "arsip", "arsip123") or die(mysql_error());\nmysql_select_db("arsip_surat");\n?>',
};

export const pdoClass: Tree = {
  'index.php': "<?php require_once 'config/database.php';",
  'config/constants.php': "<?php\ndefine('DB_SERVER', 'db2.internal');\n",
  'config/database.php': `<?php
require_once __DIR__ . '/constants.php';
class Database {
    private $host = DB_SERVER;
    private $db_name = "antrian";
    private $username = "antri";
    private $password = <<<'EOT'
a'b"c
EOT;
    public $conn;

    public function getConnection(){
        $this->conn = null;
        try {
            $this->conn = new PDO("mysql:host=" . $this->host . ";dbname={$this->db_name};charset=utf8", $this->username, $this->password);
        } catch(PDOException $exception) {
            echo "Connection error: " . $exception->getMessage();
        }
        return $this->conn;
    }
}
`,
};

/** The structure that a widely followed Indonesian course teaches: constants here, the connection in a class there. */
export const phpMvc: Tree = {
  'index.php': "<?php header('Location: public/');",
  'public/index.php': "<?php require_once '../app/init.php'; $app = new App;",
  'app/init.php':
    "<?php\nrequire_once 'core/App.php';\nrequire_once 'core/Database.php';\nrequire_once 'config/config.php';\n",
  'app/core/App.php': '<?php class App {}',
  'app/config/config.php': `<?php
define('BASEURL', 'http://localhost/phpmvc/public');
// DB
define('DB_HOST', 'localhost');
define('DB_USER', 'mvc');
define('DB_PASS', 'mvc123');
define('DB_NAME', 'phpmvc');
`,
  'app/core/Database.php': `<?php
class Database {
    private $host = DB_HOST;
    private $user = DB_USER;
    private $pass = DB_PASS;
    private $db_name = DB_NAME;
    private $dbh;
    public function __construct()
    {
        $dsn = 'mysql:host=' . $this->host . ';dbname=' . $this->db_name;
        $option = [PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION];
        try { $this->dbh = new PDO($dsn, $this->user, $this->pass, $option); } catch(PDOException $e) { die($e->getMessage()); }
    }
}
`,
};

export const yii: Tree = {
  'index.php': '<?php',
  yii: '#!/usr/bin/env php',
  'config/db.php': `<?php
return [
    'class' => 'yii\\db\\Connection',
    'dsn' => 'pgsql:host=10.0.0.7;port=5432;dbname=kepegawaian',
    'username' => 'yii',
    'password' => 'yii#1',
    'charset' => 'utf8',
];
`,
};

export const compose: Tree = {
  'compose.yaml': `name: layanan
x-common: &common
  restart: unless-stopped
services:
  web:
    <<: *common
    image: wordpress:6-apache
    depends_on: [db]
    environment:
      WORDPRESS_DB_HOST: db:3306
      WORDPRESS_DB_NAME: \${WP_DB:-web}
      WORDPRESS_DB_USER: web
      WORDPRESS_DB_PASSWORD: \${WP_PASSWORD:?harus diisi}
    volumes:
      - ./html:/var/www/html
      - /var/run/docker.sock:/var/run/docker.sock:ro
    labels:
      traefik.http.middlewares.web.basicauth.users: 'sari:kunci-masuk'
      traefik.http.routers.web.rule: Host(\`layanan.example.go.id\`)
  db:
    <<: *common
    image: mariadb:11.4@sha256:0000000000000000000000000000000000000000000000000000000000000000
    environment:
      - MARIADB_DATABASE=\${WP_DB:-web}
      - MARIADB_USER=web
      - MARIADB_PASSWORD_FILE=/run/secrets/db_password
    secrets: [db_password]
    ports: ["127.0.0.1:3311:3306"]
    volumes:
      - dbdata:/var/lib/mysql
  geo:
    image: postgis/postgis:16-3.4
    env_file: [geo.env]
    volumes:
      - ./geo-data:/var/lib/postgresql/data
  cache:
    image: valkey/valkey:8
    command: ["valkey-server", "--requirepass", "r4hasia"]
  pgadmin:
    image: dpage/pgadmin4
  exporter:
    image: prometheuscommunity/postgres-exporter
secrets:
  db_password:
    file: ./secrets/db.txt
volumes:
  dbdata:
`,
  'compose.override.yaml': 'services:\n  db:\n    image: mariadb:11.8\n    environment:\n      MARIADB_USER: web2\n',
  '.env': 'WP_PASSWORD="x y"\nGEO=peta\n',
  'geo.env': 'POSTGRES_USER=$GEO\nPOSTGRES_USER=peta\nPOSTGRES_PASSWORD=p$$1\n',
  'secrets/db.txt': 'dari-berkas\n',
  'html/index.php': '<?php\n',
};

export const nodePrisma: Tree = {
  'package.json': '{"name":"antar-jemput","version":"1.2.0","dependencies":{"@prisma/client":"^5","express":"^4"}}',
  '.env':
    'DATABASE_URL="postgresql://app:p%40ss%2Fw@localhost:5432/antar?schema=public" # utama\nSHADOW_DATABASE_URL=postgresql://x@localhost/bayangan\n',
  'prisma/schema.prisma':
    'generator client {\n  provider = "prisma-client-js"\n}\ndatasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n',
  'node_modules/pkg/package.json': '{"name":"pkg","dependencies":{"pg":"8"}}',
};

export const nodeMysql: Tree = {
  'package.json': '{"name":"bot","dependencies":{"mysql2":"^3","dotenv":"^16"}}',
  '.env': 'DB_HOST=localhost\nDB_USER=bot\nDB_PASS=ab#cd\nDB_NAME=bot_wa\n',
};

export const django: Tree = {
  'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "sikd.settings")\n',
  '.env': 'DATABASE_URL=postgres://sikd:rahasia@10.1.1.1/sikd\nDATABASE_URL=postgres://lain@10.1.1.1/lain\n',
  'sikd/settings.py': 'DATABASES = {"default": env.db()}\n',
};

export const djangoSqlite: Tree = {
  'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecil.settings")\n',
  'kecil/settings.py': 'DATABASES = {}\n',
  'db.sqlite3': { sqlite: true },
};

export const symfony: Tree = {
  'composer.json': '{"require":{"symfony/framework-bundle":"7.1.*"}}',
  '.env': 'DATABASE_URL="postgresql://app:!ChangeMe!@127.0.0.1:5432/app?serverVersion=16"\n',
  '.env.local': 'DATABASE_URL="mysql://surat:s@127.0.0.1:3306/surat"\n',
};

/** Nothing in here is an application with a database. */
export const nothing: Tree = {
  'statis/index.html': '<html></html>',
  'statis/app.js': 'mysqli_connect("localhost", "root", "", "bukan_php")',
  'depan/package.json': '{"name":"depan","dependencies":{"react":"18","vite":"5"}}',
  'pustaka/koneksi.php':
    '<?php class Koneksi { function buka($h, $u, $p, $d) { return mysqli_connect($h, $u, $p, $d); } }',
  'pustaka2/config.php':
    "<?php\n/* mysqli_connect('localhost', 'root', '', 'komentar') */\n// new PDO('mysql:dbname=komentar2')\n$x = \"mysqli_connect('a','b','c','teks')\";\n",
  'laravel-palsu/artisan': 'x',
  'laravel-palsu/composer.json': '{"require":{"slim/slim":"4"}}',
  'compose-kosong/compose.yaml': 'services:\n  web:\n    image: nginx\n',
  'compose-rusak/docker-compose.yml': 'services: [1, 2\n',
  'biner/config.php': Buffer.from(Array.from({ length: 5000 }, (_, idx) => (idx * 7919) % 256)),
  'teks/catatan.db': 'SQLite format 3\0 hanya teks pendek',
  'env/.env': 'APP_NAME=saja\nLOG_LEVEL=debug\n',
};
