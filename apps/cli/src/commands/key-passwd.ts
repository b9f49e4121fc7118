import { changePassword, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';
import { newPasswordOf } from './new-password.ts';

export const run: CommandRun = async (context, _args, options) =>
  await withRepository(context, 'exclusive', async ({ repository, signal }) => {
    const id = await changePassword(repository, { ...(await newPasswordOf(context, options)), signal });
    context.output.message(jsonMessage({ message_type: 'key_changed', id }));
    context.output.say(context.texts.t('key.changed', { id: shortId(id) }));
    return EXIT.ok;
  });
