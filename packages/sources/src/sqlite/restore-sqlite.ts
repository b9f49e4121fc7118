import { createWriteStream } from 'node:fs';
import { chmod, chown, lstat, open, realpath, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, RestoredTable, RestoreOptions, RestorePlan, RestoreReport, Workspace } from '../driver.ts';
import type { TreeSource } from '../entry/tree-source.ts';
import type { Manifest, ManifestFile } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/manifest-file.ts';
import { TimeLimit } from '../process/act-limits.ts';
import { CheckList, fail, failedOf, pass, type Verdict, warn } from '../remarks/check.ts';
import { codesOf, type Remark, remark } from '../remarks/remark.ts';
import { listed, listedObjects } from '../remarks/value-kinds.ts';
import type { Finding } from '../verify/finding.ts';
import { readVerified } from '../verify/read-verified.ts';
import { actControl } from './act-control.ts';
import type { InspectedDatabase, InspectedTable } from './agent/messages.ts';
import { DATABASE_PATH, parseDetails, type SqliteDetails } from './dump-details.ts';
import { pathOfTarget } from './dump-sqlite.ts';
import { LOCK_WAIT_MS, runAgent } from './run-agent.ts';

/** The file that a name means: a path, or a name beside the database of the target. */
export async function placeOf(target: Target, name: string): Promise<string> {
  if (path.isAbsolute(name)) return path.normalize(name);
  const live = pathOfTarget(target);
  if (name === '' || name.includes('/') || name.includes('\0')) throw nameInvalid(name);
  const real = await realpath(live).catch(() => live); // A database that is gone has its folder still.
  return path.join(path.dirname(real), name);
}

/** A whole database becomes a file that is not there yet. Single tables go into one that may be, where none of them is. */
export async function planRestoreSqlite(
  target: Target,
  tree: TreeSource,
  options: RestoreOptions,
  control: Control,
): Promise<RestorePlan> {
  const manifest = await readManifest(tree, control.signal);
  const details = parseDetails(manifest);
  const file = await placeOf(target, options.database);
  const chosen = options.tables;
  const list = new CheckList(control.clock);
  const neededBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  await list.ask('folder', () => folderAnswer(file));
  if (chosen === undefined) {
    await list.ask('name-free', () => absentAnswer(file));
    await list.ask('owner', () => ownerAnswer(file, details, options));
  } else {
    await list.ask('tables', () => tablesAnswer(manifest, chosen));
  }
  await list.ask('space', () => spaceAnswer(file, neededBytes));
  const tables = manifest.tables.filter(({ name }) => chosen === undefined || chosen.includes(name));
  return {
    engine: 'sqlite',
    target,
    options,
    manifest,
    checks: list.checks,
    tables: tables.map(({ name, rows }) => ({ table: name, rows, bytes: 0 })),
    neededBytes,
    leftOut: chosen === undefined ? [] : leftOutOf(manifest, chosen),
  };
}

function leftOutOf(manifest: Manifest, chosen: readonly string[]): Remark[] {
  const others = manifest.tables.filter(({ name }) => !chosen.includes(name));
  const tables = others.map(({ name }) => ({ kind: 'table', name }) as const);
  return [
    remark('only-chosen-tables'),
    ...(tables.length === 0 ? [] : [remark('objects-not-chosen', { objects: listedObjects(tables) })]),
  ];
}

/**
 * @throws LumbungError DB_RESTORE_REFUSED, DB_RESTORE_NO_SPACE, SQLITE_TABLE_EXISTS (operator), SOURCE_FILE_DAMAGED
 *   (corruption); those of `runAgent`. A file that could not be finished is removed again.
 */
export async function restoreSqlite(
  plan: RestorePlan,
  tree: TreeSource,
  workspace: Workspace,
  unlimited: Control,
): Promise<RestoreReport> {
  using limit = new TimeLimit(unlimited);
  const control = actControl(unlimited, limit);
  const failed = failedOf(plan.checks);
  if (failed.length > 0) throw refused(codesOf(failed));
  const file = await placeOf(plan.target, plan.options.database);
  const startMs = control.clock.monotonicMs();
  const { inspected, restoredMs } =
    plan.options.tables === undefined
      ? await restoreWhole(plan, tree, file, control)
      : await restoreTables(plan, plan.options.tables, tree, { file, workspace, control });
  const { tables, findings } = compare(plan, inspected);
  return {
    engine: 'sqlite',
    database: file,
    tables,
    findings,
    restoreMs: restoredMs - startMs,
    verifyMs: control.clock.monotonicMs() - restoredMs,
  };
}

interface Restored {
  readonly inspected: Pick<InspectedDatabase, 'tables'> & Partial<InspectedDatabase>;
  readonly restoredMs: number;
}

async function restoreWhole(plan: RestorePlan, tree: TreeSource, file: string, control: Control): Promise<Restored> {
  await writeDatabase(plan.manifest, tree, file, control);
  try {
    const restoredMs = control.clock.monotonicMs();
    const inspected = await runAgent<'inspect'>({ act: 'inspect', path: file }, 'verify', control);
    await giveTo(file, parseDetails(plan.manifest), plan.options);
    return { inspected, restoredMs };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function restoreTables(
  plan: RestorePlan,
  tables: readonly string[],
  tree: TreeSource,
  { file, workspace, control }: { readonly file: string; readonly workspace: Workspace; readonly control: Control },
): Promise<Restored> {
  const copy = path.join(workspace.folder, 'dumped.sqlite');
  if (plan.neededBytes > workspace.limitBytes) throw workspaceFull(plan.neededBytes, workspace.limitBytes);
  await writeDatabase(plan.manifest, tree, copy, control);
  const isNew = !(await isThere(file));
  try {
    const request = { act: 'copy-tables', path: copy, to: file, tables, lockWaitMs: LOCK_WAIT_MS } as const;
    const inspected = await runAgent<'copy-tables'>(request, 'restore', control);
    if (isNew) await giveTo(file, parseDetails(plan.manifest), plan.options);
    return { inspected, restoredMs: control.clock.monotonicMs() };
  } catch (error) {
    if (isNew) await rm(file, { force: true });
    throw error;
  } finally {
    await rm(copy, { force: true });
  }
}

/** Writes the stored file to a new one, and does not leave it there unless it is what was dumped and on the disk. */
async function writeDatabase(manifest: Manifest, tree: TreeSource, file: string, control: Control): Promise<void> {
  const expected = databaseFileOf(manifest);
  let isOurs = false;
  try {
    const handle = await open(file, 'wx', 0o600);
    isOurs = true;
    const source = counted(readVerified(tree, expected, control.signal), (doneBytes) => {
      control.progress({ phase: 'restore', doneBytes, doneRows: 0, expectedBytes: expected.bytes });
    });
    await pipeline(source, createWriteStream('', { fd: handle, flush: true }), { signal: control.signal });
    await syncFolder(path.dirname(file));
  } catch (error) {
    if (isOurs) await rm(file, { force: true });
    control.signal.throwIfAborted();
    const errno = errnoOf(error);
    if (errno === 'EEXIST') throw refused(`${file} is there already`);
    throw errno === 'ENOSPC' || errno === 'EDQUOT' ? noSpace(file, error) : error;
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  report: (doneBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let doneBytes = 0;
  for await (const chunk of source) {
    doneBytes += chunk.length;
    report(doneBytes);
    yield chunk;
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function giveTo(file: string, { uid, gid, mode }: SqliteDetails, options: RestoreOptions): Promise<void> {
  // Never by set-id bits, whatever the dump says.
  await chmod(file, mode & 0o777);
  const now = await stat(file);
  if (options.ownership.kind !== 'keep' || (now.uid === uid && now.gid === gid)) return;
  try {
    await chown(file, uid, gid);
  } catch (error) {
    // The plan has warned of it; whoever exchanges the files gives it to the owner of the live one.
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}

function compare(plan: RestorePlan, restored: Restored['inspected']): Pick<RestoreReport, 'tables' | 'findings'> {
  const found = new Map<string, InspectedTable>(restored.tables.map((table) => [table.name, table]));
  const findings: Finding[] = [];
  const tables: RestoredTable[] = [];
  const expected = plan.manifest.tables.filter(({ name }) => plan.tables.some(({ table }) => table === name));
  for (const { name, rows, sha256 } of expected) {
    const is = found.get(name);
    tables.push({ table: name, rows: is?.rows ?? 0, bytes: 0, compared: 'sha256' });
    if (is?.rows !== rows) {
      const said = remark('rows-differ', { found: is?.rows ?? 0, expected: rows });
      findings.push({ code: 'rows-differ', severity: 'error', table: name, remark: said });
    } else if (is.sha256 !== sha256) {
      findings.push({ code: 'rowsum-differs', severity: 'error', table: name, remark: remark('values-differ') });
    }
  }
  for (const problem of restored.problems ?? []) {
    findings.push({ code: 'content-invalid', severity: 'error', remark: remark('content-problem', { problem }) });
  }
  if (restored.schemaSha256 !== undefined && restored.schemaSha256 !== parseDetails(plan.manifest).schemaSha256) {
    findings.push({ code: 'inventory-differs', severity: 'error', remark: remark('definitions-differ') });
  }
  return { tables, findings };
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Also what would be taken for the journal of the new file must not lie there: it would be played into it. */
async function absentAnswer(file: string): Promise<Verdict> {
  for (const each of [file, `${file}-wal`, `${file}-journal`, `${file}-shm`]) {
    if (await isThere(each).catch(() => false)) return fail('file-taken', { file: each }); // A missing folder is another check's.
  }
  return pass('file-free', { file });
}

async function folderAnswer(file: string): Promise<Verdict> {
  const folder = path.dirname(file);
  try {
    if ((await stat(folder)).isDirectory()) return pass('folder-there');
  } catch {
    // What is wrong with it is one and the same for who asks.
  }
  return fail('folder-missing', { folder });
}

function ownerAnswer(file: string, { uid, gid }: SqliteDetails, { ownership }: RestoreOptions): Verdict {
  const ourUid = process.geteuid?.();
  const owner = `${uid}:${gid}`;
  if (ownership.kind !== 'keep' || ourUid === 0 || ourUid === uid) return pass('file-owner-kept', { owner });
  return warn('file-owner-changes', { owner: String(ourUid ?? ''), was: owner, paste: chownCommand(owner, file) });
}

/** For a shell. */
export function chownCommand(owner: string, file: string): string {
  return `chown ${owner} '${file.replaceAll("'", "'\\''")}'`;
}

function tablesAnswer(manifest: Manifest, chosen: readonly string[]): Verdict {
  const known = new Set(manifest.tables.map(({ name }) => name));
  const missing = chosen.filter((name) => !known.has(name) || name.startsWith('sqlite_'));
  return missing.length === 0 && chosen.length > 0
    ? pass('tables-known', { count: chosen.length })
    : fail('tables-unknown', { tables: listed(missing) });
}

async function spaceAnswer(file: string, needed: number): Promise<Verdict> {
  try {
    const { bavail, bsize } = await statfs(path.dirname(file));
    return bavail * bsize >= needed ? pass('space-enough', { needed }) : fail('space-too-small', { needed });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return pass('space-unknown');
  }
}

export function refused(detail: string): LumbungError {
  return new LumbungError('DB_RESTORE_REFUSED', {
    kind: 'operator',
    message: `the restore does not begin: ${detail}`,
    context: { detail },
    hint: 'see the checks of the plan',
  });
}

function noSpace(file: string, cause: unknown): LumbungError {
  return new LumbungError('DB_RESTORE_NO_SPACE', {
    kind: 'operator',
    message: `no space is left where ${file} should be restored`,
    context: { path: file },
    hint: 'free space there, or choose another place; nothing of it was left',
    cause,
  });
}

function workspaceFull(neededBytes: number, limitBytes: number): LumbungError {
  return new LumbungError('DB_WORKSPACE_FULL', {
    kind: 'operator',
    message: `the working folder has no room for the dump: ${neededBytes} bytes`,
    context: { neededBytes, limitBytes },
    hint: 'free space there, or give the working folder more room',
  });
}

/** @throws LumbungError SOURCE_MANIFEST_INVALID (corruption) */
export function databaseFileOf(manifest: Manifest): ManifestFile {
  const file = manifest.files.find(({ path: each }) => each === DATABASE_PATH);
  if (file !== undefined) return file;
  throw new LumbungError('SOURCE_MANIFEST_INVALID', {
    kind: 'corruption',
    message: 'the manifest names no database',
    context: { problem: `${DATABASE_PATH}: missing` },
  });
}

function nameInvalid(name: string): LumbungError {
  return new LumbungError('DB_ADDRESS_INVALID', {
    kind: 'operator',
    message: 'a restored database is named by an absolute path, or by a name in the folder of the live one',
    context: { detail: name },
  });
}
