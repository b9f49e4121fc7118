import { Readable } from 'node:stream';
import { forEachParallel, isLumbungError } from '@lumbung/stdx';
import { retryConnecting } from '../../connection/connect-retry.ts';
import { whileKeptAlive } from '../../connection/keep-alive.ts';
import type { Target } from '../../connection/target.ts';
import type { Control, DatabaseDump, Workspace } from '../../driver.ts';
import { accountFile } from '../../manifest/account-stream.ts';
import { canonicalJson, type JsonValue } from '../../manifest/canonical-json.ts';
import type { Manifest, ManifestFile } from '../../manifest/manifest.ts';
import type { RunControl } from '../../process/tool-call.ts';
import { storedRemark } from '../../remarks/stored-remark.ts';
import { listed } from '../../remarks/value-kinds.ts';
import { listDumpedObjects } from '../catalogue/dumped-objects.ts';
import { type Catalogue, readCatalogue } from '../catalogue/read-catalogue.ts';
import { isBusy, ofApplication, type PostgresSession, type SessionOptions } from '../session.ts';
import { preparePostgresTools, toolVersionOf } from '../tools.ts';
import { storeSegment } from './copy-segment.ts';
import { lockTimeoutOf, type PostgresDumpOptions } from './dump-options.ts';
import { type DumpRun, toDump } from './dump-run.ts';
import { nameOf, planTables, type TablePlans } from './plan-tables.ts';
import { type DumpTool, emptyFolder, storeSchema } from './schema-files.ts';
import { type Snapshot, SnapshotHolder } from './snapshot-holder.ts';
import { TableBook } from './table-book.ts';
import type { TablePlan } from './table-plan.ts';
import { storeTablesByTool } from './tool-tables.ts';
import { WorkerPool } from './worker-pool.ts';

const ATTEMPTS_MAX = 3;
const METHODS = { sessions: 'snapshot-copy', tool: 'pg_dump-directory' } as const;

/** A dump of one database: definitions by `pg_dump`, rows by sessions of our own that see the same snapshot. */
export function dumpBySnapshot(
  target: Target,
  database: string,
  options: PostgresDumpOptions,
  workspace: Workspace,
  control: Control,
): DatabaseDump {
  return toDump(control, (run) => dumpWith(run, { target, database, options, workspace }));
}

interface Wanted {
  readonly target: Target;
  readonly database: string;
  readonly options: PostgresDumpOptions;
  readonly workspace: Workspace;
}

async function dumpWith(run: DumpRun, wanted: Wanted): Promise<Manifest> {
  const { target, database, options } = wanted;
  const { control, applicationName } = run;
  const sessionOptions = { target, database, control, signal: run.signal, applicationName };
  const holder = await retryConnecting(() => SnapshotHolder.open(sessionOptions), {
    signal: run.signal,
    clock: control.clock,
    note: (line) => control.note(line),
  });
  try {
    for (let attempt = 1; ; attempt += 1) {
      run.enter('inventory');
      const snapshot = await holder.take(lockTimeoutOf(options));
      const folder = await emptyFolder(wanted.workspace.folder, `attempt-${attempt}`);
      const here = { ...wanted, workspace: { ...wanted.workspace, folder } };
      try {
        return await whileKeptAlive(
          { signal: run.signal, clock: control.clock, beat: (signal) => holder.beat(signal) },
          (signal) => new SnapshotDump(run, here, { ...sessionOptions, signal }).run(holder, snapshot),
        );
      } catch (error) {
        // Comes only from pg_dump, before anything was stored.
        if (!isLumbungError(error, 'DB_LOCKED') || attempt === ATTEMPTS_MAX) throw error;
        control.note('somebody alters the database: it is let pass, and the dump begins again');
        await holder.release();
      }
    }
  } finally {
    await holder.close();
  }
}

class SnapshotDump {
  readonly #run: DumpRun;
  readonly #wanted: Wanted;
  /** Its signal aborts when the snapshot is lost, too. */
  readonly #sessionOptions: SessionOptions;
  readonly #files: ManifestFile[] = [];

  constructor(run: DumpRun, wanted: Wanted, sessionOptions: SessionOptions) {
    this.#run = run;
    this.#wanted = wanted;
    this.#sessionOptions = sessionOptions;
  }

  async run({ session }: SnapshotHolder, snapshot: Snapshot): Promise<Manifest> {
    const { options } = this.#wanted;
    const { signal } = this.#sessionOptions;
    const catalogue = await readCatalogue(session, signal);
    const tables = await planTables(session, snapshot.relations, {
      excludeData: options.excludeData,
      isReplica: catalogue.position.isReplica,
      segmentBytes: options.segmentBytes,
      textRowBytesMax: options.textRowBytesMax,
      signal,
    });
    this.#run.expectedBytes = tables.plans.reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 0);

    this.#run.enter('schema');
    const tool = await this.#prepareTool(session, snapshot);
    await storeSchema(
      { ...tool, expectedObjects: await listDumpedObjects(session.connection, session.version, signal) },
      this.#files,
    );

    this.#run.enter('data');
    const isByTool = options.rowsBy === 'tool';
    const plans = isByTool ? tables.plans.map(asItLies) : tables.plans;
    const book = new TableBook(plans);
    if (isByTool) {
      const leftOut = snapshot.relations.filter((relation) => tables.excluded.includes(nameOf(relation)));
      const { isReplica } = catalogue.position;
      await storeTablesByTool({ ...tool, parallel: options.parallel, isReplica, plans, leftOut, book });
    }
    await this.#copyRows(isByTool ? [] : plans, { session, snapshot, catalogue, book });

    this.#run.enter('check');
    return this.#manifest({ session, snapshot, catalogue, tables, book, toolVersion: tool.toolVersion });
  }

  async #prepareTool(
    { version }: PostgresSession,
    snapshot: Snapshot,
  ): Promise<DumpTool & { readonly toolVersion: string }> {
    const { target, database, options, workspace } = this.#wanted;
    const { applicationName, control } = this.#run;
    const tools = await preparePostgresTools(target, {
      serverMajor: version.major,
      privateFolder: await emptyFolder(workspace.folder, 'tools'),
      applicationName,
    });
    const pgDump = await tools.find('pg_dump');
    const runControl: RunControl = {
      signal: this.#sessionOptions.signal,
      clock: control.clock,
      stallMs: control.stallMs,
      hardMs: control.hardMs,
      isServerBusy: () => isBusy(this.#sessionOptions, ofApplication(applicationName)),
    };
    return {
      run: this.#run,
      tools,
      pgDump,
      runControl,
      database,
      snapshot: snapshot.name,
      lockTimeoutMs: lockTimeoutOf(options),
      workspace,
      toolVersion: await toolVersionOf(tools, pgDump, runControl),
    };
  }

  async #copyRows(
    plans: readonly TablePlan[],
    from: {
      readonly session: PostgresSession;
      readonly snapshot: Snapshot;
      readonly catalogue: Catalogue;
      readonly book: TableBook;
    },
  ): Promise<void> {
    const { session, snapshot, catalogue, book } = from;
    const { parallel } = this.#wanted.options;
    await using pool = new WorkerPool(this.#sessionOptions, {
      snapshot: snapshot.name,
      holder: session.connection,
      sessionsMax: parallel,
    });
    const to = { run: this.#run, pool, book, encoding: catalogue.facts.encoding };
    const acts = [
      ...plans.flatMap((plan) => plan.segments.map((part) => () => storeSegment({ plan, part }, to))),
      ...catalogue.largeObjects.map(
        ({ oid }) =>
          async () =>
            await this.#storeLargeObject(oid, pool),
      ),
      () => this.#storeJson('sequences.json', catalogue.sequences),
      ...(catalogue.largeObjects.length > 0 ? [() => this.#storeJson('lo/objects.json', catalogue.largeObjects)] : []),
    ];
    await forEachParallel(acts, parallel, (act) => act());
  }

  #manifest(from: {
    readonly session: PostgresSession;
    readonly snapshot: Snapshot;
    readonly catalogue: Catalogue;
    readonly tables: TablePlans;
    readonly book: TableBook;
    readonly toolVersion: string;
  }): Manifest {
    const { session, snapshot, catalogue, tables, book, toolVersion } = from;
    const { database, options } = this.#wanted;
    const { facts, position, largeObjects, warnings, ...listed } = catalogue;
    return {
      ...listed,
      v: 2,
      kind: 'database',
      engine: 'postgresql',
      product: 'PostgreSQL',
      serverVersion: session.version.text,
      toolVersion,
      database,
      startedAt: new Date(this.#run.startedAtMs).toISOString(),
      finishedAt: new Date(this.#run.control.clock.nowMs()).toISOString(),
      method: METHODS[options.rowsBy ?? 'sessions'],
      snapshot: snapshot.name,
      position: {
        ...(position.lsn === undefined ? {} : { lsn: position.lsn }),
        ...(position.timeline === undefined ? {} : { timeline: position.timeline }),
      },
      servedBy: position.isReplica ? 'replica' : 'primary',
      ...(position.lagSeconds === undefined ? {} : { lagSeconds: position.lagSeconds }),
      tables: book.tables(),
      files: this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      excludedData: [...tables.excluded],
      warnings: [...warnings, ...unreadableWarning(tables)],
      // Only what JSON can say is in it.
      details: { database: facts, largeObjects: largeObjects.length } as unknown as Manifest['details'],
    };
  }

  async #storeLargeObject(oid: number, pool: WorkerPool): Promise<void> {
    const path = `lo/${oid}.bin`;
    await this.#run.sink.store(path, () =>
      accountFile(this.#run.heard(path, pool.largeObject(oid)), (account) => {
        this.#files.push({ path, ...account });
      }),
    );
  }

  async #storeJson(path: string, value: JsonValue): Promise<void> {
    const bytes = Buffer.from(canonicalJson(value));
    await this.#run.sink.store(path, () =>
      accountFile(Readable.from([bytes], { objectMode: false }), (account) => {
        this.#files.push({ path, ...account });
      }),
    );
  }
}

/** As pg_dump copies every table: in one file, in no order, as text. */
function asItLies(plan: TablePlan): TablePlan {
  return { ...plan, order: null, format: 'text', segments: [{ number: 0 }] };
}

function unreadableWarning({ unreadable }: TablePlans): Manifest['warnings'] {
  if (unreadable.length === 0) return [];
  return [storedRemark('unlogged-tables', { names: listed(unreadable) })];
}
