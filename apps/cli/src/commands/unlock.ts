import { unlock } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { withRepository } from '../with-repository.ts';

export const run: CommandRun = async (context, _args, options) =>
  await withRepository(context, 'none', async ({ repository, signal }) => {
    const { output, texts } = context;
    const { removed, kept } = await unlock(repository, { removeAll: options.flag('removeAll'), signal });
    output.say(removed.length === 0 ? texts.t('unlock.none') : texts.t('unlock.removed', { count: removed.length }));
    if (kept.length > 0) output.note(texts.t('unlock.kept', { count: kept.length }));
    return EXIT.ok;
  });
