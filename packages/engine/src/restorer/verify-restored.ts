import { type ByteString, forEachParallel, fromErrorRecord, isLumbungError, LumbungError } from '@lumbung/stdx';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { TreeCursor } from '../snapshot/tree-cursor.ts';
import { contentOf } from './file-item.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { RestoreTally } from './restore-tally.ts';
import { shownPath } from './selection.ts';
import { TargetFolder } from './target-folder.ts';
import type { CheckOutcome, CheckTask } from './workers/messages.ts';
import type { RestorePool } from './workers/pool.ts';

const BATCH = { files: 64, bytes: 16 * 2 ** 20 } as const;
const BATCHES_IN_FLIGHT_MAX = 8;

export interface VerifyOptions {
  readonly indexed: IndexedRepository;
  readonly plan: RestorePlan;
  readonly pool: RestorePool;
  readonly tally: RestoreTally;
  /** Locations of the files to read; they are taken out as they are met. */
  readonly restored: Set<ByteString>;
  readonly signal: AbortSignal;
}

interface LocatedTask extends CheckTask {
  readonly location: ByteString;
}

/** Reads what was written and compares it with the snapshot, blob by blob. Answers how many files were right; the others
 *  are told as errors. @throws the signal's reason */
export async function verifyRestored(options: VerifyOptions): Promise<number> {
  const { pool, tally, signal } = options;
  let right = 0;
  await forEachParallel(batches(options), BATCHES_IN_FLIGHT_MAX, async (tasks) => {
    const outcomes = await pool.check(tasks.map(({ path, entries }) => ({ path, entries })));
    signal.throwIfAborted();
    for (const [taskIdx, { location, entries }] of tasks.entries()) {
      const outcome = outcomes[taskIdx];
      if (outcome !== undefined && isRight(outcome, entries.length)) right += 1;
      else tally.failed(location, verifyFailed(location, outcome));
    }
  });
  return right;
}

async function* batches({ indexed, plan, restored, signal }: VerifyOptions): AsyncGenerator<LocatedTask[]> {
  const root = TargetFolder.root(plan.target).pathPrefix;
  const cursor = await TreeCursor.open(indexed, plan.treeId);
  let batch: LocatedTask[] = [];
  let bytes = 0;
  for (let step = cursor.next(); step !== undefined && restored.size > 0; step = cursor.next()) {
    if (step.kind === 'leave') continue;
    const { node, path } = step;
    if (node.type === 'dir') {
      signal.throwIfAborted();
      try {
        await cursor.enter(step);
      } catch (error) {
        // Told by the restore itself; nothing below it was written.
        if (!isLumbungError(error) || !isDamage(error)) throw error;
      }
    } else if (node.type === 'file' && restored.delete(path)) {
      const content = contentOf(indexed.index, node);
      // Two byte strings make one.
      batch.push({ location: path, path: `${root}${path}` as ByteString, entries: Uint32Array.from(content.entries) });
      bytes += content.contentBytes;
      if (batch.length < BATCH.files && bytes < BATCH.bytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

function isRight(outcome: CheckOutcome, blobCount: number): boolean {
  if (!outcome.isSizeRight) return false;
  for (let blobIdx = 0; blobIdx < blobCount; blobIdx += 1) {
    if (((outcome.matches[blobIdx >>> 3] ?? 0) & (1 << (blobIdx & 7))) === 0) return false;
  }
  return true;
}

function verifyFailed(location: ByteString, outcome: CheckOutcome | undefined): LumbungError {
  return new LumbungError('RESTORE_VERIFY_FAILED', {
    kind: 'corruption',
    message: 'what was written reads back differently',
    context: { path: shownPath(location), isSizeRight: outcome?.isSizeRight ?? false },
    hint: 'the target disk may be failing, or something else wrote in the target; restore again, elsewhere if need be',
    ...(outcome?.error === undefined ? {} : { cause: fromErrorRecord(outcome.error) }),
  });
}
