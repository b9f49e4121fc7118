import { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import type { Control, RenderedFile } from '../../driver.ts';
import { encodeComponent } from '../../entry/path-component.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { tableName } from '../../manifest/size-history.ts';
import type { Tool } from '../../process/tool-call.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { readVerified } from '../../verify/read-verified.ts';
import { withoutRestrictLines } from '../dump/plain-sql.ts';
import { lacksPublicSchema } from '../restore/choose-entries.ts';
import { parseFacts, type RestoredLargeObject, readLargeObjects } from '../restore/dump-details.ts';
import { damaged, readHeldFile } from '../restore/held-file.ts';
import { copyInStatement, largeObjectStatements, setvalStatement } from '../restore/load-data.ts';
import { RoleNames } from '../restore/role-names.ts';
import { TocArchive } from '../restore/toc-archive.ts';
import { archiveCall, archiveControl, findArchiveTool } from './archive-tool.ts';

const BUFFER_BYTES = 256 * 1024;
const LARGE_OBJECT_PART_BYTES = 256 * 1024;

/**
 * The whole database as one file of SQL that `psql` loads into an empty database. It comes as it is read; the stream fails
 * when a file of the dump is not what was dumped, so that what was written until then is not taken for the whole.
 *
 * @throws LumbungError DB_DUMP_WRONG_KIND, DB_RENDER_BINARY, DB_TOOL_MISSING, DB_TOOL_TOO_OLD (operator); DB_DUMP_DAMAGED,
 *   SOURCE_FILE_DAMAGED, SOURCE_MANIFEST_INVALID (corruption)
 */
export async function renderSql(tree: TreeSource, control: Control): Promise<RenderedFile> {
  const { signal } = control;
  const manifest = await readManifest(tree, signal);
  const { encoding } = parseFacts(manifest);
  const binary = manifest.tables.find(({ segments }) => segments.some((segment) => segment.binary === true));
  if (binary !== undefined) throw binaryRows(binary);
  const tool = await findArchiveTool(manifest);
  const toc = await readHeldFile(tree, manifest, 'schema/toc.dat', signal);
  const largeObjects = await readLargeObjects(tree, manifest, signal);
  const script = new Script(tree, manifest, { encoding, tool, toc, largeObjects }, control);
  return {
    name: `${encodeComponent(manifest.database ?? 'database')}.sql`,
    open: () => Readable.from(script.chunks(), { objectMode: false, highWaterMark: BUFFER_BYTES }),
  };
}

interface Ingredients {
  readonly encoding: string;
  readonly tool: Tool;
  readonly toc: Buffer;
  readonly largeObjects: readonly RestoredLargeObject[];
}

class Script {
  readonly #tree: TreeSource;
  readonly #manifest: Manifest;
  readonly #parts: Ingredients;
  readonly #control: Control;

  constructor(tree: TreeSource, manifest: Manifest, parts: Ingredients, control: Control) {
    this.#tree = tree;
    this.#manifest = manifest;
    this.#parts = parts;
    this.#control = control;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const { entries, text } = TocArchive.parse(this.#parts.toc);
    if (lacksPublicSchema(this.#manifest, { entries, text })) yield sql('DROP SCHEMA IF EXISTS public');
    yield* this.#definitions('pre-data');
    // Names are written in UTF-8 from here on; rows say their own encoding.
    yield sql(`SET client_encoding = 'UTF8'`);
    for (const table of this.#manifest.tables) yield* this.#rows(table);
    for (const object of this.#parts.largeObjects) yield* this.#largeObject(object);
    for (const sequence of this.#manifest.sequences) yield sql(setvalStatement(sequence));
    yield* this.#definitions('post-data');
  }

  async *#definitions(section: string): AsyncGenerator<Uint8Array> {
    const { tool, toc } = this.#parts;
    const args = ['--file=-', `--section=${section}`, '--no-publications', '--no-subscriptions', '--no-tablespaces'];
    const child = new ToolProcess(archiveCall(tool, toc, args), archiveControl(this.#control));
    yield* withoutRestrictLines(child.stdout);
  }

  async *#rows(table: ManifestTable): AsyncGenerator<Uint8Array> {
    for (const segment of table.segments) {
      yield sql(copyInStatement(table, segment, this.#parts.encoding));
      yield* readVerified(this.#tree, segment, this.#control.signal);
      yield Buffer.from('\\.\n\n');
    }
  }

  async *#largeObject(object: RestoredLargeObject): AsyncGenerator<Uint8Array> {
    const path = `lo/${object.oid}.bin`;
    const file = this.#manifest.files.find((each) => each.path === path);
    if (file === undefined) throw damaged(path);
    yield sql(`SELECT pg_catalog.lo_create(${object.oid})`);
    let offset = 0;
    for await (const chunk of readVerified(this.#tree, file, this.#control.signal)) {
      for (let at = 0; at < chunk.byteLength; at += LARGE_OBJECT_PART_BYTES) {
        const part = Buffer.from(chunk.subarray(at, at + LARGE_OBJECT_PART_BYTES));
        yield sql(`SELECT pg_catalog.lo_put(${object.oid}, ${offset}, '\\x${part.toString('hex')}')`);
        offset += part.length;
      }
    }
    for (const statement of largeObjectStatements(object, new RoleNames({ kind: 'keep' }))) yield sql(statement);
  }
}

function sql(statement: string): Buffer {
  return Buffer.from(`${statement};\n`);
}

function binaryRows(table: ManifestTable): LumbungError {
  return new LumbungError('DB_RENDER_BINARY', {
    kind: 'operator',
    message: `rows of ${tableName(table)} are too long for text, and no file of SQL can hold them`,
    context: { table: tableName(table) },
    hint: 'restore the dump to a server instead',
  });
}
