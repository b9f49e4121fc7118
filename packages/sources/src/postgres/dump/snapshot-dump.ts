import { Readable } from 'node:stream';
import type { Target } from '../../connection/target.ts';
import type { Control, DatabaseDump, Workspace } from '../../driver.ts';
import { encodeComponent, uniqueComponents } from '../../entry/path-component.ts';
import type { SourceEntry } from '../../entry/source-entry.ts';
import { accountFile, accountRows } from '../../manifest/account-stream.ts';
import { canonicalJson, type JsonValue } from '../../manifest/canonical-json.ts';
import { tableDigest } from '../../manifest/digest.ts';
import type { Manifest, ManifestFile, ManifestTable } from '../../manifest/manifest.ts';
import { combineRowSums } from '../../manifest/row-sum.ts';
import type { RunControl } from '../../process/tool-call.ts';
import {
  countObjects,
  readDatabaseFacts,
  readExtensions,
  readPosition,
  readRoles,
  readServerIdentity,
} from '../catalogue/database-facts.ts';
import { listDumpedObjects } from '../catalogue/dumped-objects.ts';
import { listLargeObjects } from '../catalogue/large-objects.ts';
import { readSequences } from '../catalogue/sequences.ts';
import { readWarnings } from '../catalogue/warnings.ts';
import { isBusy, ofApplication, type SessionOptions } from '../session.ts';
import { preparePostgresTools, toolVersionOf } from '../tools.ts';
import { protocolError } from '../wire/protocol-error.ts';
import { BinaryRowCounter } from './binary-rows.ts';
import { lockTimeoutOf, type PostgresDumpOptions } from './dump-options.ts';
import { type DumpRun, toDump } from './dump-run.ts';
import { nameOf, planTables, type TablePlans } from './plan-tables.ts';
import { emptyFolder, schemaEntries } from './schema-files.ts';
import { SnapshotHolder } from './snapshot-holder.ts';
import { copyStatement, type SegmentPlan, type TablePlan } from './table-plan.ts';
import { WorkerPool } from './worker-pool.ts';

export const METHOD_COPY = 'snapshot-copy';

/** A dump of one database: definitions by `pg_dump`, rows by sessions of our own that see the same snapshot. */
export function dumpBySnapshot(
  target: Target,
  database: string,
  options: PostgresDumpOptions,
  workspace: Workspace,
  control: Control,
): DatabaseDump {
  return toDump(control, (run) => new SnapshotDump(run, { target, database, options, workspace }).entries());
}

interface Wanted {
  readonly target: Target;
  readonly database: string;
  readonly options: PostgresDumpOptions;
  readonly workspace: Workspace;
}

/** A file of a table, once it was read. */
interface CopiedSegment {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly rowsum?: string;
  readonly rowBytesMax?: number;
}

class SnapshotDump {
  readonly #run: DumpRun;
  readonly #wanted: Wanted;
  readonly #sessionOptions: SessionOptions;
  readonly #files: ManifestFile[] = [];
  readonly #segments = new Map<TablePlan, CopiedSegment[]>();

  constructor(run: DumpRun, wanted: Wanted) {
    this.#run = run;
    this.#wanted = wanted;
    const { target, database } = wanted;
    const { control, signal, applicationName } = run;
    this.#sessionOptions = { target, database, control, signal, applicationName };
  }

  async *entries(): AsyncGenerator<SourceEntry, Manifest> {
    const over = new AbortController();
    const holder = await SnapshotHolder.open(this.#sessionOptions);
    let keeping: Promise<void> | undefined;
    try {
      this.#run.enter('inventory');
      const snapshot = await holder.take(lockTimeoutOf(this.#wanted.options));
      keeping = holder.keepAlive(AbortSignal.any([this.#run.signal, over.signal])).catch((error: unknown) => {
        if (!over.signal.aborted) this.#run.fail(error);
      });
      return yield* this.#dump(holder, snapshot.name, snapshot.relations);
    } finally {
      over.abort();
      await holder.close();
      await keeping;
    }
  }

  async *#dump(
    holder: SnapshotHolder,
    snapshot: string,
    relations: Awaited<ReturnType<SnapshotHolder['take']>>['relations'],
  ): AsyncGenerator<SourceEntry, Manifest> {
    const { session } = holder;
    const { connection, version } = session;
    const { signal, applicationName, control } = this.#run;
    const { target, database, options, workspace } = this.#wanted;

    const position = await readPosition(connection, version, signal);
    const facts = await readDatabaseFacts(connection, version, signal);
    const inventory = await countObjects(connection, version, signal);
    const extensions = await readExtensions(connection, signal);
    const rolesReferenced = await readRoles(connection, signal);
    const sequences = await readSequences(connection, signal);
    const largeObjects = await listLargeObjects(connection, signal);
    const warnings = await readWarnings(connection, version, signal);
    const server = await readServerIdentity(connection, signal);
    const tables = await planTables(session, relations, {
      excludeData: options.excludeData,
      isReplica: position.isReplica,
      segmentBytes: options.segmentBytes,
      signal,
    });
    this.#run.expectedBytes = tables.plans.reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 0);

    this.#run.enter('schema');
    const toolFolder = await emptyFolder(workspace.folder, 'tools');
    const tools = await preparePostgresTools(target, {
      serverMajor: version.major,
      privateFolder: toolFolder,
      applicationName,
    });
    const pgDump = await tools.find('pg_dump');
    const runControl: RunControl = {
      signal,
      clock: control.clock,
      stallMs: control.stallMs,
      hardMs: control.hardMs,
      isServerBusy: () => isBusy(this.#sessionOptions, ofApplication(applicationName)),
    };
    const toolVersion = await toolVersionOf(tools, pgDump, runControl);
    yield* schemaEntries(
      {
        run: this.#run,
        tools,
        pgDump,
        runControl,
        database,
        snapshot,
        lockTimeoutMs: lockTimeoutOf(options),
        workspaceFolder: workspace.folder,
        expectedObjects: await listDumpedObjects(connection, version, signal),
      },
      this.#files,
    );

    this.#run.enter('data');
    await using pool = new WorkerPool(this.#sessionOptions, {
      snapshot,
      holder: connection,
      sessionsMax: options.parallel,
    });
    yield* this.#tableEntries(tables.plans, pool, facts.encoding);
    for (const { oid } of largeObjects) yield this.#largeObjectEntry(oid, pool);
    yield this.#jsonEntry('sequences.json', sequences);
    if (largeObjects.length > 0) yield this.#jsonEntry('lo/objects.json', largeObjects);
    await this.#run.ledger.allRead(signal);
    this.#run.enter('check');

    return {
      v: 1,
      kind: 'database',
      engine: 'postgresql',
      product: 'PostgreSQL',
      serverVersion: version.text,
      toolVersion,
      server,
      database,
      startedAt: new Date(this.#run.startedAtMs).toISOString(),
      finishedAt: new Date(control.clock.nowMs()).toISOString(),
      method: METHOD_COPY,
      snapshot,
      position: {
        ...(position.lsn === undefined ? {} : { lsn: position.lsn }),
        ...(position.timeline === undefined ? {} : { timeline: position.timeline }),
      },
      servedBy: position.isReplica ? 'replica' : 'primary',
      ...(position.lagSeconds === undefined ? {} : { lagSeconds: position.lagSeconds }),
      inventory,
      extensions,
      rolesReferenced,
      tables: this.#manifestTables(tables.plans),
      sequences,
      files: this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      excludedData: [...tables.excluded],
      warnings: [...warnings, ...unreadableWarning(tables)],
      // Only what JSON can say is in it.
      details: { database: facts, largeObjects: largeObjects.length } as unknown as Manifest['details'],
    };
  }

  *#tableEntries(plans: readonly TablePlan[], pool: WorkerPool, encoding: string): Generator<SourceEntry> {
    const schemas = uniqueComponents(new Set(plans.map(({ relation }) => relation.schema)));
    const bySchema = Map.groupBy(plans, ({ relation }) => relation.schema);
    const names = new Map(
      [...bySchema].map(([schema, list]) => [schema, uniqueComponents(list.map(({ relation }) => relation.name))]),
    );
    for (const plan of plans) {
      const { schema, name } = plan.relation;
      const component = names.get(schema)?.get(name) ?? encodeComponent(name);
      const folder = `data/${schemas.get(schema) ?? encodeComponent(schema)}/${component}`;
      this.#segments.set(plan, []);
      for (const segment of plan.segments) yield this.#segmentEntry(plan, segment, { pool, folder, encoding });
    }
  }

  #segmentEntry(
    plan: TablePlan,
    segment: SegmentPlan,
    { pool, folder, encoding }: { readonly pool: WorkerPool; readonly folder: string; readonly encoding: string },
  ): SourceEntry {
    const path = `${folder}/${String(segment.number).padStart(4, '0')}.${plan.format === 'binary' ? 'copybin' : 'copy'}`;
    const sql = copyStatement(plan, segment, encoding);
    return this.#run.ledger.entry(path, () => {
      let sentRows = -1;
      const source = this.#heard(
        nameOf(plan.relation),
        pool.copy(plan.relation, sql, (rows) => {
          sentRows = rows;
        }),
      );
      const finish = (account: CopiedSegment): void => {
        // Two counts of the same rows: the server's of what it sent, and ours of what arrived.
        if (account.rows !== sentRows) throw protocolError(`${sentRows} rows were sent, ${account.rows} came`);
        this.#run.finished(account.rows);
        this.#segments.get(plan)?.push(account);
      };
      if (plan.format === 'text') return accountRows(source, (account) => finish({ path, ...account }));
      const counter = new BinaryRowCounter();
      return accountFile(counted(source, counter), (account) => {
        if (!counter.isWhole) throw protocolError('a binary copy without its end');
        finish({ path, rows: counter.rows, ...account });
      });
    });
  }

  #largeObjectEntry(oid: number, pool: WorkerPool): SourceEntry {
    const path = `lo/${oid}.bin`;
    return this.#run.ledger.entry(path, () =>
      accountFile(this.#heard(path, pool.largeObject(oid)), (account) => {
        this.#files.push({ path, ...account });
      }),
    );
  }

  #jsonEntry(path: string, value: JsonValue): SourceEntry {
    const bytes = Buffer.from(canonicalJson(value));
    return this.#run.ledger.entry(path, () =>
      accountFile(Readable.from([bytes], { objectMode: false }), (account) => {
        this.#files.push({ path, ...account });
      }),
    );
  }

  async *#heard(subject: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#run.passed(subject, chunk.length);
      yield chunk;
    }
  }

  #manifestTables(plans: readonly TablePlan[]): ManifestTable[] {
    const tables = plans.map((plan): ManifestTable => {
      const copied = (this.#segments.get(plan) ?? []).toSorted((a, b) => (a.path < b.path ? -1 : 1));
      const isText = plan.format === 'text';
      const sum = (pick: (segment: CopiedSegment) => number) => copied.reduce((total, each) => total + pick(each), 0);
      return {
        schema: plan.relation.schema,
        name: plan.relation.name,
        columns: [...plan.columns],
        generated: [...plan.generated],
        order: plan.order === null ? null : [...plan.order],
        rows: sum(({ rows }) => rows),
        bytes: sum(({ bytes }) => bytes),
        sha256: tableDigest(copied),
        ...(isText
          ? {
              rowsum: combineRowSums(copied.map(({ rowsum = '0-0' }) => rowsum)),
              rowBytesMax: Math.max(...copied.map(({ rowBytesMax = 0 }) => rowBytesMax)),
            }
          : {}),
        segments: copied.map(({ path, rows, bytes, sha256 }) => ({
          path,
          rows,
          bytes,
          sha256,
          ...(isText ? {} : { binary: true as const }),
        })),
      };
    });
    return tables.toSorted((a, b) => compare([a.schema ?? '', a.name], [b.schema ?? '', b.name]));
  }
}

async function* counted(source: AsyncIterable<Buffer>, counter: BinaryRowCounter): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    counter.update(chunk);
    yield chunk;
  }
}

function unreadableWarning({ unreadable }: TablePlans): Manifest['warnings'] {
  if (unreadable.length === 0) return [];
  return [{ code: 'unlogged-tables', message: `a replica has no rows of unlogged tables: ${unreadable.join(', ')}` }];
}

function compare([schemaA, nameA]: readonly [string, string], [schemaB, nameB]: readonly [string, string]): number {
  if (schemaA !== schemaB) return schemaA < schemaB ? -1 : 1;
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}
