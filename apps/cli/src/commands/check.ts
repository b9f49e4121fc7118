import { type CheckEvent, type CheckFinding, type CheckReport, check, type ReadDataSelection } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';
import type { Output } from '../output.ts';
import type { ProgressLine } from '../progress-line.ts';
import type { Texts } from '../texts/texts.ts';
import { withRepository } from '../with-repository.ts';
import { findingSentence, problemSentence } from './finding-sentence.ts';
import { filterOf, isFiltered } from './snapshot-filter.ts';

export const run: CommandRun = async (context, _args, options) => {
  const readData = readDataOf(options);
  return await withRepository(context, 'preview', async ({ repository, lock, signal }) => {
    using line = context.progress();
    const report = await check(repository, {
      lock,
      signal,
      readData,
      onEvent: reporterOf(context, line),
      ...(isFiltered(options) ? { filter: filterOf(options) } : {}),
    });
    line.clear();
    context.output.message(summaryJson(report));
    printReport(context, report);
    return report.isSound ? EXIT.ok : EXIT.failed;
  });
};

function reporterOf({ output, texts }: CommandContext, line: ProgressLine): (event: CheckEvent) => void {
  let phaseText = '';
  return (event) => {
    switch (event.kind) {
      case 'phase':
        phaseText = texts.t(`check.phase.${event.phase}`);
        line.show({ text: phaseText });
        break;
      case 'progress':
        line.show({ text: phaseText, done: event.done, total: event.total });
        break;
      case 'selection':
        output.note(texts.t('check.selection', { packs: texts.count(event.packs), bytes: texts.bytes(event.bytes) }));
        break;
      case 'finding':
        tellFinding(output, event.finding, texts);
        break;
    }
  };
}

function tellFinding(output: Output, finding: CheckFinding, texts: Texts): void {
  const { severity, problems = [] } = finding;
  const { t } = texts;
  if (severity === 'information' && output.verbosity < 1) return;
  const message = findingSentence(finding, texts);
  if (severity !== 'error') {
    output.note(message);
    return;
  }
  const details = problems.map((problem) => problemSentence(problem, texts));
  output.errorMessage(
    jsonMessage({ message_type: 'error', message: [message, details.join('; ')].join(' ').trimEnd() }),
  );
  output.problem(t('error.label'), message);
  for (const detail of details) output.warn(`  ${detail}`);
}

function summaryJson(report: CheckReport): string {
  return jsonMessage({
    message_type: 'summary',
    num_errors: report.errorCount,
    broken_packs: report.brokenPackIds.length === 0 ? null : report.brokenPackIds,
    suggest_repair_index: report.suggestRepairIndex,
    suggest_prune: report.suggestPrune,
  });
}

function printReport({ output, texts }: CommandContext, report: CheckReport): void {
  const { t, bytes, count } = texts;
  const { counts } = report;
  const structure = { snapshots: count(counts.snapshots), trees: count(counts.trees), packs: count(counts.packs) };
  output.say(t('check.counts', structure));
  if (counts.packsRead > 0) {
    const read = { packs: count(counts.packsRead), bytes: bytes(counts.bytesRead), blobs: count(counts.blobsVerified) };
    output.say(t('check.read', read));
  }
  if (report.suggestRepairIndex) output.note(t('check.suggestRepairIndex'));
  if (report.suggestPrune) output.note(t('check.suggestPrune'));
  if (report.brokenPackIds.length > 0) output.warn(t('check.brokenPacks', { packs: report.brokenPackIds.join(' ') }));
  if (report.isSound) output.say(t('check.sound'));
  else output.warn(t('check.errors', { count: report.errorCount }));
}

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
