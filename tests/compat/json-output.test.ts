// What scripts read: every `--json` that the stock client has gives the same keys here, on the same repository.
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TEST_PASSWORD } from '@lumbung/engine/testing';
import { beforeAll, expect, it } from 'vitest';
import { runProgram } from '../../apps/cli/src/program.ts';
import { fakeWorld } from '../../apps/cli/src/testing/fake-world.ts';
import { makeDiskRepository } from '../lab/disk-repository.ts';
import { describePeers, type Peer, type PeerRun, peerDoes, runPeer } from '../lab/peers.ts';
import { scratchFolder } from '../lab/scratch.ts';

/** They come and go with the time that an act takes. */
const TIMED = /\.(?:seconds_elapsed|seconds_remaining|current_files)$/;

/** Every key with the way to it; of lines with a type, under that. `status` lines may or may not come. */
function keysOf(text: string): string[] {
  const keys = new Set<string>();
  for (const line of text.trim().split('\n')) {
    if (line === '') continue;
    const value: unknown = JSON.parse(line);
    const kind = field(value, 'message_type') ?? 'data';
    if (kind === 'status') continue;
    collect(value, [kind, field(value, 'action')].filter((part) => part !== undefined).join(':'), keys);
  }
  return [...keys].filter((key) => !TIMED.test(key)).sort();
}

function field(value: unknown, name: string): string | undefined {
  const found: unknown = isRecord(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function collect(value: unknown, at: string, keys: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, `${at}[]`, keys);
  else if (isRecord(value)) for (const [key, inner] of Object.entries(value)) collect(inner, `${at}.${key}`, keys);
  else keys.add(`${at} ${value === null ? 'null' : typeof value}`);
}

describePeers(
  'what --json prints has the same keys',
  (peer: Peer) => {
    let folder: string;
    let repository: string;
    let ids: readonly string[];

    beforeAll(async () => {
      folder = scratchFolder();
      repository = (await makeDiskRepository()).folder;
      mkdirSync(path.join(folder, 'src/sub'), { recursive: true });
      writeFileSync(path.join(folder, 'src/a.txt'), 'a');
      writeFileSync(path.join(folder, 'src/sub/b.txt'), 'b'.repeat(5000));
      await peerDoes(peer, repository, ['backup', '--host', 'web1', '--tag', 'one', 'src'], { cwd: folder });
      writeFileSync(path.join(folder, 'src/a.txt'), 'aa');
      writeFileSync(path.join(folder, 'src/new.txt'), 'new');
      await peerDoes(peer, repository, ['backup', '--host', 'web1', 'src'], { cwd: folder });
      const list: unknown = JSON.parse(await peerDoes(peer, repository, ['snapshots', '--json']));
      ids = Array.isArray(list) ? list.flatMap((each: unknown) => field(each, 'id') ?? []) : [];
      expect(ids).toHaveLength(2);
    });

    async function ours(where: string, args: readonly string[]): Promise<PeerRun> {
      const variables = { LUMBUNG_PASSWORD: String(TEST_PASSWORD), LANG: 'C' };
      const world = fakeWorld({ folder, variables });
      const exitCode = await runProgram(['--no-cache', '--repo', where, ...args, '--json'], world);
      return { exitCode, stdout: world.stdout.text, stderr: world.stderr.text };
    }

    async function theirs(where: string, args: readonly string[]): Promise<PeerRun> {
      return await runPeer(peer, where, [...args, '--json'], { cwd: folder });
    }

    /** A repository of its own for an act that changes it. */
    function copyOf(name: string): string {
      const copy = path.join(folder, name);
      cpSync(repository, copy, { recursive: true });
      return copy;
    }

    it.each([
      ['snapshots', ['snapshots']],
      ['snapshots in groups', ['snapshots', '--group-by', 'host,paths,tags']],
      ['ls', ['ls', 'latest']],
      ['ls --long', ['ls', '--long', 'latest', '/src']],
      ['find', ['find', '*.txt']],
      ['find without a match', ['find', 'nowhere']],
      ['stats', ['stats']],
      ['stats --mode raw-data', ['stats', '--mode', 'raw-data']],
      ['stats --mode files-by-contents', ['stats', '--mode', 'files-by-contents']],
      ['stats --mode blobs-per-file', ['stats', '--mode', 'blobs-per-file']],
      ['check', ['check', '--read-data']],
      ['key list', ['key', 'list']],
      ['forget --dry-run', ['forget', '--keep-last', '1', '--group-by', '', '--dry-run']],
      ['forget that removes nothing', ['forget', '--keep-last', '9', '--dry-run']],
      ['forget by tags', ['forget', '--keep-last', '9', '--group-by', 'tags', '--dry-run']],
      ['backup --dry-run -vv', ['backup', '--host', 'web1', '--dry-run', '-vv', 'src']],
      ['restore --dry-run -vv', ['restore', 'latest', '--target', 'nowhere', '--dry-run', '-vv']],
    ])('%s', async (_title, args) => {
      const [stock, own] = [await theirs(repository, args), await ours(repository, args)];
      // Stock names a snapshot that a dry run did not write; what is not there has no id here.
      const isImagined = (key: string): boolean => args.includes('backup') && key === 'summary.snapshot_id string';
      expect({ exitCode: own.exitCode, keys: keysOf(own.stdout) }).toEqual({
        exitCode: stock.exitCode,
        keys: keysOf(stock.stdout).filter((key) => !isImagined(key)),
      });
      expect(stock.exitCode).toBe(0);
    });

    it('diff, to the value', async () => {
      const args = ['diff', ids[0] ?? '', ids[1] ?? ''];
      expect((await ours(repository, args)).stdout).toBe((await theirs(repository, args)).stdout);
    });

    it.each([
      ['backup', ['backup', '--host', 'web1', '-vv', 'src', '--tag', 'x']],
      ['forget', ['forget', '--keep-last', '1', '--group-by', '']],
      ['forget of ids', ['forget', 'latest']],
      ['tag', ['tag', '--add', 'x', 'latest']],
    ])('%s', async (name, args) => {
      const [stock, own] = [await theirs(copyOf(`stock ${name}`), args), await ours(copyOf(`own ${name}`), args)];
      expect({ exitCode: own.exitCode, keys: keysOf(own.stdout) }).toEqual({
        exitCode: 0,
        keys: keysOf(stock.stdout),
      });
    });

    it('find of objects', async () => {
      const args = ['ls', 'latest', '--json'];
      const snapshot: unknown = JSON.parse((await peerDoes(peer, repository, args)).split('\n', 1)[0] ?? '');
      const blob = /^data (\w+)$/m.exec(await peerDoes(peer, repository, ['list', 'blobs']))?.[1] ?? '';
      for (const search of [
        ['find', '--tree', field(snapshot, 'tree') ?? ''],
        ['find', '--blob', blob],
        ['find', '--blob', '0000000000000000'],
      ]) {
        const [stock, own] = [await theirs(repository, search), await ours(repository, search)];
        expect({ search, keys: keysOf(own.stdout) }).toEqual({ search, keys: keysOf(stock.stdout) });
      }
    });

    it('init', async () => {
      const stock = await theirs(path.join(folder, 'made by stock'), ['init']);
      const own = await ours(path.join(folder, 'made by us'), ['init']);
      expect(keysOf(own.stdout)).toEqual(keysOf(stock.stdout));
    });

    it('restore', async () => {
      const stock = await theirs(repository, ['restore', 'latest', '--target', 'stock', '-vv']);
      const own = await ours(repository, ['restore', 'latest', '--target', 'own', '-vv']);
      expect(keysOf(own.stdout)).toEqual(keysOf(stock.stdout));
    });

    it('a backup that lacks something ends with the same code and an error for scripts', async () => {
      const args = ['backup', '--dry-run', 'src', 'missing'];
      const [stock, own] = [await theirs(repository, args), await ours(repository, args)];
      expect([stock.exitCode, own.exitCode]).toEqual([3, 3]);
      const end = 'exit_error.code number';
      expect(keysOf(own.stderr)).toContain(end);
      expect(keysOf(jsonOnly(stock.stderr))).toContain(end);
    });

    it.each([
      ['a wrong password', 12, { args: ['snapshots', '--password-file', 'wrong'] }],
      ['no repository', 10, { args: ['snapshots'], where: 'nowhere' }],
    ])('%s', async (_title, exitCode, { args, where }: { args: string[]; where?: string }) => {
      writeFileSync(path.join(folder, 'wrong'), 'wrong');
      const at = where === undefined ? repository : path.join(folder, where);
      const [stock, own] = [await theirs(at, args), await ours(at, args)];
      expect([stock.exitCode, own.exitCode]).toEqual([exitCode, exitCode]);
      expect(keysOf(own.stderr)).toEqual(keysOf(jsonOnly(stock.stderr)));
    });

    it('check of a damaged repository', async () => {
      const damaged = copyOf('damaged');
      const [pack = ''] = globSync('data/*/*', { cwd: damaged, withFileTypes: false }).filter((name) => {
        return readFileSync(path.join(damaged, name)).length > 200;
      });
      const file = path.join(damaged, pack);
      const bytes = readFileSync(file);
      chmodSync(file, 0o600);
      rmSync(file);
      writeFileSync(file, bytes.with(10, (bytes[10] ?? 0) ^ 1));
      const args = ['check', '--read-data'];
      const [stock, own] = [await theirs(damaged, args), await ours(damaged, args)];
      expect([stock.exitCode, own.exitCode]).toEqual([1, 1]);
      expect(keysOf(own.stdout)).toEqual(keysOf(stock.stdout));
      expect(keysOf(own.stderr)).toEqual(keysOf(jsonOnly(stock.stderr)));
    });
  },
  'current',
);

/** Stock mixes a few plain lines into its standard error. */
function jsonOnly(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n');
}
