import type { ByteString } from '@lumbung/stdx';
import { z } from 'zod';
import type { DiscoveredDatabase } from '../application.ts';
import { type ConfigReader, readEnvironmentFiles } from '../config-reader.ts';
import { fieldOf, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { type ApplicationEngine, engineOf, parseDsn } from '../dsn.ts';
import { FIRST_WINS, LAST_WINS, NODE_DOTENV } from '../env/env-file.ts';
import type { Environment } from '../environment.ts';
import { joinPath } from '../paths.ts';
import { lineAt } from '../text-lines.ts';
import { environmentDatabases } from './environment-databases.ts';
import { composerRequires, has, makeApplication, newReader, type Recogniser } from './recogniser.ts';

// Frameworks that keep their settings in environment files, or in programs that are not read here.

/** Symfony: `composer.json` requires it; `.env.local` counts before `.env`. */
export const recogniseSymfony: Recogniser = async (folder, files) => {
  if (!has(folder, 'composer.json')) return undefined;
  const reader = newReader(files);
  const requires = await composerRequires(folder, reader);
  const version = requires.get('symfony/framework-bundle') ?? requires.get('symfony/symfony');
  if (version === undefined) return undefined;
  const root = folder.path;
  const environment = await readEnvironmentFiles(
    reader,
    root,
    ['.env.prod.local', '.env.prod', '.env.local', '.env'],
    LAST_WINS,
  );
  const databases =
    environment === undefined
      ? []
      : environmentDatabases(environment, { folder: root, localhost: 'socket', warnings: reader.warnings });
  if (databases.length === 0) reader.warn('CONFIG_INCOMPLETE', { path: root, detail: 'DATABASE_URL' });
  return makeApplication('symfony', root, reader, { version, databases });
};

/** Django: `manage.py`. Its settings are a program, so only environment files are read, and the files that hold the rest
 *  are named. */
export const recogniseDjango: Recogniser = async (folder, files) => {
  if (!has(folder, 'manage.py')) return undefined;
  const reader = newReader(files);
  const root = folder.path;
  const text = await reader.text(joinPath(root, 'manage.py'), 64 * 1024);
  const settings = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]{1,200})['"]/.exec(text ?? '')?.[1];
  if (settings === undefined) return undefined;
  const environment = await readEnvironmentFiles(reader, root, ['.env'], FIRST_WINS);
  const databases =
    environment === undefined
      ? []
      : environmentDatabases(environment, { folder: root, localhost: 'socket', warnings: reader.warnings });
  if (databases.length === 0) {
    reader.warn('CONFIG_IS_CODE', { path: joinPath(root, `${settings.replaceAll('.', '/')}.py`), detail: settings });
  }
  return makeApplication('django', root, reader, { confidence: databases.length === 0 ? 'medium' : 'high', databases });
};

const packageSchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional().catch(undefined),
});

const DRIVERS: ReadonlyMap<string, ApplicationEngine> = new Map<string, ApplicationEngine>([
  ['pg', 'postgresql'],
  ['postgres', 'postgresql'],
  ['mysql', 'mysql'],
  ['mysql2', 'mysql'],
  ['mariadb', 'mariadb'],
  ['mongoose', 'mongodb'],
  ['mongodb', 'mongodb'],
  ['better-sqlite3', 'sqlite'],
  ['sqlite3', 'sqlite'],
  ['mssql', 'sqlserver'],
]);
const CODE_CONFIGS = [
  'knexfile.js',
  'knexfile.ts',
  'ormconfig.js',
  'ormconfig.ts',
  'drizzle.config.ts',
  'drizzle.config.js',
];

/** Node: a `package.json` with a database driver, Prisma, or environment files that name a database. Without any of
 *  these it is a front end, or a tool. */
export const recogniseNode: Recogniser = async (folder, files) => {
  if (!has(folder, 'package.json')) return undefined;
  const reader = newReader(files);
  const root = folder.path;
  const manifest = await reader.json(joinPath(root, 'package.json'), packageSchema);
  if (manifest === undefined) return undefined;
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const engines = [...new Set(dependencies.flatMap((name) => DRIVERS.get(name) ?? []))];
  const isNext = dependencies.includes('next');
  const environment = await readEnvironmentFiles(
    reader,
    root,
    isNext
      ? ['.env.production.local', '.env.local', '.env.production', '.env']
      : ['.env', '.env.production', '.env.local'],
    NODE_DOTENV,
  );
  const engine = engines.length === 1 ? engines[0] : undefined;
  const databases = [
    ...(await prismaDatabases(root, environment, reader)),
    ...(await jsonDatabases(root, reader)),
    ...(environment === undefined
      ? []
      : environmentDatabases(environment, { folder: root, localhost: 'tcp', warnings: reader.warnings, engine })),
  ];
  const code = CODE_CONFIGS.find((name) => has(folder, name));
  if (databases.length === 0 && code === undefined && engines.length === 0) return undefined;
  if (databases.length === 0)
    reader.warn('CONFIG_IS_CODE', { path: joinPath(root, code ?? 'package.json'), detail: engines.join() });
  return makeApplication('node', root, reader, {
    name: manifest.name,
    version: manifest.version,
    confidence: databases.length === 0 ? 'low' : 'medium',
    databases: databases.filter(
      (database, idx) =>
        databases.findIndex(
          (other) =>
            other.database === database.database && JSON.stringify(other.address) === JSON.stringify(database.address),
        ) === idx,
    ),
  });
};

async function prismaDatabases(
  root: ByteString,
  environment: Environment | undefined,
  reader: ConfigReader,
): Promise<readonly DiscoveredDatabase[]> {
  if (!(await reader.files.hasFile(root, 'prisma/schema.prisma'))) return [];
  const path = joinPath(root, 'prisma/schema.prisma');
  const text = await reader.text(path, 256 * 1024);
  const begin = /^[ \t]*datasource[ \t]+\w{1,100}[ \t]*\{/m.exec(text ?? '');
  if (text === undefined || begin === null) return [];
  const block = text.slice(begin.index, begin.index + 2000).split('}')[0] ?? '';
  const provider = /^[ \t]*provider[ \t]*=[ \t]*"(\w{1,40})"/m.exec(block)?.[1] ?? '';
  const url = /^[ \t]*url[ \t]*=[ \t]*(?:env\("(\w{1,100})"\)|"([^"\n]{1,2000})")/m.exec(block);
  const variable = url?.[1];
  const at = { path, line: lineAt(text, begin.index) };
  const literal = url?.[2] === undefined ? undefined : fieldOf(url[2] as ByteString, at); // a part of a byte string
  const found = variable === undefined ? literal : environment?.field(variable);
  const group = variable ?? 'datasource';
  if (found === undefined) {
    const unknown = { kind: 'unresolved', why: { kind: 'environment', variable: variable ?? 'url' }, at } as const;
    const fields = { host: unknown, database: unknown };
    return [
      finishDatabase(
        { engine: engineOf(provider), group, fields, at, folder: root, localhost: 'tcp' },
        reader.warnings,
      ),
    ];
  }
  const parts = found.kind === 'scalar' ? parseDsn(String(found.value) as ByteString) : undefined; // a byte string
  if (parts === undefined) {
    reader.warn('CONFIG_INVALID', { path: found.at.path, line: found.at.line, detail: group });
    return [];
  }
  // The path of SQLite is relative to the schema.
  const folder = joinPath(root, 'prisma');
  return [
    finishDatabase(
      { engine: parts.engine, group, fields: fieldsOfDsn(parts, found.at), at: found.at, folder, localhost: 'tcp' },
      reader.warnings,
    ),
  ];
}

const connectionSchema = z.object({
  type: z.string().optional(),
  dialect: z.string().optional(),
  host: z.string().optional(),
  port: z.union([z.number(), z.string()]).optional(),
  database: z.string().optional(),
  storage: z.string().optional(),
  username: z.string().optional(),
  user: z.string().optional(),
  password: z.string().nullish(),
});
type Connection = z.infer<typeof connectionSchema>;

/** TypeORM's `ormconfig.json`, and Sequelize's `config/config.json` with one entry for each environment. */
async function jsonDatabases(root: ByteString, reader: ConfigReader): Promise<readonly DiscoveredDatabase[]> {
  const databases: DiscoveredDatabase[] = [];
  for (const name of ['ormconfig.json', 'config/config.json', 'config/database.json']) {
    if (!(await reader.files.hasFile(root, name))) continue;
    const path = joinPath(root, name);
    const read = await reader.json(path, z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]));
    if (read === undefined) continue;
    const named: readonly (readonly [string, unknown])[] = Array.isArray(read)
      ? read.map((value, idx) => [String(idx), value] as const)
      : [['default', read], ...Object.entries(read)];
    const connections = named.flatMap(([group, value]) => {
      const parsed = connectionSchema.safeParse(value);
      const isOne = parsed.success && (parsed.data.type ?? parsed.data.dialect) !== undefined && group !== 'test';
      return isOne ? [{ group, connection: parsed.data }] : [];
    });
    // Production when it is there; which environment runs is not written anywhere.
    const production = connections.filter(({ group }) => group === 'production');
    for (const { group, connection } of production.length > 0 ? production : connections) {
      const database = jsonDatabase(group, connection, path, root, reader);
      if (database !== undefined) databases.push(database);
    }
  }
  return databases;
}

function jsonDatabase(
  group: string,
  connection: Connection,
  path: ByteString,
  root: ByteString,
  reader: ConfigReader,
): DiscoveredDatabase | undefined {
  const at = { path, line: 1 };
  const field = (value: string | number | null | undefined) =>
    value === undefined || value === null
      ? undefined
      : fieldOf(Buffer.from(String(value), 'utf8').toString('latin1') as ByteString, at); // one character each byte
  const fields = {
    host: field(connection.host),
    port: field(connection.port),
    database: field(connection.database ?? connection.storage),
    user: field(connection.username ?? connection.user),
    password: field(connection.password),
  };
  if (fields.database === undefined) return undefined;
  const engine = engineOf(connection.type ?? connection.dialect ?? '');
  return finishDatabase({ engine, group, fields, at, folder: root, localhost: 'tcp' }, reader.warnings);
}

/** Anything else with an environment file that names a database. */
export const recogniseGeneric: Recogniser = async (folder, files) => {
  if (!has(folder, '.env')) return undefined;
  const reader = newReader(files);
  const environment = await readEnvironmentFiles(reader, folder.path, ['.env'], LAST_WINS);
  if (environment === undefined) return undefined;
  const options = { folder: folder.path, localhost: 'socket', warnings: reader.warnings } as const;
  const databases = environmentDatabases(environment, options);
  if (databases.length === 0) return undefined;
  return makeApplication('generic', folder.path, reader, { confidence: 'low', databases });
};
