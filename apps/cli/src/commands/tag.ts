import { executeSnapshotChanges, planTag, type TagChange } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
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
  const add = options.list('add');
  const remove = options.list('remove');
  if (options.texts('set').length === 0) return { kind: 'edit', add, remove };
  if (add.length + remove.length > 0) {
    const [first, second] = ['--set', add.length > 0 ? '--add' : '--remove'];
    throw new LumbungError('OPTIONS_CONFLICT', {
      kind: 'operator',
      message: `${first} and ${second} exclude each other`,
      context: { first, second },
      hint: 'leave one of them out',
    });
  }
  return { kind: 'set', tags: options.list('set') };
}
