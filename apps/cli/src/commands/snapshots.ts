import {
  filterSnapshots,
  findSnapshot,
  type GroupKey,
  groupSnapshots,
  loadSnapshots,
  type Repository,
  type SnapshotGroup,
  type SnapshotRecord,
  shortId,
} from '@lumbung/engine';
import { isLumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { errorSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';
import { shownText } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { filterOf, groupByOf, namedTags, shownTime, snapshotJson } from './snapshot-filter.ts';
import { formatTable, type TableColumn } from './table.ts';

type Group = SnapshotGroup<SnapshotRecord>;

export const run: CommandRun = async (context, specs, options) =>
  await withRepository(context, 'read', async ({ repository, signal }) => {
    const chosen = await selectedSnapshots(context, repository, specs, options, signal);
    const groupBy = groupByOf(options);
    const latest = options.integer('latest', 1);
    const shown = latest === undefined ? chosen : newestOfEach(chosen, latest);
    const groups = groupSnapshots(shown, groupBy ?? []);
    if (context.output.isJson) printJson(context, groups, groupBy);
    else if (chosen.length === 0) {
      const { hosts = [], tags = [], paths = [] } = filterOf(options, context.hostOfEnvironment);
      const isAsked = specs.length + hosts.length + tags.length + paths.length > 0;
      context.output.note(context.texts.t(isAsked ? 'snapshots.noneMatches' : 'snapshots.none'));
    } else print(context, groups, { isCompact: options.flag('compact'), isGrouped: groupBy !== undefined });
    return EXIT.ok;
  });

/** The snapshots that are named, or else those that the filter lets pass, oldest first. One that is not found is told and
 *  passed over, unless it is the only one. */
export async function selectedSnapshots(
  context: CommandContext,
  repository: Repository,
  specs: readonly string[],
  options: OptionBag,
  signal: AbortSignal,
): Promise<SnapshotRecord[]> {
  const filter = filterOf(options, context.hostOfEnvironment);
  if (specs.length === 0) return filterSnapshots(await loadSnapshots(repository, signal), filter);
  const found = new Map<string, SnapshotRecord>();
  for (const spec of specs) {
    try {
      const { snapshot } = await findSnapshot(repository, spec, filter, signal);
      found.set(snapshot.id, snapshot);
    } catch (error) {
      if (specs.length === 1 || !isLumbungError(error, 'SNAPSHOT_NOT_FOUND')) throw error;
      context.output.warn(errorSentence(error, context.texts).message);
    }
  }
  return [...found.values()];
}

/** The newest `count` of every host and set of paths. */
function newestOfEach(snapshots: readonly SnapshotRecord[], count: number): SnapshotRecord[] {
  const kept = new Set(groupSnapshots(snapshots, ['host', 'paths']).flatMap((group) => group.snapshots.slice(-count)));
  return snapshots.filter((snapshot) => kept.has(snapshot));
}

function printJson(
  { output }: CommandContext,
  groups: readonly Group[],
  groupBy: readonly GroupKey[] | undefined,
): void {
  const list = (snapshots: readonly SnapshotRecord[]): string => `[${snapshots.map(snapshotJson).join(',')}]`;
  if (groupBy === undefined) output.data(list(groups.flatMap(({ snapshots }) => snapshots)));
  else {
    const items = groups.map(
      ({ key, snapshots }) =>
        `{"group_key":${jsonMessage({ ...key, tags: namedTags(key.tags) })},"snapshots":${list(snapshots)}}`,
    );
    output.data(`[${items.join(',')}]`);
  }
}

function print(
  context: CommandContext,
  groups: readonly Group[],
  how: { readonly isCompact: boolean; readonly isGrouped: boolean },
): void {
  const { output, texts } = context;
  for (const [groupIdx, { key, snapshots }] of groups.entries()) {
    if (how.isGrouped) {
      const parts = [key.hostname, ...(key.paths ?? []), ...(key.tags ?? [])].filter((part) => part !== '');
      output.data(`${groupIdx === 0 ? '' : '\n'}${parts.map(shownText).join('  ')}`);
    }
    output.data(snapshotTable(context, snapshots, { isCompact: how.isCompact }));
    output.note(texts.t('snapshots.total', { count: snapshots.length }));
  }
}

export interface SnapshotTableOptions {
  /** Tags under each other, and no paths. */
  readonly isCompact: boolean;
  /** What a heading says already. */
  readonly hides?: { readonly host: boolean; readonly paths: boolean };
  readonly reasonsOf?: (snapshot: SnapshotRecord) => readonly string[];
}

/** Snapshots as a table. Columns that would be empty are left out; paths stand last, since they are what may be long. */
export function snapshotTable(
  { texts, output }: CommandContext,
  snapshots: readonly SnapshotRecord[],
  { isCompact, hides = { host: false, paths: false }, reasonsOf }: SnapshotTableOptions,
): string {
  const { t, bytes } = texts;
  const columns: TableColumn<SnapshotRecord>[] = [
    { title: t('column.id'), cell: ({ id }) => [shortId(id)] },
    { title: t('column.time'), cell: ({ time }) => [shownTime(time)] },
  ];
  if (!hides.host) columns.push({ title: t('column.host'), cell: ({ hostname }) => [shownText(hostname)] });
  if (snapshots.some(({ summary }) => summary !== undefined)) {
    columns.push({
      title: t('column.size'),
      align: 'right',
      cell: ({ summary }) => [summary === undefined ? '' : bytes(summary.totalBytesProcessed)],
    });
  }
  if (snapshots.some(({ tags }) => tags.length > 0)) {
    columns.push({
      title: t('column.tags'),
      cell: ({ tags }) => (isCompact ? tags.map(shownText) : [tags.map(shownText).join(',')]),
    });
  }
  if (reasonsOf !== undefined) columns.push({ title: t('column.reasons'), cell: reasonsOf });
  if (!isCompact && !hides.paths) columns.push({ title: t('column.paths'), cell: ({ paths }) => paths.map(shownText) });
  return formatTable(columns, snapshots, output.tableStyle);
}
