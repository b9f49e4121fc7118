import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobId, parseBlobId } from '../format/ids.ts';
import { encodeNode } from '../format/tree.ts';
import { fifo, file, folder, type HandMadeNode, link } from '../testing/hand-made-tree.ts';
import { RestoreLab } from '../testing/restore-lab.ts';

let lab: RestoreLab;
/** What a hostile tree tries to reach. */
let outside: string;

beforeEach(async () => {
  lab = await RestoreLab.open();
  outside = path.join(lab.home, 'outside');
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'precious'), 'untouched');
});

afterEach(() => {
  expect(readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('untouched');
  expect(readdirSync(outside)).toEqual(['precious']);
  expect(readdirSync(lab.home).filter((name) => name !== 'target' && name !== 'outside')).toEqual([]);
  lab[Symbol.dispose]();
});

const at = (...parts: string[]) => path.join(lab.target, ...parts);
const named = (name: string | Buffer, node: HandMadeNode): HandMadeNode => ({
  ...node,
  node: { ...node.node, name: typeof name === 'string' ? byteStringOfText(name) : byteStringOf(name) },
});

describe('names that are more than a name', () => {
  it.each(['', '.', '..', '../outside/precious', '/etc/lumbung', 'a/b', 'a\0b', '/'])(
    'refuses %j, restores the rest, deletes nothing',
    async (name) => {
      mkdirSync(lab.target);
      writeFileSync(at('extra'), 'x');
      const tree = await lab.save([
        folder('sub', [named(name, file('', 'evil')), file('good', 'x')]),
        named(name, folder('', [file('precious', 'evil')])),
        named(name, link('', '/etc')),
      ]);
      const { errors, result } = await lab.restore(tree, { deleteExtra: true });
      expect(errors.map((error) => error.split(' ')[0])).toEqual(Array.from({ length: 3 }, () => 'NODE_NAME_UNSAFE'));
      expect(result.progress).toMatchObject({ filesTotal: 2, filesDeleted: 0 });
      expect(Object.keys(lab.look()).sort()).toEqual(['/extra', '/sub', '/sub/good']);
    },
  );

  it('fuzz: no name leads out of the target', async () => {
    const part = fc.constantFrom('..', '.', 'outside', 'precious', 'a', '', '/', '//', '\0', '~', '\\', '\n', ' ');
    const name = fc
      .array(part, { maxLength: 5 })
      .map((parts) => parts.join(''))
      .filter((text) => text !== 'target');
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), async (names) => {
        const nodes = names.map((one, idx) =>
          idx % 2 === 0 ? named(one, file('', 'evil')) : named(one, folder('', [file('precious', 'evil')])),
        );
        await lab.restore(await lab.save(nodes));
        return (
          readdirSync(lab.home).length === 2 && readFileSync(path.join(outside, 'precious'), 'utf8') === 'untouched'
        );
      }),
      // Each case is a whole restore.
      { numRuns: Math.ceil(fuzzRuns() / 50) },
    );
  });

  it('takes names that are only odd', async () => {
    const names = ['~', '-rf', 'a\\b', ' ', '\n', '...', 'con', 'x'.repeat(255)];
    const { errors } = await lab.restore(await lab.save(names.map((name) => file(name, 'x'))));
    expect(errors).toEqual([]);
    expect(readdirSync(lab.target).sort()).toEqual([...names].sort());
  });

  it('tells of a name that is too long and goes on', async () => {
    const { errors } = await lab.restore(
      await lab.save([file('x'.repeat(300), 'x'), folder('y'.repeat(300), [file('z', '')]), file('z', 'x')]),
    );
    expect(errors).toEqual([`ENAMETOOLONG /${'y'.repeat(300)}`, `ENAMETOOLONG /${'x'.repeat(300)}`]);
    expect(Object.keys(lab.look())).toEqual(['/z']);
  });
});

describe('links that lead elsewhere', () => {
  it('does not write through a link of the snapshot, in whatever order and type its name comes again', async () => {
    const escape = () => link('a', outside);
    const trap = () => folder('a', [file('precious', 'evil'), file('new', 'evil'), link('l', '/'), fifo('p')]);
    for (const nodes of [
      [escape(), trap()],
      [trap(), escape()],
      [escape(), file('a', 'evil'), trap()],
      [escape(), escape(), trap(), trap()],
    ]) {
      const { errors } = await lab.restore(await lab.save(nodes), { deleteExtra: true });
      expect(errors.every((error) => error === 'NODE_NAME_TWICE /a')).toBe(true);
      expect(errors).toHaveLength(nodes.length - 1);
    }
  });

  it('does not write through a link that was in the target', async () => {
    mkdirSync(at('deep'), { recursive: true });
    symlinkSync(outside, at('a'));
    symlinkSync(outside, at('deep', 'b'));
    symlinkSync(path.join(outside, 'precious'), at('f'));
    const tree = await lab.save([
      folder('a', [file('precious', 'evil')]),
      folder('deep', [folder('b', [folder('c', [file('precious', 'evil')])])]),
      file('f', 'evil'),
    ]);
    expect((await lab.restore(tree, { deleteExtra: true })).errors).toEqual([]);
    expect(lab.look()).toMatchObject({ '/a': { type: 'dir' }, '/deep/b': { type: 'dir' }, '/f': { type: 'file' } });
  });

  it('does not follow a link when metadata is set', async () => {
    const before = statSync(path.join(outside, 'precious'));
    await lab.restore(await lab.save([link('l', path.join(outside, 'precious'), { permissions: 0o777 })]));
    const after = statSync(path.join(outside, 'precious'));
    expect([after.mtimeMs, after.mode, after.uid]).toEqual([before.mtimeMs, before.mode, before.uid]);
  });

  it('does not link to a file outside through a first name that is a link', async () => {
    mkdirSync(lab.target);
    symlinkSync(path.join(outside, 'precious'), at('a'));
    const twin = { links: 2, inode: 7n, permissions: 0o7777 };
    const before = statSync(path.join(outside, 'precious'));
    const tree = await lab.save([file('a', 'x', twin), file('b', 'x', twin)]);
    expect((await lab.restore(tree, { overwrite: 'never' })).errors).toEqual(['RESTORE_LINK_BROKEN /b']);
    const { mode, nlink, mtimeMs } = statSync(path.join(outside, 'precious'));
    expect([mode, nlink, mtimeMs]).toEqual([before.mode, 1, before.mtimeMs]);
    expect(existsSync(at('b'))).toBe(false);
  });

  it('deletes a link, not what is behind it', async () => {
    mkdirSync(lab.target);
    symlinkSync(outside, at('extra'));
    await lab.restore(await lab.save([file('f', 'x')]), { deleteExtra: true });
    expect(existsSync(at('extra'))).toBe(false);
  });
});

describe('trees that are no trees', () => {
  const asTree = async (text: string): Promise<BlobId> => {
    const writer = lab.indexed.createWriter();
    const { id } = await writer.save('tree', Buffer.from(text));
    await writer.flush();
    return id;
  };

  it.each(['', '{', '[]', 'null', '{"nodes":[{"name":"a"', '{"nodes":{}}', '\0\0'])(
    'restores what is beside %j',
    async (text) => {
      const tree = await lab.save([folder('bad', await asTree(text)), file('good', 'x')]);
      const { errors } = await lab.restore(tree);
      expect(errors).toEqual(['TREE_INVALID /bad']);
      expect(lab.look()).toMatchObject({ '/good': { content: 'x' } });
    },
  );

  it('restores what is beside a folder whose tree is nowhere, or that names none', async () => {
    const missing = parseBlobId('ab'.repeat(32));
    const nowhere = folder('nowhere', missing);
    const { children: _, ...without } = folder('without', []);
    const { errors } = await lab.restore(await lab.save([nowhere, without, file('good', 'x')]), { deleteExtra: true });
    expect(errors).toEqual(['BLOB_MISSING /nowhere', 'TREE_SUBTREE_MISSING /without']);
    expect(Object.keys(lab.look()).sort()).toEqual(['/good', '/nowhere', '/without']);
  });

  it('deletes nothing in a folder whose tree cannot be read', async () => {
    mkdirSync(at('bad'), { recursive: true });
    writeFileSync(at('bad', 'mine'), 'x');
    await lab.restore(await lab.save([folder('bad', await asTree('nonsense'))]), { deleteExtra: true });
    expect(existsSync(at('bad', 'mine'))).toBe(true);
  });

  it('tells of a node of a type nobody knows, and restores its neighbours', async () => {
    const { node } = fifo('odd');
    const odd = { node: { ...node, type: 'unknown', storedType: 'irregular' } as const };
    expect((await lab.restore(await lab.save([odd, file('z', 'x')]))).errors).toEqual(['NODE_TYPE_UNSUPPORTED /odd']);
    expect(Object.keys(lab.look())).toEqual(['/z']);
  });

  it('throws when the root cannot be read', async () => {
    await expect(lab.restore(await asTree('nonsense'))).rejects.toMatchObject({ code: 'TREE_INVALID' });
    await expect(lab.restore(parseBlobId('cd'.repeat(32)))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(existsSync(lab.target)).toBe(false);
  });

  it('ends at the depth no path can have, with what is above it restored', async () => {
    const writer = lab.indexed.createWriter();
    let tree = (await writer.save('tree', Buffer.from('{"nodes":[]}\n'))).id;
    const { node } = folder('d', []);
    for (let depth = 0; depth < 2100; depth += 1) {
      tree = (
        await writer.save('tree', Buffer.from(`{"nodes":[${encodeNode({ ...node, content: null, subtree: tree })}]}\n`))
      ).id;
    }
    await writer.flush();
    const { errors } = await lab.restore(tree);
    // The path of a system call is too long before the tree is too deep.
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^(ENAMETOOLONG|TREE_TOO_DEEP) /);
  });
});

describe('numbers and contents that lie', () => {
  it('gives a file the length of its content, whatever its node says, and tells', async () => {
    const tree = await lab.save([
      file('huge', 'x', { size: Number.MAX_SAFE_INTEGER }),
      file('none', '', { size: 5e12 }),
      file('large', [Buffer.alloc(5000, 1), Buffer.alloc(6000, 2)], { size: 1 }),
      file('small', 'four', { size: 3 }),
    ]);
    for (const options of [{}, { sparse: true, target: byteStringOfText(path.join(lab.target, 'again')) }]) {
      const { errors, events } = await lab.restore(tree, options);
      expect(errors).toEqual([]);
      expect(events.filter(({ kind }) => kind === 'warning')).toHaveLength(4);
    }
    expect(['huge', 'none', 'large', 'small'].map((name) => statSync(at(name)).size)).toEqual([1, 0, 11_000, 4]);
    expect(['huge', 'none', 'large', 'small'].map((name) => statSync(at('again', name)).size)).toEqual([
      1, 0, 11_000, 4,
    ]);
  });

  it('tells of a file whose content is nowhere, or that names none, and of no other', async () => {
    const { content: _, ...without } = file('without', 'x');
    const tree = await lab.save([without, file('good', 'x')]);
    const { errors } = await lab.restore(tree);
    expect(errors).toEqual(['NODE_CONTENT_MISSING /without']);
    const lost = encodeNode({ ...file('lost', 'x').node, content: [parseBlobId('ef'.repeat(32))] });
    const writer = lab.indexed.createWriter();
    const { id } = await writer.save('tree', Buffer.from(`{"nodes":[${lost}]}`));
    await writer.flush();
    expect((await lab.restore(id)).errors).toEqual(['BLOB_MISSING /lost']);
    expect(Object.keys(lab.look())).toEqual(['/good']);
  });

  it('survives owners, devices and attributes that no system takes', async () => {
    const node = fifo('odd', {
      uid: 4_294_967_295,
      gid: 4_294_967_295,
      extendedAttributes: [
        { name: 'no.such.namespace', value: Buffer.from('x') },
        { name: '', value: Buffer.from('x') },
        { name: 'user.\0nul', value: Buffer.from('x') },
        { name: `user.${'x'.repeat(300)}`, value: Buffer.from('x') },
        { name: 'user.big', value: Buffer.alloc(100_000) },
      ],
    });
    const { result } = await lab.restore(
      await lab.save([{ ...node, node: { ...node.node, type: 'file' }, content: [] }, file('z', 'x')]),
    );
    expect(result.errorCount).toBe(1);
    expect(Object.keys(lab.look()).sort()).toEqual(['/odd', '/z']);
  });
});

it('the suite would see an escape', () => {
  // A control: what is looked at after each test does change when something is written there.
  const escaped = path.join(outside, 'new');
  writeFileSync(escaped, 'x');
  expect(readdirSync(outside)).not.toEqual(['precious']);
  rmSync(escaped);
});
