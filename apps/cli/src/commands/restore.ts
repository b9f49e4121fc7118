import path from 'node:path';
import {
  executeRestore,
  findSnapshot,
  OVERWRITE_POLICIES,
  planRestore,
  previewRestore,
  type RestoreOptions,
  resolveTree,
} from '@lumbung/engine';
import { byteStringOfText, LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { withRepository } from '../with-repository.ts';
import { choiceOf, patternsOf } from './patterns.ts';
import { RestoreReport } from './restore-report.ts';
import { filterOf } from './snapshot-filter.ts';
import { snapshotSentence } from './snapshot-sentence.ts';

export const run: CommandRun = async (context, [spec = ''], options) => {
  const { output, texts } = context;
  const target = options.text('target');
  if (target === undefined) {
    throw new LumbungError('TARGET_MISSING', {
      kind: 'operator',
      message: 'no target folder was named',
      hint: 'use --target FOLDER',
    });
  }
  const isDryRun = options.flag('dryRun');
  if (isDryRun) options.refuseTogether('dryRun', 'verify');
  const folder = path.resolve(context.world.workingDirectory, target);
  const choices = await choicesOf(context, options);
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const filter = filterOf(options, context.hostOfEnvironment);
    const { snapshot, subfolder } = await findSnapshot(repository, spec, filter, signal);
    const indexed = await repository.loadIndex({ signal });
    const treeId = await resolveTree(indexed, snapshot.tree, subfolder, signal);
    const plan = await planRestore(indexed, { ...choices, treeId, target: byteStringOfText(folder) }, signal);
    output.note(snapshotSentence(texts, snapshot));
    output.note(texts.t('restore.restoring', { target: folder }));
    using report = new RestoreReport(context);
    const act = isDryRun ? previewRestore : executeRestore;
    const reportItems = output.verbosity >= (isDryRun ? 1 : 2);
    const result = await act(plan, { signal, onEvent: report.onEvent, reportItems });
    report.finish(result, isDryRun);
    return result.errorCount > 0 ? EXIT.failed : EXIT.ok;
  });
};

async function choicesOf(
  context: CommandContext,
  options: OptionBag,
): Promise<Omit<RestoreOptions, 'treeId' | 'target'>> {
  const include = choiceOf(await patternsOf(context, options, 'include'));
  const exclude = choiceOf(await patternsOf(context, options, 'exclude'));
  const overwrite = options.choice('overwrite', OVERWRITE_POLICIES);
  const [includeXattrs, excludeXattrs] = [options.texts('includeXattr'), options.texts('excludeXattr')];
  return {
    ...(isEmpty(include) ? {} : { include }),
    ...(isEmpty(exclude) ? {} : { exclude }),
    ...(overwrite === undefined ? {} : { overwrite }),
    deleteExtra: options.flag('delete'),
    sparse: options.flag('sparse'),
    verify: options.flag('verify'),
    ownershipByName: options.flag('ownershipByName'),
    ...(includeXattrs.length === 0 ? {} : { includeXattrs }),
    ...(excludeXattrs.length === 0 ? {} : { excludeXattrs }),
  };
}

function isEmpty(choice: ReturnType<typeof choiceOf>): boolean {
  return choice.patterns.length + choice.caseInsensitivePatterns.length === 0;
}
