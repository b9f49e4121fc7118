import { LumbungError } from '@lumbung/stdx';
import { MessageReader } from './message-reader.ts';
import { protocolError } from './protocol-error.ts';

const COLUMNS_MAX = 2000;
/** Of one answer. Whatever may be larger is copied, not asked for. */
const RESULT_BYTES_MAX = 512 * 1024 * 1024;
/** What a row or a result weighs beside its bytes: a hostile server may send nothing but empty ones. */
const OVERHEAD_BYTES = 64;

export interface ResultColumn {
  readonly name: string;
  readonly typeOid: number;
}

/** The answer to one statement. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (Buffer | null)[])[];
  /** `SELECT 3`, `LOCK TABLE`. */
  readonly tag: string;
}

/** Collects results from the messages of a query. */
export class ResultBuilder {
  #columns: ResultColumn[] = [];
  #rows: (Buffer | null)[][] = [];
  #bytes = 0;

  describe(body: Buffer): void {
    const reader = new MessageReader(body);
    const count = reader.int16();
    if (count < 0 || count > COLUMNS_MAX) throw protocolError(`${count} columns`);
    this.#columns = Array.from({ length: count }, () => {
      const name = reader.text();
      reader.bytes(6); // table and column it comes from
      const typeOid = reader.int32();
      reader.bytes(8); // size, modifier and format
      return { name, typeOid };
    });
  }

  add(body: Buffer): void {
    this.#hold(body.length);
    const reader = new MessageReader(body);
    const count = reader.int16();
    if (count !== this.#columns.length) throw protocolError(`${count} values for ${this.#columns.length} columns`);
    this.#rows.push(
      Array.from({ length: count }, () => {
        const lengthBytes = reader.int32();
        return lengthBytes === -1 ? null : Buffer.from(reader.bytes(lengthBytes));
      }),
    );
  }

  /** The statement is over; the next one begins. */
  finish(tag: string): QueryResult {
    this.#hold(tag.length);
    const result = { columns: this.#columns, rows: this.#rows, tag };
    this.#columns = [];
    this.#rows = [];
    return result;
  }

  #hold(bytes: number): void {
    this.#bytes += bytes + OVERHEAD_BYTES;
    if (this.#bytes <= RESULT_BYTES_MAX) return;
    throw new LumbungError('DB_ANSWER_TOO_LARGE', {
      kind: 'operator',
      message: 'the server answers with more than can be held',
      context: { bytesMax: RESULT_BYTES_MAX },
    });
  }
}

/** Each row as an object, by the names of the columns, with texts as values. */
export function textRows(result: QueryResult): Record<string, string | null>[] {
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map(({ name }, idx) => [name, row[idx]?.toString('utf8') ?? null])),
  );
}

/** The number at the end of `COPY 12` or `SELECT 3`. */
export function rowsOfTag(tag: string, verb: string): number {
  const [, digits] = /^[A-Z]+ (\d{1,15})$/.exec(tag) ?? [];
  if (digits === undefined || !tag.startsWith(`${verb} `)) throw protocolError(`${tag} instead of ${verb}`);
  return Number(digits);
}
