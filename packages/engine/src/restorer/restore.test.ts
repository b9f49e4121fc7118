import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ByteString, byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { setTimes, setXattr } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf, parseTimestamp } from '../format/timestamp.ts';
import { device, fifo, file, folder, link } from '../testing/hand-made-tree.ts';
import { IS_SUPERUSER, lookAt, RestoreLab } from '../testing/restore-lab.ts';
import { executeRestore, previewRestore } from './execute-restore.ts';
import { planRestore } from './restore-plan.ts';

let lab: RestoreLab;

beforeEach(async () => {
  lab = await RestoreLab.open();
});

afterEach(() => {
  lab[Symbol.dispose]();
});

const at = (...parts: string[]) => path.join(lab.target, ...parts);
const bytesAt = (...parts: string[]) => byteStringOfText(at(...parts));
const me = `${process.getuid?.()}:${process.getgid?.()}`;

/** Sets a file's mtime to what hand-made nodes have. */
function agePath(...parts: string[]): void {
  const { seconds, nanoseconds } = instantOf(parseTimestamp('2020-02-03T04:05:06.123456789Z'));
  setTimes(bytesAt(...parts), {
    atimeSeconds: seconds,
    atimeNanoseconds: nanoseconds,
    mtimeSeconds: seconds,
    mtimeNanoseconds: nanoseconds,
  });
}

const big = (seed: number, length: number) => Buffer.from(Uint8Array.from({ length }, (_, idx) => (idx * seed) % 251));

describe('a restore into an empty place', () => {
  it('brings names, content, modes, times to the nanosecond, links and attributes back', async () => {
    const tree = await lab.save([
      folder(
        'a',
        [
          file('empty', ''),
          file('long', [big(3, 70_000), big(5, 20), big(7, 100_000)], { permissions: 0o400 }),
          file('old', 'x', {
            mtime: parseTimestamp('1969-12-31T23:59:58.25Z'),
            atime: parseTimestamp('2001-02-03T04:05:06.000000001+07:30'),
          }),
          link('sym', '../b'),
        ],
        { permissions: 0o500, extendedAttributes: [{ name: 'user.of', value: Buffer.from('folder') }] },
      ),
      file('b', 'hello', {
        permissions: 0o4751,
        extendedAttributes: [
          { name: 'user.one', value: Buffer.from([0, 255, 1]) },
          { name: 'user.empty', value: Buffer.alloc(0) },
        ],
      }),
      fifo('pipe'),
      file('', 'raw', { rawName: byteStringOf(Buffer.from([0x66, 0xff, 0x20])) }),
    ]);
    const { result, errors } = await lab.restore(tree);
    expect(errors).toEqual([]);
    expect(result.progress).toMatchObject({ filesTotal: 8, filesRestored: 8, filesSkipped: 0, filesDeleted: 0 });
    expect(result.progress.bytesRestored).toBe(result.progress.bytesTotal);
    // Before anything is read: reading may change it.
    expect(lstatSync(at('a', 'old'), { bigint: true }).atimeNs % 1_000_000_000n).toBe(1n);
    const mtime = '1580702706.123456789';
    const found = lab.look();
    expect(found).toEqual({
      '/a': { type: 'dir', mode: '0500', owner: me, mtime, links: 2, xattrs: { 'user.of': 'folder' } },
      '/a/empty': { type: 'file', mode: '0644', owner: me, mtime, content: '', links: 1, xattrs: {} },
      '/a/long': { type: 'file', mode: '0400', owner: me, mtime, content: '170020 bytes', links: 1, xattrs: {} },
      '/a/old': { type: 'file', mode: '0644', owner: me, mtime: '-2.250000000', content: 'x', links: 1, xattrs: {} },
      '/a/sym': { type: 'link', mode: '0777', owner: me, mtime, content: '../b', links: 1, xattrs: {} },
      '/b': {
        type: 'file',
        mode: '4751',
        owner: me,
        mtime,
        content: 'hello',
        links: 1,
        xattrs: { 'user.one': '\u0000\u00ff\u0001', 'user.empty': '' },
      },
      '/pipe': { type: 'fifo', mode: '0644', owner: me, mtime, links: 1, xattrs: {} },
      '/f\ufffd ': { type: 'file', mode: '0644', owner: me, mtime, content: 'raw', links: 1, xattrs: {} },
    });
    expect(readFileSync(at('a', 'long'))).toEqual(Buffer.concat([big(3, 70_000), big(5, 20), big(7, 100_000)]));
  });

  it.skipIf(!IS_SUPERUSER)('gives owners and makes devices (superuser only)', async () => {
    const tree = await lab.save([
      device('null', 'chardev', 259n, { permissions: 0o666, uid: 3, gid: 4 }),
      device('disk', 'dev', 0x1234_5601n, { permissions: 0o660 }),
      file('f', 'x', { uid: 12345, gid: 54321, permissions: 0o6755 }),
      link('l', 'f', { uid: 7, gid: 8 }),
      folder('d', [], { uid: 9, gid: 10 }),
    ]);
    expect((await lab.restore(tree)).errors).toEqual([]);
    expect(lab.look()).toMatchObject({
      '/null': { type: 'chardev', mode: '0666', owner: '3:4', content: '259' },
      '/disk': { type: 'dev', mode: '0660', content: String(0x1234_5601n) },
      '/f': { mode: '6755', owner: '12345:54321' },
      '/l': { owner: '7:8' },
      '/d': { owner: '9:10' },
    });
  });

  it.skipIf(!IS_SUPERUSER)('takes owners by name where this machine knows the name (superuser only)', async () => {
    const tree = await lab.save([
      file('known', 'x', { uid: 12345, gid: 12345, user: 'daemon', group: 'daemon' }),
      file('unknown', 'x', { uid: 12345, gid: 54321, user: 'no-such-user', group: 'no-such-group' }),
    ]);
    await lab.restore(tree, { ownershipByName: true });
    expect(lab.look()).toMatchObject({ '/known': { owner: '1:1' }, '/unknown': { owner: '12345:54321' } });
  });

  it('makes one file of the names of a hard-linked one, and two of those that only share a number', async () => {
    const twin = { links: 2, inode: 77n, deviceId: 5n };
    const tree = await lab.save([
      file('a', 'same', twin),
      folder('b', [file('c', 'same', twin)]),
      file('d', 'other', { ...twin, inode: 78n }),
      file('e', 'different', { ...twin, inode: 78n }),
    ]);
    const { result, errors } = await lab.restore(tree);
    expect(errors).toEqual([]);
    expect(lstatSync(at('a')).ino).toBe(lstatSync(at('b', 'c')).ino);
    expect(lab.look()).toMatchObject({
      '/a': { links: 2 },
      '/b/c': { links: 2, content: 'same' },
      '/d': { links: 1, content: 'other' },
      '/e': { links: 1, content: 'different' },
    });
    expect(result.progress).toMatchObject({ filesTotal: 5, filesRestored: 5 });
  });

  it('writes a blob to every file that needs it, wherever it stands in them', async () => {
    const shared = big(3, 5000);
    const other = big(11, 3000);
    const tree = await lab.save([
      file('a', [shared]),
      file('b', [other, shared, shared]),
      file('c', [shared, other]),
      folder('d', [file('e', [other])]),
    ]);
    expect((await lab.restore(tree)).errors).toEqual([]);
    expect(readFileSync(at('a'))).toEqual(shared);
    expect(readFileSync(at('b'))).toEqual(Buffer.concat([other, shared, shared]));
    expect(readFileSync(at('c'))).toEqual(Buffer.concat([shared, other]));
    expect(readFileSync(at('d', 'e'))).toEqual(other);
  });

  it('passes over sockets', async () => {
    const socket = fifo('s');
    const tree = await lab.save([{ node: { ...socket.node, type: 'socket' } }, file('f', 'x')]);
    const { result, errors } = await lab.restore(tree);
    expect(errors).toEqual([]);
    expect(Object.keys(lab.look())).toEqual(['/f']);
    expect(result.progress.filesTotal).toBe(1);
  });

  it('leaves holes for zeros when asked to, and the content stays', async () => {
    const content = Buffer.alloc(1 << 20);
    content.write('in the middle', 500_000);
    const tree = await lab.save([
      file('one', [content]),
      file('many', [Buffer.alloc(1 << 19), content, Buffer.alloc(300_000)]),
      file('end', [Buffer.alloc(70_001)]),
    ]);
    expect((await lab.restore(tree, { sparse: true })).errors).toEqual([]);
    expect(readFileSync(at('one'))).toEqual(content);
    expect(readFileSync(at('many'))).toEqual(Buffer.concat([Buffer.alloc(1 << 19), content, Buffer.alloc(300_000)]));
    expect(readFileSync(at('end'))).toEqual(Buffer.alloc(70_001));
    for (const name of ['one', 'many', 'end']) expect(statSync(at(name)).blocks).toBeLessThan(200);
  });

  it('restores only the attributes that are wanted', async () => {
    const extendedAttributes = ['user.keep', 'user.drop', 'user.keep-too'].map((name) => ({
      name,
      value: Buffer.from('v'),
    }));
    const tree = await lab.save([file('f', 'x', { extendedAttributes })]);
    await lab.restore(tree, { includeXattrs: ['user.keep*'] });
    expect(Object.keys(lab.look()['/f']?.xattrs ?? {}).sort()).toEqual(['user.keep', 'user.keep-too']);
    await lab.restore(tree, { target: bytesAt('..', 'other'), excludeXattrs: ['USER.DROP'] });
    expect(Object.keys(lookAt(bytesAt('..', 'other', 'f')).xattrs).sort()).toEqual(['user.keep', 'user.keep-too']);
  });

  it('reads everything back when asked to', async () => {
    const tree = await lab.save([
      file('a', 'x'),
      folder('b', [file('c', [big(3, 40_000), big(5, 40_000)]), file('d', '')]),
    ]);
    const { result, events } = await lab.restore(tree, { verify: true });
    expect(result).toMatchObject({ filesVerified: 3, errorCount: 0 });
    expect(events.some(({ kind }) => kind === 'verifying')).toBe(true);
    // What was there already is not read again.
    expect((await lab.restore(tree, { verify: true, overwrite: 'if-changed' })).result.filesVerified).toBe(0);
  });

  it('goes below the root of the file system and into folders that have slashes at their end', async () => {
    const tree = await lab.save([file('f', 'x')]);
    await lab.restore(tree, { target: byteStringOfText(`${lab.target}///`) });
    expect(Object.keys(lab.look())).toEqual(['/f']);
    const preview = await lab.preview(tree, { target: '/' as ByteString, include: { patterns: ['/nothing'] } });
    expect(preview.errors).toEqual([]);
  });
});

describe('a choice of what to restore', () => {
  const nodes = () => [
    folder(
      'home',
      [
        folder('docs', [file('a.txt', '1'), file('b.doc', '22')], { permissions: 0o711 }),
        folder('pics', [file('c.jpg', '333')]),
        file('d.TXT', '4444'),
      ],
      { permissions: 0o750 },
    ),
    file('e.txt', '55555'),
  ];

  it('includes by pattern, and gives the folders above their metadata', async () => {
    const { result } = await lab.restore(await lab.save(nodes()), { include: { patterns: ['*.txt'] } });
    expect(lab.look()).toMatchObject({ '/home': { mode: '0750' }, '/home/docs': { mode: '0711' } });
    expect(Object.keys(lab.look()).sort()).toEqual(['/e.txt', '/home', '/home/docs', '/home/docs/a.txt']);
    // As restic counts: folders that are only on the way are restored, but were not expected.
    expect(result.progress).toMatchObject({ filesTotal: 2, filesRestored: 4, bytesTotal: 6 });
  });

  it('includes without regard to case', async () => {
    await lab.restore(await lab.save(nodes()), { include: { caseInsensitivePatterns: ['*.TxT'] } });
    expect(Object.keys(lab.look()).sort()).toEqual([
      '/e.txt',
      '/home',
      '/home/d.TXT',
      '/home/docs',
      '/home/docs/a.txt',
    ]);
  });

  it('includes a folder with all it holds', async () => {
    await lab.restore(await lab.save(nodes()), { include: { patterns: ['/home/pics'] } });
    expect(Object.keys(lab.look()).sort()).toEqual(['/home', '/home/pics', '/home/pics/c.jpg']);
  });

  it('excludes by pattern', async () => {
    await lab.restore(await lab.save(nodes()), { exclude: { patterns: ['docs', '*.jpg'] } });
    expect(Object.keys(lab.look()).sort()).toEqual(['/e.txt', '/home', '/home/d.TXT', '/home/pics']);
  });

  it('makes nothing where nothing matches', async () => {
    const { result } = await lab.restore(await lab.save(nodes()), { include: { patterns: ['nothing'] } });
    expect(lab.look()).toEqual({});
    expect(result.progress.filesRestored).toBe(0);
  });

  it('restores the further name of a file whose first name is not selected', async () => {
    const twin = { links: 2, inode: 7n };
    await lab.restore(await lab.save([file('a', 'same', twin), file('b', 'same', twin)]), {
      exclude: { patterns: ['a'] },
    });
    expect(lab.look()).toMatchObject({ '/b': { content: 'same', links: 1 } });
  });

  it('refuses includes together with excludes, bad patterns, a relative target, no workers', async () => {
    const treeId = await lab.save(nodes());
    const options = { treeId, target: bytesAt() };
    const plan = (more: object) => planRestore(lab.indexed, { ...options, ...more });
    await expect(plan({ include: { patterns: ['a'] }, exclude: { patterns: ['b'] } })).rejects.toMatchObject({
      code: 'RESTORE_OPTIONS_CONFLICT',
    });
    await expect(plan({ includeXattrs: ['a'], excludeXattrs: ['b'] })).rejects.toMatchObject({
      code: 'RESTORE_OPTIONS_CONFLICT',
    });
    await expect(plan({ include: { patterns: ['[a'] } })).rejects.toMatchObject({ code: 'PATTERN_INVALID' });
    await expect(plan({ target: 'here' })).rejects.toMatchObject({ code: 'RESTORE_TARGET_INVALID' });
    await expect(plan({ workerCount: 0 })).rejects.toMatchObject({ code: 'RESTORE_WORKERS_INVALID' });
  });
});

describe('what is there already', () => {
  const content = { same: 'the same', changed: 'as it was in the snapshot' };
  const nodes = () => [
    file('same', content.same),
    file('changed', content.changed),
    file('parts', [big(3, 9000), big(5, 9000), big(7, 9000)]),
    file('missing', 'm'),
  ];

  const fill = () => {
    mkdirSync(lab.target);
    writeFileSync(at('same'), content.same);
    writeFileSync(at('changed'), 'as it is on the disk, and longer than before');
    writeFileSync(at('parts'), Buffer.concat([big(3, 9000), big(6, 9000), big(7, 9000), Buffer.from('tail')]));
  };

  const expectRestored = () => {
    expect(readFileSync(at('changed'), 'utf8')).toBe(content.changed);
    expect(readFileSync(at('parts'))).toEqual(Buffer.concat([big(3, 9000), big(5, 9000), big(7, 9000)]));
  };

  it('is compared and written where it differs, in place', async () => {
    fill();
    const before = statSync(at('parts')).ino;
    const { items, result } = await lab.restore(await lab.save(nodes()));
    expectRestored();
    expect(statSync(at('parts')).ino).toBe(before);
    expect([...items].sort()).toEqual(['restored /missing', 'unchanged /same', 'updated /changed', 'updated /parts']);
    expect(result.progress).toMatchObject({ filesTotal: 3, filesRestored: 3, filesSkipped: 1, bytesSkipped: 8 });
    expect(result.progress.bytesRestored).toBe(result.progress.bytesTotal);
    expect(new Set(Object.values(lab.look()).map(({ mtime }) => mtime)).size).toBe(1);
  });

  it('is trusted by if-changed when size and time are equal', async () => {
    fill();
    const tree = await lab.save(nodes());
    writeFileSync(at('changed'), 'same length, other content'.slice(0, content.changed.length));
    agePath('changed');
    const { items } = await lab.restore(tree, { overwrite: 'if-changed' });
    expect(items).toContain('unchanged /changed');
    expect(readFileSync(at('changed'), 'utf8')).not.toBe(content.changed);
    await lab.restore(tree);
    expectRestored();
  });

  it('is left alone by if-newer unless the snapshot is newer', async () => {
    fill();
    const tree = await lab.save(nodes());
    const { items } = await lab.restore(tree, { overwrite: 'if-newer' });
    expect([...items].sort()).toEqual([
      'restored /missing',
      'unchanged /changed',
      'unchanged /parts',
      'unchanged /same',
    ]);
    setTimes(bytesAt('changed'), {
      atimeSeconds: 0,
      atimeNanoseconds: 0,
      mtimeSeconds: 1_580_702_706,
      mtimeNanoseconds: 123_456_788,
    });
    expect((await lab.restore(tree, { overwrite: 'if-newer' })).items).toContain('updated /changed');
  });

  it('is left alone by never, links and pipes too', async () => {
    fill();
    symlinkSync('elsewhere', at('l'));
    const tree = await lab.save([...nodes(), link('l', 'here')]);
    const before = lab.look();
    const { items } = await lab.restore(tree, { overwrite: 'never' });
    expect(items).toContain('unchanged /l');
    expect(lab.look()).toMatchObject(before);
    expect(readFileSync(at('missing'), 'utf8')).toBe('m');
  });

  it('is replaced when it is of another type', async () => {
    mkdirSync(at('dir-to-file'), { recursive: true });
    mkdirSync(at('dir-to-link'));
    writeFileSync(at('file-to-dir'), 'x');
    writeFileSync(at('file-to-link'), 'x');
    symlinkSync('/etc/hostname', at('link-to-file'));
    symlinkSync('/etc', at('link-to-dir'));
    const tree = await lab.save([
      file('dir-to-file', 'content'),
      link('dir-to-link', 't'),
      folder('file-to-dir', [file('in', 'x')]),
      link('file-to-link', 't'),
      file('link-to-file', 'content'),
      folder('link-to-dir', [file('hostname', 'mine')]),
    ]);
    expect((await lab.restore(tree)).errors).toEqual([]);
    expect(lab.look()).toMatchObject({
      '/dir-to-file': { type: 'file', content: 'content' },
      '/dir-to-link': { type: 'link', content: 't' },
      '/file-to-dir/in': { content: 'x' },
      '/file-to-link': { type: 'link', content: 't' },
      '/link-to-file': { type: 'file', content: 'content' },
      '/link-to-dir/hostname': { content: 'mine' },
    });
    expect(readFileSync('/etc/hostname', 'utf8')).not.toBe('mine');
  });

  it('keeps a folder with content in the way unless deleting is allowed', async () => {
    mkdirSync(at('f', 'full'), { recursive: true });
    const tree = await lab.save([file('f', 'x'), link('g', 'x')]);
    const { errors, result } = await lab.restore(tree);
    expect(errors).toEqual(['RESTORE_FOLDER_IN_THE_WAY /f']);
    expect(result.errorCount).toBe(1);
    expect((await lab.restore(tree, { deleteExtra: true })).errors).toEqual([]);
    expect(lab.look()).toMatchObject({ '/f': { content: 'x' } });
  });

  it('does not write into a file that has other names', async () => {
    mkdirSync(lab.target);
    writeFileSync(at('f'), 'shared with elsewhere');
    linkSync(at('f'), path.join(lab.home, 'elsewhere'));
    await lab.restore(await lab.save([file('f', 'restored')]));
    expect(readFileSync(at('f'), 'utf8')).toBe('restored');
    expect(readFileSync(path.join(lab.home, 'elsewhere'), 'utf8')).toBe('shared with elsewhere');
  });

  it('is changed although it is read only, and folders that forbid changes too', async () => {
    mkdirSync(at('d'), { recursive: true });
    writeFileSync(at('d', 'f'), 'before');
    chmodSync(at('d', 'f'), 0o400);
    chmodSync(at('d'), 0o500);
    await lab.restore(await lab.save([folder('d', [file('f', 'after'), file('g', 'new')], { permissions: 0o555 })]));
    expect(lab.look()).toMatchObject({
      '/d': { mode: '0555' },
      '/d/f': { content: 'after', mode: '0644' },
      '/d/g': {},
    });
  });

  it('loses attributes that the snapshot does not have', async () => {
    mkdirSync(at('d'), { recursive: true });
    writeFileSync(at('f'), 'x');
    for (const name of ['d', 'f']) setXattr(bytesAt(name), byteStringOfText('user.extra'), Buffer.from('1'));
    const tree = await lab.save([folder('d', []), file('f', 'x')]);
    await lab.restore(tree, { excludeXattrs: ['user.extra'] });
    expect(lab.look()).toMatchObject({
      '/d': { xattrs: { 'user.extra': '1' } },
      '/f': { xattrs: { 'user.extra': '1' } },
    });
    await lab.restore(tree);
    expect(lab.look()).toMatchObject({ '/d': { xattrs: {} }, '/f': { xattrs: {} } });
  });

  it('gets new files without the access lists that a folder hands down', async () => {
    mkdirSync(lab.target);
    setXattr(
      bytesAt(),
      byteStringOfText('system.posix_acl_default'),
      Buffer.from('0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000500ffffffff', 'hex'),
    );
    const tree = await lab.save([
      folder('d', [file('small', 'x'), file('large', [big(3, 90_000), big(5, 9000)])]),
      link('l', 'x'),
    ]);
    expect((await lab.restore(tree)).errors).toEqual([]);
    for (const seen of Object.values(lab.look())) expect(seen.xattrs).toEqual({});
  });

  it('links names anew only where they are not one file already', async () => {
    const twin = { links: 2, inode: 7n };
    const tree = await lab.save([file('a', 'same', twin), file('b', 'same', twin)]);
    await lab.restore(tree);
    const before = statSync(at('b')).ino;
    await lab.restore(tree);
    expect(statSync(at('b')).ino).toBe(before);
    writeFileSync(at('c'), 'x');
    await lab.restore(await lab.save([file('a', 'same', twin), file('c', 'same', twin)]));
    expect(statSync(at('c')).ino).toBe(statSync(at('a')).ino);
  });
});

describe('deleting what the snapshot does not have', () => {
  const nodes = () => [folder('d', [file('kept', 'x'), folder('inner', [])]), file('top', 'x')];

  const litter = () => {
    mkdirSync(at('d', 'extra', 'deep'), { recursive: true });
    writeFileSync(at('d', 'extra', 'deep', 'f'), 'x');
    writeFileSync(at('extra.txt'), 'x');
    mkdirSync(at('d', 'inner'));
    writeFileSync(at('d', 'inner', 'extra'), 'x');
    symlinkSync('/', at('d', 'link'));
  };

  it('is not done unless asked for', async () => {
    litter();
    const { result } = await lab.restore(await lab.save(nodes()));
    expect(result.progress.filesDeleted).toBe(0);
    expect(lab.look()).toHaveProperty(['/d/extra/deep/f']);
  });

  it('removes and counts everything, and follows no link', async () => {
    litter();
    const { items, result } = await lab.restore(await lab.save(nodes()), { deleteExtra: true });
    expect(Object.keys(lab.look()).sort()).toEqual(['/d', '/d/inner', '/d/kept', '/top']);
    const deleted = items.filter((item) => item.startsWith('deleted')).map((item) => item.slice(8 + lab.target.length));
    expect([...deleted].sort()).toEqual([
      '/d/extra',
      '/d/extra/deep',
      '/d/extra/deep/f',
      '/d/inner/extra',
      '/d/link',
      '/extra.txt',
    ]);
    expect(deleted.indexOf('/d/extra/deep/f')).toBeLessThan(deleted.indexOf('/d/extra'));
    expect(result.progress.filesDeleted).toBe(6);
  });

  it('spares what is not selected', async () => {
    litter();
    await lab.restore(await lab.save(nodes()), { deleteExtra: true, exclude: { patterns: ['*.txt', 'extra'] } });
    expect(Object.keys(lab.look())).toEqual(
      expect.arrayContaining(['/extra.txt', '/d/extra/deep/f', '/d/inner/extra']),
    );
    expect(lab.look()).not.toHaveProperty(['/d/link']);
  });

  it('spares a folder of the snapshot that is not selected, with all it holds', async () => {
    litter();
    await lab.restore(await lab.save(nodes()), { deleteExtra: true, include: { patterns: ['/top'] } });
    expect(lab.look()).toHaveProperty(['/d/extra/deep/f']);
    expect(lab.look()).toHaveProperty(['/extra.txt']);
  });
});

describe('a preview', () => {
  it('tells what a restore would do and changes nothing', async () => {
    mkdirSync(at('d'), { recursive: true });
    writeFileSync(at('d', 'same'), 'x');
    writeFileSync(at('d', 'other'), 'y');
    writeFileSync(at('d', 'extra'), 'y');
    const tree = await lab.save([
      folder('d', [file('new', [big(3, 5000), big(5, 5000)]), file('other', 'x'), file('same', 'x')]),
      folder('fresh', [link('l', 'x'), file('empty', '')]),
    ]);
    const before = lab.look();
    const preview = await lab.preview(tree, { deleteExtra: true });
    expect(lab.look()).toEqual(before);
    const restored = await lab.restore(tree, { deleteExtra: true });
    expect([...preview.items].sort()).toEqual([...restored.items].sort());
    expect(preview.result.progress).toEqual(restored.result.progress);
  });

  it('does not make the target', async () => {
    const { result } = await lab.preview(await lab.save([file('f', 'x')]));
    expect(result.progress.filesRestored).toBe(1);
    expect(() => lstatSync(lab.target)).toThrow('ENOENT');
  });

  it('may be had again and again, an execution once', async () => {
    const plan = await planRestore(lab.indexed, { treeId: await lab.save([file('f', 'x')]), target: bytesAt() });
    expect(plan.targetExists).toBe(false);
    await previewRestore(plan);
    await previewRestore(plan);
    await executeRestore(plan);
    await expect(executeRestore(plan)).rejects.toMatchObject({ code: 'PLAN_SPENT' });
    await expect(previewRestore(plan)).rejects.toMatchObject({ code: 'PLAN_SPENT' });
  });
});
