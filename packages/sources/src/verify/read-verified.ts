import { LumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../entry/tree-source.ts';
import { Digest } from '../manifest/digest.ts';

/** A file as a manifest knows it: a segment of a table, or another one. */
export interface KnownFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The bytes of a file while they are compared with the manifest. Whoever writes them somewhere finishes that (commits a
 * COPY, renames a file) only when the iteration has ended: until its last step nobody knows whether they are right. Never
 * gives more bytes than the manifest says.
 *
 * @throws LumbungError SOURCE_FILE_DAMAGED, SOURCE_FILE_MISSING (corruption); what the tree fails with
 */
export async function* readVerified(
  tree: TreeSource,
  { path, bytes, sha256 }: KnownFile,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = new Digest();
  let readBytes = 0;
  for await (const chunk of tree.read(path, signal)) {
    signal?.throwIfAborted();
    readBytes += chunk.byteLength;
    if (readBytes > bytes) throw damaged(path);
    // Before it passes: whoever gets it may write over it.
    digest.update(chunk);
    if (chunk.byteLength > 0) yield chunk;
  }
  if (readBytes !== bytes || digest.hex() !== sha256) throw damaged(path);
}

function damaged(path: string): LumbungError {
  return new LumbungError('SOURCE_FILE_DAMAGED', {
    kind: 'corruption',
    message: `${path} of the dump is not what was dumped`,
    context: { path },
    hint: 'restore another snapshot, and check the repository',
  });
}
