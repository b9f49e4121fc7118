import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';
import type { Control, RestoredTable, RestorePlan, RestoreReport, Workspace } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { ManifestTable } from '../../manifest/manifest.ts';
import { tableName } from '../../manifest/size-history.ts';
import { failedOf } from '../../remarks/check.ts';
import { codesOf, remark } from '../../remarks/remark.ts';
import { serverWords } from '../../remarks/server-words.ts';
import type { Finding } from '../../verify/finding.ts';
import { openSession } from '../session.ts';
import { withDeadline } from '../wire/deadline.ts';
import { quoteName } from '../wire/quote.ts';
import { checkRestored } from './check-restored.ts';
import {
  type ChosenEntries,
  chooseEntries,
  chooseTables,
  lacksPublicSchema,
  nameKey,
  renameEntries,
} from './choose-entries.ts';
import { compareValues } from './compare-values.ts';
import { Definitions } from './definitions.ts';
import { majorOf, parseFacts, type RestoredFacts, readLargeObjects } from './dump-details.ts';
import { readHeldFile } from './held-file.ts';
import { type LoadOptions, loadLargeObjects, loadTables, setvalStatement } from './load-data.ts';
import { type NeededRoles, neededRoles } from './needed-roles.ts';
import { NewDatabase, orDropped } from './new-database.ts';
import { TOC_PATH } from './plan-restore.ts';
import { refreshViews } from './refresh-views.ts';
import { RestoreRun } from './restore-run.ts';
import { createRoles } from './role-checks.ts';
import { RoleNames } from './role-names.ts';
import { isRefusal } from './server-refusal.ts';
import { SessionPool } from './session-pool.ts';
import { TocArchive } from './toc-archive.ts';

/**
 * Makes the database of a plan and fills it. Fails as a whole: what it had made of the database is dropped, nothing else is
 * touched; roles that it made stay.
 *
 * @throws LumbungError DB_RESTORE_REFUSED (operator): a check of the plan failed; DB_TIMEOUT (transient); DB_DUMP_DAMAGED,
 *   SOURCE_FILE_DAMAGED, DB_RESTORE_ROWS_DIFFER (corruption); see `ToolProcess`, `PostgresConnection.copyIn`
 */
export async function restoreDatabase(
  plan: RestorePlan,
  tree: TreeSource,
  workspace: Workspace,
  control: Control,
): Promise<RestoreReport> {
  const failed = failedOf(plan.checks);
  if (failed.length > 0) throw refused(codesOf(failed));
  try {
    return await withDeadline(
      { clock: control.clock, timeoutMs: control.hardMs, signal: control.signal, onTimeout: () => timeout(control) },
      async (signal) => {
        const run = new RestoreRun(plan.target, control, signal, expectedBytesOf(plan));
        return await new Restore(run, plan, tree, workspace).run();
      },
    );
  } catch (error) {
    // Whatever broke first because of it.
    control.signal.throwIfAborted();
    throw error;
  }
}

class Restore {
  readonly #run: RestoreRun;
  readonly #plan: RestorePlan;
  readonly #tree: TreeSource;
  readonly #workspace: Workspace;
  readonly #facts: RestoredFacts;
  readonly #names: RoleNames;
  readonly #tables: readonly ManifestTable[];
  readonly #isWhole: boolean;

  constructor(run: RestoreRun, plan: RestorePlan, tree: TreeSource, workspace: Workspace) {
    this.#run = run;
    this.#plan = plan;
    this.#tree = tree;
    this.#workspace = workspace;
    this.#facts = parseFacts(plan.manifest);
    this.#names = new RoleNames(plan.options.ownership);
    this.#tables = chooseTables(plan.manifest.tables, plan.options.tables).chosen;
    this.#isWhole = plan.options.tables === undefined;
  }

  async run(): Promise<RestoreReport> {
    const { clock, note } = this.#run.control;
    const { manifest, options } = this.#plan;
    const { signal } = this.#run;
    const beganMs = clock.monotonicMs();
    // Everything small is read before anything is made.
    const archive = TocArchive.parse(await readHeldFile(this.#tree, manifest, TOC_PATH, signal));
    const dumped = chooseEntries(archive, this.#isWhole ? undefined : this.#tables);
    const chosen = renameEntries(dumped, this.#names);
    const largeObjects = this.#isWhole ? await readLargeObjects(this.#tree, manifest, signal) : [];
    const serverMajor = await this.#prepareServer(neededRoles({ facts: this.#facts, chosen: dumped, largeObjects }));
    const folder = path.join(this.#workspace.folder, 'restore');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const definitions = await Definitions.prepare(
      this.#run,
      {
        serverMajor,
        manifest,
        folder,
        database: options.database,
        areGrantsKept: this.#names.areGrantsKept,
        // Default rights of several roles that become one are one row: helpers would write it at the same time.
        parallel: this.#names.areRenamed ? 1 : options.parallel,
      },
      archive,
      chosen,
    );

    signal.throwIfAborted();
    const database = await NewDatabase.create(this.#run, options.database, this.#facts, this.#names);
    return await orDropped(database, note, async () => {
      this.#run.enter('schema');
      if (this.#isWhole) await this.#preparePublicSchema(lacksPublicSchema(manifest, chosen));
      await definitions.beforeData();
      this.#run.enter('restore');
      await using pool = new SessionPool(this.#run.sessionOptions(options.database), options.parallel);
      const load: LoadOptions = {
        run: this.#run,
        pool,
        tree: this.#tree,
        encoding: this.#facts.encoding,
        parallel: options.parallel,
      };
      await loadTables(load, this.#tables);
      await loadLargeObjects(load, largeObjects, manifest, this.#names);
      await this.#setSequences(pool, chosen);
      this.#run.enter('schema');
      await definitions.afterData();
      const findings = await refreshViews(pool, chosen, signal);
      await definitions.eventTriggers();
      findings.push(...(await this.#analyze(pool)));
      const restoredMs = clock.monotonicMs();

      this.#run.enter('verify');
      const { tables, findings: differing } = await this.#verify(pool, chosen);
      const refused = await database.finish(this.#facts, this.#names);
      return {
        engine: 'postgresql',
        database: options.database,
        tables,
        findings: [...findings, ...differing, ...refused],
        restoreMs: restoredMs - beganMs,
        verifyMs: clock.monotonicMs() - restoredMs,
      };
    });
  }

  /** @returns its major version */
  async #prepareServer(needed: NeededRoles): Promise<number> {
    const session = await this.#run.openAdmin();
    const { signal } = this.#run;
    try {
      if (this.#plan.options.createRoles === true) await createRoles(session, { needed, names: this.#names }, signal);
      return session.version.major;
    } finally {
      await session.connection.close();
    }
  }

  /** Every new database has one; the archive does not say that it was dropped, nor, by a pg_dump up to 14, whose it was. */
  async #preparePublicSchema(isAbsent: boolean): Promise<void> {
    // Which a newer pg_dump does, also of an older server.
    const isTold = majorOf(this.#plan.manifest.toolVersion) >= PUBLIC_OWNER_MAJOR;
    const publicOwner = isTold ? null : this.#facts.publicOwner;
    if (!isAbsent && publicOwner === null) return;
    const { connection } = await openSession(this.#run.sessionOptions(this.#plan.options.database));
    const owner = quoteName(this.#names.of(publicOwner ?? ''));
    try {
      const sql = isAbsent ? 'DROP SCHEMA public' : `ALTER SCHEMA public OWNER TO ${owner}`;
      await connection.query(sql, { signal: this.#run.signal });
    } finally {
      await connection.close();
    }
  }

  async #setSequences(pool: SessionPool, { entries, text }: ChosenEntries): Promise<void> {
    const { signal } = this.#run;
    const { sequences: all } = this.#plan.manifest;
    const made = new Set(
      entries
        .filter(({ kind }) => kind === 'SEQUENCE')
        .map(({ schema, tag }) => nameKey(text.read(schema ?? ''), text.read(tag))),
    );
    const sequences = this.#isWhole ? all : all.filter(({ schema, name }) => made.has(nameKey(schema ?? '', name)));
    await pool.use(async (connection) => {
      for (const sequence of sequences) await connection.query(setvalStatement(sequence), { signal });
    });
  }

  /** Without statistics the restored database is whole, but slow. */
  async #analyze(pool: SessionPool): Promise<Finding[]> {
    try {
      await pool.use((connection) => connection.query('ANALYZE', { signal: this.#run.signal }));
      return [];
    } catch (error) {
      this.#run.signal.throwIfAborted();
      // An expression of an index may fail on some row of the sample: the rows are there all the same.
      if (!isRefusal(error)) throw error;
      const said = remark('analyze-failed', { reason: serverWords(error) });
      return [{ code: 'content-invalid', severity: 'warning', remark: said }];
    }
  }

  async #verify(
    pool: SessionPool,
    chosen: ChosenEntries,
  ): Promise<{ readonly tables: RestoredTable[]; readonly findings: readonly Finding[] }> {
    const { options, manifest } = this.#plan;
    const { signal } = this.#run;
    const session = await openSession(this.#run.sessionOptions(options.database));
    try {
      const findings = await checkRestored(session, manifest, { chosen, isWhole: this.#isWhole, signal });
      const { compared, findings: differing } =
        options.verify === 'values'
          ? await compareValues(
              {
                run: this.#run,
                pool,
                version: session.version,
                encoding: this.#facts.encoding,
                parallel: options.parallel,
              },
              this.#tables,
            )
          : { compared: new Map<ManifestTable, RestoredTable['compared']>(), findings: [] };
      const tables = this.#tables.map((table) => ({
        table: tableName(table),
        rows: table.rows,
        bytes: table.bytes,
        compared: compared.get(table) ?? ('rows' as const),
      }));
      return { tables, findings: [...findings, ...differing] };
    } finally {
      await session.connection.close();
    }
  }
}

const PUBLIC_OWNER_MAJOR = 15;

/** Rows are read twice where their values are compared. */
function expectedBytesOf({ tables, options, manifest }: RestorePlan): number {
  const rowBytes = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const largeObjects =
    options.tables === undefined ? manifest.files.filter(({ path: file }) => file.startsWith('lo/')) : [];
  const otherBytes = largeObjects.reduce((sum, { bytes }) => sum + bytes, 0);
  return rowBytes * (options.verify === 'values' ? 2 : 1) + otherBytes;
}

function refused(codes: string): LumbungError {
  return new LumbungError('DB_RESTORE_REFUSED', {
    kind: 'operator',
    message: `the restore does not begin: ${codes}`,
    context: { codes },
    hint: 'see the checks of the plan',
  });
}

function timeout({ hardMs }: Control): LumbungError {
  return new LumbungError('DB_TIMEOUT', {
    kind: 'transient',
    message: 'the restore takes longer than it may',
    context: { seconds: Math.round(hardMs / 1000) },
    hint: 'allow more time, or look what keeps the server busy',
  });
}
