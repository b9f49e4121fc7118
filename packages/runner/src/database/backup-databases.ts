import {
  type BackupEvent,
  type BlobId,
  backupStreams,
  type Repository,
  type SnapshotId,
  type SnapshotOptions,
  type SnapshotSummary,
  type StreamEntry,
} from '@lumbung/engine';
import {
  type Control,
  type DatabaseDriver,
  type DatabaseDump,
  type DatabaseEngine,
  type DumpOptions,
  type DumpSizes,
  judgeSizes,
  type Manifest,
  printManifest,
  readManifest,
  type SizeAnomaly,
  type SourceEntry,
  sizesOf,
  type Target,
  type Workspace,
} from '@lumbung/sources';
import { type ErrorRecord, isLumbungError, toErrorRecord } from '@lumbung/stdx';
import type { DatabaseControl } from './database-control.ts';
import { DUMP_TAG, type DumpPlace, folderOf } from './dump-place.ts';
import { listReadableDumps } from './find-dump.ts';
import { openDumpTree } from './stored-tree.ts';
import { withWorkspace } from './workspace.ts';

/** Where rows change here and there, chunks of the standard size store most of a table again: 40 changed rows in 200,000
 *  cost 82 % of it, with 64 KiB 16 %. Stock clients read any size. */
const CHUNK_BYTES_AVERAGE = 64 * 1024;
/** Whether something belongs to the server and to none of its databases. */
const HAS_SERVER_DUMP: Readonly<Record<DatabaseEngine, boolean>> = {
  postgresql: true,
  mysql: true,
  mariadb: true,
  redis: true,
  sqlite: false,
};
/** Earlier dumps whose sizes say what is usual. */
const HISTORY_MAX = 7;
/** Whatever passes by itself (a lock, a changed table, a cut line) is tried once more. */
const ATTEMPTS_MAX = 2;

/** Databases by name; or places, among which may be that of the server. */
export type WantedDumps = 'all' | readonly string[] | { readonly places: readonly DumpPlace[] };

export interface DatabaseBackupOptions {
  readonly target: Target;
  /** By which the dumps of this server belong together from day to day. */
  readonly server: string;
  /** `all`: every database that is there today, and what belongs to the server. */
  readonly databases: WantedDumps;
  readonly dump: DumpOptions;
  /** Of the snapshots; the tag of dumps is added. */
  readonly snapshot: Pick<
    SnapshotOptions,
    'tags' | 'hostname' | 'timeMs' | 'programVersion' | 'dryRun' | 'workerCount'
  >;
  /** More tags, of one dump. */
  readonly tagsOf?: (place: DumpPlace) => readonly string[];
  /** Where files go that cannot be piped. */
  readonly workFolder: string;
  readonly retryAfterMs: number;
}

/** What became of one dump. Only the first two have a snapshot. */
export type DumpOutcome =
  | ({ readonly kind: 'succeeded' } & StoredDumpFacts)
  /** Whole, and a person should look: the manifest has warnings, or the size is not what it used to be. */
  | ({ readonly kind: 'warned' } & StoredDumpFacts)
  | { readonly kind: 'failed'; readonly place: DumpPlace; readonly error: ErrorRecord; readonly attempts: number };

export interface StoredDumpFacts {
  readonly place: DumpPlace;
  /** Undefined in a dry run. */
  readonly snapshotId: SnapshotId | undefined;
  readonly manifest: Manifest;
  /** Of the manifest as it is stored: it names every file, and so stands for all of them. */
  readonly manifestSha256: string;
  readonly anomalies: readonly SizeAnomaly[];
  readonly summary: SnapshotSummary;
  /** The root of the stored tree. */
  readonly treeId: BlobId;
  readonly durationMs: number;
  readonly attempts: number;
}

export type DatabaseBackupEvent =
  | { readonly kind: 'begin'; readonly place: DumpPlace; readonly placeNr: number; readonly placeCount: number }
  | { readonly kind: 'stored'; readonly event: BackupEvent }
  | { readonly kind: 'retry'; readonly place: DumpPlace; readonly error: ErrorRecord; readonly afterMs: number }
  | { readonly kind: 'end'; readonly outcome: DumpOutcome };

/**
 * Backs up databases of one server, a snapshot each, and what belongs to the server. One that fails has no snapshot, and
 * does not keep the others from theirs.
 *
 * A dump is a snapshot only when the driver's five conditions hold: see `DatabaseDump`.
 *
 * @throws what `driver.databases` fails with, and the signal's reason
 */
export async function backupDatabases(
  repository: Repository,
  driver: DatabaseDriver,
  options: DatabaseBackupOptions,
  control: DatabaseControl<DatabaseBackupEvent>,
): Promise<readonly DumpOutcome[]> {
  const places = await dumpPlaces(driver, options, control);
  const outcomes: DumpOutcome[] = [];
  for (const [placeIdx, place] of places.entries()) {
    control.signal.throwIfAborted();
    control.onEvent({ kind: 'begin', place, placeNr: placeIdx + 1, placeCount: places.length });
    const outcome = await backupPlace(repository, driver, place, options, control);
    outcomes.push(outcome);
    control.onEvent({ kind: 'end', outcome });
  }
  return outcomes;
}

/** What would be dumped. @throws what `driver.databases` fails with */
export async function dumpPlaces(
  driver: DatabaseDriver,
  { target, server, databases }: Pick<DatabaseBackupOptions, 'target' | 'server' | 'databases'>,
  control: Control,
): Promise<readonly DumpPlace[]> {
  const { engine } = target;
  if (databases !== 'all' && 'places' in databases) return databases.places;
  if (databases !== 'all') return databases.map((database) => ({ engine, server, database }));
  const found = await driver.databases(target, control);
  const places: DumpPlace[] = [...found].sort().map((database) => ({ engine, server, database }));
  return HAS_SERVER_DUMP[engine] ? [{ engine, server }, ...places] : places;
}

async function backupPlace(
  repository: Repository,
  driver: DatabaseDriver,
  place: DumpPlace,
  options: DatabaseBackupOptions,
  control: DatabaseControl<DatabaseBackupEvent>,
): Promise<DumpOutcome> {
  const { signal, clock } = control;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await withWorkspace(options.workFolder, (workspace) =>
        storeDump(repository, { driver, place, options, workspace, attempts }, control),
      );
    } catch (error) {
      signal.throwIfAborted();
      const record = toErrorRecord(error);
      const isFinal = attempts >= ATTEMPTS_MAX || !isLumbungError(error) || error.kind !== 'transient';
      if (isFinal) return { kind: 'failed', place, error: record, attempts };
      control.onEvent({ kind: 'retry', place, error: record, afterMs: options.retryAfterMs });
      await clock.sleep(options.retryAfterMs, signal);
    }
  }
}

interface Attempt {
  readonly driver: DatabaseDriver;
  readonly place: DumpPlace;
  readonly options: DatabaseBackupOptions;
  readonly workspace: Workspace;
  readonly attempts: number;
}

async function storeDump(
  repository: Repository,
  attempt: Attempt,
  control: DatabaseControl<DatabaseBackupEvent>,
): Promise<DumpOutcome> {
  const { place, options, attempts } = attempt;
  const folder = folderOf(place);
  const dump = beginDump(attempt, control);
  let stored: { readonly manifest: Manifest; readonly anomalies: readonly SizeAnomaly[] } | undefined;
  const result = await backupStreams(
    repository,
    {
      ...options.snapshot,
      tags: [...new Set([DUMP_TAG, ...(options.snapshot.tags ?? []), ...(options.tagsOf?.(place) ?? [])])],
      entries: inFolder(dump.entries, folder),
      parallel: options.dump.parallel,
      paths: [`/${folder}`],
      smallCut: { averageBytes: CHUNK_BYTES_AVERAGE },
      // The manifest comes only from a dump that is whole; without it there is no snapshot.
      verify: async () => {
        const manifest = await dump.manifest;
        stored = { manifest, anomalies: judgeSizes(sizesOf(manifest), await earlierSizes(repository, place, control)) };
      },
    },
    { signal: control.signal, onEvent: (event) => control.onEvent({ kind: 'stored', event }) },
  );
  const { manifest, anomalies } = stored ?? { manifest: await dump.manifest, anomalies: [] };
  return {
    kind: manifest.warnings.length > 0 || anomalies.length > 0 ? 'warned' : 'succeeded',
    place,
    snapshotId: result.snapshotId,
    manifest,
    manifestSha256: printManifest(manifest).sha256,
    anomalies,
    summary: result.summary,
    treeId: result.tree,
    durationMs: result.durationMs,
    attempts,
  };
}

function beginDump(
  { driver, place, options, workspace }: Attempt,
  control: DatabaseControl<DatabaseBackupEvent>,
): DatabaseDump {
  return place.database === undefined
    ? driver.dumpServer(options.target, options.dump, workspace, control)
    : driver.dump(options.target, place.database, options.dump, workspace, control);
}

async function* inFolder(entries: AsyncIterable<SourceEntry>, folder: string): AsyncGenerator<StreamEntry> {
  for await (const entry of entries) yield { path: `${folder}/${entry.path}`, open: () => entry.open() };
}

async function earlierSizes(
  repository: Repository,
  place: DumpPlace,
  { signal }: DatabaseControl<DatabaseBackupEvent>,
): Promise<DumpSizes[]> {
  const folder = folderOf(place);
  const dumps = (await listReadableDumps(repository, { engine: place.engine, server: place.server }, signal)).filter(
    (dump) => dump.folder === folder,
  );
  const sizes: DumpSizes[] = [];
  for (const { snapshot } of dumps.slice(-HISTORY_MAX)) {
    try {
      sizes.push(sizesOf(await readManifest(await openDumpTree(repository, snapshot, folder, signal), signal)));
    } catch (error) {
      // A damaged earlier dump is for the check of the repository to tell; it says nothing about this one.
      if (!isLumbungError(error) || error.kind !== 'corruption') throw error;
    }
  }
  return sizes;
}
