import { executeSnapshotChanges, planRepairSnapshots } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { withRepository } from '../with-repository.ts';
import { SnapshotChangeReport } from './snapshot-change-report.ts';
import { selectionOf } from './snapshot-selection.ts';

export const run: CommandRun = async (context, args, options) => {
  const isDryRun = options.flag('dryRun');
  return await withRepository(context, isDryRun ? 'none' : 'exclusive', async ({ repository, lock, signal }) => {
    const report = new SnapshotChangeReport(context);
    const { onEvent } = report;
    const plan = await planRepairSnapshots(repository, {
      lock,
      signal,
      onEvent,
      selection: selectionOf(args, options),
      forget: options.flag('forget'),
    });
    const failures = isDryRun ? [] : (await executeSnapshotChanges(plan, { lock, signal, onEvent })).failures;
    report.finish(plan, { isDryRun });
    return failures.length > 0 ? EXIT.incomplete : EXIT.ok;
  });
};
