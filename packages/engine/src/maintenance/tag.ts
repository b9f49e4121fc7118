import { LumbungError } from '@lumbung/stdx';
import type { Snapshot } from '../format/snapshot-file.ts';
import type { Repository } from '../repository/repository.ts';
import type { SnapshotRecord } from '../snapshot/snapshots.ts';
import { signalUnder } from './act-options.ts';
import { snapshotChangePlans } from './apply-snapshot-changes.ts';
import { selectSnapshots } from './select-snapshots.ts';
import type { SnapshotChange, SnapshotChangePlan, TagChange, TagOptions } from './snapshot-changes.ts';

/** Which snapshots get other tags. A snapshot cannot be changed, so each is replaced by a copy.
 *  @throws LumbungError TAG_CHANGE_EMPTY (operator), SNAPSHOT_* of the selection */
export async function planTag(repository: Repository, options: TagOptions): Promise<SnapshotChangePlan> {
  const signal = signalUnder('none', options);
  refuseNoChange(options.change);
  const snapshots = await selectSnapshots(repository, options.selection, signal);
  const changes: SnapshotChange[] = [];
  for (const before of snapshots) {
    const tags = changedTags(before.tags, options.change);
    if (!isSameList(tags, before.tags))
      changes.push({ before, after: derivedSnapshot(before, { tags, original: before.original ?? before.id }) });
  }
  const plan: SnapshotChangePlan = {
    changes,
    vanishing: [],
    unchangedCount: snapshots.length - changes.length,
    removesOld: true,
  };
  return snapshotChangePlans.register(plan, { repository }, { lock: options.lock });
}

/** `before` without its name, and with what changes. */
export function derivedSnapshot(before: SnapshotRecord, change: Partial<Snapshot>): Snapshot {
  const { id: _id, ...snapshot } = before;
  return { ...snapshot, ...change };
}

function changedTags(tags: readonly string[], change: TagChange): readonly string[] {
  if (change.kind === 'set') return [...new Set(change.tags.filter((tag) => tag !== ''))];
  const added = new Set([...tags, ...change.add.filter((tag) => tag !== '')]);
  for (const tag of change.remove) added.delete(tag);
  return [...added];
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag, tagIdx) => tag === b[tagIdx]);
}

function refuseNoChange(change: TagChange): void {
  if (change.kind === 'set' || change.add.length + change.remove.length > 0) return;
  throw new LumbungError('TAG_CHANGE_EMPTY', {
    kind: 'operator',
    message: 'nothing to change: no tags are set, added or removed',
    hint: 'use --set, --add or --remove',
  });
}
