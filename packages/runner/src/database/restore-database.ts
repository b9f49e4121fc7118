import type { Repository } from '@lumbung/engine';
import {
  codesOf,
  type DatabaseDriver,
  type Finding,
  failedOf,
  type RenderedFile,
  type RestoreOptions,
  type RestorePlan,
  type RestoreReport,
  type Target,
  type TreeSource,
} from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';
import type { DatabaseControl } from './database-control.ts';
import type { StoredDump } from './find-dump.ts';
import { openDumpTree } from './stored-tree.ts';
import { withWorkspace } from './workspace.ts';

/** A restore that was planned and looked at: `execute` does it, once. */
export interface PlannedRestore {
  readonly plan: RestorePlan;
  execute(): Promise<RestoreReport>;
}

export interface DatabaseRestoreOptions {
  readonly target: Target;
  readonly restore: RestoreOptions;
  readonly workFolder: string;
}

/**
 * Plans to restore a dump aside, under a new name. Nothing is created before `execute`, which refuses while a check of
 * the plan fails.
 *
 * @throws LumbungError DB_RESTORE_REFUSED (operator) from `execute`; what the driver's `planRestore` and `restore` fail with
 */
export async function planDatabaseRestore(
  repository: Repository,
  driver: DatabaseDriver,
  dump: StoredDump,
  options: DatabaseRestoreOptions,
  control: DatabaseControl<never>,
): Promise<PlannedRestore> {
  const tree = await openDumpTree(repository, dump.snapshot, dump.folder, control.signal);
  const plan = await driver.planRestore(options.target, tree, options.restore, control);
  return { plan, execute: () => executeRestore(driver, plan, tree, options.workFolder, control) };
}

async function executeRestore(
  driver: DatabaseDriver,
  plan: RestorePlan,
  tree: TreeSource,
  workFolder: string,
  control: DatabaseControl<never>,
): Promise<RestoreReport> {
  const failed = failedOf(plan.checks);
  if (failed.length > 0) {
    const codes = codesOf(failed);
    throw new LumbungError('DB_RESTORE_REFUSED', {
      kind: 'operator',
      message: `the restore would not succeed: ${codes}`,
      context: { codes, count: failed.length },
      hint: 'put right what the checks name, then try again; nothing was changed',
    });
  }
  return await withWorkspace(workFolder, (workspace) => driver.restore(plan, tree, workspace, control));
}

/** Whether a stored dump is what its manifest says, without a server. Every file is read. */
export async function* verifyDump(
  repository: Repository,
  driver: DatabaseDriver,
  dump: StoredDump,
  control: DatabaseControl<never>,
): AsyncGenerator<Finding> {
  yield* driver.verify(await openDumpTree(repository, dump.snapshot, dump.folder, control.signal), control);
}

/** A stored dump as one ordinary file that the engine's own client loads. */
export async function renderDump(
  repository: Repository,
  driver: DatabaseDriver,
  dump: StoredDump,
  control: DatabaseControl<never>,
): Promise<RenderedFile> {
  return await driver.render(await openDumpTree(repository, dump.snapshot, dump.folder, control.signal), control);
}
