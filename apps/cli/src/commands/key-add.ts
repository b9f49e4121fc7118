import { addKey, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';
import { newPasswordOf } from './new-password.ts';

export const run: CommandRun = async (context, _args, options) =>
  await withRepository(context, 'append', async ({ repository, signal }) => {
    const owner = { username: options.text('user'), hostname: options.text('host') };
    const id = await addKey(repository, { ...(await newPasswordOf(context, options)), owner, signal });
    context.output.message(jsonMessage({ message_type: 'key_added', id }));
    context.output.say(context.texts.t('key.added', { id: shortId(id) }));
    return EXIT.ok;
  });
