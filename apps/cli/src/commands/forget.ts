import {
  EMPTY_POLICY,
  executeForget,
  type ForgetEvent,
  type ForgetGroup,
  type ForgetPlan,
  parseRetentionDuration,
  planForget,
  type RetentionDuration,
  type RetentionPolicy,
  shortId,
} from '@lumbung/engine';
import { fromErrorRecord } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { errorSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { pruneAndReport } from './prune-report.ts';
import { filterOf, groupByOf, shownTime, snapshotJson } from './snapshot-filter.ts';
import { snapshotTable } from './snapshots.ts';
import { formatTable } from './table.ts';

export const run: CommandRun = async (context, args, options) => {
  const { output, texts, signal } = context;
  const repository = await context.openRepository();
  const isDryRun = options.flag('dryRun');
  const isUnlocked = isDryRun && !context.isLockWanted;
  await using lock = isUnlocked ? undefined : await context.lock(repository, 'exclusive');
  const held = lock ?? 'unlocked';
  const groupBy = groupByOf(options);
  const onEvent = (event: ForgetEvent): void => {
    if (event.kind !== 'unreadable' && event.kind !== 'removeFailed') return;
    const { message } = errorSentence(fromErrorRecord(event.error), texts);
    output.warn(texts.t(event.kind === 'unreadable' ? 'forget.unreadable' : 'forget.failed', { id: shortId(event.snapshotId), message }));
  };
  const plan = await planForget(repository, {
    lock: held,
    signal,
    onEvent,
    selection:
      args.length > 0
        ? { kind: 'ids', ids: args, filter: filterOf(options) }
        : {
            kind: 'policy',
            policy: policyOf(options),
            filter: filterOf(options),
            ...(groupBy === undefined ? {} : { groupBy }),
            allowRemoveAll: options.flag('unsafeAllowRemoveAll'),
          },
  });
  if (output.isJson) output.data(planJson(plan));
  else for (const group of plan.groups) printGroup(context, group, options.flag('compact'));

  let hasFailures = false;
  if (plan.removeIds.length === 0) output.say(texts.t('forget.nothing'));
  else if (isDryRun) output.say(texts.t('forget.would', { count: plan.removeIds.length }));
  else {
    const result = await executeForget(plan, { lock: held, signal, onEvent });
    hasFailures = result.failures.length > 0;
    output.say(texts.t('forget.removed', { count: result.removedIds.length }));
    if (!options.flag('prune') && result.removedIds.length > 0) output.say(texts.t('forget.pruneHint'));
  }
  if (options.flag('prune') && plan.removeIds.length > 0) {
    await pruneAndReport(context, repository, options, { lock: held, ...(isDryRun ? { withoutSnapshots: new Set(plan.removeIds) } : {}) });
  }
  return hasFailures ? EXIT.incomplete : EXIT.ok;
};

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
  const name = [group.hostname, ...(group.paths ?? []), ...(group.tags ?? [])].filter((part) => part !== undefined && part !== '').join('  ');
  output.say(`\n${texts.t('forget.group', { group: name })}`);
  if (group.keep.length > 0) {
    output.say(texts.t('forget.keep', { count: group.keep.length }));
    const { t } = texts;
    output.say(
      formatTable(
        [t('column.id'), t('column.time'), t('column.tags'), t('column.reasons')],
        group.reasons.map(({ snapshot, matches }) => [[shortId(snapshot.id)], [shownTime(snapshot.time)], snapshot.tags, isCompact ? [matches.join(', ')] : matches]),
      ),
    );
  }
  if (group.remove.length > 0) {
    output.say(texts.t('forget.remove', { count: group.remove.length }));
    output.say(snapshotTable(context, group.remove, isCompact));
  }
}

function planJson(plan: ForgetPlan): string {
  const groups = plan.groups.map((group) => {
    const keep = group.keep.map(snapshotJson).join(',');
    const remove = group.remove.length === 0 ? 'null' : `[${group.remove.map(snapshotJson).join(',')}]`;
    const reasons = group.reasons.map(({ snapshot, matches }) => `{"snapshot":${snapshotJson(snapshot)},"matches":${JSON.stringify(matches)}}`).join(',');
    const head = `"tags":${JSON.stringify(group.tags ?? null)},"host":${JSON.stringify(group.hostname ?? '')},"paths":${JSON.stringify(group.paths ?? null)}`;
    return `{${head},"keep":[${keep}],"remove":${remove},"reasons":[${reasons}]}`;
  });
  return `[${groups.join(',')}]`;
}
