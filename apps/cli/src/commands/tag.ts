import { executeSnapshotChanges, planTag, type TagChange } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { withRepository } from '../with-repository.ts';
import { SnapshotChangeReport } from './snapshot-change-report.ts';
import { selectionOf } from './snapshot-selection.ts';

export const run: CommandRun = async (context, args, options) => {
  const change = changeOf(options);
  return await withRepository(context, 'exclusive', async ({ repository, lock, signal }) => {
    const report = new SnapshotChangeReport(context);
    const { onEvent } = report;
    const plan = await planTag(repository, { lock, signal, onEvent, change, selection: selectionOf(args, options) });
    const { failures } = await executeSnapshotChanges(plan, { lock, signal, onEvent });
    report.finish(plan, { isDryRun: false });
    return failures.length > 0 ? EXIT.incomplete : EXIT.ok;
  });
};

/** `--set ''` takes all tags away. */
function changeOf(options: OptionBag): TagChange {
  options.refuseTogether('set', 'add');
  options.refuseTogether('set', 'remove');
  if (options.texts('set').length > 0) return { kind: 'set', tags: options.list('set') };
  return { kind: 'edit', add: options.list('add'), remove: options.list('remove') };
}
