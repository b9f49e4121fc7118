import type { SnapshotRecord } from './snapshots.ts';

/** Which snapshots an act is about. A part that is missing or empty lets all pass. */
export interface SnapshotFilter {
  /** Any of these. */
  readonly hosts?: readonly string[];
  /** Any of these lists, of each list all tags; the list `['']` means snapshots without tags. */
  readonly tags?: readonly (readonly string[])[];
  /** All of these. */
  readonly paths?: readonly string[];
}

/** Whether the filter lets every snapshot pass. */
export function isEmptyFilter({ hosts = [], tags = [], paths = [] }: SnapshotFilter): boolean {
  return hosts.length + tags.length + paths.length === 0;
}

/** The snapshots that pass every part of `filter`, in their order. */
export function filterSnapshots<T extends Pick<SnapshotRecord, 'hostname' | 'tags' | 'paths'>>(
  snapshots: readonly T[],
  filter: SnapshotFilter,
): T[] {
  const { hosts = [], tags = [], paths = [] } = filter;
  return snapshots.filter(
    (snapshot) =>
      (hosts.length === 0 || hosts.includes(snapshot.hostname)) &&
      (tags.length === 0 || tags.some((list) => hasAllTags(snapshot.tags, list))) &&
      paths.every((path) => snapshot.paths.includes(path)),
  );
}

function hasAllTags(tags: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 1 && wanted[0] === '') return tags.length === 0;
  return wanted.every((tag) => tags.includes(tag));
}
