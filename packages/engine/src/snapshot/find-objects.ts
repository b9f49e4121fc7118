import { type ByteString, LumbungError } from '@lumbung/stdx';
import type { BlobId, PackId } from '../format/ids.ts';
import type { BlobType } from '../format/pack-header.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { joinPath } from './resolve-tree.ts';
import type { SnapshotRecord } from './snapshots.ts';
import { TreeCursor } from './tree-cursor.ts';

/** What is looked for: full ids or their first digits. */
export type ObjectSearch =
  | { readonly kind: 'blob'; readonly ids: readonly string[] }
  | { readonly kind: 'tree'; readonly ids: readonly string[] }
  /** Every blob and tree that lies in these packs. */
  | { readonly kind: 'pack'; readonly ids: readonly string[] };

export interface FindObjectsOptions {
  readonly snapshots: readonly SnapshotRecord[];
  readonly search: ObjectSearch;
  readonly signal?: AbortSignal | undefined;
}

export interface FoundObject {
  readonly objectType: 'blob' | 'tree';
  readonly id: BlobId;
  /** Of the file that holds the blob, or of the folder; `/` for the root. */
  readonly path: ByteString;
  /** The tree that names the file; missing for trees. */
  readonly parentTree?: BlobId;
  readonly snapshot: SnapshotRecord;
  /** Packs that hold the object, by the index. */
  readonly packs: readonly PackId[];
}

/** Where blobs, trees or the contents of packs are used (restic's `find --blob`, `--tree`, `--pack`).
 *  @throws LumbungError OBJECT_ID_INVALID, PACK_NOT_FOUND (operator) and what `TreeCursor` throws */
export async function* findObjects(
  indexed: IndexedRepository,
  options: FindObjectsOptions,
): AsyncGenerator<FoundObject, void, undefined> {
  const { snapshots, search, signal } = options;
  const isWanted = matcherOf(indexed, search);

  for (const snapshot of snapshots) {
    signal?.throwIfAborted();
    if (isWanted('tree', snapshot.tree)) {
      yield foundTree(indexed, snapshot, joinPath('', ''), snapshot.tree);
    }
    const cursor = await TreeCursor.open(indexed, snapshot.tree);
    for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
      if (step.kind === 'leave') continue;
      const { path, node, parentTreeId } = step;
      for (const id of node.content ?? []) {
        if (!isWanted('data', id)) continue;
        yield {
          objectType: 'blob',
          id,
          path,
          parentTree: parentTreeId,
          snapshot,
          packs: packsOf(indexed, 'data', id),
        };
      }
      if (node.type !== 'dir') continue;
      if (node.subtree !== undefined && isWanted('tree', node.subtree)) {
        yield foundTree(indexed, snapshot, path, node.subtree);
      }
      signal?.throwIfAborted();
      await cursor.enter(step);
    }
  }
}

type ObjectMatcher = (type: BlobType, id: BlobId) => boolean;

function matcherOf(indexed: IndexedRepository, search: ObjectSearch): ObjectMatcher {
  for (const id of search.ids) {
    if (/^[0-9a-f]{1,64}$/.test(id)) continue;
    throw new LumbungError('OBJECT_ID_INVALID', {
      kind: 'operator',
      message: `not an id: ${id}`,
      context: { id },
      hint: 'ids are up to 64 digits 0-9a-f; their first digits are enough',
    });
  }
  switch (search.kind) {
    case 'blob':
      return (type, id) => type === 'data' && search.ids.some((prefix) => id.startsWith(prefix));
    case 'tree':
      return (type, id) => type === 'tree' && search.ids.some((prefix) => id.startsWith(prefix));
    case 'pack': {
      const packNrs = findPacks(indexed, search.ids);
      return (type, id) => {
        const { index } = indexed;
        for (let entry = index.findHex(type, id); entry >= 0; entry = index.next(entry)) {
          if (packNrs.has(index.packOf(entry))) return true;
        }
        return false;
      };
    }
  }
}

function findPacks(indexed: IndexedRepository, prefixes: readonly string[]): ReadonlySet<number> {
  const { index } = indexed;
  const packNrs = new Set<number>();
  const missing = new Set(prefixes);
  for (let packNr = 0; packNr < index.packCount; packNr += 1) {
    const packId = index.packId(packNr);
    for (const prefix of prefixes) {
      if (!packId.startsWith(prefix)) continue;
      packNrs.add(packNr);
      missing.delete(prefix);
    }
  }
  if (missing.size === 0) return packNrs;
  throw new LumbungError('PACK_NOT_FOUND', {
    kind: 'operator',
    message: `no pack of the index begins with ${[...missing].join(', ')}`,
    context: { ids: [...missing].join(', ') },
    hint: 'list the packs with "lumbung list packs"',
  });
}

function foundTree(indexed: IndexedRepository, snapshot: SnapshotRecord, path: ByteString, id: BlobId): FoundObject {
  return {
    objectType: 'tree',
    id,
    path,
    snapshot,
    packs: packsOf(indexed, 'tree', id),
  };
}

function packsOf(indexed: IndexedRepository, type: BlobType, id: BlobId): PackId[] {
  const { index } = indexed;
  const packs: PackId[] = [];
  for (let entry = index.findHex(type, id); entry >= 0; entry = index.next(entry)) {
    packs.push(index.packId(index.packOf(entry)));
  }
  return packs;
}
