import { type FailedPart, type JobResult, type JobSpecOf, RUN_TAG_PREFIX, type StoredCopy } from '@lumbung/contracts';
import { instantOf, millisecondsOf, type Repository } from '@lumbung/engine';
import { type Manifest, readManifest } from '@lumbung/sources';
import { fromErrorRecord, LumbungError } from '@lumbung/stdx';
import {
  type DatabaseBackupEvent,
  type DumpOutcome,
  backupDatabases as dumpDatabases,
  dumpPlaces,
} from '../../database/backup-databases.ts';
import { type DumpPlace, folderOf } from '../../database/dump-place.ts';
import { listReadableDumps, type StoredDump } from '../../database/find-dump.ts';
import { openDumpTree } from '../../database/stored-tree.ts';
import { CheckSeries } from '../check-series.ts';
import { type DatabasePlace, databasePlaceOf } from '../database-place.ts';
import { copyOfDump, type DumpOwner, describeDump, publishDump } from '../dump-copy.ts';
import { expectedBytesOf } from '../file-history.ts';
import { judgeFreeSpace } from '../free-space.ts';
import { withRepository } from '../job-repository.ts';
import { databaseControl, JobFailure, type JobRun } from '../job-run.ts';
import { clippedError } from '../shown-text.ts';
import { snapshotTags } from '../snapshot-tags.ts';
import { copyDamaged, verifyCopy } from './verify-copy.ts';

type Spec = JobSpecOf<'backupDatabases'>;

/** How many earlier dumps say what is usual. */
const REMEMBERED = 7;

/**
 * Copies databases of one server, a snapshot each. One that fails does not keep the others from theirs; then the run fails,
 * and its record has the copies of the others.
 *
 * @throws LumbungError what dumps fail with, with the result; DB_NONE, DESTINATION_SPACE_SHORT (operator), COPY_DAMAGED
 *   (corruption); see `databasePlaceOf` and `withRepository`
 */
export async function backupDatabases(spec: Spec, run: JobRun): Promise<JobResult> {
  const database = await databasePlaceOf(run, spec.server);
  return await withRepository(run, spec.repository, { lock: 'shared' }, async ({ repository, run: held }) => {
    held.book.step('preflight', spec.server.name);
    const dumps = new DumpRun(repository, spec, database, held);
    await dumps.prepare();
    await dumps.dump();
    return await dumps.conclude();
  });
}

class DumpRun {
  readonly #repository: Repository;
  readonly #spec: Spec;
  readonly #database: DatabasePlace;
  readonly #run: JobRun;
  #places: readonly DumpPlace[] = [];
  readonly #copies: StoredCopy[] = [];
  readonly #failed: FailedPart[] = [];
  #done = { doneBytes: 0, doneRows: 0, doneItems: 0 };

  constructor(repository: Repository, spec: Spec, database: DatabasePlace, run: JobRun) {
    this.#repository = repository;
    this.#spec = spec;
    this.#database = database;
    this.#run = run;
  }

  /** Which dumps there will be, what of them is there already, and whether there is room. */
  async prepare(): Promise<void> {
    const spec = this.#spec;
    const { limits, signal } = this.#run;
    const wanted = await this.#wantedPlaces();
    if (wanted.length === 0) {
      throw new LumbungError('DB_NONE', {
        kind: 'operator',
        message: `the server ${spec.server.name} has no database`,
        context: { server: spec.server.name },
        hint: 'look whether the account sees the databases that it should',
      });
    }
    const { engine } = this.#database.target;
    const stored = await listReadableDumps(this.#repository, { engine, server: spec.server.name }, signal);
    const made = stored.filter(({ snapshot }) => snapshot.tags.includes(`${RUN_TAG_PREFIX}${spec.runId}`));
    for (const place of wanted) {
      const dump = made.findLast(({ folder }) => folder === folderOf(place));
      if (dump !== undefined) await this.#adopt(place, dump);
    }
    const adopted = new Set(made.map(({ folder }) => folder));
    this.#places = wanted.filter((place) => !adopted.has(folderOf(place)));
    const expectedBytes = spec.expectedBytes ?? expectedBytesOfDumps(this.#places, stored);
    const space = new CheckSeries(this.#run, 'destination', spec.repository.address);
    await space.ask('free-space', () =>
      judgeFreeSpace(spec.repository.address, { expectedBytes, freeBytesMin: limits.freeBytesMin }),
    );
    if (space.failure !== undefined) throw space.failure;
  }

  async #wantedPlaces(): Promise<readonly DumpPlace[]> {
    const { selection, items, server } = this.#spec;
    const { driver, target } = this.#database;
    const { engine } = target;
    if (selection === 'all') {
      const control = databaseControl<never>(this.#run);
      return await dumpPlaces(driver, { target, server: server.name, databases: 'all' }, control);
    }
    return items.map((item) =>
      item.kind === 'server'
        ? { engine, server: server.name }
        : { engine, server: server.name, database: item.database },
    );
  }

  async dump(): Promise<void> {
    const { ports, limits, book } = this.#run;
    const { server, hostname, excludeData, skipViews, untransactional } = this.#spec;
    if (this.#places.length === 0) return;
    book.step('dump', server.name);
    book.reading();
    const control = databaseControl<DatabaseBackupEvent>(
      this.#run,
      (event) => this.#hear(event),
      () => ({ ...this.#done, totalItems: this.#places.length }),
    );
    await dumpDatabases(
      this.#repository,
      this.#database.driver,
      {
        target: this.#database.target,
        server: server.name,
        databases: { places: this.#places },
        dump: { parallel: limits.parallel, excludeData, skipViews, untransactional },
        snapshot: {
          hostname: hostname ?? ports.identity.hostname,
          programVersion: ports.programVersion,
          workerCount: limits.workers,
        },
        tagsOf: (place) => snapshotTags({ ...this.#spec, asset: this.#assetOf(place) }),
        workFolder: ports.workFolder,
        retryAfterMs: limits.retryAfterMs,
      },
      control,
    );
  }

  #hear(event: DatabaseBackupEvent): void {
    const { book } = this.#run;
    switch (event.kind) {
      case 'begin':
        book.progress({
          ...this.#done,
          totalItems: event.placeCount,
          item: event.place.database ?? this.#spec.server.name,
        });
        break;
      case 'stored':
        break;
      case 'retry':
        book.waiting('attempt-failed', event.afterMs, clippedError(event.error));
        break;
      case 'end':
        this.#end(event.outcome);
        break;
    }
  }

  #end(outcome: DumpOutcome): void {
    const { place } = outcome;
    const asset = this.#assetOf(place);
    this.#done = { ...this.#done, doneItems: this.#done.doneItems + 1 };
    if (outcome.kind === 'failed') {
      this.#failed.push({
        content: place.database === undefined ? 'server' : 'database',
        ...(place.database === undefined ? {} : { database: place.database }),
        ...(asset === undefined ? {} : { asset }),
        error: clippedError(outcome.error),
        attempts: outcome.attempts,
      });
      return;
    }
    const copy = copyOfDump(outcome, this.#ownerOf(place));
    if (copy === undefined) return;
    this.#done = {
      ...this.#done,
      doneBytes: this.#done.doneBytes + copy.bytes,
      doneRows: this.#done.doneRows + (copy.rows ?? 0),
    };
    this.#publish(copy, outcome.manifest);
  }

  async #adopt(place: DumpPlace, { snapshot, folder }: StoredDump): Promise<void> {
    const { signal, book } = this.#run;
    const manifest = await readManifest(await openDumpTree(this.#repository, snapshot, folder, signal), signal);
    const { summary } = snapshot;
    book.note(`snapshot ${snapshot.id} was made by a lost attempt of this run and is taken over`);
    const takenAt = Math.max(0, millisecondsOf(instantOf(snapshot.time)));
    book.reading(takenAt);
    this.#publish(
      {
        ...describeDump(place, manifest, this.#ownerOf(place)),
        snapshotId: snapshot.id,
        origin: 'adopted',
        takenAt,
        bytes: summary?.totalBytesProcessed ?? 0,
        files: summary?.totalFilesProcessed ?? 0,
        addedBytes: summary?.dataAdded ?? 0,
        storedBytes: summary?.dataAddedPacked ?? 0,
        treeId: snapshot.tree,
        unreadCount: 0,
        anomalies: [],
        durationMs: 0,
        attempts: 1,
      },
      manifest,
    );
  }

  #publish(copy: StoredCopy, manifest: Manifest): void {
    this.#copies.push(copy);
    publishDump(this.#run.book, copy, manifest);
  }

  /** Looks at what was stored, when no database waits any more. */
  async conclude(): Promise<JobResult> {
    const { book } = this.#run;
    const result: JobResult = { kind: 'backupDatabases', failedParts: this.#failed };
    let damaged: LumbungError | undefined;
    if (this.#spec.verify === 'now') {
      book.step('verify', this.#spec.server.name);
      for (const copy of this.#copies) {
        const verification = await verifyCopy(this.#repository, copy.snapshotId, this.#run);
        book.stored({ ...copy, verification });
        if (verification.verdict === 'damaged') damaged ??= copyDamaged(copy.snapshotId, verification);
      }
    }
    if (damaged !== undefined) throw new JobFailure(damaged, result);
    const [first] = this.#failed;
    if (first !== undefined) throw new JobFailure(fromErrorRecord(first.error), result);
    return result;
  }

  #ownerOf(place: DumpPlace): DumpOwner {
    return { asset: this.#assetOf(place), application: this.#spec.application };
  }

  #assetOf(place: DumpPlace): StoredCopy['asset'] {
    const item = this.#spec.items.find((one) =>
      one.kind === 'server' ? place.database === undefined : one.database === place.database,
    );
    return item?.asset;
  }
}

/** What the dumps are expected to add, by earlier ones of the same places. */
function expectedBytesOfDumps(places: readonly DumpPlace[], stored: readonly StoredDump[]): number {
  let expected = 0;
  for (const place of places) {
    const folder = folderOf(place);
    const earlier = stored.filter((dump) => dump.folder === folder).slice(-REMEMBERED);
    expected += expectedBytesOf(earlier.map(({ snapshot }) => snapshot)) ?? 0;
  }
  return expected;
}
