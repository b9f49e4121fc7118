import type { IndexedRepository, Repository, RepositoryFolder } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';

const ID_LENGTH = 64;

/** The file whose id begins with `prefix`. A whole id is taken at its word: the folder is not listed.
 *  @throws LumbungError OBJECT_ID_INVALID, OBJECT_NOT_FOUND, OBJECT_AMBIGUOUS (operator) */
export async function findFileId(
  repository: Repository,
  folder: RepositoryFolder,
  search: { readonly kind: string; readonly prefix: string; readonly signal: AbortSignal },
): Promise<string> {
  const { prefix, signal } = search;
  if (requirePrefix(prefix).length === ID_LENGTH) return prefix;
  const matches: string[] = [];
  for await (const { id } of repository.listIds(folder, { signal })) if (id.startsWith(prefix)) matches.push(id);
  return theOnly(matches, search);
}

/** The blob whose id begins with `prefix`; of one that is data and tree, both have the same bytes.
 *  @throws LumbungError OBJECT_ID_INVALID, OBJECT_NOT_FOUND, OBJECT_AMBIGUOUS (operator) */
export function findBlobId(
  { index }: IndexedRepository,
  search: { readonly kind: string; readonly prefix: string },
): string {
  const prefix = requirePrefix(search.prefix);
  if (prefix.length === ID_LENGTH) return prefix;
  const matches = new Set<string>();
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    const id = index.idOf(entry);
    if (id.startsWith(prefix)) matches.add(id);
  }
  return theOnly([...matches], search);
}

function requirePrefix(prefix: string): string {
  if (/^[0-9a-f]{1,64}$/.test(prefix)) return prefix;
  throw new LumbungError('OBJECT_ID_INVALID', {
    kind: 'operator',
    message: `not an id: ${JSON.stringify(prefix)}`,
    context: { id: prefix },
    hint: 'ids have up to 64 characters, 0 to 9 and a to f; the first ones are enough',
  });
}

function theOnly(
  matches: readonly string[],
  { kind, prefix }: { readonly kind: string; readonly prefix: string },
): string {
  const [id] = matches;
  if (id === undefined) {
    throw new LumbungError('OBJECT_NOT_FOUND', {
      kind: 'operator',
      message: `no ${kind} begins with ${prefix}`,
      context: { kind, prefix },
      hint: 'see `lumbung list`',
    });
  }
  if (matches.length > 1) {
    throw new LumbungError('OBJECT_AMBIGUOUS', {
      kind: 'operator',
      message: `${matches.length} of kind ${kind} begin with ${prefix}`,
      context: { kind, prefix, count: matches.length },
      hint: 'give more characters of the id',
    });
  }
  return id;
}
