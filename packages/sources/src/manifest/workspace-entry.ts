import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import type { SourceEntry } from '../entry/source-entry.ts';
import { accountFile, type FileAccount } from './account-stream.ts';
import { sha256Hex } from './digest.ts';

export interface ConsumedEntry {
  readonly entry: SourceEntry;
  /** Resolves when the entry was read to its end; rejects when it never will be. */
  readonly consumed: Promise<void>;
}

/**
 * A finished file of a workspace as an entry. It fails when the file is not, byte for byte, what was measured and checked
 * before: a manifest that describes one file never stands beside another.
 *
 * @throws LumbungError DB_WORKSPACE_CHANGED (corruption), from the stream
 */
export function workspaceEntry(
  path: string,
  file: string,
  expected: FileAccount,
  options: { readonly signal: AbortSignal; onBytes?(count: number): void },
): ConsumedEntry {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined); // Whoever reads the stream hears of it there.
  const open = (): Readable => {
    const source = createReadStream(file, { signal: options.signal, highWaterMark: 256 * 1024 });
    const stream = accountFile(source, ({ bytes, sha256 }) => {
      if (bytes !== expected.bytes || sha256 !== expected.sha256) throw changed(path);
      resolve();
    });
    if (options.onBytes !== undefined) source.on('data', (chunk) => options.onBytes?.(chunk.length));
    stream.once('error', reject).once('close', () => reject(abandoned(path)));
    return stream;
  };
  return { entry: { path, open }, consumed: promise };
}

/** A small file that is made at once, with what a manifest says of it. */
export function textEntry(path: string, text: string): { readonly entry: SourceEntry; readonly account: FileAccount } {
  const bytes = Buffer.from(text);
  return {
    entry: { path, open: () => Readable.from([bytes], { objectMode: false }) },
    account: { bytes: bytes.length, sha256: sha256Hex(bytes) },
  };
}

function changed(path: string): LumbungError {
  return new LumbungError('DB_WORKSPACE_CHANGED', {
    kind: 'corruption',
    message: `${path} changed in the working folder after it was checked`,
    context: { path },
    hint: 'check the disk of the working folder, and who else writes to it',
  });
}

function abandoned(path: string): LumbungError {
  return new LumbungError('DB_DUMP_ABANDONED', {
    kind: 'transient',
    message: `${path} was not read to its end`,
    context: { path },
  });
}
