import { Transform, type TransformCallback, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import { dump, shortId } from '@lumbung/engine';
import { Digest, readManifest } from '@lumbung/sources';
import { LumbungError, textOf } from '@lumbung/stdx';
import { driverOf } from '../../database/database-driver.ts';
import { renderDump } from '../../database/restore-database.ts';
import { openDumpTree } from '../../database/stored-tree.ts';
import { absoluteByteString } from '../file-path.ts';
import { type HeldRepository, withRepository } from '../job-repository.ts';
import { databaseControl, type JobRun } from '../job-run.ts';
import { loadJobSnapshot } from '../job-snapshot.ts';
import { clipped } from '../shown-text.ts';
import { loadStoredDump } from './stored-dump.ts';

type Spec = JobSpecOf<'download'>;

/**
 * Writes a file, a folder as an archive, or a database as one ordinary file to the run's output. What was written is whole when,
 * and only when, the run succeeds: bytes and digest are in its result.
 *
 * @throws LumbungError OUTPUT_MISSING (bug); SNAPSHOT_NOT_FOUND, SNAPSHOT_NO_DUMP, TREE_PATH_MISSING, DUMP_NOT_A_FILE (operator),
 *   BLOB_MISSING, BLOB_DAMAGED (corruption); what the output fails with
 */
export async function download(spec: Spec, run: JobRun): Promise<JobResult> {
  const { output } = run.ports;
  if (output === undefined) {
    throw new LumbungError('OUTPUT_MISSING', { kind: 'bug', message: 'a download without an output to write to' });
  }
  // Under a lock, or a prune could take away what is being read.
  return await withRepository(run, spec.repository, { lock: 'shared' }, async (held) => {
    held.run.book.step('read');
    const meter = new Meter((bytes) => held.run.book.progress({ doneBytes: bytes }));
    const passing = pipeline(meter, output, { end: false, signal: held.run.signal });
    // Told by whoever awaits it below; until then it must not count as unhandled.
    passing.catch(() => undefined);
    const written = await write(spec, meter, held);
    meter.end();
    await passing;
    return { kind: 'download', bytes: meter.bytes, sha256: meter.digest.hex(), ...written };
  });
}

interface Written {
  readonly name: string;
  readonly files: number;
  readonly leftOut: number;
}

async function write(spec: Spec, target: Writable, held: HeldRepository): Promise<Written> {
  const { what } = spec;
  if (what.kind === 'database') return await writeDatabase(spec, target, held);
  const { repository, run } = held;
  const { signal, book } = run;
  const snapshot = await loadJobSnapshot(repository, spec.snapshotId, signal);
  const indexed = await repository.loadIndex({ signal });
  const path = absoluteByteString(what.path);
  const result = await dump(indexed, {
    treeId: snapshot.tree,
    path,
    target,
    signal,
    ...(what.kind === 'folder' ? { archive: what.format } : {}),
    onSkipped: (item) => {
      const shown = textOf(item.path);
      const message = `${shown} cannot be in an archive of this kind`;
      book.warn({ code: 'DOWNLOAD_LEFT_OUT', message, item: shown, values: { item: shown } });
    },
  });
  const base =
    textOf(path)
      .split('/')
      .findLast((part) => part !== '') ?? shortId(snapshot.id);
  return {
    name: clipped(result.kind === 'file' ? base : `${base}.${result.kind}`),
    files: result.filesDone,
    leftOut: result.skippedCount,
  };
}

async function writeDatabase(spec: Spec, target: Writable, { repository, run }: HeldRepository): Promise<Written> {
  const stored = await loadStoredDump(repository, spec.snapshotId, run);
  const manifest = await readManifest(
    await openDumpTree(repository, stored.snapshot, stored.folder, run.signal),
    run.signal,
  );
  const control = databaseControl<never>(run);
  const rendered = await renderDump(repository, driverOf(manifest.engine), stored, control);
  await pipeline(await rendered.open(), target, { end: false, signal: run.signal });
  return { name: clipped(rendered.name), files: 1, leftOut: 0 };
}

/** Counts and digests what passes. */
class Meter extends Transform {
  readonly digest = new Digest();
  readonly #onBytes: (bytes: number) => void;
  bytes = 0;

  constructor(onBytes: (bytes: number) => void) {
    super();
    this.#onBytes = onBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.bytes += chunk.length;
    this.digest.update(chunk);
    this.#onBytes(this.bytes);
    callback(null, chunk);
  }
}
