import { forEachParallel } from '@lumbung/stdx';
import type { Control, DumpProgress, RestorePlan, RestoreReport } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { ManifestTable } from '../../manifest/manifest.ts';
import { growing, TimeLimit } from '../../process/act-limits.ts';
import { failedOf } from '../../remarks/check.ts';
import { codesOf } from '../../remarks/remark.ts';
import { abandonSession, openSession, serverVersionOf } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { chooseObjects, chooseTables } from './choose-objects.ts';
import { parseDetails } from './dump-details.ts';
import { loadRows } from './load-rows.ts';
import { SchemaLoader } from './load-schema.ts';
import { openLoadSession } from './load-session.ts';
import { createDatabase, dropOwnDatabase, markUnfinished, markWhole, restoreRefused } from './new-database.ts';
import { readRowEnds } from './row-end.ts';
import { readStoredSchema, type StoredObject } from './stored-schema.ts';
import { verifyRestored } from './verify-restored.ts';

/**
 * Restores a dump into a new database and compares it with the manifest. Whatever fails, the new database is removed again
 * and no other was touched. Events are created disabled.
 *
 * @throws LumbungError DB_RESTORE_REFUSED, DB_RESTORE_OBJECT_REFUSED, DB_RESTORE_ROWS_DIFFER, DB_RESTORE_VALUES_ALTERED
 *   (operator), SOURCE_FILE_DAMAGED, SOURCE_FILE_MISSING, DB_DUMP_DAMAGED (corruption); those of connections
 */
export async function restoreDatabase(
  plan: RestorePlan,
  tree: TreeSource,
  outerControl: Control,
): Promise<RestoreReport> {
  using limit = new TimeLimit(outerControl);
  const progress = growing((event: DumpProgress) => outerControl.progress(event));
  const control = { ...outerControl, signal: limit.signal, progress, note: (line: string) => outerControl.note(line) };
  const failed = failedOf(plan.checks);
  if (failed.length > 0) throw restoreRefused(codesOf(failed));
  const { target, options, manifest } = plan;
  const details = parseDetails(manifest);
  const all = await readStoredSchema(tree, manifest, details, control.signal);
  const objects = chooseObjects(all, options);
  const tables = chooseTables(manifest, options);
  const startMs = control.clock.monotonicMs();
  const packetBytesMax = await makeDatabase(plan, control);
  try {
    await new DatabaseLoad(plan, tree, { objects, tables, packetBytesMax }, control).run();
    const restoredMs = control.clock.monotonicMs();
    const request = { target, database: options.database, manifest, details, tables, objects, options };
    const verified = await verifyRestored(request, control);
    return {
      engine: plan.engine,
      database: options.database,
      ...verified,
      restoreMs: restoredMs - startMs,
      verifyMs: control.clock.monotonicMs() - restoredMs,
    };
  } catch (error) {
    await dropOwnDatabase(target, options.database, control);
    throw error;
  }
}

/** @returns the longest statement that the server takes */
async function makeDatabase({ target, options, manifest }: RestorePlan, control: Control): Promise<number> {
  await using session = await openSession(target, control);
  const server = await serverVersionOf(session);
  const [row] = await session.texts('SELECT @@max_allowed_packet');
  await createDatabase(session, server, options.database, parseDetails(manifest).database);
  return Number(row?.[0] ?? 0);
}

interface LoadParts {
  readonly objects: readonly StoredObject[];
  readonly tables: readonly ManifestTable[];
  readonly packetBytesMax: number;
}

class DatabaseLoad {
  readonly #plan: RestorePlan;
  readonly #tree: TreeSource;
  readonly #parts: LoadParts;
  /** Its signal also aborts when one of the sessions fails. */
  readonly #control: Control;
  readonly #over = new AbortController();
  readonly #sessions: MysqlConnection[] = [];
  readonly #expectedBytes: number;
  #doneBytes = 0;
  #doneRows = 0;

  constructor(plan: RestorePlan, tree: TreeSource, parts: LoadParts, control: Control) {
    this.#plan = plan;
    this.#tree = tree;
    this.#parts = parts;
    this.#expectedBytes = parts.tables.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#control = {
      ...control,
      signal: AbortSignal.any([control.signal, this.#over.signal]),
      progress: (event) => control.progress(event),
      note: (line) => control.note(line),
    };
  }

  async run(): Promise<void> {
    let isOver = false;
    try {
      const first = await this.#open();
      const { options, manifest } = this.#plan;
      const { objects } = this.#parts;
      const context = { database: manifest.database ?? '', ownership: options.ownership };
      await markUnfinished(first, options.database);
      const schema = new SchemaLoader(first, context, this.#control.signal);
      await schema.create(objects, ['sequence', 'table']);
      await this.#loadTables(first);
      await schema.create(objects, ['function', 'procedure', 'package', 'package-body']);
      await schema.createViews(objects);
      await schema.create(objects, ['trigger', 'event']);
      await first.query('COMMIT');
      await markWhole(first, options.database);
      isOver = true;
    } finally {
      const { target } = this.#plan;
      await Promise.all(
        this.#sessions.map(
          async (session) => await (isOver ? session.close() : abandonSession(target, this.#control, session)),
        ),
      );
    }
  }

  async #open(): Promise<MysqlConnection> {
    const session = await openLoadSession(this.#plan.target, this.#control, this.#plan.options.database);
    this.#sessions.push(session);
    return session;
  }

  /** The largest first, so that none is left for the end. */
  async #loadTables(first: MysqlConnection): Promise<void> {
    const { tables, packetBytesMax } = this.#parts;
    const count = Math.max(1, Math.min(this.#plan.options.parallel, tables.length));
    const free = [first];
    const rowEnds = await readRowEnds(first, this.#plan.options.database, this.#plan.manifest);
    await forEachParallel(
      tables.toSorted((a, b) => b.bytes - a.bytes),
      count,
      async (table) => {
        const { signal } = this.#control;
        signal.throwIfAborted();
        try {
          const session = free.pop() ?? (await this.#open());
          const onRows = (rows: number, bytes: number) => this.#report(table.name, rows, bytes);
          await loadRows(session, this.#tree, table, {
            packetBytesMax,
            signal,
            onRows,
            rowEnd: rowEnds.get(table.name),
          });
          free.push(session);
        } catch (error) {
          this.#over.abort(error);
          throw error;
        }
      },
    );
  }

  #report(subject: string, rows: number, bytes: number): void {
    this.#doneRows += rows;
    this.#doneBytes += bytes;
    const [doneBytes, doneRows, expectedBytes] = [this.#doneBytes, this.#doneRows, this.#expectedBytes];
    this.#control.progress({ phase: 'restore', subject, doneBytes, doneRows, expectedBytes });
  }
}
