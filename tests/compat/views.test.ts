// What is shown of snapshots: the same nodes, differences and sums as the stock client shows.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  diffTrees,
  findNodes,
  type IndexedRepository,
  listNodes,
  loadSnapshots,
  type SnapshotRecord,
  STATS_MODES,
  statsOf,
} from '@lumbung/engine';
import { textOf } from '@lumbung/stdx';
import { beforeAll, expect, it } from 'vitest';
import { backUp } from '../lab/acts.ts';
import { makeDiskRepository } from '../lab/disk-repository.ts';
import { describePeers, jsonLines, type Peer, peerDoes } from '../lab/peers.ts';
import { makeRichTree } from '../lab/rich-tree.ts';
import { scratchFolder } from '../lab/scratch.ts';

interface FoundBySnapshot {
  readonly snapshot: string;
  readonly matches: readonly { readonly path: string }[];
}

describePeers('shown is the same', (peer: Peer) => {
  let folder: string;
  let indexed: IndexedRepository;
  let first: SnapshotRecord;
  let second: SnapshotRecord;

  beforeAll(async () => {
    const made = await makeDiskRepository();
    folder = made.folder;
    const source = path.join(scratchFolder(), 'source');
    makeRichTree(source, { richLinks: peer.name === 'current' });
    const ids = [(await backUp(made.repository, source, { tags: ['first'] })).snapshotId];
    change(source);
    ids.push((await backUp(made.repository, source, { tags: ['second'] })).snapshotId);
    indexed = await made.repository.loadIndex();
    const snapshots = await loadSnapshots(made.repository);
    const [one, two] = ids.map((id) => snapshots.find((snapshot) => snapshot.id === id));
    if (one === undefined || two === undefined) throw new Error('the snapshots are not there');
    first = one;
    second = two;
  });

  it('ls', async () => {
    const theirs = jsonLines(await peerDoes(peer, folder, ['ls', '--json', second.id]))
      .filter((line) => line['struct_type'] === 'node')
      .map((line) => ({
        path: comparable(String(line['path'])),
        type: line['type'],
        mode: line['mode'] ?? 0,
        uid: line['uid'],
        gid: line['gid'],
        size: line['type'] === 'file' ? line['size'] : undefined,
        mtime: line['mtime'],
        permissions: line['permissions'],
      }));
    const ours: object[] = [];
    for await (const { path: at, node } of listNodes(indexed, second.tree)) {
      const { type, mode, uid, gid, mtime } = node;
      const size = type === 'file' ? node.size : undefined;
      const permissions = expect.any(String);
      ours.push({ path: comparable(textOf(at)), type, mode, uid, gid, size, mtime, permissions });
    }
    expect(theirs).toEqual(ours);
  });

  it.each([
    { patterns: ['*e*'] },
    { patterns: ['sizes'] },
    { patterns: ['/links/*/o*'] },
    { patterns: ['random-5*', '[0-3]'] },
  ])('find $patterns', async ({ patterns }) => {
    const found: FoundBySnapshot[] = JSON.parse(await peerDoes(peer, folder, ['find', '--json', ...patterns]));
    const theirs = found.flatMap(({ snapshot, matches }) =>
      matches.map((match) => `${snapshot} ${comparable(match.path)}`),
    );
    const ours: string[] = [];
    for await (const { snapshot, path: at } of findNodes(indexed, {
      snapshots: [second, first],
      patterns,
    })) {
      ours.push(`${snapshot.id} ${comparable(textOf(at))}`);
    }
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.toSorted()).toEqual(theirs.toSorted());
  });

  it.each([false, true])('diff, metadata %s', async (metadata) => {
    const args = ['diff', '--json', ...(metadata ? ['--metadata'] : []), first.id, second.id];
    const lines = jsonLines(await peerDoes(peer, folder, args));
    const ours = diffTrees(indexed, first.tree, second.tree, { metadata });
    const changes: string[] = [];
    let step = await ours.next();
    for (; step.done !== true; step = await ours.next()) {
      changes.push(`${step.value.modifier} ${comparable(textOf(step.value.path))}`);
    }
    const theirs = lines
      .filter((line) => line['message_type'] === 'change')
      .map((line) => `${String(line['modifier'])} ${comparable(String(line['path']))}`);
    expect(changes.length).toBeGreaterThan(5);
    expect(changes.toSorted()).toEqual(theirs.toSorted());
    const statistics = lines.find((line) => line['message_type'] === 'statistics');
    const counts = ({ files, dirs, others, dataBlobs, treeBlobs, bytes }: (typeof step.value)['added']) => ({
      files,
      dirs,
      others,
      data_blobs: dataBlobs,
      tree_blobs: treeBlobs,
      bytes,
    });
    expect(statistics).toMatchObject({
      changed_files: step.value.changedFiles,
      added: counts(step.value.added),
      removed: counts(step.value.removed),
    });
  });

  it.each(STATS_MODES)('stats --mode %s', async (mode) => {
    const theirs: Record<string, number> = JSON.parse(
      await peerDoes(peer, folder, ['stats', '--json', '--mode', mode]),
    );
    const ours = await statsOf(indexed, [first, second], { mode });
    expect(ours.totalBytes).toBe(theirs['total_size']);
    expect(ours.totalFileCount).toBe(theirs['total_file_count'] ?? 0);
    expect(ours.totalBlobCount).toBe(theirs['total_blob_count'] ?? 0);
    if (theirs['total_uncompressed_size'] !== undefined) {
      expect(ours.compression?.totalUncompressedBytes).toBe(theirs['total_uncompressed_size']);
      expect(ours.compression?.ratio).toBeCloseTo(theirs['compression_ratio'] ?? 0, 6);
    }
  });
});

/** Programs differ in how many U+FFFD they print for bytes that are no text. */
function comparable(text: string): string {
  return text.replaceAll(/\ufffd+/g, '\ufffd').replace(/\/$/, '');
}

function change(source: string): void {
  writeFileSync(path.join(source, 'sizes/text'), 'another text');
  writeFileSync(path.join(source, 'sizes/random-1'), 'ab');
  writeFileSync(path.join(source, 'new file'), 'new');
  mkdirSync(path.join(source, 'new folder/inner'), { recursive: true });
  writeFileSync(path.join(source, 'new folder/inner/file'), 'new too');
  symlinkSync('x', path.join(source, 'new folder/link'));
  rmSync(path.join(source, 'times'), { recursive: true });
  rmSync(path.join(source, 'links/z'), { recursive: true });
  chmodSync(path.join(source, 'modes/file-600'), 0o640);
  // A file becomes a folder, and a folder becomes a file.
  rmSync(path.join(source, 'modes/file-777'));
  mkdirSync(path.join(source, 'modes/file-777'));
  rmSync(path.join(source, 'empty folder'), { recursive: true });
  writeFileSync(path.join(source, 'empty folder'), 'full file');
}
