import { type KeyId, listKeys, type Repository, removeKey, shortId } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';

export const run: CommandRun = async (context, [prefix = '']) =>
  await withRepository(context, 'exclusive', async ({ repository, signal }) => {
    const id = await findKey(repository, prefix, signal);
    await removeKey(repository, id, signal);
    context.output.message(jsonMessage({ message_type: 'key_removed', id }));
    context.output.say(context.texts.t('key.removed', { id: shortId(id) }));
    return EXIT.ok;
  });

/** Damaged keys too: removing them is how one gets rid of them. */
async function findKey(repository: Repository, prefix: string, signal: AbortSignal): Promise<KeyId> {
  const matches = prefix === '' ? [] : (await listKeys(repository, signal)).filter(({ id }) => id.startsWith(prefix));
  const [key, ...others] = matches;
  if (key === undefined) {
    throw new LumbungError('KEY_UNKNOWN', {
      kind: 'operator',
      message: 'the repository has no such key',
      context: { key: prefix },
      hint: 'run "key list"',
    });
  }
  if (others.length > 0) {
    throw new LumbungError('KEY_AMBIGUOUS', {
      kind: 'operator',
      message: `several keys begin with ${prefix}`,
      context: { key: prefix, count: matches.length },
      hint: 'give more characters of the id',
    });
  }
  return key.id;
}
