import { LumbungError } from '@lumbung/stdx';
import { incompleteDump, nameOfBytes, type OpenQuote, quoteAfter, quotedNameAt, unreadableDump } from './dump-text.ts';
import { readSchemaUnits, type SchemaObject } from './schema-units.ts';
import { TupleLines } from './tuple-lines.ts';

/** Where the parts of a dump go, in the order of the dump. Buffers belong to whoever gets them. */
export interface DumpSink {
  object(object: SchemaObject): void;
  /** The rows of a table begin. */
  beginTable(table: string): void;
  /** Whole and broken lines of it, in order. */
  rows(lines: Buffer): void;
  endTable(end: TableEnd): void;
}

export interface TableEnd {
  readonly table: string;
  readonly rows: number;
  /** As named by every INSERT of the table; undefined when it has no rows. */
  readonly columns: readonly string[] | undefined;
  /** The columns that the tool says it sorted by; null: as the server had them. */
  readonly order: readonly string[] | null;
}

/** A dump's text outside the rows is kept in memory. */
const SECTION_BYTES_MAX = 64 * 1024 * 1024;
const PREFIX_BYTES_MAX = 2 * 1024 * 1024;
/** Lines of a marker whose name contains newlines. */
const MARKER_LINES_MAX = 400;

const NEWLINE = 0x0a;
const INSERT = Buffer.from('INSERT INTO `');
const DASHES = Buffer.from('--\n');
const COMMENT = Buffer.from('--');
const DELIMITER = Buffer.from('DELIMITER ');
const STRUCTURE_ENDS = Buffer.from(' = @saved_cs_client');
const POSTAMBLE = Buffer.from('/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE');

/** Percona's tool turns bulk loading of an engine on and off around everything. */
const PERCONA = Buffer.from('/*!50112 ');

type SectionKind =
  | 'preamble'
  | 'structure'
  | 'sequence'
  | 'view-placeholder'
  | 'view'
  | 'data'
  | 'triggers'
  | 'routines'
  | 'events'
  | 'postamble';

/** How each section is announced, by every version from MySQL 5.5 and MariaDB 5.5 on. */
const MARKERS: ReadonlyArray<readonly [RegExp, SectionKind]> = [
  [/^-- Table structure for table /, 'structure'],
  [/^-- Temporary (?:table|view) structure for view /, 'view-placeholder'],
  [/^-- Final view structure for view /, 'view'],
  [/^-- Sequence structure for /, 'sequence'],
  [/^-- Dumping data for table /, 'data'],
  [/^-- Dumping events for database /, 'events'],
  [/^-- Dumping routines for database /, 'routines'],
];
/** What surrounds the rows and is made anew by a restore. */
const AROUND_ROWS =
  /^(?:LOCK TABLES |UNLOCK TABLES;|\/\*!40000 ALTER TABLE |\/\*!\d+ ANALYZE TABLE |set autocommit=0;|commit;|SET @OLD_AUTOCOMMIT|SET AUTOCOMMIT|\/\*M!\d+ SET @old_system_versioning)/i;

/**
 * Splits what mysqldump or mariadb-dump writes on its standard output into the objects of the schema and the rows of
 * each table, one tuple per line. Sections begin at the tool's own comments, which count only outside of quotes and of
 * `DELIMITER` blocks: a routine may contain the same text. Names are read from the statements, since the tool breaks
 * names with newlines apart in its comments.
 *
 * Everything that is not understood is refused: a part that is dropped in silence would be missed at the restore.
 *
 * @see https://github.com/MariaDB/server/blob/main/client/mysqldump.cc what is written, and in which order
 */
export class DumpSplitter {
  readonly #sink: DumpSink;
  #carry: Buffer[] = [];
  #carryBytes = 0;

  #section: SectionKind = 'preamble';
  #text: Buffer[] = [];
  #textBytes = 0;
  #quote: OpenQuote = 0;
  /** The delimiter of the block we are in. */
  #delimiter: Buffer | undefined;
  #previousLine: Buffer = Buffer.alloc(0);
  /** Behind a line `--`; in the lines of a comment, up to the next `--`. */
  #comment: 'none' | 'opened' | 'marker' = 'none';
  #markerLines = 0;

  #table: string | undefined;
  #tuples: TupleLines | undefined;
  #inTuples = false;
  #prefix: Buffer | undefined;
  #columns: readonly string[] | undefined;
  #order: readonly string[] | null = null;
  /** The statement that goes on in this line is one that surrounds the rows. */
  #inAround = false;
  #sawModes = false;
  #completed = false;

  constructor(sink: DumpSink) {
    this.#sink = sink;
  }

  /** The tool's own end marker has been seen. */
  get isCompleted(): boolean {
    return this.#completed;
  }

  /** @throws LumbungError DB_DUMP_UNREADABLE, DB_DUMP_INCOMPLETE, DB_PRIVILEGE_MISSING */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#inTuples ? this.#pushTuples(chunk, at) : this.#pushText(chunk, at);
    }
  }

  /** The output is over. @throws LumbungError DB_DUMP_INCOMPLETE unless the end marker was seen, with nothing open */
  end(): void {
    if (!this.#completed || this.#carryBytes > 0 || this.#inTuples) {
      throw incompleteDump('the end marker of the dump tool is missing');
    }
  }

  #pushTuples(chunk: Buffer, from: number): number {
    const end = this.#tuples?.push(chunk, from);
    if (end === undefined) return chunk.length;
    this.#inTuples = false;
    return end;
  }

  /** Up to the end of a line, or to where the rows begin. */
  #pushText(chunk: Buffer, from: number): number {
    if (this.#isAtLineOfData() && this.#mayBeInsert(chunk, from)) return this.#pushInsert(chunk, from);
    const newline = chunk.indexOf(NEWLINE, from);
    const end = newline < 0 ? chunk.length : newline + 1;
    const part = chunk.subarray(from, end);
    if (newline < 0) {
      this.#keep(part);
      return end;
    }
    const line = this.#carryBytes === 0 ? part : Buffer.concat([...this.#carry, part]);
    this.#dropCarry();
    this.#takeLine(line);
    this.#previousLine = line;
    return end;
  }

  #keep(part: Buffer): void {
    this.#carryBytes += part.length;
    if (this.#carryBytes > SECTION_BYTES_MAX) throw unreadableDump('a line without end');
    this.#carry.push(Buffer.from(part));
  }

  #dropCarry(): void {
    this.#carry = [];
    this.#carryBytes = 0;
  }

  #isAtLineOfData(): boolean {
    return this.#section === 'data' && this.#quote === 0 && this.#delimiter === undefined && this.#comment !== 'marker';
  }

  #mayBeInsert(chunk: Buffer, from: number): boolean {
    const known = this.#carryBytes === 0 ? chunk.subarray(from, from + INSERT.length) : this.#headOfCarry(chunk, from);
    return INSERT.subarray(0, known.length).equals(known);
  }

  #headOfCarry(chunk: Buffer, from: number): Buffer {
    const head = this.#carry.length === 1 ? this.#carry[0] : Buffer.concat(this.#carry);
    this.#carry = head === undefined ? [] : [head];
    if (head !== undefined && head.length >= INSERT.length) return head.subarray(0, INSERT.length);
    return Buffer.concat([head ?? Buffer.alloc(0), chunk.subarray(from, from + INSERT.length - this.#carryBytes)]);
  }

  /** From `INSERT INTO` to behind `VALUES `. */
  #pushInsert(chunk: Buffer, from: number): number {
    const before = this.#carryBytes;
    if (this.#prefix !== undefined && before === 0) {
      // The common case: a further statement of the same table, whole in this chunk.
      const end = from + this.#prefix.length;
      if (end <= chunk.length && chunk.compare(this.#prefix, 0, this.#prefix.length, from, end) === 0) {
        this.#inTuples = true;
        return end;
      }
    }
    const room = chunk.subarray(from, from + PREFIX_BYTES_MAX);
    const seen = before === 0 ? room : Buffer.concat([...this.#carry, room]);
    const length = insertPrefixLength(seen);
    if (length === undefined) {
      if (seen.length >= PREFIX_BYTES_MAX) throw unreadableDump('an INSERT without values');
      this.#keep(room);
      return from + room.length;
    }
    this.#takePrefix(Buffer.from(seen.subarray(0, length)));
    this.#dropCarry();
    this.#inTuples = true;
    return from + length - before;
  }

  #takePrefix(prefix: Buffer): void {
    if (this.#prefix !== undefined) {
      if (!this.#prefix.equals(prefix)) throw unreadableDump('the columns of a table changed within its rows');
      return;
    }
    const { table, columns } = parseInsertPrefix(prefix);
    if (table !== this.#table) throw unreadableDump('rows of another table than announced', { table });
    this.#prefix = prefix;
    this.#columns = columns;
  }

  #takeLine(line: Buffer): void {
    if (this.#delimiter !== undefined) {
      this.#takeLineOfBlock(line, this.#delimiter);
      return;
    }
    if (this.#quote === 0 && this.#comment === 'marker') {
      if (line.equals(DASHES)) this.#comment = 'none';
      else if (++this.#markerLines > MARKER_LINES_MAX) throw unreadableDump('a comment without end');
      return;
    }
    if (this.#quote === 0 && line.subarray(0, 2).equals(COMMENT)) {
      this.#takeComment(line);
      return;
    }
    this.#comment = 'none';
    this.#takeStatementLine(line);
  }

  #takeLineOfBlock(line: Buffer, delimiter: Buffer): void {
    this.#keepText(line);
    if (!line.subarray(0, DELIMITER.length).equals(DELIMITER)) return;
    if (!this.#previousLine.subarray(0, -1).subarray(-delimiter.length).equals(delimiter)) return;
    const next = Buffer.from(line.subarray(DELIMITER.length, -1));
    this.#delimiter = next.toString('latin1') === ';' ? undefined : next;
  }

  #takeComment(line: Buffer): void {
    if (line.equals(DASHES)) {
      this.#comment = 'opened';
      return;
    }
    const text = line.toString('latin1', 0, Math.min(line.length, 256));
    const wasOpened = this.#comment === 'opened';
    this.#comment = 'none';
    if (text.startsWith('-- Dump completed')) {
      this.#endSection();
      this.#section = 'postamble';
      this.#completed = true;
      return;
    }
    if (text.startsWith('-- insufficient privileges')) {
      throw new LumbungError('DB_PRIVILEGE_MISSING', {
        kind: 'operator',
        message: 'the account may not read the routines of the database',
        context: { privilege: 'SHOW_ROUTINE' },
        hint: 'run the check of this source: it prints the GRANT statement that is missing',
      });
    }
    if (text.startsWith('-- failed on view')) throw unreadableDump('a view that cannot be read was left out');
    if (text.startsWith('-- WARNING: old server version'))
      throw unreadableDump('the server is too old for this dump tool');
    if (this.#section === 'data' && text.startsWith(ORDER_BY)) {
      this.#order = parseNames(line.toString('latin1', ORDER_BY.length, line.length - 1));
      return;
    }
    const marker = wasOpened ? MARKERS.find(([pattern]) => pattern.test(text)) : undefined;
    if (marker === undefined) {
      if (wasOpened && this.#section !== 'preamble') {
        throw unreadableDump('an unknown section', { section: text.trim().slice(0, 80) });
      }
      return;
    }
    this.#endSection();
    this.#beginSection(marker[1]);
    this.#comment = 'marker';
    this.#markerLines = 0;
  }

  #takeStatementLine(line: Buffer): void {
    const wasQuoted = this.#quote !== 0;
    this.#quote = quoteAfter(line, this.#quote);
    if (this.#completed) {
      if (line.length > 1) throw unreadableDump('something behind the end marker');
      return;
    }
    if (!wasQuoted && line.subarray(0, POSTAMBLE.length).equals(POSTAMBLE)) {
      this.#endSection();
      this.#section = 'postamble';
      return;
    }
    if (!wasQuoted && line.subarray(0, PERCONA.length).equals(PERCONA)) return;
    switch (this.#section) {
      case 'preamble':
        this.#takePreamble(line);
        return;
      case 'postamble':
        return;
      case 'data':
        if (wasQuoted ? this.#inAround : AROUND_ROWS.test(line.toString('latin1', 0, 80))) {
          this.#inAround = true;
          return;
        }
        if (line.length === 1 && !wasQuoted) return;
        this.#inAround = false;
        this.#endSection();
        this.#beginSection('triggers');
        break;
      case 'structure':
      case 'triggers':
      case 'view':
      case 'view-placeholder':
      case 'sequence':
      case 'routines':
      case 'events':
        break;
    }
    this.#keepText(line);
    if (wasQuoted) return;
    if (line.subarray(0, DELIMITER.length).equals(DELIMITER)) {
      if (this.#quote !== 0) throw unreadableDump('a delimiter with a quote');
      this.#delimiter = Buffer.from(line.subarray(DELIMITER.length, -1));
    } else if (this.#section === 'structure' && this.#quote === 0 && line.includes(STRUCTURE_ENDS)) {
      // What follows before the next marker are triggers: of a dump without rows.
      this.#endSection();
      this.#beginSection('triggers');
    }
  }

  #takePreamble(line: Buffer): void {
    const text = line.toString('latin1');
    if (!/SQL_MODE='/.test(text)) return;
    if (text.includes('NO_BACKSLASH_ESCAPES')) throw unreadableDump('strings without backslash escapes');
    this.#sawModes = true;
  }

  #keepText(line: Buffer): void {
    this.#textBytes += line.length;
    if (this.#textBytes > SECTION_BYTES_MAX) throw unreadableDump('a section that is too large');
    // A copy: the chunk would be kept whole for the sake of a line.
    this.#text.push(Buffer.from(line));
  }

  #beginSection(section: SectionKind): void {
    if (!this.#sawModes) throw unreadableDump('its SQL mode is not named');
    this.#section = section;
    this.#inAround = false;
    if (section !== 'data') return;
    if (this.#table === undefined) throw unreadableDump('rows without a table');
    this.#prefix = undefined;
    this.#columns = undefined;
    this.#order = null;
    this.#sink.beginTable(this.#table);
    this.#tuples = new TupleLines((lines) => {
      this.#sink.rows(lines);
    });
  }

  #endSection(): void {
    if (this.#quote !== 0) throw incompleteDump('a statement does not end');
    const sql = Buffer.concat(this.#text);
    this.#text = [];
    this.#textBytes = 0;
    switch (this.#section) {
      case 'preamble':
      case 'postamble':
        return;
      case 'data': {
        if (this.#tuples === undefined || this.#table === undefined) return;
        this.#tuples.end();
        this.#sink.endTable({
          table: this.#table,
          rows: this.#tuples.rows,
          columns: this.#columns,
          order: this.#order,
        });
        this.#tuples = undefined;
        return;
      }
      case 'structure':
        this.#table = this.#emitNamed('table', sql, CREATES_TABLE);
        return;
      case 'sequence':
        this.#emitNamed('sequence', sql, CREATES_SEQUENCE);
        return;
      case 'view-placeholder':
        this.#emitNamed('view-placeholder', sql, CREATES_PLACEHOLDER);
        return;
      case 'view':
        this.#emitNamed('view', sql, CREATES_VIEW);
        return;
      case 'triggers':
      case 'routines':
      case 'events': {
        const table = this.#section === 'triggers' ? this.#table : undefined;
        for (const unit of readSchemaUnits(this.#section, sql.toString('latin1'))) {
          this.#sink.object(table === undefined ? unit : { ...unit, table });
        }
      }
    }
  }

  #emitNamed(kind: SchemaObject['kind'], sql: Buffer, head: RegExp): string {
    const text = sql.toString('latin1');
    const match = head.exec(text);
    const quoted = match === null ? undefined : quotedNameAt(text, match.index + match[0].length);
    if (quoted === undefined) throw unreadableDump(`a ${kind} without a name`);
    const name = nameOfBytes(quoted.name);
    this.#sink.object({ kind, name, sql: Buffer.from(`${text.trim()}\n`, 'latin1') });
    return name;
  }
}

const CREATES_TABLE = /^CREATE TABLE (?:IF NOT EXISTS )?(?=`)/m;
const CREATES_SEQUENCE = /^CREATE SEQUENCE (?=`)/m;
const CREATES_PLACEHOLDER = /^(?:\/\*!\d+ )?CREATE (?:VIEW|TABLE) (?=`)/m;
const CREATES_VIEW = /^\/\*!\d+ VIEW (?=`)/m;

const VALUES = Buffer.from(' VALUES ');
const ORDER_BY = '-- ORDER BY:  ';

/** `a`,`b`; null when it is not that: a name with a line break was broken apart. */
function parseNames(text: string): string[] | null {
  const names: string[] = [];
  for (let at = 0; ; at++) {
    const quoted = quotedNameAt(text, at);
    if (quoted === undefined) return null;
    names.push(nameOfBytes(quoted.name));
    if (quoted.end === text.length) return names;
    if (text[quoted.end] !== ',') return null;
    at = quoted.end;
  }
}

/** Up to and with `VALUES `, outside of names; undefined when there is more to come. */
function insertPrefixLength(sql: Buffer): number | undefined {
  let inName = false;
  for (let at = INSERT.length - 1; at < sql.length; at++) {
    const byte = sql[at];
    if (byte === 0x60) inName = !inName;
    else if (!inName && byte === 0x20) {
      const end = at + VALUES.length;
      if (end > sql.length) return undefined;
      if (sql.subarray(at, end).equals(VALUES)) return end;
    }
  }
  return undefined;
}

function parseInsertPrefix(prefix: Buffer): { table: string; columns: string[] } {
  const text = prefix.toString('latin1');
  const table = quotedNameAt(text, INSERT.length - 1);
  if (table === undefined || !text.startsWith(' (', table.end)) throw unreadableDump('an INSERT that names no columns');
  const columns: string[] = [];
  for (let at = table.end + 2; ; ) {
    const column = quotedNameAt(text, at);
    if (column === undefined) throw unreadableDump('an INSERT with a column that has no name');
    columns.push(nameOfBytes(column.name));
    if (text.startsWith(') VALUES ', column.end)) return { table: nameOfBytes(table.name), columns };
    if (!text.startsWith(', ', column.end)) throw unreadableDump('an INSERT whose columns are not a list');
    at = column.end + 2;
  }
}
