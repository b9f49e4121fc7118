import {
  EMPTY_POLICY,
  executeForget,
  type ForgetEvent,
  type ForgetGroup,
  type ForgetPlan,
  type ForgetSelection,
  parseRetentionDuration,
  planForget,
  type RetentionDuration,
  type RetentionPolicy,
  type SnapshotRecord,
  shortId,
} from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { recordSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { shownText } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { pruneAndReport } from './prune-report.ts';
import { shownReason } from './shown-reason.ts';
import { filterOf, groupByOf, namedTags, snapshotJson } from './snapshot-filter.ts';
import { snapshotTable } from './snapshots.ts';

export const run: CommandRun = async (context, args, options) => {
  const { output, texts } = context;
  const isDryRun = options.flag('dryRun');
  return await withRepository(context, isDryRun ? 'preview' : 'exclusive', async ({ repository, lock, signal }) => {
    const onEvent = (event: ForgetEvent): void => {
      if (event.kind !== 'unreadable' && event.kind !== 'removeFailed') return;
      const message = recordSentence(event.error, texts);
      const id = shortId(event.snapshotId);
      output.warn(texts.t(event.kind === 'unreadable' ? 'forget.unreadable' : 'forget.failed', { id, message }));
    };
    const selection = selectionOf(args, options, context.hostOfEnvironment);
    const plan = await planForget(repository, { lock, signal, onEvent, selection });
    if (output.isJson) output.data(planJson(plan));
    else for (const group of plan.groups) printGroup(context, group, options.flag('compact'));
    output.say('');

    let hasFailures = false;
    const count = plan.removeIds.length;
    if (count === 0) output.say(texts.t('forget.nothing'));
    else if (isDryRun) output.say(texts.t('forget.would', { count }));
    else {
      const result = await executeForget(plan, { lock, signal, onEvent });
      hasFailures = result.failures.length > 0;
      output.say(texts.t('forget.removed', { count: result.removedIds.length }));
      if (!options.flag('prune') && result.removedIds.length > 0) output.say(texts.t('forget.pruneHint'));
    }
    if (options.flag('prune') && count > 0) {
      const gone = isDryRun ? { withoutSnapshots: new Set(plan.removeIds) } : {};
      await pruneAndReport(context, options, { repository, lock, signal, isDryRun, ...gone });
    }
    return hasFailures ? EXIT.incomplete : EXIT.ok;
  });
};

function selectionOf(ids: readonly string[], options: OptionBag, host: string | undefined): ForgetSelection {
  const filter = filterOf(options, host);
  if (ids.length > 0) return { kind: 'ids', ids, filter };
  const groupBy = groupByOf(options);
  return {
    kind: 'policy',
    policy: policyOf(options),
    filter,
    ...(groupBy === undefined ? {} : { groupBy }),
    allowRemoveAll: options.flag('unsafeAllowRemoveAll'),
  };
}

function policyOf(options: OptionBag): RetentionPolicy {
  const span = (name: string): RetentionDuration | undefined => {
    const text = options.text(name);
    return text === undefined ? undefined : parseRetentionDuration(text);
  };
  const spans = {
    within: span('keepWithin'),
    withinHourly: span('keepWithinHourly'),
    withinDaily: span('keepWithinDaily'),
    withinWeekly: span('keepWithinWeekly'),
    withinMonthly: span('keepWithinMonthly'),
    withinYearly: span('keepWithinYearly'),
  };
  return {
    ...EMPTY_POLICY,
    last: options.count('keepLast'),
    hourly: options.count('keepHourly'),
    daily: options.count('keepDaily'),
    weekly: options.count('keepWeekly'),
    monthly: options.count('keepMonthly'),
    yearly: options.count('keepYearly'),
    keepTags: options.lists('keepTag'),
    ...Object.fromEntries(Object.entries(spans).filter(([, value]) => value !== undefined)),
  };
}

function printGroup(context: CommandContext, group: ForgetGroup, isCompact: boolean): void {
  const { output, texts } = context;
  const { t, count } = texts;
  const parts = [group.hostname, ...(group.paths ?? []), ...(group.tags ?? [])].filter((part) => part !== undefined);
  const name = parts.filter((part) => part !== '').map(shownText);
  output.say(name.length === 0 ? '' : `\n${t('forget.group', { group: name.join('  ') })}`);
  const hides = { host: group.hostname !== undefined, paths: group.paths !== undefined };
  const reasons = new Map(group.reasons.map(({ snapshot, matches }) => [snapshot.id, matches]));
  const reasonsOf = ({ id }: SnapshotRecord) => (reasons.get(id) ?? []).map((reason) => shownReason(reason, texts));
  if (group.keep.length > 0) {
    output.say(`\n${t('forget.keep', { count: count(group.keep.length) })}`);
    output.table(snapshotTable(context, group.keep, { isCompact, hides, reasonsOf }));
  }
  if (group.remove.length > 0) {
    output.say(`\n${t('forget.remove', { count: count(group.remove.length) })}`);
    output.table(snapshotTable(context, group.remove, { isCompact, hides }));
  }
}

function planJson(plan: ForgetPlan): string {
  const groups = plan.groups.map((group) => {
    const keep = group.keep.map(snapshotJson).join(',');
    const remove = group.remove.length === 0 ? 'null' : `[${group.remove.map(snapshotJson).join(',')}]`;
    const reasons = group.reasons
      .map(({ snapshot, matches }) => `{"snapshot":${snapshotJson(snapshot)},"matches":${JSON.stringify(matches)}}`)
      .join(',');
    const head = `"tags":${JSON.stringify(namedTags(group.tags))},"host":${JSON.stringify(group.hostname ?? '')},"paths":${JSON.stringify(group.paths ?? null)}`;
    return `{${head},"keep":[${keep}],"remove":${remove},"reasons":[${reasons}]}`;
  });
  return `[${groups.join(',')}]`;
}
