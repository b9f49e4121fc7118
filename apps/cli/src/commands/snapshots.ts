import { filterSnapshots, findSnapshot, type GroupKey, groupSnapshots, loadSnapshots, shortId, type SnapshotRecord } from '@lumbung/engine';
import { formatByteSize } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { filterOf, groupByOf, shownTime, snapshotJson } from './snapshot-filter.ts';
import { formatTable } from './table.ts';

export const run: CommandRun = async (context, args, options) => {
  const repository = await context.openRepository();
  await using lock = context.isLockWanted ? await context.lock(repository, 'shared') : undefined;
  void lock;
  const filter = filterOf(options);
  const chosen =
    args.length > 0
      ? await Promise.all(args.map(async (spec) => (await findSnapshot(repository, spec, filter, context.signal)).snapshot))
      : filterSnapshots(await loadSnapshots(repository, context.signal), filter);
  const groupBy = groupByOf(options);
  const latest = options.integer('latest', 1);
  const groups = groupSnapshots(chosen, groupBy ?? (latest === undefined ? [] : ['host', 'paths'])).map((group) => ({
    key: group.key,
    snapshots: latest === undefined ? group.snapshots : group.snapshots.slice(-latest),
  }));
  if (context.output.isJson) printJson(context, groups, groupBy);
  else print(context, groups, { isCompact: options.flag('compact'), isGrouped: groupBy !== undefined });
  return EXIT.ok;
};

interface Group {
  readonly key: { readonly hostname: string; readonly paths: readonly string[] | null; readonly tags: readonly string[] | null };
  readonly snapshots: readonly SnapshotRecord[];
}

function printJson({ output }: CommandContext, groups: readonly Group[], groupBy: readonly GroupKey[] | undefined): void {
  const list = (snapshots: readonly SnapshotRecord[]): string => `[${snapshots.map(snapshotJson).join(',')}]`;
  if (groupBy === undefined) output.data(list(groups.flatMap(({ snapshots }) => snapshots)));
  else output.data(`[${groups.map(({ key, snapshots }) => `{"group_key":${JSON.stringify(key)},"snapshots":${list(snapshots)}}`).join(',')}]`);
}

function print(context: CommandContext, groups: readonly Group[], how: { readonly isCompact: boolean; readonly isGrouped: boolean }): void {
  const { output, texts } = context;
  const all = groups.flatMap(({ snapshots }) => snapshots);
  if (all.length === 0) {
    output.say(texts.t('snapshots.none'));
    return;
  }
  for (const { key, snapshots } of groups) {
    if (how.isGrouped) output.data(`\n${[key.hostname, ...(key.paths ?? []), ...(key.tags ?? [])].filter((part) => part !== '').join('  ')}`);
    output.data(snapshotTable(context, snapshots, how.isCompact));
  }
}

/** Snapshots as a table, oldest first. */
export function snapshotTable({ texts: { t } }: CommandContext, snapshots: readonly SnapshotRecord[], isCompact: boolean): string {
  const header = [t('column.id'), t('column.time'), t('column.host'), t('column.tags'), ...(isCompact ? [] : [t('column.paths')]), t('column.size')];
  const rows = snapshots.map((snapshot) => [
    [shortId(snapshot.id)],
    [shownTime(snapshot.time)],
    [snapshot.hostname],
    isCompact ? [snapshot.tags.join(',')] : snapshot.tags,
    ...(isCompact ? [] : [snapshot.paths]),
    [snapshot.summary === undefined ? '' : formatByteSize(snapshot.summary.totalBytesProcessed)],
  ]);
  return formatTable(header, rows, t('snapshots.total', { count: snapshots.length }));
}
