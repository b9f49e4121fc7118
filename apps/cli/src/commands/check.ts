import { check, type CheckEvent, type ReadDataSelection } from '@lumbung/engine';
import { formatByteSize } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';
import { ProgressLine } from '../progress-line.ts';
import { filterOf } from './snapshot-filter.ts';

export const run: CommandRun = async (context, _args, options) => {
  const { output, texts, signal } = context;
  const readData = readDataOf(options);
  const repository = await context.openRepository();
  await using lock = context.isLockWanted ? await context.lock(repository, 'exclusive') : undefined;
  using line = new ProgressLine(output, context.world.ports.clock);
  let phaseText = '';
  const onEvent = (event: CheckEvent): void => {
    if (event.kind === 'phase') {
      phaseText = texts.t(`check.phase.${event.phase}`);
      output.say(phaseText);
    } else if (event.kind === 'progress') line.show(phaseText, event.done, event.total);
    else if (event.kind === 'finding') {
      const { severity, message, problems = [] } = event.finding;
      if (severity === 'error') {
        output.errorMessage(jsonMessage({ message_type: 'error', message }));
        output.warn(`${texts.t('error.prefix')}: ${message}`);
        for (const problem of problems) output.warn(`  ${problem}`);
      } else if (severity === 'hint' || output.verbosity >= 1) output.say(message);
    }
  };
  const report = await check(repository, { lock: lock ?? 'unlocked', signal, readData, filter: filterOf(options), onEvent });
  line.clear();
  output.message(
    jsonMessage({
      message_type: 'summary',
      num_errors: report.errorCount,
      broken_packs: report.brokenPackIds.length === 0 ? null : report.brokenPackIds,
      suggest_repair_index: report.suggestRepairIndex,
      suggest_prune: report.suggestPrune,
    }),
  );
  const { counts } = report;
  output.say(texts.t('check.counts', { snapshots: counts.snapshots, trees: counts.trees, packs: counts.packs }));
  if (counts.packsRead > 0) output.say(texts.t('check.read', { packs: counts.packsRead, bytes: formatByteSize(counts.bytesRead), blobs: counts.blobsVerified }));
  if (report.suggestRepairIndex) output.warn(texts.t('check.suggestRepairIndex'));
  if (report.suggestPrune) output.say(texts.t('check.suggestPrune'));
  if (report.brokenPackIds.length > 0) output.warn(texts.t('check.brokenPacks', { packs: report.brokenPackIds.join(' ') }));
  if (report.isSound) output.say(texts.t('check.sound'));
  else output.warn(texts.t('check.errors', { count: report.errorCount }));
  return report.isSound ? EXIT.ok : EXIT.failed;
};

function readDataOf(options: OptionBag): ReadDataSelection {
  const subset = options.text('readDataSubset');
  if (subset === undefined) return { kind: options.flag('readData') ? 'all' : 'none' };
  const share = /^(\d{1,3})\/(\d{1,3})$/.exec(subset);
  if (share !== null) {
    const [bucket, of] = [Number(share[1]), Number(share[2])];
    if (bucket < 1 || bucket > of || of > 256) options.refuse('readDataSubset', subset, '1/5, 10%, 2G');
    return { kind: 'bucket', bucket, of };
  }
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(subset);
  if (percent !== null) {
    const value = Number(percent[1]);
    if (!(value > 0 && value <= 100)) options.refuse('readDataSubset', subset, '1/5, 10%, 2G');
    return { kind: 'percent', percent: value };
  }
  return { kind: 'bytes', bytes: options.bytes('readDataSubset') ?? 0 };
}
