import type { ByteString } from '@lumbung/stdx';
import { isLoopback } from './address.ts';
import type { DiscoveredApplication, DiscoveredDatabase } from './application.ts';
import { decodeText } from './database-draft.ts';
import { filesComponent, withoutDatabaseFiles } from './files-component.ts';
import { baseNameOf, isWithin, joinPath, parentOf } from './paths.ts';
import type { DiscoveryWarning } from './warning.ts';

const BACKUP_FILES_NAMED_MAX = 5;

/** An application while the search goes on: databases are still added to it. */
interface Draft {
  readonly application: DiscoveredApplication;
  readonly databases: DiscoveredDatabase[];
  readonly warnings: DiscoveryWarning[];
  readonly deployment: ByteString | undefined;
  backupFiles: number;
}

/** Applications as they are found, from the outside in, and what is found within them. */
export class ApplicationList {
  readonly #drafts: Draft[] = [];
  readonly #dataFolders = new Set<ByteString>();

  get count(): number {
    return this.#drafts.length;
  }

  add(application: DiscoveredApplication, deployment?: ByteString): void {
    this.#drafts.push({
      application,
      databases: [...application.components.databases],
      warnings: [...application.warnings],
      deployment,
      backupFiles: 0,
    });
    const { kind, root, components } = application;
    for (const path of components.files.paths) if (path !== root) this.#dataFolders.add(path);
    // Files of users: a document of theirs is no application.
    if (kind === 'nextcloud' || kind === 'owncloud') this.#dataFolders.add(joinPath(root, 'data'));
  }

  /** Whether a folder holds data of an application that was found, in which none is looked for. */
  isData(path: ByteString): boolean {
    return this.#dataFolders.has(path);
  }

  /** The application whose root this folder is; a Compose project beside it does not count. */
  at(root: ByteString): DiscoveredApplication | undefined {
    const here = this.#drafts.filter(({ application }) => application.root === root);
    return (here.find(({ application }) => application.kind !== 'compose') ?? here[0])?.application;
  }

  /** A connection in a file belongs to the application around it, when that has the same database. */
  addPlainPhp(found: DiscoveredApplication): void {
    const { root, components } = found;
    const around = this.#innermost(root);
    const databases = components.databases.filter(
      (database) => !around?.databases.some((known) => isSameDatabase(known, database)),
    );
    if (around !== undefined && databases.length === 0) return;
    if (around?.application.root === root) {
      around.databases.push(...databases);
      around.warnings.push(...found.warnings);
      return;
    }
    this.add({ ...found, components: { ...components, databases } });
  }

  addSqlite(path: ByteString): void {
    const around = this.#innermost(path);
    const database: DiscoveredDatabase = {
      engine: 'sqlite',
      address: { kind: 'file', path },
      source: { path, line: 0 },
      group: decodeText(baseNameOf(path)).text,
      unresolved: [],
    };
    if (around === undefined) {
      const root = parentOf(path);
      this.add({
        kind: 'sqlite',
        name: decodeText(baseNameOf(root)).text,
        root,
        confidence: 'low',
        components: { files: filesComponent('sqlite', root), databases: [database] },
        buckets: [],
        redis: [],
        volumes: [],
        services: [],
        warnings: [],
      });
    } else if (!around.databases.some((known) => isSameDatabase(known, database))) around.databases.push(database);
  }

  addBackupFile(path: ByteString): void {
    const around = this.#innermost(path);
    if (around === undefined || around.backupFiles >= BACKUP_FILES_NAMED_MAX) return;
    around.backupFiles += 1;
    around.warnings.push({ code: 'BACKUP_FILE_INSIDE', path });
  }

  #innermost(path: ByteString): Draft | undefined {
    let found: Draft | undefined;
    for (const draft of this.#drafts) {
      const { root, kind } = draft.application;
      if (!isWithin(path, root)) continue;
      const isDeeper = found === undefined || root.length > found.application.root.length;
      const isBetter = found?.application.kind === 'compose' && root === found.application.root && kind !== 'compose';
      if (isDeeper || isBetter) found = draft;
    }
    return found;
  }

  finish(): readonly DiscoveredApplication[] {
    const services = this.#drafts.flatMap(({ application }) => (application.kind === 'compose' ? [application] : []));
    return this.#drafts.map((draft) => {
      const databases = draft.databases.map((database) => throughCompose(database, draft.application, services));
      const { application, deployment, warnings } = draft;
      const files = withoutDatabaseFiles(
        deployment === undefined ? application.components.files : inDeployment(application, deployment),
        databases.flatMap(({ address }) => (address.kind === 'file' ? [address.path] : [])),
      );
      const isNamedByFolder = application.name === decodeText(baseNameOf(application.root)).text;
      const name =
        deployment !== undefined && isNamedByFolder ? decodeText(baseNameOf(deployment)).text : application.name;
      return { ...application, name, components: { files, databases }, warnings };
    });
  }
}

function isSameDatabase(a: DiscoveredDatabase, b: DiscoveredDatabase): boolean {
  return a.engine === b.engine && a.database === b.database && JSON.stringify(a.address) === JSON.stringify(b.address);
}

/** The folder of all releases is what is backed up: it holds what they share. */
function inDeployment(
  application: DiscoveredApplication,
  deployment: ByteString,
): DiscoveredApplication['components']['files'] {
  const { files } = application.components;
  return { ...files, paths: files.paths.map((path) => (path === application.root ? deployment : path)) };
}

/** Inside a Compose network a host is a service: the database is that of the project beside, above or below. */
function throughCompose(
  database: DiscoveredDatabase,
  application: DiscoveredApplication,
  projects: readonly DiscoveredApplication[],
): DiscoveredDatabase {
  const { address } = database;
  if (application.kind === 'compose' || address.kind !== 'tcp') return database;
  for (const project of projects) {
    if (!isWithin(application.root, project.root) && !isWithin(project.root, application.root)) continue;
    const server = project.components.databases.find(
      (other) => other.address.kind === 'container' && reaches(other.address, address),
    );
    if (server !== undefined) return { ...database, engine: server.engine, address: server.address };
  }
  return database;
}

type Container = Extract<DiscoveredDatabase['address'], { readonly kind: 'container' }>;

function reaches(container: Container, { host, port }: { readonly host: string; readonly port: number }): boolean {
  if (host === container.service || host === container.containerName) return true;
  return isLoopback(host) && container.published?.port === port && container.published.host === '127.0.0.1';
}
