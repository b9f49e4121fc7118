import type { BrowsedNode, BrowsePage, BrowseRequest, FilePath, JobResult, JobSpecOf } from '@lumbung/contracts';
import {
  diffTrees,
  findNodes,
  type IndexedRepository,
  instantOf,
  millisecondsOf,
  permissionString,
  type Repository,
  resolveTree,
  type SnapshotRecord,
  type TreeNode,
} from '@lumbung/engine';
import { type Manifest, readManifest, tableName } from '@lumbung/sources';
import { assertNever, type ByteString, textOf } from '@lumbung/stdx';
import { folderOfSnapshot } from '../../database/dump-place.ts';
import { openDumpTree } from '../../database/stored-tree.ts';
import { absoluteByteString, byteStringOfPath, pathOfByteString } from '../file-path.ts';
import { type HeldRepository, withRepository } from '../job-repository.ts';
import type { JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';
import { countOf } from '../run-book.ts';
import { clipped } from '../shown-text.ts';
import { notADump } from './stored-dump.ts';

type RequestOf<Kind extends BrowseRequest['kind']> = Extract<BrowseRequest, { readonly kind: Kind }>;

/** One page of an answer about what snapshots hold. Nothing is locked: a snapshot that is removed meanwhile is missing then. */
export async function browse(spec: JobSpecOf<'browse'>, run: JobRun): Promise<JobResult> {
  return await withRepository(run, spec.repository, { lock: 'none' }, async (held) => {
    held.run.book.step('read');
    return { kind: 'browse', page: await pageOf(spec.request, held) };
  });
}

async function pageOf(request: BrowseRequest, held: HeldRepository): Promise<BrowsePage> {
  switch (request.kind) {
    case 'list':
      return await list(request, held);
    case 'find':
      return await find(request, held);
    case 'diff':
      return await diff(request, held);
    case 'tables':
      return await tables(request, held);
    default:
      return assertNever(request);
  }
}

async function list(
  { snapshotId, folder, after, limit }: RequestOf<'list'>,
  held: HeldRepository,
): Promise<BrowsePage> {
  const { repository, run } = held;
  const snapshot = await loadJobSnapshot(repository, snapshotId, run.signal);
  const indexed = await loadIndex(held);
  const path = absoluteByteString(folder);
  const nodes = await indexed.loadTree(await resolveTree(indexed, snapshot.tree, path, run.signal), run.signal);
  // Stored in the order of their names, by all writers; a tree made by hand may not be.
  const sorted = nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const last = after === undefined ? undefined : lastNameOf(after);
  const begin = last === undefined ? 0 : sorted.findIndex(({ name }) => name > last);
  const page = begin < 0 ? [] : sorted.slice(begin, begin + limit);
  const above = path.replace(/\/+$/, '');
  return {
    kind: 'list',
    folder,
    nodes: page.map((node) => browsed(`${above}/${node.name}` as ByteString, node)), // made of byte strings and a slash
    total: sorted.length,
    rest: begin >= 0 && begin + page.length < sorted.length ? 'more' : 'end',
  };
}

/** `after` is a name, or the path that a page had it under. */
function lastNameOf(after: FilePath): string {
  const bytes = byteStringOfPath(after);
  return bytes.slice(bytes.lastIndexOf('/') + 1);
}

async function find(
  { snapshotIds, pattern, letters, skip, limit }: RequestOf<'find'>,
  held: HeldRepository,
): Promise<BrowsePage> {
  const { repository, run } = held;
  const snapshots: SnapshotRecord[] = [];
  for (const id of new Set(snapshotIds)) snapshots.push(await loadJobSnapshot(repository, id, run.signal));
  snapshots.sort((a, b) => timeOf(b) - timeOf(a));
  const indexed = await loadIndex(held);
  const found = findNodes(indexed, {
    snapshots,
    patterns: [pattern],
    caseInsensitive: letters === 'any-case',
    signal: run.signal,
  });
  const { items, rest } = await pageFrom(found, { skip, limit }, run);
  return {
    kind: 'find',
    nodes: items.map(({ snapshot, path, node }) => ({ snapshotId: snapshot.id, node: browsed(path, node) })),
    rest,
  };
}

async function diff(request: RequestOf<'diff'>, held: HeldRepository): Promise<BrowsePage> {
  const { repository, run } = held;
  const { fromId, toId, skip, limit } = request;
  const from = await loadJobSnapshot(repository, fromId, run.signal);
  const to = await loadJobSnapshot(repository, toId, run.signal);
  if (folderOfSnapshot(from) !== undefined && folderOfSnapshot(to) !== undefined) {
    const manifests = [await manifestOf(repository, from, run), await manifestOf(repository, to, run)] as const;
    return diffTables(...manifests, { skip, limit });
  }
  const indexed = await loadIndex(held);
  const changes = diffTrees(indexed, from.tree, to.tree, { signal: run.signal });
  const { items, rest } = await pageFrom(changes, { skip, limit }, run);
  return {
    kind: 'diff',
    changes: items.map(({ path, modifier }) => ({ path: clipped(textOf(path)), change: changeOf(modifier) })),
    rest,
  };
}

/** By restic's letters: see `DiffChange`. */
function changeOf(modifier: string): Extract<BrowsePage, { readonly kind: 'diff' }>['changes'][number]['change'] {
  if (modifier === '+') return 'added';
  if (modifier === '-') return 'removed';
  if (modifier.includes('?')) return 'suspect';
  return modifier.startsWith('T') ? 'type' : 'content';
}

type TableChange = Extract<BrowsePage, { readonly kind: 'table-diff' }>['tables'][number];

function diffTables(
  before: Manifest,
  after: Manifest,
  { skip, limit }: Pick<RequestOf<'diff'>, 'skip' | 'limit'>,
): BrowsePage {
  const left = new Map(before.tables.map((table) => [tableName(table), table]));
  const right = new Map(after.tables.map((table) => [tableName(table), table]));
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  const changes = names.map((name): TableChange => {
    const [was, is] = [left.get(name), right.get(name)];
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : isSame(was, is) ? 'same' : 'content';
    return {
      table: clipped(name),
      change,
      ...(was === undefined ? {} : { rowsBefore: was.rows }),
      ...(is === undefined ? {} : { rowsAfter: is.rows }),
    };
  });
  return {
    kind: 'table-diff',
    tables: changes.slice(skip, skip + limit),
    total: changes.length,
    rest: skip + limit < changes.length ? 'more' : 'end',
  };
}

/** Equal sums of rows are equal rows, whatever their order. */
function isSame(a: Manifest['tables'][number], b: Manifest['tables'][number]): boolean {
  if (a.rows !== b.rows) return false;
  return a.rowsum !== undefined && b.rowsum !== undefined ? a.rowsum === b.rowsum : a.sha256 === b.sha256;
}

async function tables(
  { snapshotId, skip, limit }: RequestOf<'tables'>,
  { repository, run }: HeldRepository,
): Promise<BrowsePage> {
  const manifest = await manifestOf(repository, await loadJobSnapshot(repository, snapshotId, run.signal), run);
  const sorted = manifest.tables
    .map((table) => ({ table: tableName(table), rows: table.rows, bytes: table.bytes }))
    .sort((a, b) => (a.table < b.table ? -1 : 1));
  return {
    kind: 'tables',
    engine: manifest.engine,
    serverVersion: clipped(manifest.serverVersion),
    ...(manifest.database === undefined ? {} : { database: clipped(manifest.database) }),
    tables: sorted.slice(skip, skip + limit).map(({ table, ...rest }) => ({ table: clipped(table), ...rest })),
    total: sorted.length,
    rest: skip + limit < sorted.length ? 'more' : 'end',
  };
}

/** @throws LumbungError SNAPSHOT_NO_DUMP (operator) */
async function manifestOf(repository: Repository, snapshot: SnapshotRecord, { signal }: JobRun): Promise<Manifest> {
  const folder = folderOfSnapshot(snapshot);
  if (folder === undefined) throw notADump(snapshot.id);
  return await readManifest(await openDumpTree(repository, snapshot, folder, signal), signal);
}

async function loadIndex({ repository, run }: HeldRepository): Promise<IndexedRepository> {
  return await repository.loadIndex({ signal: run.signal });
}

/** Items are gone through from the begin: what is found depends on nothing but the snapshots, so that pages fit together. */
async function pageFrom<T>(
  items: AsyncIterable<T>,
  { skip, limit }: { readonly skip: number; readonly limit: number },
  { book }: JobRun,
): Promise<{ readonly items: readonly T[]; readonly rest: 'end' | 'more' }> {
  const page: T[] = [];
  let seen = 0;
  for await (const item of items) {
    seen += 1;
    if (seen % 1000 === 0) book.progress({ doneItems: seen });
    if (seen <= skip) continue;
    if (page.length === limit) return { items: page, rest: 'more' };
    page.push(item);
  }
  return { items: page, rest: 'end' };
}

function browsed(path: ByteString, node: TreeNode): BrowsedNode {
  const modifiedAt = millisecondsOf(instantOf(node.mtime));
  return {
    name: clipped(textOf(node.name)),
    path: pathOfByteString(path),
    type: node.type === 'file' || node.type === 'dir' || node.type === 'symlink' ? node.type : 'other',
    bytes: countOf(node.size),
    ...(Number.isSafeInteger(modifiedAt) ? { modifiedAt } : {}),
    mode: permissionString(node.mode).slice(0, 16),
    ...(node.user === '' ? {} : { user: clipped(node.user) }),
    ...(node.group === '' ? {} : { group: clipped(node.group) }),
    ...(node.linkTarget === undefined ? {} : { linkTarget: clipped(textOf(node.linkTarget)) }),
  };
}

function timeOf({ time }: SnapshotRecord): number {
  return millisecondsOf(instantOf(time));
}
