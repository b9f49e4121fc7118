import type { SnapshotRecord } from './snapshots.ts';

/** What snapshots of one group have in common. */
export const GROUP_KEYS = ['host', 'paths', 'tags'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

export interface SnapshotGroup<T> {
  /** Empty or null where the list is not grouped by it; paths and tags are sorted. */
  readonly key: {
    readonly hostname: string;
    readonly paths: readonly string[] | null;
    readonly tags: readonly string[] | null;
  };
  readonly snapshots: readonly T[];
}

type Groupable = Pick<SnapshotRecord, 'hostname' | 'tags' | 'paths'>;

/** Splits `snapshots` by the given keys; none: one group of all. Groups come in order of their keys, snapshots
 *  within a group in the given order. */
export function groupSnapshots<T extends Groupable>(
  snapshots: readonly T[],
  groupBy: readonly GroupKey[],
): SnapshotGroup<T>[] {
  const groups = new Map<string, { key: SnapshotGroup<T>['key']; snapshots: T[] }>();
  for (const snapshot of snapshots) {
    const key = {
      hostname: groupBy.includes('host') ? snapshot.hostname : '',
      paths: groupBy.includes('paths') ? [...snapshot.paths].sort() : null,
      tags: groupBy.includes('tags') ? [...snapshot.tags].sort() : null,
    };
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, { key, snapshots: [snapshot] });
    else group.snapshots.push(snapshot);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
