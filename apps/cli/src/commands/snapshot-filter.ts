import { GROUP_KEYS, type GroupKey, type SnapshotFilter, type SnapshotRecord, snapshotFields, goJsonObject, shortId } from '@lumbung/engine';
import type { OptionBag } from '../option-bag.ts';

/** `--host`, `--tag`, `--path`. */
export function filterOf(options: OptionBag): SnapshotFilter {
  return { hosts: options.texts('host'), tags: options.lists('tag'), paths: options.texts('path') };
}

/** `--group-by host,paths`; undefined when it was not given. */
export function groupByOf(options: OptionBag): readonly GroupKey[] | undefined {
  const text = options.text('groupBy');
  if (text === undefined) return undefined;
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => GROUP_KEYS.find((key) => key === part || `${key}s` === part || key === `${part}s`) ?? options.refuse('groupBy', text, 'host, paths, tags'));
}

/** A snapshot as `snapshots --json` shows it. */
export function snapshotJson(snapshot: SnapshotRecord): string {
  return goJsonObject([
    ...snapshotFields(snapshot),
    { key: 'id', text: snapshot.id },
    { key: 'short_id', text: shortId(snapshot.id) },
  ]);
}

/** `2026-11-24 10:20:00`: the time as it was written, without fraction and zone. */
export function shownTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}
