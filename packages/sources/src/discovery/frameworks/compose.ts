import { type ByteString, byteStringOfText } from '@lumbung/stdx';
import { Secret } from '../../process/secret.ts';
import { defaultPort, parsePort } from '../address.ts';
import type {
  ApplicationAddress,
  DiscoveredApplication,
  DiscoveredDatabase,
  DiscoveredRedis,
  DiscoveredVolume,
} from '../application.ts';
import { asMap, type ComposeMount } from '../compose/compose-model.ts';
import { type ComposeProject, loadProject, type ProjectService } from '../compose/load-project.ts';
import { dataFolderEngine, serviceEngine } from '../compose/service-engine.ts';
import { ConfigReader } from '../config-reader.ts';
import { decodeText } from '../database-draft.ts';
import type { ApplicationEngine } from '../dsn.ts';
import { Environment } from '../environment.ts';
import { isWithin, resolvePath } from '../paths.ts';
import { environmentDatabases } from './environment-databases.ts';
import { makeApplication, newReader, type Recogniser } from './recogniser.ts';

const SECRET_BYTES_MAX = 4096;
/** Proxies have logins in labels. */
const SECRET_LABEL = /auth|pass|secret|token|key|user|cred/i;

/** Docker Compose: services whose image is a database, with the volumes of all, and what applications among the services
 *  are told about the databases. */
export const recogniseCompose: Recogniser = async (folder, files) => {
  const reader = newReader(files);
  const project = await loadProject(folder, reader);
  if (project === undefined) return undefined;
  const { databases, redis } = await readDatabases(project, reader);
  const volumes = volumesOf(project, files);
  await nameContainers(project, files);
  if (databases.length === 0 && redis.length === 0 && !volumes.some(({ holds }) => holds === 'data')) return undefined;
  const folders = volumes.flatMap(({ source, holds }) =>
    source.kind === 'folder' ? [{ path: source.path, holds }] : [],
  );
  return makeApplication('compose', folder.path, reader, {
    name: project.name,
    url: urlOf(project),
    databases,
    redis,
    volumes,
    services: project.services.map(({ name, service }) => ({
      name,
      ...(service.image === undefined ? {} : { image: service.image }),
      labels: Object.fromEntries(
        [...asMap(service.labels)].flatMap(([label, value]) =>
          SECRET_LABEL.test(label) ? [] : [[label, value ?? '']],
        ),
      ),
    })),
    files: {
      paths: folders.flatMap(({ path, holds }) => (holds === 'data' ? [path] : [])),
      databaseFolders: folders.flatMap(({ path, holds }) =>
        holds === 'database' && isWithin(path, folder.path) ? [path] : [],
      ),
    },
  });
};

interface Found {
  readonly databases: readonly DiscoveredDatabase[];
  readonly redis: readonly DiscoveredRedis[];
}

async function readDatabases(project: ComposeProject, reader: ConfigReader): Promise<Found> {
  const servers = new Map<string, { readonly service: ProjectService; readonly engine: ApplicationEngine }>();
  for (const service of project.services) {
    const engine = serviceEngine(service);
    if (engine !== undefined) servers.set(service.name, { service, engine });
  }
  const databases: DiscoveredDatabase[] = [];
  const redis: DiscoveredRedis[] = [];
  for (const { service, engine } of servers.values()) {
    const address = containerAddress(project, service, engine);
    if (engine === 'redis') {
      const password = await redisPassword(project, service, reader);
      redis.push({
        address,
        ...(password === undefined ? {} : { password: new Secret(password) }),
        use: 'service',
        source: service.source,
      });
    } else databases.push(await serverDatabase(project, service, engine, address, reader));
  }
  for (const service of project.services.filter(({ name }) => !servers.has(name))) {
    for (const database of clientDatabases(service, reader)) {
      const host = database.address.kind === 'tcp' ? database.address.host : undefined;
      const server = host === undefined ? undefined : servers.get(host);
      const address =
        server === undefined ? database.address : containerAddress(project, server.service, server.engine);
      const engine = server?.engine ?? database.engine;
      addDatabase(databases, { ...database, engine, address, group: `${service.name}/${database.group}` });
    }
  }
  return { databases, redis };
}

/** A database that a client names is another one than the server's own, or gives its server's unnamed one a name. */
function addDatabase(databases: DiscoveredDatabase[], database: DiscoveredDatabase): void {
  const isSameServer = (other: DiscoveredDatabase) =>
    JSON.stringify(other.address) === JSON.stringify(database.address);
  if (databases.some((other) => isSameServer(other) && other.database === database.database)) return;
  const unnamed = databases.findIndex((other) => isSameServer(other) && other.database === undefined);
  if (unnamed >= 0 && database.database !== undefined) databases.splice(unnamed, 1);
  databases.push(database);
}

function containerAddress(
  project: ComposeProject,
  { name, service }: ProjectService,
  engine: ApplicationEngine,
): ApplicationAddress {
  const published = publishedPort(service.ports ?? [], defaultPort(engine));
  return {
    kind: 'container',
    project: project.folder,
    projectName: project.name,
    service: name,
    ...(service.container_name === undefined ? {} : { containerName: service.container_name }),
    port: defaultPort(engine),
    ...(published === undefined ? {} : { published }),
  };
}

type Ports = NonNullable<ProjectService['service']['ports']>;

/** Forms: `3307:3306`, `127.0.0.1:3307:3306`, `[::1]:3307:3306/tcp`; a port alone is published anywhere. */
function publishedPort(ports: Ports, target: number): { readonly host: string; readonly port: number } | undefined {
  for (const port of ports) {
    if (typeof port !== 'string') {
      const published = parsePort(String(port.published ?? ''));
      if (published !== undefined && Number(port.target) === target)
        return { host: port.host_ip ?? '127.0.0.1', port: published };
      continue;
    }
    const match = /^(?:(\[[^\]]*\]|[\d.]+):)?(\d+):(\d+)(?:\/tcp)?$/.exec(port);
    const published = parsePort(match?.[2]);
    if (published === undefined || Number(match?.[3]) !== target) continue;
    const host = (match?.[1] ?? '127.0.0.1').replace(/^\[|\]$/g, '');
    return { host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port: published };
  }
  return undefined;
}

const VARIABLES: Readonly<
  Partial<Record<ApplicationEngine, Readonly<Record<'database' | 'user' | 'password' | 'root', readonly string[]>>>>
> = {
  postgresql: {
    database: ['POSTGRES_DB', 'POSTGRESQL_DATABASE'],
    user: ['POSTGRES_USER', 'POSTGRESQL_USERNAME'],
    password: ['POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD'],
    root: ['POSTGRESQL_POSTGRES_PASSWORD'],
  },
  mysql: {
    database: ['MYSQL_DATABASE'],
    user: ['MYSQL_USER'],
    password: ['MYSQL_PASSWORD'],
    root: ['MYSQL_ROOT_PASSWORD'],
  },
  mariadb: {
    database: ['MARIADB_DATABASE', 'MYSQL_DATABASE'],
    user: ['MARIADB_USER', 'MYSQL_USER'],
    password: ['MARIADB_PASSWORD', 'MYSQL_PASSWORD'],
    root: ['MARIADB_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD'],
  },
  mongodb: {
    database: ['MONGO_INITDB_DATABASE'],
    user: ['MONGO_INITDB_ROOT_USERNAME'],
    password: ['MONGO_INITDB_ROOT_PASSWORD'],
    root: [],
  },
};

async function serverDatabase(
  project: ComposeProject,
  service: ProjectService,
  engine: ApplicationEngine,
  address: ApplicationAddress,
  reader: ConfigReader,
): Promise<DiscoveredDatabase> {
  const names = VARIABLES[engine] ?? { database: [], user: [], password: [], root: [] };
  const get = (some: readonly string[]) => readVariable(project, service, some, reader);
  const [named, user, password, root] = [
    await get(names.database),
    await get(names.user),
    await get(names.password),
    await get(names.root),
  ];
  const login = loginOf(engine, user, password, root);
  // The image of PostgreSQL calls the database like the user, and both `postgres`.
  const database = named ?? (engine === 'postgresql' ? login.user : undefined);
  const where = { path: service.source.path, line: service.source.line };
  if (database === undefined) reader.warn('DATABASE_NAME_MISSING', { ...where, detail: service.name });
  if (!['postgresql', 'mysql', 'mariadb'].includes(engine))
    reader.warn('ENGINE_UNSUPPORTED', { ...where, detail: engine });
  return {
    engine,
    address,
    ...(database === undefined ? {} : { database }),
    user: login.user,
    ...(login.password === undefined ? {} : { password: new Secret(login.password) }),
    source: service.source,
    group: service.name,
    unresolved: login.password === undefined ? ['password'] : [],
  };
}

function loginOf(
  engine: ApplicationEngine,
  user: string | undefined,
  password: string | undefined,
  root: string | undefined,
): { readonly user: string; readonly password: string | undefined } {
  if (engine === 'postgresql') return { user: user ?? 'postgres', password: password ?? root };
  if (user !== undefined) return { user, password };
  return { user: 'root', password: root ?? password };
}

/** The first of the variables that is set, itself or by a file that holds its value. */
async function readVariable(
  project: ComposeProject,
  service: ProjectService,
  names: readonly string[],
  reader: ConfigReader,
): Promise<string | undefined> {
  for (const name of names) {
    if (!service.variables.has(name) && !service.variables.has(`${name}_FILE`)) continue;
    const value = service.variables.get(name);
    if (value === null) reader.warn('VALUE_FROM_ENVIRONMENT', { ...service.source, detail: name });
    else if (value !== undefined && value !== '') return value;
    const path = service.variables.get(`${name}_FILE`);
    if (path === undefined || path === null || path === '') continue;
    const secret = await readSecretFile(project, service, path, name, reader);
    if (secret !== undefined) return secret;
  }
  return undefined;
}

/** A secret that the container sees at `path`: of the project's secrets, or of a folder of the machine. */
async function readSecretFile(
  project: ComposeProject,
  service: ProjectService,
  path: string,
  variable: string,
  reader: ConfigReader,
): Promise<string | undefined> {
  const target = path.replace(/^\/run\/secrets\//, '');
  const reference = service.service.secrets?.find((secret) => secret.target === path || secret.target === target);
  const secret = reference === undefined ? undefined : project.secrets.get(reference.source);
  if (secret?.external !== undefined && secret.external !== false) {
    reader.warn('SECRET_EXTERNAL', { ...service.source, detail: reference?.source ?? variable });
    return undefined;
  }
  if (secret?.environment !== undefined) return project.environment.text(secret.environment);
  const file =
    secret?.file === undefined
      ? mountedFile(project, service, path)
      : resolvePath(project.folder, byteStringOfText(secret.file));
  const text = file === undefined ? undefined : await reader.text(file, SECRET_BYTES_MAX);
  if (text === undefined) {
    reader.warn('SECRET_UNREADABLE', { path: file ?? service.source.path, detail: variable });
    return undefined;
  }
  // The images take off line ends at the end.
  return decodeText(text).text.replace(/[\r\n]+$/, '');
}

function mountedFile(project: ComposeProject, service: ProjectService, path: string): ByteString | undefined {
  for (const mount of service.service.volumes ?? []) {
    const { source, target } = mountOf(mount, project.folder);
    if (source?.kind !== 'folder' || target === '') continue;
    if (path === target) return source.path;
    if (path.startsWith(`${target}/`)) return resolvePath(source.path, byteStringOfText(path.slice(target.length + 1)));
  }
  return undefined;
}

async function redisPassword(
  project: ComposeProject,
  service: ProjectService,
  reader: ConfigReader,
): Promise<string | undefined> {
  const given = await readVariable(project, service, ['REDIS_PASSWORD', 'VALKEY_PASSWORD'], reader);
  if (given !== undefined) return given;
  const { command } = service.service;
  const words = typeof command === 'string' ? command.split(/\s+/) : (command ?? []);
  const at = words.indexOf('--requirepass');
  return at < 0 ? undefined : words[at + 1]?.replace(/^(["'])(.*)\1$/, '$2');
}

const SECRET_FILES_MAX = 20;

/** What applications in folders of the machine are given when they run in a container. */
async function nameContainers(project: ComposeProject, files: ConfigReader['files']): Promise<void> {
  for (const service of project.services) {
    const folders = (service.service.volumes ?? []).flatMap((mount) => {
      const { source } = mountOf(mount, project.folder);
      return source?.kind === 'folder' && files.isInside(source.path) ? [source.path] : [];
    });
    if (folders.length === 0 || serviceEngine(service) !== undefined) continue;
    const given = new Map(service.variables);
    // What is missing is told where the database of the service is read.
    const reader = new ConfigReader(files);
    for (const name of [...given.keys()].filter((some) => some.endsWith('_FILE')).slice(0, SECRET_FILES_MAX)) {
      const variable = name.slice(0, -'_FILE'.length);
      if (!given.has(variable)) given.set(variable, (await readVariable(project, service, [variable], reader)) ?? null);
    }
    for (const folder of folders) files.addContainer(folder, environmentOf(service, given));
  }
}

function environmentOf(service: ProjectService, variables: ProjectService['variables']): Environment {
  const { path, line } = service.source;
  const entries = new Map(
    [...variables].flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[name, { value: byteStringOfText(value), line }] as const],
    ),
  );
  return new Environment([{ path, file: { entries, duplicates: [], malformedLines: [] } }]);
}

/** What a service that is no database is told: connection addresses, and families of variables. */
function clientDatabases(service: ProjectService, reader: ConfigReader): readonly DiscoveredDatabase[] {
  const environment = environmentOf(service, service.variables);
  const { path } = service.source;
  return environmentDatabases(environment, { folder: path, localhost: 'tcp', warnings: reader.warnings }).filter(
    ({ address }) => address.kind === 'tcp' && address.host !== 'localhost',
  );
}

/** Of the machine itself: nothing to back up. */
const MACHINE =
  /^\/(?:proc|sys|dev|run|tmp|var\/run|var\/lib\/docker|etc\/(?:localtime|timezone|passwd|group|hosts|resolv\.conf|ssl|ca-certificates))(?:\/|$)|\.sock$/;

function volumesOf(project: ComposeProject, files: ConfigReader['files']): readonly DiscoveredVolume[] {
  const volumes = project.services.flatMap((service) =>
    (service.service.volumes ?? []).flatMap((mount): readonly DiscoveredVolume[] => {
      const { source, target } = mountOf(mount, project.folder);
      if (source === undefined || target === '') return [];
      if (source.kind === 'folder' && !isWithin(source.path, project.folder) && MACHINE.test(source.path)) return [];
      const isDatabase =
        dataFolderEngine(target) !== undefined || (serviceEngine(service) === 'redis' && target === '/data');
      return [{ service: service.name, source, target, holds: isDatabase ? 'database' : 'data' }];
    }),
  );
  // A folder is proposed only where the search may look: a Compose file must not name the whole machine.
  return volumes.filter(
    ({ source }) => source.kind === 'volume' || files.isInside(source.path) || isProper(source.path),
  );
}

/** Deep enough to be the data of one application. */
function isProper(path: ByteString): boolean {
  return path.split('/').length > 2;
}

function mountOf(
  mount: ComposeMount,
  folder: ByteString,
): { readonly source: DiscoveredVolume['source'] | undefined; readonly target: string } {
  if (typeof mount !== 'string') {
    const { type, source, target = '' } = mount;
    if (source === undefined || type === 'tmpfs' || type === 'npipe') return { source: undefined, target };
    return { source: type === 'bind' ? folderSource(source, folder) : { kind: 'volume', name: source }, target };
  }
  const [source = '', target] = mount.split(':');
  // A target alone is a volume without a name.
  if (target === undefined) return { source: undefined, target: source };
  return { source: /^[./~]/.test(source) ? folderSource(source, folder) : { kind: 'volume', name: source }, target };
}

function folderSource(source: string, folder: ByteString): DiscoveredVolume['source'] | undefined {
  // Whose home it is depends on who starts Compose.
  if (source.startsWith('~')) return undefined;
  return { kind: 'folder', path: resolvePath(folder, byteStringOfText(source)) };
}

/** Of the labels of Traefik, else of nginx-proxy's variable. */
function urlOf({ services }: ComposeProject): DiscoveredApplication['url'] {
  for (const { service, variables } of services) {
    const rule = [...asMap(service.labels)].find(([label]) => /^traefik\.http\.routers\.[^.]+\.rule$/.test(label))?.[1];
    const host = /Host\(`([^`]{1,253})`/.exec(rule ?? '')?.[1] ?? variables.get('VIRTUAL_HOST')?.split(',')[0];
    if (host !== undefined && host !== '') return `https://${host}`;
  }
  return undefined;
}
