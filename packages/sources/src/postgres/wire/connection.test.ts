import { once } from 'node:events';
import net from 'node:net';
import { Readable } from 'node:stream';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { fuzzRuns, LeapingClock } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import { Secret } from '../../process/secret.ts';
import { HandClock } from '../../testing/hand-clock.ts';
import { haveServer, startChaosProxy, startPostgres, TEST_PASSWORD, type TestServer } from '../../testing/index.ts';
import { type ConnectOptions, PostgresConnection } from './connection.ts';
import { textRows } from './query-result.ts';
import { quoteLiteral, quoteName } from './quote.ts';

const ROWS = 20_000;

function optionsFor(target: Target, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    address: target.address,
    tls: target.tls,
    user: target.user ?? 'postgres',
    ...(target.password === undefined ? {} : { password: target.password }),
    database: 'postgres',
    clock: systemClock,
    random: systemRandom,
    timeoutMs: 10_000,
    ...more,
  };
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe.skipIf(!haveServer('postgres'))('a session with a real server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres({
      tls: 'localhost',
      hba: ['hostnossl all md5_user 127.0.0.1/32 md5', 'host all clear_user 127.0.0.1/32 password'],
    });
    await server.client(`CREATE TABLE numbers AS SELECT g AS id, md5(g::text) AS hash FROM generate_series(1, ${ROWS}) g;
      CREATE TABLE taken (id int PRIMARY KEY, name text);
      SET password_encryption = md5; CREATE ROLE md5_user LOGIN PASSWORD 'mé5:';
      CREATE ROLE clear_user LOGIN PASSWORD 'clear'`);
  });
  afterAll(async () => {
    await server.stop();
  });

  const backends = async (): Promise<string> =>
    server.client(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'under-test'`);

  it('answers several statements at once, with nulls, and bytes of every text', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    const results = await connection.query(`SELECT 1 AS a, NULL AS b; ; SELECT 'é''\\' AS c; SET timezone = 'UTC'`);
    expect(results.map(textRows)).toEqual([[{ a: '1', b: null }], [{ c: "é'\\" }], []]);
    expect(results.map(({ tag }) => tag)).toEqual(['SELECT 1', 'SELECT 1', 'SET']);
  });

  it('sends values apart from the statement, whatever is in them', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    const nasty = `'; DROP TABLE numbers; --\\ " $1 é`;
    const result = await connection.execute('SELECT $1::text AS a, $2::int AS b', [nasty, null]);
    expect(textRows(result)).toEqual([{ a: nasty, b: null }]);
    const binary = await connection.execute(`SELECT '\\x00ff0a'::bytea`, [], { resultFormat: 'binary' });
    expect(binary.rows).toEqual([[Buffer.from([0, 0xff, 0x0a])]]);
  });

  it('fuzz: what is quoted comes back as it was', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((each) => !each.includes('\0'));
    await fc.assert(
      fc.asyncProperty(text, async (each) => {
        const name = [...each].slice(0, 10).join('');
        const [result] = await connection.query(`SELECT ${quoteLiteral(each)} AS ${quoteName(name)}`);
        expect(textRows(result ?? { columns: [], rows: [], tag: '' })).toEqual([{ [name]: each }]);
      }),
      { numRuns: fuzzRuns(50) },
    );
  });

  it.each([
    ['SELECT 1 FROM no_such_table', 'DB_OBJECT_CHANGED', '42P01'],
    ['SELECT 1/0', 'DB_QUERY_FAILED', '22012'],
    ['SET statement_timeout = 1; SELECT pg_sleep(10)', 'DB_CANCELLED', '57014'],
  ])('names the failure of %s, and goes on', async (sql, code, sqlState) => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    const error: unknown = await connection.query(sql).catch((reason: unknown) => reason);
    expect(isLumbungError(error, code) && error.context['sqlState']).toBe(sqlState);
    expect((await connection.query('RESET statement_timeout; SELECT 2'))[1]?.rows).toEqual([[Buffer.from('2')]]);
  });

  it('copies out in large pieces, and knows the number of rows at the end', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    const stream = await connection.copyOut('COPY numbers TO STDOUT');
    expect(() => stream.rows).toThrow(LumbungError);
    const text = (await collect(stream)).toString();
    expect(stream.rows).toBe(ROWS);
    expect(text.split('\n').length - 1).toBe(ROWS);
    expect(text).toBe(await server.client('COPY numbers TO STDOUT').then((out) => `${out.replace(/\n*$/, '')}\n`));
    const empty = await connection.copyOut('COPY taken TO STDOUT');
    expect([(await collect(empty)).length, empty.rows]).toEqual([0, 0]);
  });

  it('refuses before the first byte what may not be copied', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    await expect(connection.copyOut('COPY no_such_table TO STDOUT')).rejects.toMatchObject({
      code: 'DB_OBJECT_CHANGED',
    });
    await expect(connection.copyOut('SELECT 1')).rejects.toMatchObject({ code: 'DB_PROTOCOL_ERROR' });
  });

  it('fails a copy whose query fails after some rows', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    const sql = `COPY (SELECT 10 / (id - ${ROWS - 1}) FROM numbers ORDER BY id) TO STDOUT`;
    await expect(collect(await connection.copyOut(sql))).rejects.toMatchObject({ code: 'DB_QUERY_FAILED' });
    expect((await connection.query('SELECT 1')).length).toBe(1);
  });

  it('gives the session up when the reader leaves early, and the server ends it', async () => {
    const connection = await PostgresConnection.connect(
      optionsFor(server.target, { settings: { application_name: 'under-test' } }),
    );
    const sql = 'COPY (SELECT * FROM numbers a, numbers b) TO STDOUT';
    for await (const _ of await connection.copyOut(sql)) break;
    await connection.close();
    expect(await backends()).toBe('0');
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'DB_CANCELLED' });
  });

  it('cancels on the server what is aborted here, while it works without a word', async () => {
    const abort = new AbortController();
    const connection = await PostgresConnection.connect(
      optionsFor(server.target, { settings: { application_name: 'under-test' } }),
    );
    const sleeping = connection.query('SELECT pg_sleep(600)', { signal: abort.signal });
    const failed = expect(sleeping).rejects.toBe('enough');
    while ((await backends()) === '0') await systemClock.sleep(5);
    abort.abort('enough');
    await failed;
    await connection.close();
    expect(await backends()).toBe('0');
  });

  it('loads what is copied in, and counts it', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    await connection.query('TRUNCATE taken');
    const rows = Array.from({ length: 50_000 }, (_, idx) => Buffer.from(`${idx}\tname ${idx}\n`));
    expect(await connection.copyIn('COPY taken FROM STDIN', Readable.from(rows))).toBe(50_000);
    expect(await server.client('SELECT count(*), max(id) FROM taken')).toContain('50000|49999');
  });

  it('leaves nothing behind when what is loaded is refused, or fails itself', async () => {
    await using connection = await PostgresConnection.connect(optionsFor(server.target));
    await connection.query('TRUNCATE taken');
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('1\ta\n');
      throw new Error('the disk is gone');
    }
    const twice = Readable.from([Buffer.from('1\ta\n1\tb\n'), Buffer.alloc(1_000_000, 'x')]);
    await expect(connection.copyIn('COPY taken FROM STDIN', twice)).rejects.toMatchObject({ code: 'DB_QUERY_FAILED' });
    await expect(connection.copyIn('COPY taken FROM STDIN', broken())).rejects.toThrow('the disk is gone');
    await expect(connection.copyIn('COPY nowhere FROM STDIN', broken())).rejects.toMatchObject({
      code: 'DB_OBJECT_CHANGED',
    });
    expect((await connection.query('SELECT count(*) FROM taken'))[0]?.rows).toEqual([[Buffer.from('0')]]);
  });

  describe('logging in', () => {
    const tcp = (): Target => server.tcpTarget();

    it('proves itself by SCRAM without encryption, and with the channel bound under it', async () => {
      await using plain = await PostgresConnection.connect(optionsFor(tcp(), { tls: { mode: 'off' } }));
      expect(plain.parameter('server_encoding')).toBe('UTF8');
      const caFile = server.tls?.caFile ?? '';
      const tls = { mode: 'verify', caFile, serverName: 'localhost' } as const;
      await using bound = await PostgresConnection.connect(optionsFor(tcp(), { tls }));
      const [result] = await bound.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      expect(result?.rows).toEqual([[Buffer.from('t')]]);
    });

    it('answers MD5, and a password in clear only under encryption', async () => {
      const md5 = { user: 'md5_user', password: new Secret('mé5:'), tls: { mode: 'off' } as const };
      await using connection = await PostgresConnection.connect(optionsFor(tcp(), md5));
      expect(connection.isOver).toBe(false);
      const clear = { user: 'clear_user', password: new Secret('clear') };
      await expect(
        PostgresConnection.connect(optionsFor(tcp(), { ...clear, tls: { mode: 'off' } })),
      ).rejects.toMatchObject({ code: 'DB_PASSWORD_EXPOSED' });
      await using hidden = await PostgresConnection.connect(optionsFor(tcp(), { ...clear, tls: { mode: 'require' } }));
      expect(hidden.isOver).toBe(false);
    });

    it('refuses a wrong password without repeating it, and a missing one', async () => {
      const wrong = optionsFor(tcp(), { password: new Secret(`${TEST_PASSWORD}x`), tls: { mode: 'off' } });
      const error: unknown = await PostgresConnection.connect(wrong).catch((reason: unknown) => reason);
      expect(isLumbungError(error, 'DB_LOGIN_REFUSED')).toBe(true);
      expect(JSON.stringify(error)).not.toContain(TEST_PASSWORD);
      const { password: _, ...without } = optionsFor(tcp(), { tls: { mode: 'off' } });
      await expect(PostgresConnection.connect(without)).rejects.toMatchObject({ code: 'DB_PASSWORD_MISSING' });
    });

    it('does not talk to a server whose certificate is another’s or of a strange authority', async () => {
      const strange = { mode: 'verify-ca', caFile: server.tls?.strangeCaFile ?? '' } as const;
      await expect(PostgresConnection.connect(optionsFor(tcp(), { tls: strange }))).rejects.toMatchObject({
        code: 'DB_TLS_UNTRUSTED',
      });
      const other = { mode: 'verify', caFile: server.tls?.caFile ?? '', serverName: 'db.example' } as const;
      await expect(PostgresConnection.connect(optionsFor(tcp(), { tls: other }))).rejects.toMatchObject({
        code: 'DB_TLS_UNTRUSTED',
      });
    });

    it('says which database is missing', async () => {
      await expect(
        PostgresConnection.connect(optionsFor(server.target, { database: 'no such' })),
      ).rejects.toMatchObject({ code: 'DB_DATABASE_MISSING' });
    });
  });

  it.each([
    ['cut', { cutAfterBytes: 300_000 }],
    ['ended in order', { endAfterBytes: 300_000 }],
    ['garbled', { garbageAfterBytes: 300_000 }],
  ])('fails a copy that is %s half-way', async (_, faults) => {
    const { address } = server.target;
    if (address.kind !== 'socket') throw new Error('a socket was expected');
    const listenAt = `${server.socketFolder}/.s.PGSQL.7777`;
    await using proxy = await startChaosProxy({ path: address.path }, faults, { listenAt });
    const target = { ...server.target, address: { kind: 'socket', path: proxy.socketPath ?? '' } } as const;
    const connection = await PostgresConnection.connect(optionsFor(target));
    const copied = connection.copyOut('COPY numbers TO STDOUT').then(collect);
    await expect(copied).rejects.toMatchObject({
      code: expect.stringMatching(/^DB_(CONNECTION_LOST|PROTOCOL_ERROR)$/),
    });
    proxy.setFaults({});
    await connection.close();
  });

  it('hears the same over a network that cuts every message', async () => {
    const { address } = server.target;
    if (address.kind !== 'socket') throw new Error('a socket was expected');
    const listenAt = `${server.socketFolder}/.s.PGSQL.7778`;
    await using proxy = await startChaosProxy({ path: address.path }, { chunkBytesMax: 7 }, { listenAt });
    const target = { ...server.target, address: { kind: 'socket', path: proxy.socketPath ?? '' } } as const;
    await using connection = await PostgresConnection.connect(optionsFor(target));
    const stream = await connection.copyOut('COPY (SELECT * FROM numbers WHERE id <= 300 ORDER BY id) TO STDOUT');
    const text = (await collect(stream)).toString();
    expect(text.split('\n').length - 1).toBe(stream.rows);
  });

  it('does not take a slow reader for a silent server', async () => {
    const clock = new HandClock();
    const stall = { stallMs: 60_000, isServerBusy: async () => false };
    const options = optionsFor(server.target, { clock, stall, timeoutMs: Infinity });
    await using connection = await PostgresConnection.connect(options);
    const stream = await connection.copyOut('COPY (SELECT a.* FROM numbers a, generate_series(1, 10)) TO STDOUT');
    stream.read(0);
    while (stream.readableLength < stream.readableHighWaterMark) await systemClock.sleep(5);
    for (let hour = 0; hour < 5; hour += 1) await clock.pass(3_600_000);
    await collect(stream);
    expect(stream.rows).toBe(10 * ROWS);
  });

  it('gives up a server that falls silent, unless it is seen to work', async () => {
    const clock = new LeapingClock();
    let asked = 0;
    const stall = {
      stallMs: 60_000,
      isServerBusy: async () => {
        asked += 1;
        return asked < 3;
      },
    };
    const connection = await PostgresConnection.connect(
      optionsFor(server.target, { clock, stall, timeoutMs: Infinity }),
    );
    await expect(connection.query('SELECT pg_sleep(600)')).rejects.toMatchObject({ code: 'DB_STALLED' });
    expect(asked).toBe(3);
    await connection.close();
  });
});

describe('a session with a hostile server', () => {
  async function serve(answer: (socket: net.Socket) => void): Promise<{ port: number; stop: () => void }> {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      answer(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return { port: typeof address === 'object' && address !== null ? address.port : 0, stop: () => server.close() };
  }

  function optionsOf(port: number, more: Partial<ConnectOptions> = {}): ConnectOptions {
    return {
      address: { kind: 'tcp', host: '127.0.0.1', port },
      tls: { mode: 'off' },
      user: 'u',
      password: new Secret('hush'),
      database: 'd',
      clock: systemClock,
      random: systemRandom,
      timeoutMs: 10_000,
      ...more,
    };
  }

  function authentication(kind: number, rest: Uint8Array = Buffer.alloc(0)): Buffer {
    const bytes = Buffer.alloc(9);
    bytes.write('R', 'latin1');
    bytes.writeInt32BE(8 + rest.length, 1);
    bytes.writeInt32BE(kind, 5);
    return Buffer.concat([bytes, rest]);
  }

  it('fuzz: answers garbage with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.boolean(), async (bytes, isFramed) => {
        const { port, stop } = await serve((socket) => {
          socket.once('data', () => {
            if (isFramed) socket.write(authentication(0));
            socket.end(bytes);
          });
        });
        try {
          const outcome: unknown = await PostgresConnection.connect(optionsOf(port)).then(
            async (connection) => {
              const reason: unknown = await connection.query('SELECT 1').catch((each: unknown) => each);
              await connection.close();
              return reason;
            },
            (reason: unknown) => reason,
          );
          expect(isLumbungError(outcome)).toBe(true);
        } finally {
          stop();
        }
      }),
      { numRuns: fuzzRuns(60) },
    );
  });

  it('does not give its password to one that asks for it in clear', async () => {
    const heard: Buffer[] = [];
    const { port, stop } = await serve((socket) => {
      socket.on('data', (chunk: Buffer) => heard.push(chunk));
      socket.write(authentication(3));
    });
    await expect(PostgresConnection.connect(optionsOf(port))).rejects.toMatchObject({ code: 'DB_PASSWORD_EXPOSED' });
    stop();
    expect(Buffer.concat(heard).includes('hush')).toBe(false);
  });

  it.each([
    ['ends the login before it proved itself', (nonce: string) => `r=${nonce}x,s=c2FsdA==,i=4096`, 'DB_PROTOCOL_ERROR'],
    ['asks for work without end', (nonce: string) => `r=${nonce}x,s=c2FsdA==,i=2000000000`, 'DB_PROTOCOL_ERROR'],
    ['answers with another nonce', () => 'r=other,s=c2FsdA==,i=4096', 'DB_PROTOCOL_ERROR'],
  ])('refuses one that %s', async (_, first, code) => {
    const { port, stop } = await serve((socket) => {
      let step = 0;
      socket.on('data', (chunk: Buffer) => {
        step += 1;
        if (step === 1) socket.write(authentication(10, Buffer.from('SCRAM-SHA-256\0\0')));
        if (step === 2) {
          const nonce = /r=([^,]*)$/.exec(chunk.toString('latin1'))?.[1] ?? '';
          socket.write(authentication(11, Buffer.from(first(nonce))));
        }
        if (step === 3) socket.write(authentication(0));
      });
    });
    await expect(PostgresConnection.connect(optionsOf(port))).rejects.toMatchObject({ code });
    stop();
  });

  it('refuses one that cannot prove that it knows the password', async () => {
    const { port, stop } = await serve((socket) => {
      let step = 0;
      socket.on('data', (chunk: Buffer) => {
        step += 1;
        if (step === 1) socket.write(authentication(10, Buffer.from('SCRAM-SHA-256\0\0')));
        if (step === 2) {
          const nonce = /r=([^,]*)$/.exec(chunk.toString('latin1'))?.[1] ?? '';
          socket.write(authentication(11, Buffer.from(`r=${nonce}x,s=c2FsdA==,i=4096`)));
        }
        if (step === 3) socket.write(authentication(12, Buffer.from(`v=${Buffer.alloc(32).toString('base64')}`)));
      });
    });
    await expect(PostgresConnection.connect(optionsOf(port))).rejects.toMatchObject({
      code: 'DB_SERVER_NOT_AUTHENTIC',
    });
    stop();
  });

  it('does not start encryption with bytes that came before it', async () => {
    const { port, stop } = await serve((socket) => {
      socket.once('data', () => socket.write('Sinjected'));
    });
    const options = optionsOf(port, { tls: { mode: 'require' } });
    await expect(PostgresConnection.connect(options)).rejects.toMatchObject({ code: 'DB_PROTOCOL_ERROR' });
    stop();
  });

  it('does not fall back to clear text where the server offers no encryption', async () => {
    const { port, stop } = await serve((socket) => {
      socket.once('data', () => socket.write('N'));
    });
    const options = optionsOf(port, { tls: { mode: 'require' } });
    await expect(PostgresConnection.connect(options)).rejects.toMatchObject({ code: 'DB_TLS_UNAVAILABLE' });
    stop();
  });

  it('does not wait for ever for one that says nothing, or is not there', async () => {
    const { port, stop } = await serve(() => undefined);
    await expect(PostgresConnection.connect(optionsOf(port, { clock: new LeapingClock() }))).rejects.toMatchObject({
      code: 'DB_UNREACHABLE',
    });
    stop();
    await expect(PostgresConnection.connect(optionsOf(1))).rejects.toMatchObject({ code: 'DB_UNREACHABLE' });
  });
});
