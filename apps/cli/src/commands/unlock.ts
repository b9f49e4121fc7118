import { unlock } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';

export const run: CommandRun = async (context, _args, options) => {
  const repository = await context.openRepository();
  const { removed } = await unlock(repository, { removeAll: options.flag('removeAll'), signal: context.signal });
  const count = removed.length;
  context.output.say(count === 0 ? context.texts.t('unlock.none') : context.texts.t('unlock.removed', { count }));
  return EXIT.ok;
};
