// The table of contents that pg_dump writes (toc.dat), entry by entry, so that a part of it can be restored, and under
// other names of roles. Format: src/bin/pg_dump/pg_backup_archiver.c of PostgreSQL, WriteHead, WriteToc, WriteInt, WriteStr.
import { LumbungError } from '@lumbung/stdx';
import { TocText } from './toc-text.ts';

const MAGIC = 'PGDMP';
const MINOR_MIN = 12;
const MINOR_MAX = 16;
const VERSION_TABLE_ACCESS = 14;
const VERSION_COMPRESSION_AS_BYTE = 15;
const VERSION_RELATION_KIND = 16;
const FORMAT_TAR = 3;
const INTEGER_BYTES = 5;
const ENTRIES_MAX = 5_000_000;
const DEPENDENCIES_MAX = 1_000_000;
const MOMENT_INTEGERS = 7;

export interface TocEntry {
  readonly id: number;
  readonly hasDumper: number;
  /** Numbers of the catalogue and of the object there, in decimal. */
  readonly catalogue: string;
  readonly oid: string;
  /** A name of the object, as far as people need it. */
  readonly tag: string;
  /** `TABLE`, `FK CONSTRAINT`, `ACL` … */
  readonly kind: string;
  /** 1: none, 2: before the data, 3: data, 4: after it. */
  readonly section: number;
  readonly definition: string | null;
  readonly drop: string | null;
  readonly copy: string | null;
  readonly schema: string | null;
  readonly tablespace: string | null;
  readonly accessMethod: string | null;
  readonly relationKind: number;
  readonly owner: string | null;
  readonly withOids: string | null;
  /** `id` of others, in decimal. */
  readonly dependencies: readonly string[];
  readonly file: string | null;
}

export class TocArchive {
  readonly #head: Buffer;
  readonly #minor: number;
  /** Their texts are read and written by `text`. */
  readonly entries: readonly TocEntry[];
  readonly text: TocText;

  private constructor(head: Buffer, minor: number, entries: readonly TocEntry[]) {
    this.#head = head;
    this.#minor = minor;
    this.entries = entries;
    const encoding = entries.find(({ kind }) => kind === 'ENCODING')?.definition ?? '';
    this.text = new TocText(/'([A-Za-z0-9_]{1,32})'/.exec(encoding)?.[1] ?? 'UTF8');
  }

  /** @throws LumbungError DB_ARCHIVE_UNKNOWN (operator): of another version, or damaged */
  static parse(bytes: Buffer): TocArchive {
    const minor = bytes[6] ?? 0;
    const isKnown =
      bytes.toString('latin1', 0, 5) === MAGIC && bytes[5] === 1 && minor >= MINOR_MIN && minor <= MINOR_MAX;
    if (!isKnown || bytes[8] !== INTEGER_BYTES - 1 || bytes[10] !== FORMAT_TAR) throw unknownForm();
    const reader = new TocReader(bytes, 11);
    if (minor >= VERSION_COMPRESSION_AS_BYTE) reader.skip(1);
    else reader.integer();
    for (let idx = 0; idx < MOMENT_INTEGERS; idx += 1) reader.integer();
    for (const _ of ['database', 'version of the server', 'version of the tool']) reader.text();
    const head = bytes.subarray(0, reader.at);
    const count = reader.integer();
    if (count < 0 || count > ENTRIES_MAX) throw unknownForm();
    const entries: TocEntry[] = [];
    for (let idx = 0; idx < count; idx += 1) entries.push(readEntry(reader, minor));
    if (reader.leftBytes > 0) throw unknownForm();
    return new TocArchive(head, minor, entries);
  }

  /** The same archive with other entries. Those that depend on one that is gone do not mind. */
  print(entries: readonly TocEntry[]): Buffer {
    const parts = [this.#head, integerBytes(entries.length)];
    for (const entry of entries) {
      const texts = (values: readonly (string | null)[]) => parts.push(...values.map(textBytes));
      parts.push(integerBytes(entry.id), integerBytes(entry.hasDumper));
      texts([entry.catalogue, entry.oid, entry.tag, entry.kind]);
      parts.push(integerBytes(entry.section));
      texts([entry.definition, entry.drop, entry.copy, entry.schema, entry.tablespace]);
      if (this.#minor >= VERSION_TABLE_ACCESS) texts([entry.accessMethod]);
      if (this.#minor >= VERSION_RELATION_KIND) parts.push(integerBytes(entry.relationKind));
      texts([entry.owner, entry.withOids, ...entry.dependencies, null, entry.file]);
    }
    return Buffer.concat(parts);
  }
}

function readEntry(reader: TocReader, minor: number): TocEntry {
  const id = reader.integer();
  const hasDumper = reader.integer();
  const [catalogue, oid, tag, kind] = [reader.name(), reader.name(), reader.name(), reader.name()];
  const section = reader.integer();
  const [definition, drop, copy, schema, tablespace] = Array.from({ length: 5 }, () => reader.text());
  const accessMethod = minor >= VERSION_TABLE_ACCESS ? reader.text() : null;
  const relationKind = minor >= VERSION_RELATION_KIND ? reader.integer() : 0;
  const [owner, withOids] = [reader.text(), reader.text()];
  const dependencies: string[] = [];
  for (let each = reader.text(); each !== null; each = reader.text()) {
    if (dependencies.push(each) > DEPENDENCIES_MAX) throw unknownForm();
  }
  return {
    id,
    hasDumper,
    catalogue,
    oid,
    tag,
    kind,
    section,
    definition: definition ?? null,
    drop: drop ?? null,
    copy: copy ?? null,
    schema: schema ?? null,
    tablespace: tablespace ?? null,
    accessMethod,
    relationKind,
    owner,
    withOids,
    dependencies,
    file: reader.text(),
  };
}

class TocReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get leftBytes(): number {
    return this.#bytes.length - this.at;
  }

  skip(bytes: number): void {
    if (bytes > this.leftBytes) throw unknownForm();
    this.at += bytes;
  }

  /** A byte for the sign, then the bytes, the lowest first. */
  integer(): number {
    const start = this.at;
    this.skip(INTEGER_BYTES);
    const value = this.#bytes.readUInt32LE(start + 1);
    return this.#bytes[start] === 0 ? value : 0 - value;
  }

  text(): string | null {
    const length = this.integer();
    if (length < 0) return null;
    const start = this.at;
    this.skip(length);
    return this.#bytes.toString('latin1', start, this.at);
  }

  name(): string {
    return this.text() ?? '';
  }
}

function integerBytes(value: number): Buffer {
  const bytes = Buffer.alloc(INTEGER_BYTES);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

function textBytes(text: string | null): Buffer {
  return text === null ? integerBytes(-1) : Buffer.concat([integerBytes(text.length), Buffer.from(text, 'latin1')]);
}

function unknownForm(): LumbungError {
  return new LumbungError('DB_ARCHIVE_UNKNOWN', {
    kind: 'operator',
    message: 'the table of contents of the dump has an unknown form',
    hint: 'use pg_dump of a version this program knows, 10 to 18',
  });
}
