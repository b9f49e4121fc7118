import { planRewrite } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { withRepository } from '../with-repository.ts';
import { parseTime } from './parse-time.ts';
import { choiceOf, patternsOf } from './patterns.ts';
import { SnapshotChangeReport } from './snapshot-change-report.ts';
import { selectionOf } from './snapshot-selection.ts';

export const run: CommandRun = async (context, args, options) => {
  const isDryRun = options.flag('dryRun');
  const forget = options.flag('forget');
  const exclude = choiceOf(await patternsOf(context, options, 'exclude'));
  const include = choiceOf(await patternsOf(context, options, 'include'));
  const hostname = options.text('newHost');
  const time = options.text('newTime');
  const timeMs = time === undefined ? undefined : parseTime(time, options, 'newTime');
  const need = isDryRun ? 'none' : forget ? 'exclusive' : 'append';
  return await withRepository(context, need, async ({ repository, lock, signal }) => {
    const report = new SnapshotChangeReport(context);
    const plan = await planRewrite(repository, {
      lock,
      signal,
      onEvent: report.onPlanEvent,
      selection: selectionOf(args, options),
      filter: {
        exclude: exclude.patterns,
        caseInsensitiveExclude: exclude.caseInsensitivePatterns,
        include: include.patterns,
        caseInsensitiveInclude: include.caseInsensitivePatterns,
      },
      ...(hostname === undefined ? {} : { hostname }),
      ...(timeMs === undefined ? {} : { timeMs }),
      addSummary: options.flag('snapshotSummary'),
      forget,
    });
    return await report.carryOut(plan, { lock, signal, isDryRun });
  });
};
