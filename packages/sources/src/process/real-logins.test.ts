// The login files, read by the clients that they are for, and what other users of the machine see meanwhile.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '@lumbung/stdx/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../connection/target.ts';
import { haveServer, startMariadb, startPostgres, TEST_PASSWORD, type TestServer } from '../testing/index.ts';
import { findPostgresTool, findTool } from './find-tool.ts';
import { mysqlOptionText, pgPassText } from './login-texts.ts';
import { runTool } from './run-tool.ts';
import { Secret } from './secret.ts';
import type { ToolCall } from './tool-call.ts';
import { ToolProcess } from './tool-process.ts';

const root = mkdtempSync('/tmp/lumbung-logins-');
afterAll(() => rmSync(root, { recursive: true, force: true }));
const control = { signal: new AbortController().signal, clock: systemClock, stallMs: 60_000, hardMs: 60_000 };
/** Parts of it, since a program may show it quoted. */
const PARTS = ['p"a', '$(id)', '@/%20#'];

let folders = 0;
function privateFolder(): string {
  const folder = path.join(root, `${++folders}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** What every user of the machine may read about a process, and what its own user may. */
function seenOf(pid: number | undefined): string {
  return ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join('\n');
}

function tcpOf({ address }: Target): { readonly host: string; readonly port: number } {
  if (address.kind !== 'tcp') throw new Error('not over TCP');
  return address;
}

describe.skipIf(!haveServer('postgres'))('psql', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres({ tcp: true });
  });
  afterAll(async () => await server.stop());

  async function call(password: string, sql: string): Promise<ToolCall> {
    const { host, port } = tcpOf(server.tcpTarget());
    const secret = new Secret(password);
    return {
      tool: await findTool({ names: ['psql'], packageName: 'postgresql-client' }),
      args: [
        '-X',
        '-A',
        '-t',
        '--no-password',
        '-h',
        host,
        '-p',
        String(port),
        '-U',
        'postgres',
        '-c',
        sql,
        'postgres',
      ],
      env: { PGPASSFILE: '/dev/fd/3' },
      inheritedText: pgPassText(secret),
      homeFolder: privateFolder(),
      secrets: [secret],
    };
  }

  it('logs in with a password of every special character', async () => {
    expect(String((await runTool(await call(TEST_PASSWORD, 'SELECT 41 + 1'), control)).stdout)).toBe('42\n');
    // The control: the password matters.
    await expect(runTool(await call('wrong', 'SELECT 1'), control)).rejects.toMatchObject({ code: 'DB_TOOL_FAILED' });
  });

  it.each([
    ['pg_dump', ['--format=directory', '--jobs=3', '--no-password', '--file=OUT', 'postgres']],
    ['pg_dumpall', ['--schema-only', '--no-password', '--file=OUT']],
  ])('%s logs in again later, from workers or by other programs', async (name, args) => {
    const { env, ...login } = await call(TEST_PASSWORD, '');
    const { host, port } = tcpOf(server.tcpTarget());
    await server.client(`CREATE TABLE IF NOT EXISTS ${name}_1 (i int); CREATE TABLE IF NOT EXISTS ${name}_2 (i int)`);
    const out = path.join(login.homeFolder, 'out');
    await runTool(
      {
        ...login,
        tool: await findPostgresTool(name, 15),
        args: args.map((arg) => arg.replace('OUT', out)),
        env: { ...env, PGHOST: host, PGPORT: String(port), PGUSER: 'postgres' },
      },
      control,
    );
    expect(existsSync(out)).toBe(true);
  });

  it('and shows it to nobody meanwhile', async () => {
    const child = new ToolProcess(await call(TEST_PASSWORD, `SELECT 'in'; SELECT pg_sleep(1000)`), control);
    while (
      !(
        await server.client(
          `SELECT state FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`,
        )
      ).includes('active')
    ) {
      await systemClock.sleep(5);
    }
    const seen = seenOf(child.pid);
    child.giveUp(new Error('seen'));
    await expect(child.done).rejects.toThrow('seen');
    expect(seen).toContain('PGPASSFILE');
    expect(PARTS.filter((part) => seen.includes(part))).toEqual([]);
  });
});

describe.skipIf(!haveServer('mariadb'))('mariadb', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startMariadb({ tcp: true });
  });
  afterAll(async () => await server.stop());

  async function call(password: string, sql: string): Promise<ToolCall> {
    const target = server.tcpTarget();
    const { host, port } = tcpOf(target);
    const secret = new Secret(password);
    return {
      tool: await findTool({ names: ['mariadb', 'mysql'], packageName: 'mariadb-client' }),
      args: ['--defaults-file=/dev/fd/3', '--batch', '--skip-column-names', '-h', host, '-P', String(port), '-e', sql],
      homeFolder: privateFolder(),
      inheritedText: mysqlOptionText({ user: target.user, password: secret }),
      secrets: [secret],
    };
  }

  it('logs in with a password of every special character', async () => {
    expect(String((await runTool(await call(TEST_PASSWORD, 'SELECT 41 + 1'), control)).stdout)).toBe('42\n');
    await expect(runTool(await call('wrong', 'SELECT 1'), control)).rejects.toMatchObject({ code: 'DB_TOOL_FAILED' });
  });

  it('and shows it to nobody meanwhile', async () => {
    const child = new ToolProcess(await call(TEST_PASSWORD, 'SELECT SLEEP(1000)'), control);
    while (!(await server.client('SHOW PROCESSLIST')).includes('SLEEP(1000)')) await systemClock.sleep(5);
    const seen = seenOf(child.pid);
    child.giveUp(new Error('seen'));
    await expect(child.done).rejects.toThrow('seen');
    expect(seen).toContain('/dev/fd/3');
    expect(PARTS.filter((part) => seen.includes(part))).toEqual([]);
  });
});
