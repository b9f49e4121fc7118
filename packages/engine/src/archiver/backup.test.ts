import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { byteStringOfText, textOf } from '@lumbung/stdx';
import { setXattr } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeTreeStable, type TreeNode } from '../format/tree.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { backup } from './backup.ts';
import type { BackupEvent, BackupOptions, BackupResult } from './backup-options.ts';

const MIB = 2 ** 20;
const isRoot = process.getuid?.() === 0;

let lab: TestRepository;
let source: string;
const servers: Server[] = [];

beforeEach(async () => {
  lab = await createTestRepository({ packSizeBytes: 4 * MIB });
  source = mkdtempSync(path.join(os.tmpdir(), 'lumbung-archiver-'));
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(source, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(source, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  // Old enough that nobody can take a change for one that was made in the same moment.
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  return file;
}

async function run(
  options: Partial<BackupOptions> = {},
  repository: Repository = lab.repository,
): Promise<BackupResult> {
  return await backup(repository, { targets: ['.'], workingDirectory: source, ...options });
}

/** Every node of a snapshot by its path; trees must be written as any client would write them again. */
async function nodesOf(result: BackupResult, repository: Repository = lab.repository): Promise<Map<string, TreeNode>> {
  const indexed = await repository.loadIndex();
  const found = new Map<string, TreeNode>();
  const visit = async (tree: string, folder: string): Promise<void> => {
    const { nodes, isStable } = decodeTreeStable(await indexed.loadBlob('tree', tree as BackupResult['tree']));
    expect(isStable, folder).toBe(true);
    for (const node of nodes) {
      const place = `${folder}/${textOf(node.name)}`;
      found.set(place, node);
      if (node.subtree !== undefined) await visit(node.subtree, place);
    }
  };
  await visit(result.tree, '');
  return found;
}

async function contentOf(node: TreeNode | undefined, indexed: IndexedRepository): Promise<Buffer> {
  return Buffer.concat(await Promise.all((node?.content ?? []).map((id) => indexed.loadBlob('data', id))));
}

async function lockCount(): Promise<number> {
  let count = 0;
  for await (const _ of lab.repository.listIds('locks')) count += 1;
  return count;
}

async function snapshotCount(repository: Repository = lab.repository): Promise<number> {
  let count = 0;
  for await (const _ of repository.listIds('snapshots')) count += 1;
  return count;
}

describe('backup', () => {
  it('stores files of every size with exactly their content', async () => {
    const sizes = [0, 1, 524_287, 524_288, 524_289, 8 * MIB, 8 * MIB + 1, 40 * MIB];
    const contents = sizes.map((size) => randomBytes(size));
    for (const [idx, content] of contents.entries()) write(`f${idx}`, content);
    write('zeros', Buffer.alloc(3 * MIB));
    const result = await run();
    const nodes = await nodesOf(result);
    const indexed = await lab.repository.loadIndex();
    for (const [idx, content] of contents.entries()) {
      const node = nodes.get(`/f${idx}`);
      expect(node?.size).toBe(content.length);
      expect((await contentOf(node, indexed)).equals(content)).toBe(true);
    }
    expect(nodes.get('/f0')?.content).toEqual([]);
    expect(nodes.get('/zeros')?.content?.length).toBe(6);
    expect(result.summary).toMatchObject({ filesNew: 9, totalBytesProcessed: sizes.reduce((a, b) => a + b, 3 * MIB) });
  });

  it('stores every kind of entry, and names that are no text', async () => {
    write('plain', 'x');
    linkSync(path.join(source, 'plain'), path.join(source, 'hard'));
    symlinkSync(Buffer.from([0x74, 0xff]), path.join(source, 'link'));
    mkdirSync(path.join(source, 'empty'));
    execFileSync('mkfifo', [path.join(source, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xfe, 0xff])]), 'raw');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(source, 'socket'), resolve));
    servers.push(server);
    const nodes = await nodesOf(await run());
    expect([...nodes.values()].map(({ type }) => type).sort()).toEqual([
      'dir',
      'fifo',
      'file',
      'file',
      'file',
      'symlink',
    ]);
    expect(nodes.get('/link')?.linkTarget).toBe('t\xff');
    expect(nodes.get('/hard')?.links).toBe(2);
    expect(nodes.get('/hard')?.inode).toBe(nodes.get('/plain')?.inode);
  });

  it.skipIf(!isRoot)('stores devices and attributes', async () => {
    execFileSync('mknod', [path.join(source, 'null'), 'c', '1', '3']);
    setXattr(byteStringOfText(write('marked', 'x')), byteStringOfText('user.empty'), Buffer.alloc(0));
    setXattr(byteStringOfText(path.join(source, 'marked')), byteStringOfText('user.kind'), Buffer.from([1, 255]));
    const nodes = await nodesOf(await run());
    expect(nodes.get('/null')).toMatchObject({ type: 'chardev', device: 259n });
    const attributes = nodes.get('/marked')?.extendedAttributes.map(({ name, value }) => [name, value.toString('hex')]);
    expect(attributes?.sort()).toEqual([
      ['user.empty', ''],
      ['user.kind', '01ff'],
    ]);
  });

  it('adds nothing when nothing changed, and gives the same tree', async () => {
    for (let idx = 0; idx < 200; idx += 1) write(`d${idx % 7}/f${idx}`, `content ${idx}`);
    const first = await run();
    const second = await run();
    expect(second.tree).toBe(first.tree);
    expect(second.parentId).toBe(first.snapshotId);
    expect(second.summary).toMatchObject({
      filesUnmodified: 200,
      dirsUnmodified: 7,
      dataBlobs: 0,
      treeBlobs: 0,
      dataAdded: 0,
    });
  });

  it('reads again what changed, and notices what only changed its mode', async () => {
    write('same', 'same');
    const changed = write('changed', 'before');
    chmodSync(write('mode', 'mode'), 0o644);
    const first = await run();
    writeFileSync(changed, 'after, and longer');
    chmodSync(path.join(source, 'mode'), 0o600);
    const second = await run();
    expect(second.summary).toMatchObject({ filesNew: 0, filesChanged: 2, filesUnmodified: 1 });
    const lenient = await run({ ignoreCtime: true, parent: { kind: 'id', id: first.snapshotId ?? '' } });
    expect(lenient.summary).toMatchObject({ filesChanged: 1, filesUnmodified: 2 });
    expect((await nodesOf(lenient)).get('/mode')?.mode).toBe(0o600);
  });

  it('tells a file that took the place of another by its inode', async () => {
    write('a', 'one');
    write('b', 'two');
    await run();
    renameSync(path.join(source, 'a'), path.join(source, 'c'));
    renameSync(path.join(source, 'b'), path.join(source, 'a'));
    renameSync(path.join(source, 'c'), path.join(source, 'b'));
    const nodes = await nodesOf(await run());
    const indexed = await lab.repository.loadIndex();
    expect((await contentOf(nodes.get('/a'), indexed)).toString()).toBe('two');
    expect((await contentOf(nodes.get('/b'), indexed)).toString()).toBe('one');
  });

  it('reads everything again without a parent, and stores nothing twice', async () => {
    write('a', randomBytes(MIB));
    await run();
    const again = await run({ parent: { kind: 'none' } });
    expect(again.parentId).toBeUndefined();
    expect(again.summary).toMatchObject({ filesNew: 1, dataBlobs: 0 });
  });

  it('skips the snapshot when asked and nothing changed', async () => {
    write('a', 'x');
    await run();
    expect(await run({ skipIfUnchanged: true })).toMatchObject({ outcome: 'unchanged', snapshotId: undefined });
    expect(await snapshotCount()).toBe(1);
  });

  it('writes nothing in a dry run', async () => {
    write('a', randomBytes(5 * MIB));
    const faulty = new FaultyBackend(lab.backend, { plan: faultPlan() });
    const result = await run({ dryRun: true }, await lab.reopen({ backend: faulty }));
    expect(result).toMatchObject({ outcome: 'dry-run', snapshotId: undefined });
    expect(result.summary.dataAdded).toBeGreaterThan(5 * MIB);
    expect(faulty.writesSeen).toBe(0);
  });

  it('leaves out what it is told to, but never what was named', async () => {
    for (const name of [
      'keep.txt',
      'drop.log',
      'deep/drop.LOG',
      'cache/CACHEDIR.TAG',
      'cache/junk',
      'marked/.nobackup',
      'marked/x',
    ])
      write(name, name);
    write('cache/CACHEDIR.TAG', 'Signature: 8a477f597d28d172789f06886806bc55\n');
    write('large', Buffer.alloc(3000));
    const result = await run({
      targets: ['.', 'drop.log'],
      exclude: {
        patterns: ['*.log'],
        caseInsensitivePatterns: ['*.log'],
        caches: true,
        ifPresent: [{ fileName: '.nobackup' }],
        largerThanBytes: 2000,
      },
    });
    expect([...(await nodesOf(result)).keys()].sort()).toEqual([
      '/cache',
      '/cache/CACHEDIR.TAG',
      '/deep',
      '/drop.log',
      '/keep.txt',
      '/marked',
      '/marked/.nobackup',
    ]);
  });
});

describe('a backup in bad luck', () => {
  it('leaves out what cannot be read, says so, and stores the rest', async () => {
    write('good', 'x');
    const events: BackupEvent[] = [];
    const result = await backup(
      lab.repository,
      { targets: ['good', 'missing'], workingDirectory: source },
      { onEvent: (event) => events.push(event) },
    );
    expect(result.errors).toMatchObject([{ error: { code: 'BACKUP_TARGET_MISSING' } }]);
    expect(events.filter(({ kind }) => kind === 'error')).toHaveLength(1);
    expect([...(await nodesOf(result)).keys()]).toEqual(['/good']);
  });

  it('refuses when nothing that was named is there', async () => {
    await expect(run({ targets: ['missing', 'gone'] })).rejects.toMatchObject({ code: 'BACKUP_TARGETS_MISSING' });
    expect(await snapshotCount()).toBe(0);
  });

  it('writes no snapshot of nothing', async () => {
    write('only.log', 'x');
    await expect(run({ exclude: { patterns: ['*'] } })).rejects.toMatchObject({ code: 'BACKUP_EMPTY' });
    expect([await snapshotCount(), await lockCount()]).toEqual([0, 0]);
  });

  it('treats a folder as new when the parent’s tree is gone', async () => {
    write('d/a', 'x');
    const first = await run();
    const subtree = (await nodesOf(first)).get('/d')?.subtree;
    const events: BackupEvent[] = [];
    const indexed = await lab.repository.loadIndex();
    const entry = indexed.index.findHex('tree', subtree ?? first.tree);
    const packId = indexed.index.packId(indexed.index.packOf(entry));
    await lab.backend.remove({ folder: 'data', name: packId });
    const second = await backup(
      await lab.reopen(),
      { targets: ['.'], workingDirectory: source },
      { onEvent: (event) => events.push(event) },
    );
    expect(events.some((event) => event.kind === 'warning' && event.code === 'PARENT_TREE_UNREADABLE')).toBe(true);
    expect(second.summary.filesNew).toBe(1);
  });

  it('stores what it read of a file that grows or shrinks meanwhile', async () => {
    const growing = write('growing', randomBytes(2 * MIB));
    const shrinking = write('shrinking', randomBytes(40 * MIB));
    const running = run();
    appendFileSync(growing, randomBytes(MIB));
    truncateSync(shrinking, MIB);
    const nodes = await nodesOf(await running);
    const indexed = await lab.repository.loadIndex();
    for (const name of ['/growing', '/shrinking']) {
      const node = nodes.get(name);
      if (node === undefined) continue;
      expect((await contentOf(node, indexed)).length).toBe(node.size);
    }
  });

  it('stops when it is told to, without snapshot or lock', async () => {
    for (let idx = 0; idx < 6; idx += 1) write(`f${idx}`, randomBytes(12 * MIB));
    const stop = new AbortController();
    const running = backup(
      lab.repository,
      { targets: ['.'], workingDirectory: source },
      {
        signal: stop.signal,
        onEvent: ({ kind }) => {
          if (kind === 'parent') stop.abort(new Error('enough'));
        },
      },
    );
    await expect(running).rejects.toThrow('enough');
    expect([await snapshotCount(), await lockCount()]).toEqual([0, 0]);
  });
});
