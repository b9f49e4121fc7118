import type { ApplicationEngine } from '../dsn.ts';
import type { ProjectService } from './load-project.ts';

/** The last part of an image's name, without tag and digest. Others that hold these words are tools. */
const IMAGES: ReadonlyMap<string, ApplicationEngine> = new Map<string, ApplicationEngine>([
  ...['postgres', 'postgresql', 'postgis', 'timescaledb', 'timescaledb-ha', 'pgvector', 'pgvecto-rs', 'postgresql-repmgr', 'vectorchord-postgres', 'edb-postgres']
    .map((name) => [name, 'postgresql'] as const),
  ...['mysql', 'mysql-server', 'percona', 'percona-server'].map((name) => [name, 'mysql'] as const),
  ...['mariadb', 'mariadb-galera'].map((name) => [name, 'mariadb'] as const),
  ...['redis', 'valkey', 'redis-stack', 'redis-stack-server', 'keydb'].map((name) => [name, 'redis'] as const),
  ...['mongo', 'mongodb', 'mongodb-community-server'].map((name) => [name, 'mongodb'] as const),
  ...['mssql-server', 'azure-sql-edge'].map((name) => [name, 'sqlserver'] as const),
]); // biome-ignore format: a table

/** Where the images of each engine keep their data. */
const DATA_FOLDERS: ReadonlyMap<string, ApplicationEngine> = new Map<string, ApplicationEngine>([
  ['/var/lib/postgresql', 'postgresql'],
  ['/var/lib/postgresql/data', 'postgresql'],
  ['/bitnami/postgresql', 'postgresql'],
  ['/home/postgres/pgdata', 'postgresql'],
  ['/var/lib/mysql', 'mysql'],
  ['/bitnami/mysql', 'mysql'],
  ['/bitnami/mysql/data', 'mysql'],
  ['/bitnami/mariadb', 'mariadb'],
  ['/data/db', 'mongodb'],
  ['/var/opt/mssql', 'sqlserver'],
]);

export function imageEngine(image: string): ApplicationEngine | undefined {
  const name = (image.split('@')[0] ?? '').replace(/:[^/]*$/, '');
  // `supabase/postgres` and `linuxserver/mariadb` are what they are called.
  return IMAGES.get(name.split('/').at(-1)?.toLowerCase() ?? '');
}

/** The engine of a service: by its image, else, for one that is built here, by where its data lies. */
export function serviceEngine({ service }: ProjectService): ApplicationEngine | undefined {
  if (service.image !== undefined) {
    const engine = imageEngine(service.image);
    if (engine !== undefined) return engine;
  }
  const targets = (service.volumes ?? []).map(
    (mount) => (typeof mount === 'string' ? mount.split(':')[1] : mount.target) ?? '',
  );
  return targets.map((target) => dataFolderEngine(target)).find((engine) => engine !== undefined);
}

export function dataFolderEngine(target: string): ApplicationEngine | undefined {
  return DATA_FOLDERS.get(target.length > 1 ? target.replace(/\/+$/, '') : target);
}
