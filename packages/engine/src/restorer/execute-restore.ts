import type { ByteString } from '@lumbung/stdx';
import { readPosixNames } from '@lumbung/stdx/node';
import { ContentRestorer } from './content-restorer.ts';
import { LateNodes } from './late-nodes.ts';
import { MetadataWriter } from './node-metadata.ts';
import type { RestoreCallOptions, RestoreResult } from './restore-options.ts';
import { detailsOf, type RestorePlan, type RestorePlanDetails, spendPlan } from './restore-plan.ts';
import { RestoreTally } from './restore-tally.ts';
import { RestoreWalk } from './restore-walk.ts';
import { isSuperuser, selectionOf, xattrChoiceOf } from './selection.ts';
import { TargetFolder } from './target-folder.ts';
import { verifyRestored } from './verify-restored.ts';
import { RestorePool } from './workers/pool.ts';

/**
 * Restores, once. A file that cannot be restored is counted and told, and the rest goes on: look at `errorCount`.
 *
 * Cancelled or stopped, it leaves no new file with part of its content, but for files of many blobs of which one is damaged:
 * these stay as far as they could be had, without their metadata. Folders keep mode 0700 until the same restore is run again.
 *
 * @throws LumbungError PLAN_SPENT (bug), RESTORE_TARGET_INVALID, RESTORE_NO_SPACE (operator), BACKEND_* where trying again may
 * help, and the signal's reason
 */
export async function executeRestore(plan: RestorePlan, call: RestoreCallOptions = {}): Promise<RestoreResult> {
  return run(plan, spendPlan(plan), call, false);
}

/** Tells what executing the plan would do, item by item, and changes nothing (restic's `--dry-run`). Reads existing files
 *  where the policy compares content. */
export async function previewRestore(plan: RestorePlan, call: RestoreCallOptions = {}): Promise<RestoreResult> {
  return run(plan, detailsOf(plan), call, true);
}

async function run(
  plan: RestorePlan,
  { indexed }: RestorePlanDetails,
  call: RestoreCallOptions,
  isDryRun: boolean,
): Promise<RestoreResult> {
  const { clock } = indexed.repository.ports;
  const { masterKey } = indexed.repository;
  const { overwrite, deletesExtra, isSparse, xattrPatterns } = plan;
  const signal = call.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const startedAtMs = clock.monotonicMs();

  const tally = new RestoreTally(call);
  const isXattrWanted = xattrChoiceOf(xattrPatterns);
  const metadataWriter = new MetadataWriter({ isSuperuser: isSuperuser(), isXattrWanted });
  const { encrypt, macK, macR } = masterKey;
  await using pool = new RestorePool({
    workerCount: plan.workerCount,
    workerData: { masterKey: { encrypt, macK, macR }, index: indexed.index.share(), xattrPatterns, isSparse },
  });
  if (!isDryRun) pool.start();
  const cancel = () => pool.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  using _listening = { [Symbol.dispose]: () => signal.removeEventListener('abort', cancel) };

  const restored = plan.verifies && !isDryRun ? new Set<ByteString>() : undefined;
  const shared = { indexed, tally, metadataWriter, overwrite, deletesExtra, isDryRun, signal };
  const content = new ContentRestorer({ ...shared, pool, restored, isSparse });
  const late = new LateNodes(shared);
  const walk = new RestoreWalk({
    ...shared,
    content,
    late,
    selection: selectionOf({
      ...(plan.include && { include: plan.include }),
      ...(plan.exclude && { exclude: plan.exclude }),
      ...(plan.paths && { paths: plan.paths }),
    }),
    metadataChoices: { isXattrWanted, ...(plan.ownershipByName && { names: readPosixNames() }) },
  });

  try {
    await walk.walk(plan.treeId, TargetFolder.root(plan.target));
    await content.finish();
  } catch (error) {
    await content.abandon(error);
    throw error;
  }
  await late.make();
  let filesVerified = 0;
  if (restored !== undefined) {
    tally.verifying();
    filesVerified = await verifyRestored({ indexed, plan, pool, tally, restored, signal });
  }
  tally.status();
  return {
    progress: tally.progress,
    errorCount: tally.errorCount,
    errors: tally.errors,
    filesVerified,
    durationMs: clock.monotonicMs() - startedAtMs,
  };
}
