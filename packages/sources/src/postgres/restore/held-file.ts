import { LumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readVerified } from '../../verify/read-verified.ts';

const HELD_BYTES_MAX = 512 * 1024 * 1024;

/** A file that is small enough to be held, once it is known to be what was dumped. @throws LumbungError DB_DUMP_DAMAGED */
export async function readHeldFile(
  tree: TreeSource,
  manifest: Manifest,
  path: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const file = manifest.files.find((each) => each.path === path);
  if (file === undefined || file.bytes > HELD_BYTES_MAX) throw damaged(path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readVerified(tree, file, signal)) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

export function damaged(path: string, cause?: unknown): LumbungError {
  return new LumbungError('DB_DUMP_DAMAGED', {
    kind: 'corruption',
    message: `the stored dump is damaged: ${path} is not what was dumped`,
    context: { path },
    hint: 'check the repository, and restore another snapshot',
    cause,
  });
}
