import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { pruneAndReport } from './prune-report.ts';

export const run: CommandRun = async (context, _args, options) => {
  const repository = await context.openRepository();
  // Only a plan that is printed may go without.
  const isUnlocked = options.flag('dryRun') && !context.isLockWanted;
  await using lock = isUnlocked ? undefined : await context.lock(repository, 'exclusive');
  await pruneAndReport(context, repository, options, { lock: lock ?? 'unlocked' });
  return EXIT.ok;
};
