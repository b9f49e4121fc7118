import type { ByteString } from '@lumbung/stdx';
import { PatternList } from '../filter/pattern-list.ts';
import { compareInstants, type Instant, instantOf } from '../format/timestamp.ts';
import type { TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { SnapshotRecord } from './snapshots.ts';
import { TreeCursor } from './tree-cursor.ts';

export interface FindNodesOptions {
  /** Searched in this order; the CLI's default is newest first. */
  readonly snapshots: readonly SnapshotRecord[];
  /** A node is found when any of them matches its path. */
  readonly patterns: readonly string[];
  readonly caseInsensitive?: boolean;
  /** Only nodes modified at or before this. */
  readonly newest?: Instant;
  /** Only nodes modified at or after this. */
  readonly oldest?: Instant;
  readonly signal?: AbortSignal | undefined;
}

export interface FoundNode {
  readonly snapshot: SnapshotRecord;
  readonly path: ByteString;
  readonly node: TreeNode;
}

/** Nodes whose paths match, snapshot after snapshot, each in stored order (restic's `find`).
 *  @throws LumbungError PATTERN_INVALID (operator) and what `TreeCursor` throws */
export async function* findNodes(
  indexed: IndexedRepository,
  options: FindNodesOptions,
): AsyncGenerator<FoundNode, void, undefined> {
  const { snapshots, patterns, caseInsensitive = false, newest, oldest, signal } = options;
  // One list a pattern: in a joint list a negated pattern would take back what another one found.
  const lists = patterns.map((pattern) => PatternList.parse([pattern], { caseInsensitive }));
  for (const snapshot of snapshots) {
    signal?.throwIfAborted();
    const cursor = await TreeCursor.open(indexed, snapshot.tree);
    for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
      if (step.kind === 'leave') continue;
      const { path, node } = step;
      if (lists.some((list) => list.matches(path)) && isWithin(node, oldest, newest)) yield { snapshot, path, node };
      if (node.type !== 'dir' || !lists.some((list) => list.childMayMatch(path))) continue;
      signal?.throwIfAborted();
      await cursor.enter(step);
    }
  }
}

function isWithin(node: TreeNode, oldest: Instant | undefined, newest: Instant | undefined): boolean {
  if (oldest === undefined && newest === undefined) return true;
  const mtime = instantOf(node.mtime);
  if (oldest !== undefined && compareInstants(mtime, oldest) < 0) return false;
  return newest === undefined || compareInstants(mtime, newest) <= 0;
}
