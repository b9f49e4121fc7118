import { forEachParallel } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, RestoredTable, RestoreOptions } from '../../driver.ts';
import { Digest } from '../../manifest/digest.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { RowSum } from '../../manifest/row-sum.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import { type Listed, listedObjects, type NamedObject, objectKindOf } from '../../remarks/value-kinds.ts';
import type { Finding } from '../../verify/finding.ts';
import { expectedObjects } from '../dump/check-inventory.ts';
import { planSelect, readTuples } from '../dump/table-select.ts';
import { type Inventory, type InventoryTable, readInventory } from '../inventory.ts';
import { abandonSession, openSession } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import type { DumpDetails } from './dump-details.ts';
import { newCollationName } from './restore-checks.ts';
import { type RowEnd, readRowEnds, withMoment } from './row-end.ts';
import type { StoredObject } from './stored-schema.ts';

export interface VerifyRequest {
  readonly target: Target;
  readonly database: string;
  readonly manifest: Manifest;
  readonly details: DumpDetails;
  readonly tables: readonly ManifestTable[];
  /** What was created. */
  readonly objects: readonly StoredObject[];
  readonly options: RestoreOptions;
}

export interface Verified {
  readonly tables: readonly RestoredTable[];
  readonly findings: readonly Finding[];
}

/** Compares a restored database with the manifest: its objects by the catalogue; its values, if asked, by reading them as
 *  the dump did. */
export async function verifyRestored(request: VerifyRequest, control: Control): Promise<Verified> {
  const { target, database, details, tables, options } = request;
  const findings: Finding[] = [];
  let inventory: Inventory;
  let rowEnds: ReadonlyMap<string, RowEnd>;
  {
    await using session = await openSession(target, control);
    inventory = await readInventory(session, database);
    rowEnds = await readRowEnds(session, database, request.manifest);
  }
  findings.push(...compareObjects(request, inventory));
  if (newCollationName(inventory.database.collation) !== newCollationName(details.database.collation)) {
    const [found, expected] = [inventory.database.collation, details.database.collation];
    const said = remark('collation-differs', { found, expected });
    findings.push({ code: 'inventory-differs', severity: 'error', remark: said });
  }
  if (options.verify === 'rows') {
    return {
      tables: tables.map(({ name, rows, bytes }) => ({ table: name, rows, bytes, compared: 'rows' })),
      findings,
    };
  }
  const compared = new Map<string, RestoredTable>();
  const reader = new TableReader(request, inventory, rowEnds, control);
  await reader.readAll((table, result) => {
    if ('finding' in result) findings.push(result.finding);
    compared.set(table.name, { table: table.name, rows: result.rows, bytes: result.bytes, compared: result.compared });
  });
  return { tables: tables.flatMap(({ name }) => compared.get(name) ?? []), findings };
}

function compareObjects({ objects }: VerifyRequest, inventory: Inventory): Finding[] {
  const nothing = { excludeData: new Set<string>(), skipViews: new Set<string>() };
  const isPlaceholder = (object: string) => object.startsWith('view-placeholder ');
  // Servers that fold names to lower case: the names of tables come back changed.
  const folded = (object: string) => object.toLowerCase();
  const is = new Set(expectedObjects(inventory, nothing).filter((object) => !isPlaceholder(object)));
  const wanted = new Set(objects.map(({ kind, name }) => `${kind} ${name}`).filter((object) => !isPlaceholder(object)));
  const isFolded = new Set([...is].map(folded));
  const wantedFolded = new Set([...wanted].map(folded));
  const missing = [...wanted].filter((object) => !is.has(object) && !isFolded.has(folded(object)));
  const strange = [...is].filter((object) => !wanted.has(object) && !wantedFolded.has(folded(object)));
  const finding = (said: Remark): Finding => ({ code: 'inventory-differs', severity: 'error', remark: said });
  return [
    ...(missing.length === 0 ? [] : [finding(remark('objects-missing', { objects: objectsOf(missing) }))]),
    ...(strange.length === 0 ? [] : [finding(remark('objects-unexpected', { objects: objectsOf(strange) }))]),
  ];
}

/** Of `kind name`. */
function objectsOf(objects: readonly string[]): Listed<NamedObject> {
  return listedObjects(
    objects.map((object) => {
      const at = object.indexOf(' ');
      return { kind: objectKindOf(object.slice(0, at)), name: object.slice(at + 1) };
    }),
  );
}

type Read = Omit<RestoredTable, 'table'> | (Omit<RestoredTable, 'table'> & { readonly finding: Finding });

class TableReader {
  readonly #request: VerifyRequest;
  readonly #tables: ReadonlyMap<string, InventoryTable>;
  readonly #rowEnds: ReadonlyMap<string, RowEnd>;
  readonly #control: Control;
  #doneBytes = 0;
  #doneRows = 0;

  constructor(request: VerifyRequest, inventory: Inventory, rowEnds: ReadonlyMap<string, RowEnd>, control: Control) {
    this.#request = request;
    this.#rowEnds = rowEnds;
    this.#tables = new Map(
      inventory.tables.flatMap((table) => [
        [table.name, table],
        [table.name.toLowerCase(), table],
      ]),
    );
    this.#control = control;
  }

  async readAll(onRead: (table: ManifestTable, result: Read) => void): Promise<void> {
    const { target, tables, options } = this.#request;
    const count = Math.max(1, Math.min(options.parallel, tables.length));
    const over = new AbortController();
    const signal = AbortSignal.any([this.#control.signal, over.signal]);
    const control: Control = {
      ...this.#control,
      signal,
      note: (line) => this.#control.note(line),
      progress: (event) => this.#control.progress(event),
    };
    const free: MysqlConnection[] = [];
    const all: MysqlConnection[] = [];
    let isOver = false;
    try {
      await forEachParallel(
        tables.toSorted((a, b) => b.bytes - a.bytes),
        count,
        async (table) => {
          signal.throwIfAborted();
          try {
            let session = free.pop();
            if (session === undefined) {
              session = await openSession(target, control);
              all.push(session);
            }
            onRead(table, await this.#read(session, table));
            free.push(session);
          } catch (error) {
            over.abort(error);
            throw error;
          }
        },
      );
      isOver = true;
    } finally {
      await Promise.all(
        all.map(async (session) => await (isOver ? session.close() : abandonSession(target, control, session))),
      );
    }
  }

  async #read(session: MysqlConnection, table: ManifestTable): Promise<Read> {
    const { database, details } = this.#request;
    const found = this.#tables.get(table.name) ?? this.#tables.get(table.name.toLowerCase());
    const finding = (code: Finding['code'], said: Remark): Finding => ({
      code,
      severity: 'error',
      table: table.name,
      remark: said,
    });
    if (found === undefined) {
      return { rows: 0, bytes: 0, compared: 'rows', finding: finding('rows-differ', remark('table-absent')) };
    }
    const withGenerated = table.generated.some((column) => table.columns.includes(column));
    // Read as it was: without the digits of FLOAT that the dump does not have.
    const columns = details.exactFloats ? found.columns : found.columns.map((each) => ({ ...each, isRounded: false }));
    const select = await planSelect(session, { ...found, columns }, { database, withGenerated });
    const digest = new Digest();
    const sum = new RowSum();
    let bytes = 0;
    const rowEnd = this.#rowEnds.get(table.name);
    const read = readTuples(session, select);
    const tuples = rowEnd === undefined ? read : withMoment(read, rowEnd.columnIdx, rowEnd.here, rowEnd.dumped);
    for await (const chunk of tuples) {
      digest.update(chunk);
      sum.update(chunk);
      bytes += chunk.length;
      this.#doneBytes += chunk.length;
      const [doneBytes, doneRows] = [this.#doneBytes, this.#doneRows + sum.rows];
      this.#control.progress({ phase: 'verify', subject: table.name, doneBytes, doneRows });
    }
    this.#doneRows += sum.rows;
    const { rows } = sum;
    if (table.segments.length === 1 && digest.hex() === table.sha256) return { rows, bytes, compared: 'sha256' };
    if (rows !== table.rows) {
      const said = remark('rows-differ', { found: rows, expected: table.rows });
      return { rows, bytes, compared: 'rowsum', finding: finding('rows-differ', said) };
    }
    if (sum.text() === table.rowsum && select.columns.join('\0') === table.columns.join('\0')) {
      return { rows, bytes, compared: 'rowsum' };
    }
    return { rows, bytes, compared: 'rowsum', finding: finding('rowsum-differs', remark('values-differ')) };
  }
}
