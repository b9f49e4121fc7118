import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isLumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../connection/target.ts';
import type { Control, RestoreOptions, Workspace } from '../driver.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { Secret } from '../process/secret.ts';
import {
  failedCodes,
  folderTree,
  haveServer,
  pasteOf,
  startChaosProxy,
  startRedis,
  storeEntries,
  TEST_PASSWORD,
  type TestServer,
} from '../testing/index.ts';
import type { Finding } from '../verify/finding.ts';
import { compareWithServer } from './dump-redis.ts';
import { withoutPasswords } from './dump-server.ts';
import { mayByRules } from './probe-redis.ts';
import type { RdbSummary } from './rdb/rdb-digest.ts';
import { redisDriver } from './redis-driver.ts';
import { startScratchRedis } from './scratch-redis.ts';
import { ServerInfo } from './server-info.ts';
import { rdbFile } from './testing/rdb-bytes.ts';
import { fillRedisMuseum } from './testing/redis-museum.ts';

const OPTIONS = { parallel: 2, excludeData: [], untransactional: 'refuse' } as const;
const RESTORE: RestoreOptions = { database: 'instance', ownership: { kind: 'keep' }, verify: 'values', parallel: 1 };

let folder: string;
let stop: AbortController;
let control: Control;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-redis-'));
  stop = new AbortController();
  control = {
    signal: stop.signal,
    clock: systemClock,
    random: systemRandom,
    progress: () => undefined,
    note: () => undefined,
    stallMs: 10_000,
    hardMs: 60_000,
  };
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function newWorkspace(limitBytes = 2 ** 30): Promise<Workspace> {
  return { folder: await mkdtemp(path.join(folder, 'w')), limitBytes };
}

/** Dumps into a folder of its own. */
async function dumpTo(
  name: string,
  target: Target,
  workspace?: Workspace,
): Promise<{ root: string; manifest: Manifest }> {
  const root = path.join(folder, name);
  await mkdir(root);
  const dump = redisDriver.dump(target, 'instance', OPTIONS, workspace ?? (await newWorkspace()), control);
  await storeEntries(dump.entries, root);
  return { root, manifest: await dump.manifest };
}

async function findingsOf(root: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of redisDriver.verify(folderTree(root), control)) findings.push(finding);
  return findings;
}

async function restoreInto(target: Target, root: string, options: Partial<RestoreOptions> = {}) {
  const tree = folderTree(root);
  const plan = await redisDriver.planRestore(target, tree, { ...RESTORE, ...options }, control);
  return await redisDriver.restore(plan, tree, await newWorkspace(), control);
}

describe.skipIf(!haveServer('redis'))('a Redis server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startRedis({ tcp: true, settings: { 'repl-diskless-sync-delay': '0' } });
    await fillRedisMuseum(server);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('is dumped, and the manifest says what is in it', async () => {
    const { root, manifest } = await dumpTo('a', server.target);
    expect(manifest).toMatchObject({
      engine: 'redis',
      product: 'Redis',
      serverVersion: server.version,
      database: 'instance',
    });
    expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['db0', 43],
      ['db3', 2],
      ['db15', 1],
    ]);
    expect(manifest.inventory).toEqual({ databases: 3, keys: 46, functions: 1 });
    expect(manifest.warnings).toEqual([]);
    expect(await findingsOf(root)).toEqual([]);
  });

  it('gives the same digests twice, and through either form of the transfer', async () => {
    const first = await dumpTo('a', server.target);
    await server.client('CONFIG SET repl-diskless-sync no');
    try {
      const second = await dumpTo('b', server.target);
      expect(second.manifest.tables).toEqual(first.manifest.tables);
      await server.client('SET only-here 2', '3');
      const changed = await dumpTo('c', server.target);
      expect(changed.manifest.tables[1]).not.toEqual(first.manifest.tables[1]);
      expect(changed.manifest.tables[0]).toEqual(first.manifest.tables[0]);
    } finally {
      await server.client('SET only-here 1 KEEPTTL', '3');
      await server.client('CONFIG SET repl-diskless-sync yes');
    }
  });

  it('is restored into an empty server with its types, times and functions', async () => {
    const { root } = await dumpTo('a', server.target);
    await using empty = await startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });
    const report = await restoreInto(empty.target, root);
    expect(report.findings).toEqual([]);
    expect(report.tables.map(({ table, rows, compared }) => [table, rows, compared])).toEqual([
      ['db0', 43, 'rowsum'],
      ['db3', 2, 'rowsum'],
      ['db15', 1, 'rowsum'],
    ]);
    for (const [question, db] of [
      [
        'PEXPIRETIME goes-away\nXINFO STREAM stream FULL\nXPENDING stream readers\nFCALL answer 0\nOBJECT ENCODING set:int16',
        '0',
      ],
      ['PEXPIRETIME only-here\nGET only-here', '3'],
      ['HGETALL cart:7', '15'],
    ] as const) {
      const was = await server.client(question, db);
      expect((await empty.client(question, db)).replace(/^.*(seen-time|idle).*\n.*$/gm, '')).toBe(
        was.replace(/^.*(seen-time|idle).*\n.*$/gm, ''),
      );
    }
  });

  it('is restored into a scratch server of our own, which then is gone', async () => {
    const { root } = await dumpTo('a', server.target);
    const workspace = await newWorkspace();
    const scratch = await redisDriver.startScratch(server.version, workspace, control);
    expect((await restoreInto(scratch.target, root)).findings).toEqual([]);
    await scratch.stop();
    await expect(redisDriver.probe(scratch.target, control)).rejects.toMatchObject({ code: 'DB_UNREACHABLE' });
  });

  it('leaves no scratch server behind when the drill is killed', async () => {
    const drill = fileURLToPath(new URL('./testing/dying-drill.ts', import.meta.url));
    const child = spawn(process.execPath, ['--no-warnings', drill, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const socket = await text(child.stdout);
    expect(socket).toContain(folder);
    const target: Target = { ...server.target, address: { kind: 'socket', path: socket } };
    for (;;) {
      // It was up; until the kernel has ended it, it may still answer.
      const error: unknown = await redisDriver.probe(target, control).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (isLumbungError(error, 'DB_UNREACHABLE')) break;
      await systemClock.sleep(20);
    }
  });

  it('gives a file that the server’s own program loads', async () => {
    const { root, manifest } = await dumpTo('a', server.target);
    const rendered = await redisDriver.render(folderTree(root), control);
    const workspace = await newWorkspace();
    const rdb = path.join(workspace.folder, rendered.name);
    await writeFile(rdb, await buffer(await rendered.open()));
    await using scratch = await startScratchRedis(workspace, control, { rdbFile: rdb });
    const again = await dumpTo('again', scratch.target);
    expect(again.manifest.tables).toEqual(manifest.tables);
  });

  it('loses one database of it into an empty number, which is then exchanged', async () => {
    const { root } = await dumpTo('a', server.target);
    await using live = await startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });
    await live.client('SET wrong 1');
    const report = await restoreInto(live.target, root, { database: '5', tables: ['db15'] });
    expect(report.findings).toEqual([]);
    await redisDriver.swap(live.target, { live: '0', restored: '5', keepAs: '5' }, control);
    expect(await live.client('HGET cart:7 apples')).toContain('3');
    expect(await live.client('GET wrong', '5')).toContain('1');
    await expect(
      redisDriver.swap(live.target, { live: '0', restored: '7', keepAs: '7' }, control),
    ).rejects.toMatchObject({
      code: 'REDIS_DATABASE_UNKNOWN',
    });
  });

  it('tells a restored value that differs', async () => {
    const { root } = await dumpTo('a', server.target);
    await server.client('HINCRBY cart:7 apples 1', '15');
    const other = await dumpTo('b', server.target);
    await server.client('HINCRBY cart:7 apples -1', '15');
    await using target = await startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });
    const tree = folderTree(root);
    const plan = await redisDriver.planRestore(target.target, tree, RESTORE, control);
    let reads = 0;
    // What is loaded, the second time that it is read, is not what was checked before and will be compared.
    const wrong = { ...tree, read: (file: string) => ((reads += 1) === 2 ? folderTree(other.root) : tree).read(file) };
    const report = await redisDriver.restore(plan, wrong, await newWorkspace(), control);
    expect(report.findings).toMatchObject([{ code: 'rowsum-differs', table: 'db15' }]);
  });

  it('is probed, and lacks nothing', async () => {
    const report = await redisDriver.probe(server.target, control);
    expect(report).toMatchObject({ engine: 'redis', product: 'Redis', role: 'standalone' });
    expect(report.checks.filter(({ result }) => result !== 'pass')).toEqual([]);
  });

  it('that is used as a cache, and makes no checksums, is said to be so', async () => {
    const quick = { 'repl-diskless-sync-delay': '0', rdbchecksum: 'no' };
    await using forgetful = await startRedis({ settings: { ...quick, save: '' } });
    await using evicting = await startRedis({
      settings: { ...quick, maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' },
    });
    for (const cache of [forgetful, evicting]) {
      const { checks } = await redisDriver.probe(cache.target, control);
      const warned = checks.filter(({ result }) => result === 'warn').map(({ id }) => id);
      expect(warned).toEqual(['persistence', 'checksum']);
    }
    await evicting.client('SET a 1\n');
    const { root, manifest } = await dumpTo('a', evicting.target);
    expect(manifest.warnings).toMatchObject([{ code: 'checksum-absent' }]);
    // With how long each key was not used, as a server that evicts by it writes them.
    expect((await restoreInto(forgetful.target, root)).findings).toEqual([]);
  });

  it('is dumped by a user who may do exactly what the probe asks for', async () => {
    await server.client('ACL SETUSER cadangan on >rahasia resetkeys resetchannels -@all +ping\n');
    const target: Target = { ...server.target, user: 'cadangan', password: new Secret('rahasia') };
    await expect(redisDriver.probe(target, control)).rejects.toMatchObject({ code: 'DB_PRIVILEGE_MISSING' });
    await server.client('ACL SETUSER cadangan +info\n');
    const poor = await redisDriver.probe(target, control);
    const grants = poor.checks.find(({ id }) => id === 'grants');
    expect(grants).toMatchObject({ result: 'fail', remark: { code: 'commands-refused' } });
    await expect(dumpTo('a', target)).rejects.toMatchObject({ code: 'DB_PRIVILEGE_MISSING' });
    await server.client(`${pasteOf(grants)}\n`);
    const rich = await redisDriver.probe(target, control);
    expect(rich.checks.find(({ id }) => id === 'grants')).toMatchObject({ result: 'pass' });
    expect((await dumpTo('b', target)).manifest.inventory['keys']).toBe(46);
  });

  it('is logged in to with a password of every nasty character, which appears nowhere', async () => {
    await server.client(
      Buffer.from(`ACL SETUSER sulit on "${`>${TEST_PASSWORD}`.replace(/["\\]/g, '\\$&')}" ~* &* +@all\n`),
    );
    const target: Target = { ...server.target, user: 'sulit', password: new Secret(TEST_PASSWORD) };
    await dumpTo('a', target);
    const wrong: Target = { ...target, password: new Secret(`${TEST_PASSWORD}x`) };
    const error: unknown = await dumpTo('b', wrong).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DB_LOGIN_REFUSED' });
    expect(JSON.stringify(error) + String(error)).not.toContain('$(id)');
  });

  it('has settings and users, which are dumped without passwords', async () => {
    await server.client('CONFIG SET masterauth geheim\n');
    const root = path.join(folder, 'server');
    await mkdir(root);
    const dump = redisDriver.dumpServer(server.target, OPTIONS, await newWorkspace(), control);
    expect(await storeEntries(dump.entries, root)).toEqual([
      'server/settings.json',
      'server/users.acl',
      'manifest.json',
    ]);
    const settings = await readFile(path.join(root, 'server/settings.json'), 'utf8');
    expect(settings).toContain('"masterauth": "***"');
    const users = await readFile(path.join(root, 'server/users.acl'), 'utf8');
    expect(users).toContain('user default on nopass ~* &* +@all');
    expect(users).not.toMatch(/#[0-9a-f]{64}/);
    expect(await findingsOf(root)).toEqual([]);
  });

  describe('in bad luck', () => {
    it.each([0, 20, 200, 2000, 30_000, 57_000])(
      'cut off after %i bytes: nothing is published',
      async (cutAfterBytes) => {
        const proxy = await startChaosProxy({ path: server.socketPath }, { cutAfterBytes });
        try {
          const target: Target = { ...server.target, address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port } };
          await expect(dumpTo('a', target)).rejects.toMatchObject({ kind: 'transient' });
          await expect(readFile(path.join(folder, 'a/manifest.json'))).rejects.toMatchObject({ code: 'ENOENT' });
        } finally {
          await proxy.stop();
        }
      },
    );

    it('a server that says nothing any more is given up', async () => {
      control = { ...control, stallMs: 300 };
      server.kill('SIGSTOP');
      try {
        await expect(dumpTo('a', server.target)).rejects.toMatchObject({ code: 'DB_STALLED' });
      } finally {
        server.kill('SIGCONT');
      }
    });

    it('told to stop while the data comes, it stops with the reason', async () => {
      control = {
        ...control,
        progress: ({ phase }) => {
          if (phase === 'data') stop.abort(new Error('enough'));
        },
      };
      await expect(dumpTo('a', server.target)).rejects.toThrow('enough');
    });

    it('an act that takes longer than it may is given up', async () => {
      control = { ...control, hardMs: 300 };
      server.kill('SIGSTOP');
      try {
        await expect(dumpTo('a', server.target)).rejects.toMatchObject({ code: 'DB_TIMEOUT' });
      } finally {
        server.kill('SIGCONT');
      }
    });

    it('a workspace without room is an error before anything is stored', async () => {
      await expect(dumpTo('a', server.target, await newWorkspace(10_000))).rejects.toMatchObject({
        code: 'DB_WORKSPACE_FULL',
      });
    });

    it('every count of progress only grows', async () => {
      const seen: number[] = [];
      control = { ...control, progress: ({ doneBytes }) => seen.push(doneBytes) };
      await dumpTo('a', server.target);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.at(-1)).toBeGreaterThan(50_000);
    });

    it('left early by who takes it, it is given up at once', async () => {
      const dump = redisDriver.dump(server.target, 'instance', OPTIONS, await newWorkspace(), control);
      for await (const _ of dump.entries) break;
      await expect(dump.manifest).rejects.toMatchObject({ code: 'DB_DUMP_ABANDONED' });
    });

    it('a file that changes behind our back is not stored', async () => {
      const workspace = await newWorkspace();
      const dump = redisDriver.dump(server.target, 'instance', OPTIONS, workspace, control);
      const pulled = (async () => {
        for await (const entry of dump.entries) {
          await writeFile(path.join(workspace.folder, 'dump.rdb'), rdbFile([]));
          await buffer(await entry.open());
        }
      })();
      await expect(pulled).rejects.toMatchObject({ code: 'DB_WORKSPACE_CHANGED' });
      await expect(dump.manifest).rejects.toBeDefined();
    });

    it('a database that is no name of ours is refused', async () => {
      const dump = redisDriver.dump(server.target, 'db0', OPTIONS, await newWorkspace(), control);
      await expect(storeEntries(dump.entries, folder)).rejects.toMatchObject({ code: 'REDIS_DATABASE_UNKNOWN' });
    });

    it('a target that holds keys is refused, and keeps them', async () => {
      const { root } = await dumpTo('a', server.target);
      await using full = await startRedis();
      await full.client('SET mine 1', '15');
      await expect(restoreInto(full.target, root)).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
      expect(await full.client('GET mine\nDBSIZE', '15')).toContain('1');
      expect(await full.client('DBSIZE', '0')).toContain('0');
    });

    it('a target that somebody writes to after the plan is refused, and keeps what they wrote', async () => {
      const { root } = await dumpTo('a', server.target);
      await using target = await startRedis();
      const tree = folderTree(root);
      const plan = await redisDriver.planRestore(target.target, tree, RESTORE, control);
      await target.client('SET mine 1');
      const restoring = redisDriver.restore(plan, tree, await newWorkspace(), control);
      await expect(restoring).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
      expect(await target.client('DBSIZE')).toContain('1');
    });

    it('a target that dies while it is loaded is an error', async () => {
      const { root } = await dumpTo('a', server.target);
      await using target = await startRedis();
      const tree = folderTree(root);
      const plan = await redisDriver.planRestore(target.target, tree, RESTORE, control);
      let reads = 0;
      // The first reading only compares.
      const read = async function* (file: string): AsyncGenerator<Uint8Array> {
        reads += 1;
        for await (const chunk of tree.read(file)) {
          yield chunk.subarray(0, 1000);
          if (reads === 2) target.kill('SIGKILL');
          yield chunk.subarray(1000);
        }
      };
      const restoring = redisDriver.restore(plan, { ...tree, read }, await newWorkspace(), control);
      await expect(restoring).rejects.toMatchObject({ code: 'DB_CONNECTION_LOST' });
    });

    it('a target that is older than the dump is named before anything is created', async () => {
      const { root } = await dumpTo('a', server.target);
      const file = path.join(root, 'manifest.json');
      await writeFile(file, (await readFile(file, 'utf8')).replace('"rdbVersion": 10', '"rdbVersion": 12'));
      const plan = await redisDriver.planRestore(server.target, folderTree(root), RESTORE, control);
      expect(failedCodes(plan)).toContain('rdb-unreadable');
    });

    it('a target with too few databases, or too little memory, is named before anything is created', async () => {
      const { root } = await dumpTo('a', server.target);
      await using small = await startRedis({ settings: { databases: '4', maxmemory: '20000' } });
      const plan = await redisDriver.planRestore(small.target, folderTree(root), RESTORE, control);
      expect(failedCodes(plan)).toEqual(['databases-too-few', 'memory-too-small']);
    });

    it('a target that is not there is a failed check', async () => {
      const { root } = await dumpTo('a', server.target);
      const gone: Target = { ...server.target, address: { kind: 'socket', path: '/nowhere.sock' } };
      const plan = await redisDriver.planRestore(gone, folderTree(root), RESTORE, control);
      expect(plan.checks).toMatchObject([{ id: 'login', result: 'fail', remark: { code: 'DB_UNREACHABLE' } }]);
    });

    it('a stored file that was damaged is named by verification', async () => {
      const { root } = await dumpTo('a', server.target);
      const file = path.join(root, 'data/dump.rdb');
      const bytes = await readFile(file);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await writeFile(file, bytes);
      expect(await findingsOf(root)).toMatchObject([{ code: 'file-digest-differs', path: 'data/dump.rdb' }]);
      const rendered = await redisDriver.render(folderTree(root), control);
      await expect((async () => buffer(await rendered.open()))()).rejects.toMatchObject({
        code: 'SOURCE_FILE_DAMAGED',
      });
      await using empty = await startRedis();
      await expect(restoreInto(empty.target, root)).rejects.toMatchObject({ code: 'SOURCE_FILE_DAMAGED' });
      expect(await empty.client('INFO keyspace')).not.toContain('db0');
    });
  });
});

describe.skipIf(!haveServer('redis'))('a replica', () => {
  it('is dumped as long as it follows its master, and is no target of a restore', async () => {
    const quick = { 'repl-diskless-sync-delay': '0' };
    await using master = await startRedis({ tcp: true, settings: { ...quick, requirepass: TEST_PASSWORD } });
    await using replica = await startRedis({ settings: { ...quick, masterauth: TEST_PASSWORD } });
    await master.client('SET a 1\nSET b 2\n');
    await replica.client(`REPLICAOF 127.0.0.1 ${master.port}\n`);
    for (;;) {
      const { checks, role } = await redisDriver.probe(replica.target, control);
      if (role === 'replica' && checks.find(({ id }) => id === 'replica')?.result === 'pass') break;
      await systemClock.sleep(20);
    }
    const { root, manifest } = await dumpTo('a', replica.target);
    expect(manifest).toMatchObject({ servedBy: 'replica', inventory: { keys: 2 } });
    const plan = await redisDriver.planRestore(replica.target, folderTree(root), RESTORE, control);
    expect(failedCodes(plan)).toEqual(['target-is-replica', 'target-not-empty']);
    await master.stop();
    for (;;) {
      const { checks } = await redisDriver.probe(replica.target, control);
      if (checks.find(({ id }) => id === 'replica')?.result === 'fail') break;
      await systemClock.sleep(20);
    }
    await expect(dumpTo('b', replica.target)).rejects.toMatchObject({ code: 'REDIS_NOT_READY' });
  });
});

describe.skipIf(!haveServer('redis'))('over TLS', () => {
  it('is dumped when the certificate is trusted, and not otherwise', async () => {
    await using server = await startRedis({ tls: 'localhost', settings: { 'repl-diskless-sync-delay': '0' } });
    const { caFile = '', strangeCaFile = '' } = server.tls ?? {};
    await dumpTo('a', server.tcpTarget({ mode: 'verify', caFile }));
    await expect(dumpTo('b', server.tcpTarget({ mode: 'verify', caFile: strangeCaFile }))).rejects.toMatchObject({
      code: 'DB_TLS_UNTRUSTED',
    });
    await using other = await startRedis({ tls: 'other-host' });
    const wrongName = other.tcpTarget({ mode: 'verify', caFile: other.tls?.caFile ?? '' });
    await expect(redisDriver.probe(wrongName, control)).rejects.toMatchObject({ code: 'DB_TLS_UNTRUSTED' });
  });
});

describe('a server that lies', () => {
  /** Answers everything with `bytes`, in whatever order it is asked. */
  async function probeAgainst(answer: (ask: string) => string | Buffer): Promise<unknown> {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined).on('data', (ask) => socket.write(answer(ask.toString('latin1'))));
    });
    await new Promise<void>((resolve) => server.listen(path.join(folder, 's'), resolve));
    try {
      const target: Target = {
        engine: 'redis',
        address: { kind: 'socket', path: path.join(folder, 's') },
        tls: { mode: 'off' },
        options: { connectTimeoutMs: 2000 },
      };
      control = { ...control, stallMs: 500 };
      return await dumpTo('a', target).catch((error: unknown) => error);
    } finally {
      server.close();
    }
  }

  const honest = (ask: string): string => {
    if (ask.includes('PING')) return '+PONG\r\n';
    if (ask.includes('INFO')) return '$16\r\nredis_version:7\n\r\n';
    if (ask.includes('REPLCONF')) return '+OK\r\n';
    return '-ERR unknown\r\n';
  };

  it.each([
    ['another protocol', () => 'HTTP/1.1 400 Bad Request\r\n\r\n', 'DB_PROTOCOL_ERROR'],
    ['a string of a terabyte', () => '$1000000000000\r\n', 'DB_PROTOCOL_ERROR'],
    ['a list of a billion', () => '*1000000000\r\n', 'DB_PROTOCOL_ERROR'],
    ['lists without end', () => '*1\r\n'.repeat(100), 'DB_PROTOCOL_ERROR'],
    ['an endless line', () => '+'.padEnd(100_000, 'x'), 'DB_PROTOCOL_ERROR'],
    ['a password is wanted', () => '-NOAUTH Authentication required.\r\n', 'DB_LOGIN_REFUSED'],
    ['it is still loading', () => '-LOADING Redis is loading the dataset in memory\r\n', 'REDIS_NOT_READY'],
    [
      'no data after all',
      (ask: string) => (ask.includes('PSYNC') ? '+CONTINUE\r\n' : honest(ask)),
      'DB_PROTOCOL_ERROR',
    ],
    [
      'a replica without a master',
      (ask: string) => (ask.includes('PSYNC') ? "-NOMASTERLINK Can't SYNC\r\n" : honest(ask)),
      'REDIS_NOT_READY',
    ],
    [
      'no RDB file',
      (ask: string) => (ask.includes('PSYNC') ? '+FULLRESYNC a 0\r\n\n\n$5\r\nhello' : honest(ask)),
      'REDIS_RDB_CORRUPT',
    ],
    [
      'a mark that never comes',
      (ask: string) => (ask.includes('PSYNC') ? `+FULLRESYNC a 0\r\n$EOF:${'m'.repeat(40)}\r\nREDIS0011` : honest(ask)),
      'DB_STALLED',
    ],
    [
      'an empty file where there were keys',
      (ask: string) => {
        if (ask.includes('PSYNC')) return `+FULLRESYNC a 0\r\n$18\r\n${rdbFile([]).toString('latin1')}`;
        return ask.includes('INFO') ? '$22\r\n# Keyspace\r\ndb0:keys=5\r\n' : honest(ask);
      },
      'any',
    ],
  ])('%s', async (_name, answer, code) => {
    const error = await probeAgainst((ask) => Buffer.from(answer(ask), 'latin1'));
    expect(error).toMatchObject(code === 'any' ? { name: 'LumbungError' } : { code });
  });
});

describe('compareWithServer', () => {
  const info = (keys: number, dirty = 0): ServerInfo =>
    new ServerInfo(`rdb_changes_since_last_save:${dirty}\r\ndb0:keys=${keys},expires=0\r\n`);
  const file = (keys: number): RdbSummary => ({
    product: 'redis',
    version: 11,
    checksum: 'verified',
    sizeBytes: 1,
    serverVersion: '',
    functions: 0,
    functionsSum: '',
    dbs: keys === 0 ? [] : [{ db: 0, keys, persistentKeys: keys, keysByKind: {}, sum: '' }],
  });

  it('takes a count within what the server said', () => {
    expect(compareWithServer(file(7), info(5), info(9))).toEqual([]);
  });

  it('warns when writes may have moved the count', () => {
    expect(compareWithServer(file(4), info(5), info(9, 100))).toMatchObject([
      { code: 'keys-moved', params: { keys: 4 } },
    ]);
  });

  it('refuses a count that differs while nothing was written', () => {
    expect(() => compareWithServer(file(4), info(5), info(5))).toThrow(/4 keys/);
  });

  it('refuses a database that is empty in the file and nowhere else', () => {
    expect(() => compareWithServer(file(0), info(5), info(9, 100))).toThrow(/0 keys/);
  });
});

describe('rules of an ACL', () => {
  it.each([
    ['+@all', 'yes'],
    ['-@all', 'no'],
    ['-@all +psync', 'yes'],
    ['+@all -@dangerous', 'no'],
    ['+@all -psync', 'no'],
    ['-@all +@read', 'no'],
    ['', 'unknown'],
  ])('%s: %s', (rules, verdict) => {
    expect(mayByRules(rules, 'psync', ['all', 'admin', 'dangerous', 'slow'])).toBe(verdict);
  });

  it('lose passwords and hashes', () => {
    expect(withoutPasswords(`user a on #${'0'.repeat(64)} >clear ~* +@all`)).toBe('user a on ~* +@all');
  });
});
