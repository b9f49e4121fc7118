import {
  GROUP_KEYS,
  type GroupKey,
  goJsonObject,
  instantOf,
  localZone,
  millisecondsOf,
  type SnapshotFilter,
  type SnapshotRecord,
  shortId,
  snapshotFields,
  type Timestamp,
  timestampOfMilliseconds,
} from '@lumbung/engine';
import type { OptionBag } from '../option-bag.ts';

/** `--host`, `--tag`, `--path`; without a host that of the environment. `--host ''` stands for any. */
export function filterOf(options: OptionBag, hostOfEnvironment?: string): SnapshotFilter {
  const given = options.texts('host');
  const hosts = given.length === 0 && hostOfEnvironment !== undefined ? [hostOfEnvironment] : given;
  return { hosts: hosts.filter((host) => host !== ''), tags: options.lists('tag'), paths: options.texts('path') };
}

/** A filter that lets all pass is not the same as none: a check with one leaves out what no snapshot needs. */
export function isFiltered(options: OptionBag): boolean {
  return ['host', 'tag', 'path'].some((name) => options.texts(name).length > 0);
}

/** `--group-by host,paths`; undefined when it was not given. */
export function groupByOf(options: OptionBag): readonly GroupKey[] | undefined {
  const text = options.text('groupBy');
  if (text === undefined) return undefined;
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(
      (part) =>
        GROUP_KEYS.find((key) => key === part || `${key}s` === part || key === `${part}s`) ??
        options.refuse('groupBy', text, GROUP_KEYS.join(', ')),
    );
}

/** The tags of a group in JSON: none are null, as the groups of other clients have it. */
export function namedTags(tags: readonly string[] | null | undefined): readonly string[] | null {
  return tags === undefined || tags === null || tags.length === 0 ? null : tags;
}

/** A snapshot as `snapshots --json` shows it. */
export function snapshotJson(snapshot: SnapshotRecord): string {
  return goJsonObject([
    ...snapshotFields(snapshot),
    { key: 'id', text: snapshot.id },
    { key: 'short_id', text: shortId(snapshot.id) },
  ]);
}

/** `2026-11-24 10:20:00`, in the zone of this machine. */
export function shownTime(time: Timestamp): string {
  const local = timestampOfMilliseconds(millisecondsOf(instantOf(time)), localZone());
  return local.slice(0, 19).replace('T', ' ');
}
