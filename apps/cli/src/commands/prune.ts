import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { withRepository } from '../with-repository.ts';
import { pruneAndReport } from './prune-report.ts';

export const run: CommandRun = async (context, _args, options) => {
  const isDryRun = options.flag('dryRun');
  return await withRepository(context, isDryRun ? 'preview' : 'exclusive', async (held) => {
    await pruneAndReport(context, options, { ...held, isDryRun });
    return EXIT.ok;
  });
};
