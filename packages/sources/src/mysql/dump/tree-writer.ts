import { Readable } from 'node:stream';
import type { EntrySink } from '../../entry/entry-stream.ts';
import { uniqueComponents } from '../../entry/path-component.ts';
import { accountFile, accountRows, type RowsAccount } from '../../manifest/account-stream.ts';
import { canonicalJson, type JsonValue } from '../../manifest/canonical-json.ts';
import type { Manifest, ManifestFile, ManifestTable } from '../../manifest/manifest.ts';
import { incompleteDump } from '../splitter/dump-text.ts';
import type { SchemaKind, SchemaObject } from '../splitter/schema-units.ts';

/** Which file of the tree each kind of object is in; the names are in the order in which they are loaded. */
const SCHEMA_FILES: Readonly<Record<SchemaKind, string>> = {
  sequence: 'schema/10-sequences.sql',
  table: 'schema/20-tables.sql',
  'view-placeholder': 'schema/30-view-placeholders.sql',
  function: 'schema/40-routines.sql',
  procedure: 'schema/40-routines.sql',
  package: 'schema/40-routines.sql',
  'package-body': 'schema/40-routines.sql',
  view: 'schema/50-views.sql',
  trigger: 'schema/60-triggers.sql',
  event: 'schema/70-events.sql',
};
const ROUTINE_ORDER: readonly SchemaKind[] = ['function', 'procedure', 'package', 'package-body'];

/** Where in which schema file an object's statements stand. */
export interface ObjectPlace {
  readonly kind: SchemaKind;
  readonly name: string;
  /** Of a trigger. */
  readonly table?: string;
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface TableRows {
  readonly name: string;
  /** As in every tuple, in order. */
  readonly columns: readonly string[];
  readonly generated: readonly string[];
  readonly order: readonly string[] | null;
  /** What was counted while the rows were read, to be compared with what was stored. */
  readonly rows: () => number;
}

/** Stores the files of a dump and remembers what the manifest says of them. */
export class TreeWriter {
  readonly #sink: EntrySink;
  readonly #folders: ReadonlyMap<string, string>;
  readonly #onStored: (table: string, account: RowsAccount) => void;
  readonly #onBytes: (table: string, bytes: number) => void;
  readonly objects: SchemaObject[] = [];
  readonly tables: ManifestTable[] = [];
  readonly files: ManifestFile[] = [];

  constructor(
    sink: EntrySink,
    tableNames: readonly string[],
    onStored: (table: string, account: RowsAccount) => void,
    onBytes: (table: string, bytes: number) => void,
  ) {
    this.#sink = sink;
    this.#folders = uniqueComponents(tableNames);
    this.#onStored = onStored;
    this.#onBytes = onBytes;
  }

  /** Nothing was written yet. */
  get isEmpty(): boolean {
    return this.objects.length === 0 && this.tables.length === 0 && this.files.length === 0;
  }

  /** Waits until the consumer has the rows. @throws what `source` or the consumer fails with */
  async storeRows(source: AsyncIterable<Uint8Array>, about: () => TableRows, name: string): Promise<void> {
    const path = `data/${this.#folders.get(name) ?? ''}/0000.tuples`;
    await this.#sink.store(path, () =>
      accountRows(this.#watched(source, name), (account) => {
        const { columns, generated, order, rows } = about();
        // A newline within a value would make two rows of one: the tools never write one.
        if (account.rows !== rows()) throw rowsDiffer(name, account.rows, rows());
        const { rowsum, rowBytesMax, sha256, bytes } = account;
        this.tables.push({
          name,
          columns: [...columns],
          generated: [...generated],
          order: order === null ? null : [...order],
          rows: account.rows,
          bytes,
          sha256,
          rowsum,
          rowBytesMax,
          segments: [{ path, rows: account.rows, bytes, sha256 }],
        });
        this.#onStored(name, account);
      }),
    );
  }

  async *#watched(source: AsyncIterable<Uint8Array>, table: string): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#onBytes(table, chunk.byteLength);
      yield chunk;
    }
  }

  async storeText(path: string, text: Buffer): Promise<void> {
    await this.#sink.store(path, () =>
      accountFile(Readable.from([text], { objectMode: false }), ({ bytes, sha256 }) => {
        this.files.push({ path, bytes, sha256 });
      }),
    );
  }

  async storeJson(path: string, value: JsonValue): Promise<void> {
    await this.storeText(path, Buffer.from(canonicalJson(value)));
  }

  /** All objects, sorted, one file for each kind. */
  async storeSchema(): Promise<ObjectPlace[]> {
    const places: ObjectPlace[] = [];
    const byFile = Map.groupBy(this.objects.toSorted(inOrder), ({ kind }) => SCHEMA_FILES[kind]);
    for (const file of [...byFile.keys()].toSorted()) {
      const parts: Buffer[] = [];
      let offset = 0;
      for (const { kind, name, table, sql } of byFile.get(file) ?? []) {
        places.push({ kind, name, ...(table === undefined ? {} : { table }), file, offset, bytes: sql.length });
        parts.push(sql, BLANK);
        offset += sql.length + BLANK.length;
      }
      await this.storeText(file, Buffer.concat(parts));
    }
    return places;
  }

  /** As the statements themselves say. */
  get sequences(): Manifest['sequences'] {
    return this.objects
      .filter(({ kind }) => kind === 'sequence')
      .toSorted(inOrder)
      .map(({ name, sql }) => {
        const state = /SETVAL\(`(?:[^`]|``)*`, (-?\d+), ([01])/.exec(sql.toString('latin1'));
        return { name, last: state?.[1] ?? '0', called: state?.[2] === '1' };
      });
  }
}

const BLANK = Buffer.from('\n');

function inOrder(a: SchemaObject, b: SchemaObject): number {
  const ranks = ROUTINE_ORDER.indexOf(a.kind) - ROUTINE_ORDER.indexOf(b.kind);
  if (ranks !== 0) return ranks;
  // Triggers of a table keep the order in which they fire.
  if (a.kind === 'trigger' && b.kind === 'trigger') return compareText(a.table ?? '', b.table ?? '');
  return compareText(a.name, b.name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function rowsDiffer(table: string, stored: number, read: number): Error {
  return incompleteDump('a value of a table holds a line break', { table, stored, read });
}
