import { planRepairSnapshots } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { withRepository } from '../with-repository.ts';
import { SnapshotChangeReport } from './snapshot-change-report.ts';
import { selectionOf } from './snapshot-selection.ts';

export const run: CommandRun = async (context, args, options) => {
  const isDryRun = options.flag('dryRun');
  return await withRepository(context, isDryRun ? 'none' : 'exclusive', async ({ repository, lock, signal }) => {
    const report = new SnapshotChangeReport(context);
    const plan = await planRepairSnapshots(repository, {
      lock,
      signal,
      onEvent: report.onPlanEvent,
      selection: selectionOf(args, options),
      forget: options.flag('forget'),
    });
    return await report.carryOut(plan, { lock, signal, isDryRun });
  });
};
