import { executePrune, type Lock, planPrune, type PruneEvent, type PruneLimit, type PruneStatistics, type Repository, shortId, type SnapshotId } from '@lumbung/engine';
import { formatByteSize } from '@lumbung/stdx';
import type { CommandContext } from '../context.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';
import { ProgressLine } from '../progress-line.ts';

function maxUnusedOf(options: OptionBag): PruneLimit | undefined {
  const text = options.text('maxUnused');
  if (text === undefined) return undefined;
  if (text === 'unlimited') return { kind: 'unlimited' };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent === null) return { kind: 'bytes', bytes: options.bytes('maxUnused') ?? 0 };
  const value = Number(percent[1]);
  if (value >= 100) options.refuse('maxUnused', text, '5%, 2G, unlimited');
  return { kind: 'percent', percent: value };
}

/** Plans a prune, tells the plan, and carries it out unless it is a dry run. */
export async function pruneAndReport(
  context: CommandContext,
  repository: Repository,
  options: OptionBag,
  how: { readonly lock: Lock | 'unlocked'; readonly withoutSnapshots?: ReadonlySet<SnapshotId> },
): Promise<void> {
  const { output, texts, signal } = context;
  const isDryRun = options.flag('dryRun');
  using line = new ProgressLine(output, context.world.ports.clock);
  let phaseText = '';
  const onEvent = (event: PruneEvent): void => {
    if (event.kind === 'phase') phaseText = texts.t(`prune.phase.${event.phase}`);
    else if (event.kind === 'progress') line.show(phaseText, event.done, event.total);
    else output.warn(texts.t('prune.removeFailed', { id: shortId(event.packId), message: event.message }));
  };
  const maxUnused = maxUnusedOf(options);
  const maxRepackBytes = options.bytes('maxRepackSize');
  const smallerThan = options.bytes('repackSmallerThan') ?? (options.flag('repackSmall') ? repository.packSizeBytes * 0.8 : undefined);
  const plan = await planPrune(repository, {
    lock: how.lock,
    signal,
    onEvent,
    ...(maxUnused === undefined ? {} : { maxUnused }),
    ...(maxRepackBytes === undefined ? {} : { maxRepackBytes }),
    repackCacheableOnly: options.flag('repackCacheableOnly'),
    repackUncompressed: options.flag('repackUncompressed'),
    recoverNoFreeSpace: options.text('unsafeRecoverNoFreeSpace') !== undefined,
    ...(smallerThan === undefined ? {} : { repackSmallerThanBytes: smallerThan }),
    ...(how.withoutSnapshots === undefined ? {} : { withoutSnapshots: how.withoutSnapshots }),
  });
  line.clear();
  const { statistics } = plan;
  output.say(texts.t('prune.repack', { packs: statistics.packs.repack, bytes: formatByteSize(statistics.bytes.repack) }));
  output.say(texts.t('prune.remove', { packs: statistics.packs.removeTotal, bytes: formatByteSize(statistics.bytes.removeTotal) }));
  output.say(texts.t('prune.remaining', { bytes: formatByteSize(statistics.bytes.remaining), unused: formatByteSize(statistics.bytes.remainingUnused) }));
  if (isDryRun || plan.isEmpty) output.say(texts.t(isDryRun ? 'prune.dryRun' : 'prune.nothing'));
  else {
    const result = await executePrune(plan, { lock: how.lock, signal, onEvent });
    line.clear();
    output.say(texts.t('prune.done', { removed: result.packsRemoved, written: result.packsWritten }));
  }
  output.message(summaryJson(statistics));
}

function summaryJson({ blobs, bytes, packs }: PruneStatistics): string {
  const { removeTotal: blobsRemoveTotal, repackRemove: blobsRepackRemove, ...blobsRest } = blobs;
  const { removeTotal, repackRemove, remainingUnused, ...bytesRest } = bytes;
  const { partlyUsed, removeTotal: packsRemoveTotal, ...packsRest } = packs;
  return jsonMessage({
    message_type: 'summary',
    blobs: { ...blobsRest, repack_remove: blobsRepackRemove, remove_total: blobsRemoveTotal },
    bytes: { ...bytesRest, repack_remove: repackRemove, remove_total: removeTotal, remaining_unused: remainingUnused },
    packfiles: { ...packsRest, partly_used: partlyUsed, remove_total: packsRemoveTotal },
  });
}
