import { LumbungError, textOf } from '@lumbung/stdx';
import { PatternList } from '../filter/pattern-list.ts';
import type { Snapshot } from '../format/snapshot-file.ts';
import { localZone, parseTimestamp, timestampOfMilliseconds } from '../format/timestamp.ts';
import type { Repository } from '../repository/repository.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import { snapshotChangePlans } from './apply-snapshot-changes.ts';
import { selectSnapshots } from './select-snapshots.ts';
import type { RewriteFilter, RewriteOptions, SnapshotChange, SnapshotChangePlan } from './snapshot-changes.ts';
import { derivedSnapshot } from './tag.ts';
import { type RewriteRule, type RewrittenTree, TreeRewriter } from './tree-rewriter.ts';

const REWRITE_TAG = 'rewrite';
/** What stands for "no time" in the format. */
const ZERO_TIME = parseTimestamp('0001-01-01T00:00:00Z');

/**
 * What becomes of snapshots when files are left out of them, or when host or time are changed. Nothing is written.
 *
 * @throws LumbungError REWRITE_NOTHING_TO_DO, REWRITE_FILTERS_MIXED, TREE_UNSTABLE (operator), SNAPSHOT_* of the selection; TREE_INVALID,
 * BLOB_* (corruption): a tree cannot be read
 */
export async function planRewrite(repository: Repository, options: RewriteOptions): Promise<SnapshotChangePlan> {
  const signal = signalUnder('none', options);
  const filters = parseFilters(options.filter);
  refuseNothing(options, filters);
  const snapshots = await selectSnapshots(repository, options.selection, signal);
  const needsTrees = filters.kind !== 'none' || options.addSummary === true;
  const indexed = needsTrees ? await repository.loadIndex({ signal }) : undefined;

  let current: SnapshotRecord | undefined;
  const rule = ruleOf(filters, (path) => {
    if (current !== undefined) options.onEvent?.({ kind: 'item', action: 'removed', path, snapshotId: current.id });
  });
  const rewriter = indexed === undefined ? undefined : new TreeRewriter(indexed, rule, signal);
  const changes: SnapshotChange[] = [];
  for (const [snapshotIdx, before] of snapshots.entries()) {
    current = before;
    options.onEvent?.({ kind: 'snapshot', snapshot: before, done: snapshotIdx, total: snapshots.length });
    const isTreeNeeded = filters.kind !== 'none' || (options.addSummary === true && before.summary === undefined);
    const tree = isTreeNeeded ? await rewriter?.plan(before.tree) : undefined;
    // Patterns that find nothing to include are taken for a mistake: the snapshot stays as it is.
    const isNothing = filters.kind === 'include' && tree?.isEmpty === true;
    const after = changedSnapshot(before, isNothing ? undefined : tree, options);
    if (after !== undefined) changes.push({ before, after });
  }
  current = undefined; // what is written later was told here
  const plan: SnapshotChangePlan = {
    changes,
    vanishing: [],
    unchangedCount: snapshots.length - changes.length,
    removesOld: options.forget === true,
  };
  const writeTrees = async (writeSignal: AbortSignal): Promise<void> => {
    if (indexed === undefined || rewriter === undefined) return;
    const writer = indexed.createWriter({ signal: writeSignal });
    for (const { before, after } of changes) {
      if (after.tree !== before.tree) await rewriter.write(before.tree, writer, writeSignal);
    }
    await writer.flush();
  };
  return snapshotChangePlans.register(plan, { repository, writeTrees }, { lock: options.lock });
}

/** @param tree what became of the tree; undefined: nobody looked, or nothing of it was asked for */
function changedSnapshot(
  before: SnapshotRecord,
  tree: RewrittenTree | undefined,
  options: RewriteOptions,
): Snapshot | undefined {
  const { hostname = before.hostname, timeMs, addSummary = false, forget = false } = options;
  const isTreeChanged = tree !== undefined && tree.id !== before.tree;
  const isSummaryAdded = tree !== undefined && before.summary === undefined && addSummary;
  if (!isTreeChanged && !isSummaryAdded && options.hostname === undefined && timeMs === undefined) return undefined;
  return derivedSnapshot(before, {
    hostname,
    time: timeMs === undefined ? before.time : timestampOfMilliseconds(timeMs, localZone()),
    tags: forget || before.tags.includes(REWRITE_TAG) ? before.tags : [...before.tags, REWRITE_TAG],
    original: before.id,
    ...(tree === undefined ? {} : { tree: tree.id, summary: summaryOf(before, tree) }),
  });
}

function summaryOf(before: SnapshotRecord, tree: RewrittenTree): NonNullable<Snapshot['summary']> {
  return { ...(before.summary ?? EMPTY_SUMMARY), totalFilesProcessed: tree.files, totalBytesProcessed: tree.bytes };
}

const EMPTY_SUMMARY: NonNullable<Snapshot['summary']> = {
  backupStart: ZERO_TIME,
  backupEnd: ZERO_TIME,
  filesNew: 0,
  filesChanged: 0,
  filesUnmodified: 0,
  dirsNew: 0,
  dirsChanged: 0,
  dirsUnmodified: 0,
  dataBlobs: 0,
  treeBlobs: 0,
  dataAdded: 0,
  dataAddedPacked: 0,
  totalFilesProcessed: 0,
  totalBytesProcessed: 0,
};

type Filters =
  | { readonly kind: 'none' }
  | { readonly kind: 'exclude' | 'include'; readonly lists: readonly PatternList[] };

function parseFilters(filter: RewriteFilter = {}): Filters {
  const exclude = listsOf(filter.exclude, filter.caseInsensitiveExclude);
  const include = listsOf(filter.include, filter.caseInsensitiveInclude);
  if (exclude.length > 0 && include.length > 0) {
    throw new LumbungError('REWRITE_FILTERS_MIXED', {
      kind: 'operator',
      message: 'exclude and include patterns exclude each other',
      hint: 'use one kind of them',
    });
  }
  if (exclude.length > 0) return { kind: 'exclude', lists: exclude };
  return include.length > 0 ? { kind: 'include', lists: include } : { kind: 'none' };
}

function listsOf(patterns: readonly string[] = [], caseInsensitive: readonly string[] = []): PatternList[] {
  return [
    PatternList.parse(patterns, { caseInsensitive: false }),
    PatternList.parse(caseInsensitive, { caseInsensitive: true }),
  ].filter((list) => !list.isEmpty);
}

function ruleOf(filters: Filters, onRemoved: (path: string) => void): RewriteRule {
  const common = {
    isPathBound: filters.kind !== 'none',
    isStrict: filters.kind !== 'none',
    unreadable: (_path: unknown, error: unknown): never => {
      throw error;
    },
  };
  if (filters.kind === 'none') return { ...common, node: (_path, node) => node, keepsEmptied: () => true };
  const { lists } = filters;
  const isExclude = filters.kind === 'exclude';
  return {
    ...common,
    node: (path, node) => {
      const isMatch = lists.some((list) => list.matches(path));
      const stays = isExclude
        ? !isMatch
        : isMatch || (node.type === 'dir' && lists.some((list) => list.childMayMatch(path)));
      if (stays) return node;
      onRemoved(textOf(path));
      return undefined;
    },
    // A folder on the way to nothing that was asked for does not come along; one that was asked for may be empty.
    keepsEmptied: (path) => isExclude || lists.some((list) => list.matches(path)),
  };
}

function refuseNothing(options: RewriteOptions, filters: Filters): void {
  const hasWork =
    filters.kind !== 'none' ||
    options.hostname !== undefined ||
    options.timeMs !== undefined ||
    options.addSummary === true;
  if (hasWork) return;
  throw new LumbungError('REWRITE_NOTHING_TO_DO', {
    kind: 'operator',
    message: 'nothing to do: neither patterns nor a new host or time are given',
    hint: 'use --exclude, --include, --new-host, --new-time or --snapshot-summary',
  });
}
