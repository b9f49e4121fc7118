import path from 'node:path';
import type { Repository } from '@lumbung/engine';
import {
  backupDatabases,
  type DatabaseControl,
  type DatabaseDriver,
  type DumpOutcome,
  failedOf,
  planDatabaseRestore,
  type RestoreOptions,
  type RestoreReport,
  type StoredDump,
  type Target,
} from '@lumbung/runner/databases';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { scratchFolder } from '../lab/scratch.ts';

export function control<Event = never>(): DatabaseControl<Event> {
  return {
    signal: new AbortController().signal,
    clock: systemClock,
    random: systemRandom,
    progress: () => undefined,
    note: () => undefined,
    stallMs: 30_000,
    hardMs: 300_000,
    onEvent: () => undefined,
  };
}

let backups = 0;

export async function backUpDatabases(
  repository: Repository,
  driver: DatabaseDriver,
  target: Target,
  databases: 'all' | readonly string[],
): Promise<readonly DumpOutcome[]> {
  return await backupDatabases(
    repository,
    driver,
    {
      target,
      server: 'lab',
      databases,
      dump: { parallel: 2, excludeData: [], untransactional: 'accept', skipViews: [] },
      // The clock of the lab stands still.
      snapshot: { hostname: 'lab', timeMs: Date.now() + 1000 * (backups += 1) },
      workFolder: scratchFolder(),
      retryAfterMs: 0,
    },
    control(),
  );
}

export async function restoreAside(
  repository: Repository,
  driver: DatabaseDriver,
  dump: StoredDump,
  target: Target,
  restore: Pick<RestoreOptions, 'database'> & Partial<RestoreOptions>,
): Promise<RestoreReport> {
  const { plan, execute } = await planDatabaseRestore(
    repository,
    driver,
    dump,
    {
      target,
      workFolder: path.dirname(scratchFolder()),
      restore: { ownership: { kind: 'keep' }, createRoles: true, verify: 'values', parallel: 2, ...restore },
    },
    control(),
  );
  const failed = failedOf(plan.checks);
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
  return await execute();
}
