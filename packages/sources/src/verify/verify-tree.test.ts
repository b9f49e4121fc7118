import { LumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import type { TreeSource } from '../entry/tree-source.ts';
import { parseManifest, printManifest } from '../manifest/manifest-file.ts';
import { memoryTree, sampleTree } from '../testing/sample-manifest.ts';
import type { Finding } from './finding.ts';
import { verifyTree } from './verify-tree.ts';

const control = { signal: new AbortController().signal, progress: () => undefined };
const PEGAWAI = 'data/public/pegawai/0000.copy';

async function findings(tree: TreeSource): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of verifyTree(tree, control)) found.push(finding);
  return found;
}

function changed(path: string, change: (content: Buffer) => Buffer): TreeSource {
  const files = sampleTree();
  files.set(path, change(Buffer.from(files.get(path) ?? '')));
  return memoryTree(files);
}

describe('a tree that is whole', () => {
  it.each([1, 5, 1000])('has no findings, read in chunks of %i bytes', async (chunkBytes) => {
    expect(await findings(memoryTree(sampleTree(), chunkBytes))).toEqual([]);
  });

  it('gives its manifest to whoever has more to check, and tells how far it is', async () => {
    const events: { doneBytes: number; doneRows: number; expectedBytes: number }[] = [];
    const run = verifyTree(memoryTree(sampleTree()), { ...control, progress: (event) => void events.push(event) });
    const end = await run.next();
    expect(end).toMatchObject({ done: true, value: { database: 'simpeg' } });
    expect(events.at(-1)).toMatchObject({ doneBytes: 80, expectedBytes: 80, doneRows: 6 });
  });
});

describe('damage to one file', () => {
  const tables: readonly (readonly [string, string | undefined])[] = [
    ['data/public/surat/0000.copy', 'public.surat'],
    ['data/public/surat/0001.copy', 'public.surat'],
    [PEGAWAI, 'public.pegawai'],
    ['schema/tables.sql', undefined],
  ];

  it.each(tables)('cut at every byte: %s is found, with the table it is of', async (path, table) => {
    const whole = sampleTree().get(path)?.length ?? 0;
    expect(whole).toBeGreaterThan(4);
    for (let length = 0; length < whole; length++) {
      expect(await findings(changed(path, (content) => content.subarray(0, length)))).toEqual([
        expect.objectContaining({ code: 'file-size-differs', severity: 'error', path, ...(table && { table }) }),
      ]);
    }
  });

  it.each(tables)('any byte of %s that is another', async (path, table) => {
    const whole = sampleTree().get(path)?.length ?? 0;
    for (let at = 0; at < whole; at++) {
      const flip = (content: Buffer) => {
        content[at] = (content[at] ?? 0) ^ 1;
        return content;
      };
      expect(await findings(changed(path, flip))).toEqual([
        expect.objectContaining({ code: 'file-digest-differs', path, ...(table && { table }) }),
      ]);
    }
  });

  it.each(tables)('%s is missing', async (path, table) => {
    const files = sampleTree();
    files.delete(path);
    expect(await findings(memoryTree(files))).toEqual([
      expect.objectContaining({ code: 'file-missing', path, ...(table && { table }) }),
    ]);
  });

  it('longer than it says, without end: no more is read than it should have', async () => {
    let given = 0;
    const files = sampleTree();
    const tree: TreeSource = {
      files: memoryTree(files).files,
      async *read(path) {
        if (path !== PEGAWAI) return yield* memoryTree(files).read(path);
        for (;;) {
          given += 1;
          yield Buffer.alloc(10);
        }
      },
    };
    expect(await findings(tree)).toMatchObject([{ code: 'file-size-differs', path: PEGAWAI }]);
    expect(given).toBe(3);
  });

  it('a listing that says another length than is read', async () => {
    const files = sampleTree();
    const short = new Map(files).set(PEGAWAI, Buffer.from('1\tBudi\n'));
    const tree = { files: memoryTree(files).files, read: memoryTree(short).read };
    expect(await findings(tree)).toMatchObject([{ code: 'file-size-differs', table: 'public.pegawai' }]);
  });

  it('swapped with another table', async () => {
    const files = sampleTree();
    const [a, b] = ['data/public/surat/0000.copy', PEGAWAI];
    const [one, other] = [files.get(a), files.get(b)];
    files.set(a, other ?? Buffer.alloc(0)).set(b, one ?? Buffer.alloc(0));
    expect((await findings(memoryTree(files))).map(({ table }) => table)).toEqual(['public.surat', 'public.pegawai']);
  });

  it('one that no manifest knows is a warning', async () => {
    const files = sampleTree().set('data/public/evil/0000.copy', Buffer.from('x'));
    expect(await findings(memoryTree(files))).toMatchObject([
      { code: 'file-unexpected', severity: 'warning', path: 'data/public/evil/0000.copy' },
    ]);
  });

  it('one that the repository cannot give is a finding, and the next is read', async () => {
    const files = sampleTree();
    const damage = new LumbungError('BLOB_DAMAGED', { kind: 'corruption', message: 'a blob is damaged' });
    const tree: TreeSource = {
      files: memoryTree(files).files,
      async *read(path) {
        if (path.startsWith('data/public/surat')) throw damage;
        yield* memoryTree(files).read(path);
      },
    };
    expect(await findings(tree)).toMatchObject([
      { code: 'file-unreadable', table: 'public.surat', remark: { code: 'BLOB_DAMAGED' } },
      { code: 'file-unreadable', table: 'public.surat' },
    ]);
  });
});

describe('a manifest that does not fit its files, though each has its digest', () => {
  function withManifest(change: (manifest: ReturnType<typeof parseManifest>) => unknown): TreeSource {
    const files = sampleTree();
    const manifest = structuredClone(parseManifest(files.get('manifest.json') ?? Buffer.alloc(0)));
    change(manifest);
    return memoryTree(files.set('manifest.json', printManifest(manifest).bytes));
  }

  it('by its rows', async () => {
    const tree = withManifest(({ tables }) => {
      for (const part of [tables[1], tables[1]?.segments[0]]) if (part !== undefined) part.rows = 4;
    });
    expect(await findings(tree)).toMatchObject([{ code: 'rows-differ', table: 'public.pegawai' }]);
  });

  it('by the sum of its rows', async () => {
    const tree = withManifest(({ tables }) => {
      if (tables[0] !== undefined) tables[0].rowsum = '1-1';
    });
    expect(await findings(tree)).toMatchObject([{ code: 'rowsum-differs', table: 'public.surat' }]);
  });

  it('unless its rows are no lines', async () => {
    const tree = withManifest(({ tables }) => {
      const segment = tables[1]?.segments[0];
      if (segment !== undefined) segment.binary = true;
      for (const part of [tables[1], segment]) if (part !== undefined) part.rows = 4;
    });
    expect(await findings(tree)).toEqual([]);
  });

  it('missing or damaged: nothing can be said about the rest', async () => {
    const files = sampleTree();
    files.delete('manifest.json');
    expect(await findings(memoryTree(files))).toMatchObject([{ code: 'file-missing', path: 'manifest.json' }]);
    const cut = await findings(changed('manifest.json', (content) => content.subarray(0, -10)));
    expect(cut).toMatchObject([{ code: 'manifest-invalid', path: 'manifest.json' }]);
  });
});

describe('what is no damage is thrown', () => {
  it('a repository that cannot be reached', async () => {
    const files = sampleTree();
    const tree: TreeSource = {
      files: memoryTree(files).files,
      async *read(path) {
        if (path === 'manifest.json') return yield* memoryTree(files).read(path);
        throw new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient' });
      },
    };
    await expect(findings(tree)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it('an abort, within a file', async () => {
    const abort = new AbortController();
    const run = verifyTree(memoryTree(sampleTree()), {
      signal: abort.signal,
      progress: () => abort.abort(new Error('cancelled')),
    });
    await expect(run.next()).rejects.toThrow('cancelled');
  });
});
