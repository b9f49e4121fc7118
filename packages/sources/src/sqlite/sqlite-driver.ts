import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import type { Control, DatabaseDriver, RenderedFile, ScratchInstance, Workspace } from '../driver.ts';
import type { TreeSource } from '../entry/tree-source.ts';
import { manifestDump } from '../manifest/manifest-dump.ts';
import { readManifest } from '../manifest/manifest-file.ts';
import { failure, remark } from '../remarks/remark.ts';
import type { Finding } from '../verify/finding.ts';
import { readVerified } from '../verify/read-verified.ts';
import { verifyTree } from '../verify/verify-tree.ts';
import { HEADER_BYTES, parseHeader } from './agent/database-file.ts';
import { askSqlite } from './ask-sqlite.ts';
import { DATABASE_PATH, parseDetails } from './dump-details.ts';
import { dumpSqlite, pathOfTarget } from './dump-sqlite.ts';
import { probeSqlite } from './probe-sqlite.ts';
import { databaseFileOf, planRestoreSqlite, restoreSqlite } from './restore-sqlite.ts';
import { checkSwapSqlite, swapSqlite } from './swap-sqlite.ts';

/** SQLite: a source is one file, and its path is the name of the database. */
export const sqliteDriver: DatabaseDriver & { readonly ask: typeof askSqlite } = {
  engine: 'sqlite',
  probe: probeSqlite,
  databases: async (target) => [pathOfTarget(target)],
  dump: (target, database, _options, workspace, control) => dumpSqlite(target, database, workspace, control),
  dumpServer: (_target, _options, _workspace, control) =>
    manifestDump(control.signal, () => Promise.reject(serverAbsent())),
  verify: verifySqlite,
  planRestore: planRestoreSqlite,
  restore: restoreSqlite,
  checkSwap: checkSwapSqlite,
  swap: swapSqlite,
  ask: askSqlite,
  render,
  startScratch: (_serverVersion, workspace) => startScratch(workspace),
};

function serverAbsent(): LumbungError {
  return new LumbungError('DB_SERVER_ABSENT', {
    kind: 'operator',
    message: 'SQLite has no server: a database is all there is',
    hint: 'dump the database itself',
  });
}

/** The common part, and whether the file is as long as its own header says. Its values are compared when it is restored. */
async function* verifySqlite(tree: TreeSource, control: Control): AsyncGenerator<Finding> {
  const manifest = yield* verifyTree(tree, control);
  if (manifest === undefined) return;
  try {
    const details = parseDetails(manifest);
    const { pages, pageSizeBytes } = parseHeader(await firstBytes(tree, control), DATABASE_PATH);
    const bytes = manifest.files.find(({ path: each }) => each === DATABASE_PATH)?.bytes;
    if (bytes === pages * pageSizeBytes && pages === details.pages) return;
    const said = remark('pages-differ', { found: bytes ?? 0, pages, page: pageSizeBytes });
    yield { code: 'content-invalid', severity: 'error', path: DATABASE_PATH, remark: said };
  } catch (error) {
    if (!(error instanceof LumbungError)) throw error;
    if (error.code === 'SOURCE_FILE_MISSING') return; // Named already.
    yield { code: 'content-invalid', severity: 'error', path: DATABASE_PATH, remark: failure(error) };
  }
}

async function firstBytes(tree: TreeSource, { signal }: Control): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of tree.read(DATABASE_PATH, signal)) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= HEADER_BYTES) break;
  }
  return bytes.subarray(0, HEADER_BYTES);
}

/** The file as it was: any SQLite opens it. */
async function render(tree: TreeSource, control: Control): Promise<RenderedFile> {
  const manifest = await readManifest(tree, control.signal);
  const expected = databaseFileOf(manifest);
  const name = path.basename(manifest.database ?? 'database', path.extname(manifest.database ?? ''));
  return {
    name: `${name.replace(/[^\w.-]/g, '_') || 'database'}.sqlite`,
    open: () => Readable.from(readVerified(tree, expected, control.signal), { objectMode: false }),
  };
}

/** A folder of its own: there is nothing to start. */
async function startScratch(workspace: Workspace): Promise<ScratchInstance> {
  const folder = await mkdtemp(path.join(workspace.folder, 'sqlite-'));
  const stop = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
  };
  return {
    target: {
      engine: 'sqlite',
      address: { kind: 'file', path: path.join(folder, 'scratch.sqlite') },
      tls: { mode: 'off' },
      options: { connectTimeoutMs: 1000 },
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
