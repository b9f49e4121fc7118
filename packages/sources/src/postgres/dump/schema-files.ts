import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describeError, errnoOf, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Workspace } from '../../driver.ts';
import { accountFile, type FileAccount } from '../../manifest/account-stream.ts';
import type { ManifestFile } from '../../manifest/manifest.ts';
import { runTool } from '../../process/run-tool.ts';
import type { RunControl, Tool } from '../../process/tool-call.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { connectionText, type PostgresTools } from '../tools.ts';
import { fixTocMoment, listedObjects, unknownForm } from './archive-toc.ts';
import type { DumpRun } from './dump-run.ts';
import { withoutRestrictLines } from './plain-sql.ts';

/** As pg_dump quotes the server. It waits for locks no longer than a statement may take. */
const LOCK_TIMEOUT = /due to (?:lock|statement) timeout/;
const LOCK_WAIT_MS_MAX = 5000;
const TOC_BYTES_MAX = 512 * 1024 * 1024;
const LISTING_BYTES_MAX = 256 * 1024 * 1024;

/** pg_dump, made ready to look at one snapshot of one database. */
export interface DumpTool {
  readonly run: DumpRun;
  readonly tools: PostgresTools;
  readonly pgDump: Tool;
  readonly runControl: RunControl;
  readonly database: string;
  readonly snapshot: string;
  readonly lockTimeoutMs: number;
  readonly workspace: Workspace;
}

export interface SchemaOptions extends DumpTool {
  /** What must be in it: `catalogue number/object number`. */
  readonly expectedObjects: ReadonlyMap<string, string>;
}

/**
 * The definitions of everything, seen by the same snapshot: as pg_restore reads them, and as people do. `files` gets what
 * the manifest says of them.
 *
 * @throws LumbungError DB_INVENTORY_DIFFERS (transient): the catalogue names an object that the dump does not hold;
 *   DB_ARCHIVE_UNKNOWN (operator); see `ToolProcess`
 */
export async function storeSchema(options: SchemaOptions, files: ManifestFile[]): Promise<void> {
  const { run, tools, runControl } = options;
  const folder = path.join(options.workspace.folder, 'schema');
  await runDump(options, folder);
  const tocFile = path.join(folder, 'toc.dat');
  const toc = await readToc(tocFile);
  fixTocMoment(toc);
  await writeFile(tocFile, toc);

  const pgRestore = await tools.find('pg_restore');
  const listing = await runTool(tools.call(pgRestore, ['--list', folder]), runControl, LISTING_BYTES_MAX);
  compareInventory(options.expectedObjects, listedObjects(listing.stdout.toString('utf8')));

  const keep = (file: string) => (account: FileAccount) => {
    files.push({ path: file, ...account });
  };
  await run.sink.store('schema/toc.dat', () =>
    accountFile(Readable.from([toc], { objectMode: false }), keep('schema/toc.dat')),
  );
  await run.sink.store('schema/schema.sql', () => {
    const restore = new ToolProcess(tools.call(pgRestore, ['--file=-', folder]), runControl);
    return accountFile(withoutRestrictLines(restore.stdout), keep('schema/schema.sql'));
  });
}

async function readToc(file: string): Promise<Buffer> {
  const found = await stat(file).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  // A tool that ends well and has written nothing.
  if (found === undefined) throw unknownForm();
  if (found.size > TOC_BYTES_MAX) throw tooLarge();
  return await readFile(file);
}

/**
 * An ALTER TABLE that waits for the holder of the snapshot makes pg_dump wait behind it, in vain: the holder has every
 * lock already, and keeps it. So pg_dump does not wait for long.
 *
 * @throws LumbungError DB_LOCKED (transient); nothing was stored yet
 */
async function runDump(options: SchemaOptions, folder: string): Promise<void> {
  try {
    await runTool(options.tools.call(options.pgDump, dumpArguments(options, folder)), options.runControl);
  } catch (error) {
    if (!isLumbungError(error, 'DB_TOOL_FAILED') || !LOCK_TIMEOUT.test(describeError(error))) throw error;
    throw new LumbungError('DB_LOCKED', {
      kind: 'transient',
      message: 'somebody else holds a lock for too long, or waits for one',
      context: { detail: describeError(error) },
      hint: 'try again when the change of the database is over',
      cause: error,
    });
  }
}

function dumpArguments({ database, snapshot, lockTimeoutMs }: SchemaOptions, folder: string): string[] {
  return [
    '--no-password',
    // Not --schema-only, which would not say which materialized views were filled.
    '--section=pre-data',
    '--section=post-data',
    '--no-blobs',
    '--format=directory',
    '--compress=0',
    '--no-sync',
    `--lock-wait-timeout=${Math.trunc(Math.min(lockTimeoutMs, LOCK_WAIT_MS_MAX))}`,
    `--snapshot=${snapshot}`,
    `--file=${folder}`,
    `--dbname=${connectionText(database)}`,
  ];
}

function compareInventory(expected: ReadonlyMap<string, string>, listed: ReadonlySet<string>): void {
  const missing = [...expected].filter(([key]) => !listed.has(key)).map(([, name]) => name);
  if (missing.length === 0) return;
  throw new LumbungError('DB_INVENTORY_DIFFERS', {
    kind: 'transient',
    message: `the schema that was dumped lacks ${missing.length} objects: ${missing.slice(0, 5).join(', ')}`,
    context: { count: missing.length, first: missing[0] },
    hint: 'try again; report it if it stays so',
  });
}

function tooLarge(): LumbungError {
  return new LumbungError('DB_ANSWER_TOO_LARGE', {
    kind: 'operator',
    message: 'the definitions of the database are larger than can be held',
  });
}

export async function emptyFolder(parent: string, name: string): Promise<string> {
  const folder = path.join(parent, name);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}
