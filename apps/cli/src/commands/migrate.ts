import { check, executeUpgrade, planUpgrade } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import { withRepository } from '../with-repository.ts';
import { refuseArgument } from './refuse-argument.ts';

const UPGRADE = 'upgrade_repo_v2';
const VERSION_LATEST = 2;

export const run: CommandRun = async (context, [name]) => {
  const { output, texts } = context;
  const { t } = texts;
  if (name !== undefined && name !== UPGRADE) refuseArgument(name, [UPGRADE]);
  if (name === undefined) {
    return await withRepository(context, 'read', async ({ repository }) => {
      const isNeeded = repository.config.version < VERSION_LATEST;
      output.message(jsonMessage({ message_type: 'migrations', migrations: isNeeded ? [UPGRADE] : [] }));
      output.say(isNeeded ? t('migrate.available', { name: UPGRADE }) : t('migrate.none'));
      return EXIT.ok;
    });
  }
  return await withRepository(context, 'exclusive', async ({ repository, lock, signal }) => {
    const plan = planUpgrade(repository, { lock });
    output.say(t('migrate.checking'));
    // A format must not change under damage that nobody has seen yet.
    const { isSound, errorCount } = await check(repository, { lock, signal, readData: { kind: 'none' } });
    if (!isSound) {
      throw new LumbungError('MIGRATION_REFUSED', {
        kind: 'corruption',
        message: `the repository has ${errorCount} errors; it was not changed`,
        context: { count: errorCount },
        hint: 'run `lumbung check` and repair it first',
      });
    }
    await executeUpgrade(plan, { lock, signal });
    output.message(jsonMessage({ message_type: 'summary', version: plan.versionAfter }));
    output.say(t('migrate.done', { version: plan.versionAfter }));
    return EXIT.ok;
  });
};
