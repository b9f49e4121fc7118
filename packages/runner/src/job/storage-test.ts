import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Backend } from '@lumbung/backend';
import { type Clock, errnoOf, LumbungError } from '@lumbung/stdx';
import type { JobRun } from './job-run.ts';

/** One buffer of this size, repeated: memory does not grow with what is written. */
const PIECE_BYTES = 1024 * 1024;
/** How long a file of ours may stay behind when the storage goes away under us. */
const REMOVE_MS_MAX = 30_000;

export interface StorageSpeeds {
  readonly writeMs: number;
  readonly readMs: number;
  /** The storage's clock minus ours, where it has one of its own or shares ours. */
  readonly clockDifferenceMs: number | undefined;
}

/**
 * Writes a file, reads it back, compares, and removes it, whatever happens.
 *
 * It lies beside the folders of a repository, where no client looks.
 * @throws LumbungError STORAGE_READS_DIFFER (corruption), BACKEND_*, and the signal's reason
 */
export async function testStorage(
  backend: Backend,
  { bytes }: { readonly bytes: number },
  { ports, signal }: JobRun,
): Promise<StorageSpeeds> {
  const { clock, random } = ports;
  const file = { folder: '', name: `lumbung-test-${random.bytes(8).toString('hex')}` };
  const piece = random.bytes(Math.min(bytes, PIECE_BYTES));
  const parts: Uint8Array[] = [];
  for (let left = bytes; left > 0; left -= piece.length) parts.push(piece.subarray(0, Math.min(left, piece.length)));
  try {
    const beganMs = clock.monotonicMs();
    await backend.save(file, parts, { signal });
    const writtenMs = clock.monotonicMs();
    const clockDifferenceMs = await clockDifferenceOf(backend, file.name, clock);
    let offset = 0;
    for (const part of parts) {
      const read = await backend.load(file, { offset, length: part.length }, { signal });
      if (!read.equals(part)) throw readsDiffer(backend);
      offset += part.length;
    }
    return { writeMs: writtenMs - beganMs, readMs: clock.monotonicMs() - writtenMs, clockDifferenceMs };
  } finally {
    // Not by the run's signal, which may be what ended the test.
    await withDeadline(clock, REMOVE_MS_MAX, (late) => backend.remove(file, { signal: late })).catch(() => {
      // Where nothing could be written nothing can be removed: the first error is the one to tell.
    });
  }
}

/** A file server dates files by its own clock. */
async function clockDifferenceOf(
  { location, properties }: Backend,
  name: string,
  clock: Clock,
): Promise<number | undefined> {
  if (!properties.isLocal) return undefined;
  try {
    return Math.round((await stat(path.join(location, name))).mtimeMs - clock.nowMs());
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined; // not a folder of this machine
    throw error;
  }
}

async function withDeadline(clock: Clock, afterMs: number, act: (late: AbortSignal) => Promise<void>): Promise<void> {
  const late = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(afterMs, done.signal).then(
    () => late.abort(),
    () => undefined, // done in time
  );
  try {
    await act(late.signal);
  } finally {
    done.abort();
    await timer;
  }
}

function readsDiffer(backend: Backend): LumbungError {
  return new LumbungError('STORAGE_READS_DIFFER', {
    kind: 'corruption',
    message: `what was written to ${backend.location} was read back otherwise`,
    context: { repository: backend.location },
    hint: 'do not trust this storage: look at its disks, its memory and its cables',
  });
}
