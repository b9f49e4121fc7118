import type { Repository } from '@lumbung/engine';
import type { DatabaseDriver, DatabaseEngine, SwapPlan, SwapReport } from '@lumbung/sources';
import { fromErrorRecord, LumbungError } from '@lumbung/stdx';
import {
  backupDatabases,
  type DatabaseBackupEvent,
  type DatabaseBackupOptions,
  type StoredDumpFacts,
} from './backup-databases.ts';
import type { DatabaseControl } from './database-control.ts';

/** Of the snapshot that is made before a live database steps back. */
export const BEFORE_SWAP_TAG = 'before-swap';

/** Numbered databases of a server that is backed up as one. */
const BACKED_UP_AS: Readonly<Partial<Record<DatabaseEngine, string>>> = { redis: 'instance' };

export interface DatabaseSwapOptions extends Omit<DatabaseBackupOptions, 'databases'> {
  readonly plan: SwapPlan;
  /** `none` only where the live database cannot be read any more, which may be why it is exchanged. */
  readonly safety: 'backup' | 'none';
}

export interface DatabaseSwapResult {
  /** Of the live database as it was; undefined: nobody wanted one. */
  readonly safety: StoredDumpFacts | undefined;
  readonly report: SwapReport;
}

/**
 * Exchanges a restored database with the live one, after a backup of the live one that must succeed.
 *
 * @throws LumbungError DB_SWAP_WITHOUT_BACKUP (operator): the live database could not be backed up, nothing was changed; what
 *   the driver's `swap` fails with
 */
export async function swapDatabase(
  repository: Repository,
  driver: DatabaseDriver,
  options: DatabaseSwapOptions,
  control: DatabaseControl<DatabaseBackupEvent>,
): Promise<DatabaseSwapResult> {
  // A slip in a name should not be told after hours of a backup.
  await driver.checkSwap(options.target, options.plan, control);
  const safety = options.safety === 'backup' ? await backUpLive(repository, driver, options, control) : undefined;
  control.signal.throwIfAborted();
  return { safety, report: await driver.swap(options.target, options.plan, control) };
}

async function backUpLive(
  repository: Repository,
  driver: DatabaseDriver,
  options: DatabaseSwapOptions,
  control: DatabaseControl<DatabaseBackupEvent>,
): Promise<StoredDumpFacts> {
  const { live } = options.plan;
  const tags = [...(options.snapshot.tags ?? []), BEFORE_SWAP_TAG];
  const databases = [BACKED_UP_AS[options.target.engine] ?? live];
  const backup = { ...options, databases, snapshot: { ...options.snapshot, tags, dryRun: false } };
  const [outcome] = await backupDatabases(repository, driver, backup, control);
  if (outcome !== undefined && outcome.kind !== 'failed') return outcome;
  throw new LumbungError('DB_SWAP_WITHOUT_BACKUP', {
    kind: 'operator',
    message: `the live database ${live} could not be backed up, so it was not exchanged`,
    context: { database: live },
    hint: 'see why; if it cannot be read any more, exchange it without a backup',
    ...(outcome === undefined ? {} : { cause: fromErrorRecord(outcome.error) }),
  });
}
