import { Readable } from 'node:stream';
import type { Control, RenderedFile } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { readVerified } from '../../verify/read-verified.ts';
import { parseDetails } from '../restore/dump-details.ts';
import { insertBatches } from '../restore/insert-batches.ts';
import { insertPrefix } from '../restore/load-rows.ts';
import { withoutOwnName, withoutOwnNameInHead } from '../restore/sql-text.ts';
import { readStoredSchema, type StoredObject } from '../restore/stored-schema.ts';
import { orderViews } from '../restore/view-order.ts';
import type { SchemaKind } from '../splitter/schema-units.ts';

/** Every client and server takes a statement of this length; longer rows are statements of their own. */
const STATEMENT_BYTES = 1024 * 1024;
const END = Buffer.from(';\n');

/** Set back at the end, for whoever loads the file into a session that goes on. */
const SETTINGS: ReadonlyArray<readonly [comment: string, variable: string, value: string]> = [
  ['!40103', 'TIME_ZONE', "'+00:00'"],
  ['!40014', 'UNIQUE_CHECKS', '0'],
  ['!40014', 'FOREIGN_KEY_CHECKS', '0'],
  ['!40101', 'SQL_MODE', "'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'"],
  ['M!100201', 'CHECK_CONSTRAINT_CHECKS', '0'],
  ['M!101100', 'SYSTEM_VERSIONING_INSERT_HISTORY', '1'],
];

/**
 * The dump as one file of SQL that the client of MySQL or MariaDB loads into the database it is given. Tables are not
 * locked: with a lock a default that takes the next value of a sequence fails. Views come behind those they read from, so
 * that one with a check option never stands on a placeholder.
 *
 * @throws LumbungError SOURCE_MANIFEST_INVALID, SOURCE_FILE_MISSING, SOURCE_FILE_DAMAGED, DB_DUMP_DAMAGED (corruption);
 *   the stream fails with the last three
 */
export async function renderDump(tree: TreeSource, control: Control): Promise<RenderedFile> {
  const manifest = await readManifest(tree, control.signal);
  const details = parseDetails(manifest);
  const objects = await readStoredSchema(tree, manifest, details, control.signal);
  const name = (manifest.database ?? '').replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 100);
  return {
    name: `${name === '' ? 'database' : name}.sql`,
    open: () => Readable.from(renderedChunks({ tree, manifest, objects, control }), { objectMode: false }),
  };
}

interface RenderParts {
  readonly tree: TreeSource;
  readonly manifest: Manifest;
  readonly objects: readonly StoredObject[];
  readonly control: Control;
}

async function* renderedChunks(parts: RenderParts): AsyncGenerator<Buffer> {
  const { manifest, objects } = parts;
  const own = Buffer.from(manifest.database ?? '').toString('latin1');
  const { charset, collation } = parseDetails(manifest).database;
  yield Buffer.from(headerOf(manifest, charset, collation));
  const of = (...kinds: SchemaKind[]) => kinds.flatMap((kind) => objects.filter((object) => object.kind === kind));
  const unnamed = (object: StoredObject) => withoutOwnName(object.sql, own, 'everywhere');
  for (const object of of('sequence', 'table')) yield script(unnamed(object));
  yield* rows(parts);
  for (const object of of('view-placeholder')) yield script(unnamed(object));
  for (const object of of('function', 'procedure', 'package', 'package-body')) yield script(object.sql);
  for (const object of orderViews(of('view'))) yield script(withoutOwnName(object.sql, own, 'view'));
  for (const object of of('trigger')) yield script(withoutOwnNameInHead(object.sql, own));
  for (const object of of('event')) yield script(object.sql);
  yield Buffer.from(footer());
}

function script(sql: string): Buffer {
  return Buffer.from(`${sql}\n`, 'latin1');
}

async function* rows({ tree, manifest, control }: RenderParts): AsyncGenerator<Buffer> {
  const expectedBytes = manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  let doneRows = 0;
  for (const table of manifest.tables) {
    const prefix = Buffer.from(insertPrefix(table));
    for (const segment of table.segments) {
      for await (const batch of insertBatches(readVerified(tree, segment, control.signal), prefix, STATEMENT_BYTES)) {
        yield batch.sql;
        yield END;
        doneBytes += batch.sql.length;
        doneRows += batch.rows;
        control.progress({ phase: 'restore', subject: table.name, doneBytes, doneRows, expectedBytes });
      }
    }
  }
}

function headerOf(
  { database, product, serverVersion, warnings }: Manifest,
  charset: string,
  collation: string,
): string {
  const oneLine = (text: string) => text.replace(/[\0-\x1f\x7f]/g, ' ');
  return [
    `-- Database ${oneLine(database ?? '')} of ${oneLine(product)} ${oneLine(serverVersion)}.`,
    `-- Load it into a new database (CHARACTER SET ${charset} COLLATE ${collation}), with --comments so that routines keep`,
    '-- theirs, and --binary-mode:',
    '--   mariadb --comments --binary-mode --max-allowed-packet=1G DATABASE < FILE',
    ...warnings.map(
      (warning) =>
        `-- Warning of the dump: ${oneLine('message' in warning ? warning.message : `${warning.code} ${JSON.stringify(warning.params)}`)}`,
    ),
    '',
    '/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;',
    '/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;',
    '/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;',
    '/*!40101 SET NAMES utf8mb4 */;',
    ...SETTINGS.map(([comment, name, value]) => `/*${comment} SET @OLD_${name}=@@${name}, ${name}=${value} */;`),
    '',
    '',
  ].join('\n');
}

function footer(): string {
  return [
    ...SETTINGS.toReversed().map(([comment, name]) => `/*${comment} SET ${name}=@OLD_${name} */;`),
    '/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;',
    '/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;',
    '/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;',
    '-- Dump completed',
    '',
  ].join('\n');
}
