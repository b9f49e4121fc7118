import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { byteStringOfText } from '@lumbung/stdx';
import { setTimes, setXattr } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveLab, asNobody, IS_SUPERUSER } from './testing/archive-lab.ts';

let lab: ArchiveLab;

beforeEach(async () => {
  lab = await ArchiveLab.open();
});

afterEach(() => {
  lab[Symbol.dispose]();
});

describe('what is walked', () => {
  it('is the same tree however the targets are cut', async () => {
    for (const name of ['a/b/c', 'a/b/d', 'a/e', 'f']) lab.write(name);
    const trees = new Set<string>();
    for (const targets of [['.'], ['a', 'f'], ['f', 'a', 'a/b/c'], ['a/b', 'a', 'f', 'f'], ['a/b/d', 'f', './a/']]) {
      trees.add((await lab.backup({ targets, parent: { kind: 'none' } })).result.tree);
    }
    expect(trees.size).toBe(1);
  });

  it('is the way from the root for an absolute target, with what the folders on it are', async () => {
    lab.write('deep/file');
    chmodSync(lab.at('deep'), 0o711);
    setXattr(byteStringOfText(lab.at('deep')), byteStringOfText('user.mark'), Buffer.from('x'));
    const { result } = await lab.backup({ targets: [lab.at('deep/file')] });
    const nodes = await lab.nodesOf(result);
    expect([...nodes.keys()].at(-1)).toBe(lab.at('deep/file'));
    expect(nodes.get(lab.at('deep'))).toMatchObject({
      mode: 0o20000000711,
      extendedAttributes: [{ name: 'user.mark' }],
    });
    expect(nodes.has('/etc')).toBe(false);
  });

  it('is the link for a target that is one, and what it leads to for a target behind one', async () => {
    lab.write('real/inner');
    symlinkSync('real', lab.at('link'));
    expect((await lab.nodesOf((await lab.backup({ targets: ['link'] })).result)).get('/link')?.type).toBe('symlink');
    const nodes = await lab.nodesOf((await lab.backup({ targets: ['link/inner'] })).result);
    expect(nodes.get('/link')?.type).toBe('dir');
    expect(nodes.get('/link/inner')?.type).toBe('file');
  });

  it('is a file, and not what was named inside it', async () => {
    lab.write('f');
    const { errors, result } = await lab.backup({ targets: ['f', 'f/x', 'f/y/z'] });
    expect(errors).toEqual(['BACKUP_TARGET_MISSING f/x', 'BACKUP_TARGET_MISSING f/y/z']);
    expect((await lab.nodesOf(result)).get('/f')?.type).toBe('file');
  });

  it('is never a folder made of a file that was taken for one', async () => {
    lab.write('f');
    lab.write('good');
    const { errors, result } = await lab.backup({ targets: ['f/x', 'good', 'gone/y', 'gone'] });
    expect(await lab.pathsOf(result)).toEqual(['/good']);
    expect([...errors].sort()).toEqual([
      'BACKUP_TARGET_MISSING f/x',
      'BACKUP_TARGET_MISSING gone',
      'BACKUP_TARGET_MISSING gone/y',
    ]);
  });
});

describe('what a node says', () => {
  it('is the time to the nanosecond, before 1970 and beyond four digits too', async () => {
    const times: readonly [string, number, number, string][] = [
      ['now', 1_700_000_000, 123_456_789, '2023-11-14T22:13:20.123456789Z'],
      ['tenths', 1_700_000_000, 100_000_000, '2023-11-14T22:13:20.1Z'],
      ['old', -1, 999_999_999, '1969-12-31T23:59:59.999999999Z'],
      ['older', -86_400, 0, '1969-12-31T00:00:00Z'],
    ];
    for (const [name, mtimeSeconds, mtimeNanoseconds] of times) {
      setTimes(byteStringOfText(lab.write(name)), {
        atimeSeconds: 5,
        atimeNanoseconds: 6,
        mtimeSeconds,
        mtimeNanoseconds,
      });
    }
    const nodes = await lab.nodesOf((await lab.backup({ parent: { kind: 'none' } })).result);
    for (const [name, , , text] of times) {
      const { mtime = '', atime } = nodes.get(`/${name}`) ?? {};
      expect(mtime.startsWith(new Date(text).toISOString().slice(0, 4)) || mtime.includes('+')).toBe(true);
      expect(new Date(mtime).getTime()).toBe(new Date(text).getTime());
      expect(/\.\d+/.exec(mtime)?.[0]).toBe(/\.\d+/.exec(text)?.[0]);
      expect(atime).toBe(mtime);
    }
    const { result } = await lab.backup({ withAtime: true, parent: { kind: 'none' } });
    // Reading does not touch the access time of what one owns.
    expect(new Date((await lab.nodesOf(result)).get('/now')?.atime ?? '').getTime()).toBe(5000);
  });

  it('is every permission bit, also none', async () => {
    for (const mode of [0o000, 0o777, 0o4755, 0o2755, 0o1777]) chmodSync(lab.write(`m${mode}`), mode);
    if (!IS_SUPERUSER) chmodSync(lab.at('m0'), 0o400);
    const nodes = await lab.nodesOf((await lab.backup()).result);
    const bits = (name: string): string => (nodes.get(name)?.mode ?? -1).toString(8);
    if (IS_SUPERUSER) expect(bits('/m0')).toBe('0');
    expect(bits('/m511')).toBe('777');
    expect(bits(`/m${0o4755}`)).toBe((0o755 + 2 ** 23).toString(8));
    expect(bits(`/m${0o2755}`)).toBe((0o755 + 2 ** 22).toString(8));
    expect(bits(`/m${0o1777}`)).toBe((0o777 + 2 ** 20).toString(8));
  });

  it('is the name as it is, whatever bytes it is of', async () => {
    const names = ['"quotes"', 'back\\slash', 'new\nline', 'tab\t', 'ü', '\u2028', '<&>', ' ', '\u{1f33e}', '\x7f'];
    for (const name of names) lab.write(name, 'x');
    const raw = Buffer.concat([Buffer.from(lab.at('')), Buffer.from([0x2f, 0x61, 0xff, 0xc3, 0x28, 0x80])]);
    writeFileSync(raw, 'raw');
    symlinkSync(Buffer.from([0xe2, 0x28, 0xa1, 0x22]), lab.at('link'));
    const { result } = await lab.backup();
    const found = [...(await lab.nodesOf(result)).values()].map(({ name }) => Buffer.from(name, 'latin1').toString());
    for (const name of names) expect(found).toContain(name);
    expect(found).toHaveLength(names.length + 2);
    const again = await lab.backup();
    expect(again.result.tree).toBe(result.tree);
    expect(again.result.summary.filesUnmodified).toBe(names.length + 1);
  });
});

describe('what is left out', () => {
  it('is what a marker in the folder itself says, when the folder is named by a dot', async () => {
    for (const name of ['.nobackup', 'a', 'd/b', 'named']) lab.write(name);
    const exclude = { ifPresent: [{ fileName: '.nobackup' }] };
    const { result } = await lab.backup({ exclude });
    expect(await lab.pathsOf(result)).toEqual(['/.nobackup']);
    const named = await lab.backup({ exclude, targets: ['.', 'named', '.nobackup'] });
    expect(await lab.pathsOf(named.result)).toEqual(['/.nobackup', '/named']);
  });

  it('is told, and what was named is not among it', async () => {
    for (const name of ['a.tmp', 'b.tmp/x', 'c']) lab.write(name);
    const { result, events } = await lab.backup({ targets: ['.', 'a.tmp'], exclude: { patterns: ['*.tmp'] } });
    expect(await lab.pathsOf(result)).toEqual(['/a.tmp', '/c']);
    expect(events.filter(({ kind }) => kind === 'excluded')).toMatchObject([{ item: lab.at('b.tmp') }]);
  });

  it('are sockets only when they are sockets: everything else of a strange kind is kept', async () => {
    execFileSync('mkfifo', [lab.at('pipe')]);
    symlinkSync('nowhere', lab.at('dangling'));
    symlinkSync('loop', lab.at('loop'));
    const { result, errors } = await lab.backup({ exclude: { largerThanBytes: 0 } });
    expect(await lab.pathsOf(result)).toEqual(['/dangling', '/loop', '/pipe']);
    expect(errors).toEqual([]);
  });

  const mount = (): boolean => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', lab.at('mounted')], { stdio: 'ignore' });
      return true;
    } catch {
      return false; // not in this container
    }
  };

  it.skipIf(!IS_SUPERUSER)(
    'is what lies on another file system, but not the place where it is mounted',
    async (ctx) => {
      mkdirSync(lab.at('mounted'));
      lab.write('here');
      if (!mount()) return ctx.skip('file systems cannot be mounted here');
      try {
        lab.write('mounted/elsewhere');
        const exclude = { oneFileSystem: true };
        const within = async (...targets: string[]): Promise<readonly string[]> =>
          await lab.pathsOf((await lab.backup({ exclude, targets })).result);
        expect(await within('.')).toEqual(['/here', '/mounted']);
        expect(await within('mounted', 'here')).toEqual(['/here', '/mounted', '/mounted/elsewhere']);
        expect(await lab.pathsOf((await lab.backup()).result)).toEqual(['/here', '/mounted', '/mounted/elsewhere']);
      } finally {
        execFileSync('umount', [lab.at('mounted')]);
      }
    },
  );
});

describe('what cannot be read', () => {
  it.skipIf(!IS_SUPERUSER)('costs itself, and is told', async () => {
    for (const name of ['good', 'closed', 'shut/inner', 'list/inner']) lab.write(name);
    for (const name of ['', 'good', 'closed', 'shut', 'shut/inner', 'list', 'list/inner']) {
      chownSync(lab.at(name), 65_534, 65_534);
    }
    chmodSync(lab.at('closed'), 0);
    chmodSync(lab.at('shut'), 0);
    chmodSync(lab.at('list'), 0o600); // its names are readable, nothing else
    const { result, errors } = await asNobody(async () => await lab.backup());
    expect([...errors].sort()).toEqual(['EACCES closed', 'EACCES list/inner', 'EACCES shut']);
    expect(await lab.pathsOf(result)).toEqual(['/good', '/list']);
    expect(result.outcome).toBe('written');
  });

  it.skipIf(!IS_SUPERUSER)('is read again once it can be', async () => {
    lab.write('closed');
    lab.write('good');
    for (const name of ['', 'good', 'closed']) chownSync(lab.at(name), 65_534, 65_534);
    chmodSync(lab.at('closed'), 0);
    await asNobody(async () => await lab.backup());
    chmodSync(lab.at('closed'), 0o600);
    const { result } = await asNobody(async () => await lab.backup());
    expect(result.summary).toMatchObject({ filesNew: 1, filesUnmodified: 1 });
    expect(lstatSync(lab.at('closed')).size).toBe((await lab.nodesOf(result)).get('/closed')?.size);
  });
});
