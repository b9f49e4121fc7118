import {
  DATABASE_ENGINE_NAMES,
  type DiscoveredApplicationFacts,
  type DiscoveredDatabaseFacts,
  type JobResult,
  type JobSpecOf,
} from '@lumbung/contracts';
import {
  type DiscoveredApplication,
  type DiscoveredDatabase,
  databaseTarget,
  discoverApplications,
  type TargetDefaults,
  targetText,
} from '@lumbung/sources';
import { byteStringOfText, textOf } from '@lumbung/stdx';
import { pathOfByteString } from '../file-path.ts';
import type { JobRun } from '../job-run.ts';
import { clipped } from '../shown-text.ts';

/** As Debian has them: applications say `localhost` and mean these. */
const TARGET_DEFAULTS: TargetDefaults = {
  mysqlSocket: '/run/mysqld/mysqld.sock',
  postgresqlSocketFolder: '/var/run/postgresql',
  connectTimeoutMs: 15_000,
};

/** Searches folders of this machine for applications and their databases. Configuration is read as data, nothing is run. Passwords
 *  that stand in it go by `onFoundSecret`; the result has their names. */
export async function discover(spec: JobSpecOf<'discover'>, run: JobRun): Promise<JobResult> {
  const { ports, signal, book } = run;
  book.step('read');
  const found = await discoverApplications(spec.paths.map(byteStringOfText), {
    clock: ports.clock,
    signal,
    skip: spec.skip.map(byteStringOfText),
    limits: {
      ...(spec.depthMax === undefined ? {} : { depthMax: spec.depthMax }),
      ...(spec.timeMs === undefined ? {} : { timeMs: spec.timeMs }),
    },
    onProgress: ({ entries, folder }) => book.progress({ doneItems: entries, item: folder }),
  });
  const secrets = new FoundSecrets(run);
  return {
    kind: 'discover',
    applications: found.applications.map((application) => factsOf(application, secrets)),
    findings: found.findings.slice(0, 10_000).map(({ code, path }) => ({ code, path: clipped(textOf(path)) })),
    extent: found.isComplete ? 'whole' : 'cut',
    foldersSeen: found.folders,
    entriesSeen: found.entries,
  };
}

function factsOf(application: DiscoveredApplication, secrets: FoundSecrets): DiscoveredApplicationFacts {
  const { kind, name, root, version, confidence, url, components, warnings } = application;
  const { template, paths, excludes, required } = components.files;
  return {
    kind,
    name: clipped(name),
    root: pathOfByteString(root),
    ...(version === undefined ? {} : { version: clipped(version) }),
    confidence,
    ...(url === undefined ? {} : { url: clipped(url) }),
    files: {
      templateVersion: template.version,
      paths: paths.slice(0, 1000).map(pathOfByteString),
      excludes: excludes.slice(0, 10_000).map(({ pattern, reason, confirm }) => ({
        pattern: clipped(textOf(pattern)),
        reason,
        ...(confirm === undefined ? {} : { confirm }),
      })),
      // Absolute, as a job wants them.
      required: required.map((relative) => pathOfByteString(byteStringOfText(`${textOf(root)}/${relative}`))),
    },
    databases: components.databases.slice(0, 1000).flatMap((database) => databaseFacts(database, secrets)),
    warnings: warnings.slice(0, 1000).map(({ code, path, line, detail }) => ({
      code,
      ...(path === undefined ? {} : { path: clipped(textOf(path)) }),
      ...(line === undefined ? {} : { line }),
      ...(detail === undefined ? {} : { detail: clipped(detail) }),
    })),
  };
}

function databaseFacts(database: DiscoveredDatabase, secrets: FoundSecrets): DiscoveredDatabaseFacts[] {
  const engine = DATABASE_ENGINE_NAMES.find((each) => each === database.engine);
  // One that no driver knows is in the warnings of its application.
  if (engine === undefined) return [];
  const reached = databaseTarget(database, TARGET_DEFAULTS);
  const password = secrets.put(database);
  const { database: name, user, group, source, unresolved } = database;
  return [
    {
      engine,
      ...(reached.status === 'ready' ? { url: targetText(reached.target).slice(0, 8192) } : {}),
      ...(name === undefined ? {} : { database: clipped(name) }),
      ...(user === undefined ? {} : { user: clipped(user) }),
      ...(password === undefined ? {} : { password: { secret: password } }),
      unresolved: [...unresolved],
      group: clipped(group),
      source: { path: clipped(textOf(source.path)), line: source.line },
    },
  ];
}

/** Passwords do not travel with results, which are stored and shown. */
class FoundSecrets {
  readonly #run: JobRun;
  #count = 0;

  constructor(run: JobRun) {
    this.#run = run;
  }

  /** The name under which it was told; undefined: there is none, or nobody takes it. */
  put({ password }: DiscoveredDatabase): string | undefined {
    const { onFoundSecret } = this.#run.ports;
    if (password === undefined || onFoundSecret === undefined) return undefined;
    this.#count += 1;
    const name = `found-${this.#count}`;
    this.#run.secrets.hide(password);
    onFoundSecret(name, password);
    return name;
  }
}
