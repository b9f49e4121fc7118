import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteString, byteStringOf, byteStringOfText, type Clock, textOf } from '@lumbung/stdx';
import { systemClock } from '@lumbung/stdx/node';
import { describe, expect, it } from 'vitest';
import { type DiscoveryOptions, discoverApplications } from './discover-applications.ts';
import { type DiscoveryFileSystem, nodeFileSystem } from './file-system.ts';
import * as skeletons from './testing/skeletons.ts';
import { within, writeTree } from './testing/write-tree.ts';

const options = (more: Partial<DiscoveryOptions> = {}): DiscoveryOptions => ({
  clock: systemClock,
  signal: AbortSignal.any([]),
  ...more,
});

const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

describe('links', () => {
  it('in a circle, to nowhere and to themselves end', async () => {
    await using tree = await writeTree({
      ...within('app', skeletons.koneksi),
      'app/up': { link: '..' },
      'app/self': { link: 'self' },
      'app/nowhere': { link: 'gone' },
      'app/admin/loop': { link: '../../app' },
    });
    const { applications, findings, isComplete } = await discoverApplications([tree.root], options());
    expect(applications).toHaveLength(1);
    expect(findings).toEqual([]);
    expect(isComplete).toBe(true);
  });

  it('out of the roots are not followed, neither folders nor files, and are told', async () => {
    await using outside = await writeTree({
      ...within('app', skeletons.koneksi),
      'secret.env': 'DATABASE_URL=mysql://u:p@h/luar\n',
    });
    await using tree = await writeTree({
      folder: { link: outside.folder },
      'app/.env': { link: join(outside.folder, 'secret.env') },
      'app/koneksi.php': { link: join(outside.folder, 'app/koneksi.php') },
    });
    const { applications, findings } = await discoverApplications([tree.root], options());
    expect(applications).toEqual([]);
    expect(findings.every(({ code }) => code === 'LINK_LEAVES_ROOTS')).toBe(true);
    expect(findings.map(({ path }) => path)).toEqual(
      expect.arrayContaining([tree.path('folder'), tree.path('app/.env'), tree.path('app/koneksi.php')]),
    );
    // Control: with both as roots the same application is found.
    const both = await discoverApplications([tree.root, outside.root], options());
    expect(both.applications.length).toBeGreaterThan(0);
  });

  it('a folder of a framework that leads outside is not listed', async () => {
    await using outside = await writeTree({ 'database.php': '<?php $db = 1;' });
    await using tree = await writeTree({
      ...Object.fromEntries(Object.entries(skeletons.codeigniter3).filter(([name]) => !name.includes('/config/'))),
      'application/config': { link: outside.folder },
    });
    const { applications, findings } = await discoverApplications([tree.root], options());
    expect(applications).toEqual([]);
    expect(new Set(codes(findings))).toEqual(new Set(['LINK_LEAVES_ROOTS']));
  });

  it('a Compose file cannot have files outside of the roots read', async () => {
    await using outside = await writeTree({ shadow: 'POSTGRES_PASSWORD=curian\n' });
    await using tree = await writeTree({
      'compose.yaml': `services:\n  db:\n    image: postgres\n    env_file: ${join(outside.folder, 'shadow')}\n    environment:\n      POSTGRES_DB_FILE: /x/shadow\n    volumes: ['${outside.folder}:/x']\n`,
    });
    const { applications, findings } = await discoverApplications([tree.root], options());
    expect(applications[0]?.components.databases[0]).toMatchObject({ database: 'postgres', unresolved: ['password'] });
    expect(codes(findings)).toEqual(['PATH_OUTSIDE_ROOTS', 'PATH_OUTSIDE_ROOTS']);
  });
});

describe('what cannot be read', () => {
  it('is a finding, and the rest is found', async () => {
    await using tree = await writeTree({
      ...within('a', skeletons.koneksi),
      'b/inner/x': '',
      ...within('c', skeletons.wordpress),
    });
    // Tests may run as root, for whom every folder is open: a file system that refuses stands in for the kernel.
    const refused = tree.path('b');
    const fileSystem: DiscoveryFileSystem = {
      ...nodeFileSystem,
      list: (folder, max) => (folder === refused ? refuse() : nodeFileSystem.list(folder, max)),
      read: (path, max) => (path.endsWith('wp-config.php') ? refuse() : nodeFileSystem.read(path, max)),
    };
    const { applications, findings } = await discoverApplications([tree.root], options({ fileSystem }));
    expect(applications.map(({ kind }) => kind).sort()).toEqual(['plain-php', 'wordpress']);
    expect(findings).toContainEqual({ code: 'FOLDER_UNREADABLE', path: refused, errno: 'EACCES' });
    expect(findings).toContainEqual({ code: 'FILE_UNREADABLE', path: tree.path('c/wp-config.php'), errno: 'EACCES' });
    expect(applications.flatMap(({ warnings }) => codes(warnings))).toContain('CONFIG_MISSING');
  });

  it.skipIf(process.getuid?.() === 0)('is a finding on a real disk too', async () => {
    await using tree = await writeTree({ 'b/x': '' });
    await chmod(join(tree.folder, 'b'), 0o000);
    const { findings } = await discoverApplications([tree.root], options());
    expect(codes(findings)).toEqual(['FOLDER_UNREADABLE']);
    await chmod(join(tree.folder, 'b'), 0o700);
  });

  it('a root that is missing, or a file, is a finding', async () => {
    await using tree = await writeTree({ file: '' });
    const { findings, applications } = await discoverApplications([tree.path('gone'), tree.path('file')], options());
    expect(codes(findings)).toEqual(['ROOT_MISSING', 'ROOT_NOT_A_FOLDER']);
    expect(applications).toEqual([]);
  });

  it('a named pipe where a configuration should be does not stop the search', async () => {
    await using tree = await writeTree({ artisan: '', 'composer.json': '{"require":{"laravel/framework":"9"}}' });
    execFileSync('mkfifo', [join(tree.folder, '.env'), join(tree.folder, 'koneksi.php'), join(tree.folder, 'data.db')]);
    const { applications } = await discoverApplications([tree.root], options());
    expect(applications.map(({ kind }) => kind)).toEqual(['laravel']);
  });
});

function refuse(): Promise<never> {
  return Promise.reject(Object.assign(new Error('refused'), { code: 'EACCES' }));
}

it('a folder that is to be skipped is not looked into', async () => {
  await using tree = await writeTree({ ...within('a', skeletons.koneksi), ...within('b', skeletons.djangoSqlite) });
  const { applications } = await discoverApplications([tree.root], options({ skip: [tree.path('b')] }));
  expect(applications.map(({ name }) => name)).toEqual(['a']);
});

describe('budgets', () => {
  const many = {
    ...within('a/b/c/d/e/f', skeletons.koneksi),
    ...within('z', skeletons.koneksi),
    'm/1/x': '',
    'm/2/x': '',
    'm/3/x': '',
  };

  it('depth: what lies deeper is not looked at', async () => {
    await using tree = await writeTree(many);
    const found = async (depthMax: number) =>
      (await discoverApplications([tree.root], options({ limits: { depthMax } }))).applications.length;
    expect([await found(0), await found(1), await found(6)]).toEqual([0, 1, 2]);
  });

  it('entries: the search ends and says so, with what it has', async () => {
    await using tree = await writeTree(many);
    const discovery = await discoverApplications([tree.root], options({ limits: { entriesMax: 4 } }));
    expect(discovery.isComplete).toBe(false);
    expect(codes(discovery.findings)).toEqual(['BUDGET_ENTRIES']);
    expect(discovery.entries).toBeLessThan(12);
  });

  it('time: by the clock that is handed in', async () => {
    await using tree = await writeTree(many);
    let nowMs = 0;
    const clock: Clock = { ...systemClock, monotonicMs: () => (nowMs += 400) };
    const discovery = await discoverApplications([tree.root], options({ clock, limits: { timeMs: 1000 } }));
    expect(codes(discovery.findings)).toEqual(['BUDGET_TIME']);
    expect(discovery.folders).toBe(2);
  });

  it('one folder of very many entries is read in part, and told', async () => {
    await using tree = await writeTree(Object.fromEntries(Array.from({ length: 50 }, (_, nr) => [`f${nr}`, ''])));
    const { findings, entries } = await discoverApplications(
      [tree.root],
      options({ limits: { folderEntriesMax: 10 } }),
    );
    expect(codes(findings)).toEqual(['FOLDER_TOO_LARGE']);
    expect(entries).toBe(10);
  });

  it('the signal ends it with its reason', async () => {
    await using tree = await writeTree(many);
    const controller = new AbortController();
    const reason = new Error('called off');
    const onProgress = () => {
      controller.abort(reason);
    };
    await expect(discoverApplications([tree.root], options({ signal: controller.signal, onProgress }))).rejects.toBe(
      reason,
    );
  });

  it('progress counts up', async () => {
    await using tree = await writeTree(many);
    const seen: number[] = [];
    await discoverApplications([tree.root], options({ onProgress: ({ folders }) => seen.push(folders) }));
    expect(seen).toEqual(seen.map((_, idx) => idx + 1));
  });
});

describe('names and contents of any bytes', () => {
  it('folders whose names are no UTF-8 are found under their own bytes', async () => {
    await using tree = await writeTree({});
    const name = Buffer.from([0x73, 0x69, 0xff, 0xfe]);
    const folder = Buffer.concat([Buffer.from(`${tree.folder}/`), name]);
    await mkdir(folder);
    await writeFile(Buffer.concat([folder, Buffer.from('/koneksi.php')]), skeletons.koneksi['koneksi.php'] as string);
    const { applications } = await discoverApplications([tree.root], options());
    expect(applications[0]?.root).toBe(`${tree.root}/${byteStringOf(name)}`);
    expect(applications[0]?.components.databases[0]?.database).toBe('perpustakaan');
  });

  it('a name that looks like a pattern is escaped where it becomes one', async () => {
    await using tree = await writeTree(within('a[1]*', { ...skeletons.djangoSqlite }));
    const { applications } = await discoverApplications([tree.root], options());
    const patterns = applications[0]?.components.files.excludes.map(({ pattern }) => textOf(pattern));
    expect(patterns).toContain(`${tree.folder}/a\\[1\\]\\*/db.sqlite3`);
  });

  it('a password in Latin-1 is read as such, and told', async () => {
    await using tree = await writeTree({
      'koneksi.php': Buffer.from(`<?php mysqli_connect('h', 'u', 'r\xe9s', 'd');`, 'latin1'),
    });
    const { applications } = await discoverApplications([tree.root], options());
    expect(applications[0]?.components.databases[0]?.password?.reveal()).toBe('rés');
    expect(codes(applications[0]?.warnings ?? [])).toContain('CONFIG_NOT_UTF8');
  });

  it('configurations that are garbage, huge or empty name no database and stop nothing', async () => {
    const garbage = Buffer.from(Array.from({ length: 20_000 }, (_, idx) => (idx * 31_337) % 256));
    const huge = Buffer.alloc(3 * 2 ** 20, '/');
    await using tree = await writeTree({
      ...within('a', {
        ...skeletons.laravel,
        '.env': garbage,
        'config/database.php': garbage,
        'bootstrap/cache/config.php': huge,
      }),
      ...within('b', { ...skeletons.wordpress, 'wp-config.php': huge }),
      ...within('c', { ...skeletons.codeigniter3, 'application/config/database.php': garbage }),
      ...within('d', { ...skeletons.compose, 'compose.yaml': garbage, 'compose.override.yaml': huge }),
      ...within('e', { ...skeletons.codeigniter4, 'app/Config/Database.php': '' }),
      ...within('f', { ...skeletons.nodePrisma, 'package.json': garbage }),
      ...within('g', { ...skeletons.nextcloud, 'config/config.php': garbage }),
      ...within('ok', skeletons.moodle),
    });
    const { applications, isComplete } = await discoverApplications([tree.root], options());
    expect(isComplete).toBe(true);
    expect(applications.find(({ kind }) => kind === 'moodle')?.components.databases).toHaveLength(1);
    const named = applications
      .filter(({ kind }) => kind !== 'moodle')
      .flatMap(({ components }) => components.databases);
    expect(named.map(({ database }) => database).filter((name) => name !== undefined)).toEqual(['antar']);
  });

  it('a folder marked as a cache is not looked at', async () => {
    const tag = 'Signature: 8a477f597d28d172789f06886806bc55\n';
    await using tree = await writeTree({
      ...within('marked', { ...skeletons.koneksi, 'CACHEDIR.TAG': tag }),
      ...within('not', { ...skeletons.koneksi, 'CACHEDIR.TAG': 'something else' }),
    });
    const { applications } = await discoverApplications([tree.root], options());
    expect(applications.map(({ name }) => name)).toEqual(['not']);
  });
});

it('roots within each other are searched once', async () => {
  await using tree = await writeTree(within('a', skeletons.koneksi));
  await symlink(tree.folder, join(tree.folder, 'again'));
  const roots: readonly ByteString[] = [tree.root, tree.path('a'), byteStringOfText(join(tree.folder, 'again'))];
  const { applications } = await discoverApplications(roots, options());
  expect(applications).toHaveLength(1);
});
