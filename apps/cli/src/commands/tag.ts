import { planTag, type TagChange } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { OptionBag } from '../option-bag.ts';
import { withRepository } from '../with-repository.ts';
import { SnapshotChangeReport } from './snapshot-change-report.ts';
import { selectionOf } from './snapshot-selection.ts';

export const run: CommandRun = async (context, args, options) => {
  const change = changeOf(options);
  return await withRepository(context, 'exclusive', async ({ repository, lock, signal }) => {
    const report = new SnapshotChangeReport(context);
    const plan = await planTag(repository, {
      lock,
      signal,
      onEvent: report.onPlanEvent,
      change,
      selection: selectionOf(args, options),
    });
    return await report.carryOut(plan, { lock, signal, isDryRun: false });
  });
};

/** `--set ''` takes all tags away. */
function changeOf(options: OptionBag): TagChange {
  options.refuseTogether('set', 'add');
  options.refuseTogether('set', 'remove');
  if (options.texts('set').length > 0) return { kind: 'set', tags: options.list('set') };
  return { kind: 'edit', add: options.list('add'), remove: options.list('remove') };
}
