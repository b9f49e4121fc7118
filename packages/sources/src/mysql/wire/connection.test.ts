import { constants, createHash, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../process/secret.ts';
import { haveServer, startChaosProxy, startMariadb, TEST_PASSWORD, type TestServer } from '../../testing/index.ts';
import { connectionOptions } from '../session.ts';
import { controlOf } from '../testing/dump-bench.ts';
import {
  columnPacket,
  EOF_PACKET,
  errorPacket,
  greeting,
  NONCE,
  OK_PACKET,
  packet,
  type ScriptedClient,
  scriptServer,
} from '../testing/scripted-server.ts';
import { killConnection, MysqlConnection } from './connection.ts';

async function read(lines: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of lines) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe.skipIf(!haveServer('mariadb'))('MysqlConnection with a real server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startMariadb({ tls: 'localhost', settings: { max_allowed_packet: '64M' } });
    await server.client(
      `INSTALL SONAME 'auth_ed25519';
       CREATE USER ed@localhost IDENTIFIED VIA ed25519 USING PASSWORD('${TEST_PASSWORD.replaceAll('\\', '\\\\').replaceAll("'", "''")}'); CREATE USER nobody@localhost;
       CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, a VARCHAR(100)); INSERT INTO d.t SELECT seq, CONCAT('it''s ', seq) FROM mysql.seq_1_to_50000;`,
    );
  });
  afterAll(async () => await server?.stop());

  const connect = async (changes: object = {}) =>
    await MysqlConnection.connect({ ...connectionOptions(server.target, controlOf()), ...changes });

  it('logs in through the socket and by password, in clear and encrypted', async () => {
    for (const target of [
      server.target,
      server.tcpTarget({ mode: 'off' }),
      server.tcpTarget({ mode: 'require' }),
      server.tcpTarget({ mode: 'verify', caFile: server.tls?.caFile ?? '', serverName: 'localhost' }),
    ]) {
      await using connection = await MysqlConnection.connect(connectionOptions(target, controlOf()));
      expect(await connection.texts('SELECT 1, NULL, ""')).toEqual([['1', null, '']]);
      expect(connection.isEncrypted).toBe(target.tls.mode !== 'off' && target.address.kind === 'tcp');
    }
  });

  it('logs in by ed25519', async () => {
    await using connection = await connect({ user: 'ed', password: new Secret(TEST_PASSWORD) });
    expect(await connection.texts('SELECT 1')).toEqual([['1']]);
  });

  it('does not answer a method that it does not know', async () => {
    await using strange = await scriptServer(async (client) => {
      client.send(0, greeting('mysql_native_password'));
      const { sequence } = await client.receive();
      client.send(sequence + 1, Buffer.concat([Buffer.of(0xfe), Buffer.from('dialog\0Password: ')]));
    });
    await expect(MysqlConnection.connect(strange.options)).rejects.toMatchObject({ code: 'DB_LOGIN_METHOD_UNKNOWN' });
  });

  it('refuses a certificate of an authority it does not know', async () => {
    const target = server.tcpTarget({ mode: 'verify', caFile: server.tls?.strangeCaFile ?? '' });
    await expect(MysqlConnection.connect(connectionOptions(target, controlOf()))).rejects.toMatchObject({
      code: 'DB_TLS_UNTRUSTED',
    });
  });

  it('says why a login was refused', async () => {
    const wrong = { ...server.tcpTarget({ mode: 'off' }), password: new Secret('wrong') };
    await expect(MysqlConnection.connect(connectionOptions(wrong, controlOf()))).rejects.toMatchObject({
      code: 'DB_LOGIN_REFUSED',
      context: { errno: 1045 },
    });
    await expect(connect({ user: 'ed', password: new Secret('wrong') })).rejects.toMatchObject({
      code: 'DB_LOGIN_REFUSED',
    });
    await expect(connect({ database: 'gone' })).rejects.toMatchObject({ code: 'DB_DATABASE_MISSING' });
    await expect(connect({ address: { kind: 'socket', path: '/nowhere' } })).rejects.toMatchObject({
      code: 'DB_UNREACHABLE',
    });
  });

  it('goes on after a statement that was refused', async () => {
    await using connection = await connect();
    await expect(connection.query('SELECT nonsense FROM')).rejects.toMatchObject({
      code: 'DB_QUERY_FAILED',
      context: { errno: 1064 },
    });
    await expect(connection.query('SELECT * FROM d.gone')).rejects.toMatchObject({ code: 'DB_OBJECT_CHANGED' });
    expect(await connection.texts('SELECT 2')).toEqual([['2']]);
    await using nobody = await connect({ user: 'nobody' });
    await expect(nobody.query('SELECT * FROM d.t')).rejects.toMatchObject({
      code: 'DB_PRIVILEGE_MISSING',
      context: { errno: 1142 },
    });
  });

  it('sends and takes more than one packet can hold', async () => {
    await using connection = await connect();
    for (const length of [0xff_ff_ff - 40, 0xff_ff_ff, 0xff_ff_ff + 1, 40_000_000]) {
      const text = 'x'.repeat(length);
      expect(
        (await connection.texts(`SELECT LENGTH('${text}'), REPEAT('x', ${length})`))[0]?.map(
          (value) => value?.length ?? 0,
        ),
      ).toEqual([String(length).length, length]);
    }
  });

  it('reads rows as tuples, and the same through a network that cuts them anyhow', async () => {
    const expected = Array.from({ length: 50_000 }, (_, rowIdx) => `(${rowIdx + 1},'it\\'s ${rowIdx + 1}')\n`).join('');
    for (const chunkBytesMax of [undefined, 700]) {
      await using proxy = await startChaosProxy(
        { host: '127.0.0.1', port: server.port },
        chunkBytesMax === undefined ? {} : { chunkBytesMax },
      );
      await using connection = await MysqlConnection.connect({
        ...connectionOptions(server.tcpTarget({ mode: 'off' }), controlOf()),
        address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port },
      });
      expect(await read(connection.tuples('SELECT id, a FROM d.t ORDER BY id'))).toBe(expected);
      expect(await connection.texts('SELECT 1')).toEqual([['1']]);
    }
  });

  it.each(['cutAfterBytes', 'endAfterBytes', 'garbageAfterBytes'] as const)('fails rows that %s', async (fault) => {
    for (const bytes of [5000, 300_000, 900_000]) {
      await using proxy = await startChaosProxy({ host: '127.0.0.1', port: server.port }, { [fault]: bytes });
      const connection = await MysqlConnection.connect({
        ...connectionOptions(server.tcpTarget({ mode: 'off' }), controlOf()),
        address: { kind: 'tcp', host: '127.0.0.1', port: proxy.port },
        stallMs: 2000,
      });
      await expect(read(connection.tuples('SELECT id, a FROM d.t'))).rejects.toMatchObject({
        code: expect.stringMatching(/^DB_(CONNECTION_LOST|PROTOCOL_ERROR|STALLED)$/),
      });
      expect(connection.isBroken).toBe(true);
    }
  });

  it('gives up a server that falls silent, and one that is told to stop', async () => {
    const given = new AbortController();
    const slow = await connect({ signal: given.signal });
    const query = slow.query('SELECT SLEEP(60)');
    given.abort(new Error('enough'));
    await expect(query).rejects.toThrow('enough');
    const silent = await connect({ stallMs: 100 });
    await expect(silent.query('SELECT SLEEP(60)')).rejects.toMatchObject({ code: 'DB_STALLED' });
    await killConnection(connectionOptions(server.target, controlOf()), slow.connectionId);
    await killConnection(connectionOptions(server.target, controlOf()), silent.connectionId);
    await expect
      .poll(
        async () =>
          await server.client("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(60)'"),
      )
      .toMatch(/^0/);
  });

  it('is broken when rows are not read to their end', async () => {
    const connection = await connect();
    for await (const chunk of connection.tuples('SELECT id, a FROM d.t')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'DB_CONNECTION_LOST' });
  });
});

describe('MysqlConnection with a server that is none', () => {
  const afterLogin = (answer: (client: ScriptedClient) => void) =>
    scriptServer(async (client) => {
      await client.letIn();
      await client.receive();
      answer(client);
    });

  it.each([
    ['an empty greeting', Buffer.alloc(0)],
    ['another protocol', Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n')],
    ['half a greeting', greeting('mysql_native_password').subarray(0, 30)],
    ['a greeting of version 9', Buffer.concat([Buffer.of(9), greeting('x').subarray(1)])],
  ])('refuses %s', async (_what, payload) => {
    await using server = await scriptServer(async (client) => {
      client.send(0, payload);
    });
    await expect(MysqlConnection.connect(server.options)).rejects.toMatchObject({ code: 'DB_PROTOCOL_ERROR' });
  });

  it('hears why it is not let in at all', async () => {
    await using server = await scriptServer(async (client) => {
      client.send(0, Buffer.concat([Buffer.of(0xff, 0x10, 0x04), Buffer.from('Too many connections')]));
    });
    await expect(MysqlConnection.connect(server.options)).rejects.toMatchObject({ code: 'DB_TOO_MANY_CONNECTIONS' });
  });

  it('gives up a greeting that never comes', async () => {
    await using server = await scriptServer(async () => {});
    await expect(MysqlConnection.connect({ ...server.options, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'DB_UNREACHABLE',
    });
  });

  it('does not give the password to who wants it in clear, nor log in without TLS when told to', async () => {
    const password = new Secret('secret word');
    let said = Buffer.alloc(0);
    await using server = await scriptServer(async (client) => {
      client.socket.on('data', (chunk: Buffer) => {
        said = Buffer.concat([said, chunk]);
      });
      client.send(0, greeting('mysql_clear_password'));
      const { sequence } = await client.receive();
      client.send(sequence + 1, Buffer.concat([Buffer.of(0xfe), Buffer.from('mysql_clear_password\0')]));
    });
    await expect(MysqlConnection.connect({ ...server.options, password })).rejects.toMatchObject({
      code: 'DB_PASSWORD_EXPOSED',
    });
    await expect(
      MysqlConnection.connect({ ...server.options, password, tls: { mode: 'require' } }),
    ).rejects.toMatchObject({
      code: 'DB_TLS_UNAVAILABLE',
    });
    expect(said.toString('latin1')).not.toContain('secret word');
  });

  it('logs in by caching_sha2_password: fast, and with the key of the server', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const once = createHash('sha256').update('pass').digest();
    const twice = createHash('sha256').update(once).digest();
    const mask = createHash('sha256').update(twice).update(NONCE).digest();
    for (const way of ['fast', 'key'] as const) {
      const seen: string[] = [];
      await using server = await scriptServer(async (client) => {
        client.send(0, greeting('caching_sha2_password'));
        const login = await client.receive();
        const answer = Buffer.from(once.map((byte, byteIdx) => byte ^ (mask[byteIdx] ?? 0)));
        seen.push(String(login.payload.includes(answer)));
        if (way === 'fast') {
          client.send(2, Buffer.of(1, 3));
          client.send(3, OK_PACKET);
          return;
        }
        client.send(2, Buffer.of(1, 4));
        const asked = await client.receive();
        seen.push(asked.payload.toString('hex'));
        client.send(4, Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))]));
        const { payload } = await client.receive();
        const mixed = privateDecrypt(
          { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
          payload,
        );
        seen.push(Buffer.from(mixed.map((byte, byteIdx) => byte ^ (NONCE[byteIdx % 20] ?? 0))).toString('latin1'));
        client.send(6, OK_PACKET);
      });
      const connection = await MysqlConnection.connect({ ...server.options, password: new Secret('pass') });
      connection.destroy();
      expect(seen).toEqual(way === 'fast' ? ['true'] : ['true', '02', 'pass\0']);
    }
  });

  it.each([
    ['asks for a file of this machine', Buffer.concat([Buffer.of(0xfb), Buffer.from('/etc/passwd')])],
    ['has more columns than can be', Buffer.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ['has no columns', Buffer.of(0xfc, 0, 0)],
    ['says nothing', Buffer.alloc(0)],
  ])('refuses an answer that %s', async (_what, payload) => {
    await using server = await afterLogin((client) => client.send(1, payload));
    const connection = await MysqlConnection.connect(server.options);
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'DB_PROTOCOL_ERROR' });
    expect(connection.isBroken).toBe(true);
  });

  const head = [Buffer.of(2), columnPacket('a', 3, 63), columnPacket('b', 253, 45), EOF_PACKET];
  const row = (text: string) =>
    Buffer.concat([Buffer.of(1), Buffer.from('7'), Buffer.of(text.length), Buffer.from(text)]);
  const answer = (...packets: Buffer[]) => [...head, ...packets].map((each, eachIdx) => packet(eachIdx + 1, each));

  it.each([
    ['rows without an end', answer(row('x'), row('y')), 'DB_CONNECTION_LOST'],
    ['an error in their midst', answer(row('x'), errorPacket(1317, 'Query execution was interrupted')), 'DB_CANCELLED'],
    ['a row that is too short', answer(Buffer.of(1, 0x37), EOF_PACKET), 'DB_PROTOCOL_ERROR'],
    ['a row that is too long', answer(Buffer.concat([row('x'), Buffer.of(0)]), EOF_PACKET), 'DB_PROTOCOL_ERROR'],
    [
      'a value longer than its row',
      answer(Buffer.of(1, 0x37, 0xfd, 0xff, 0xff, 0xff), EOF_PACKET),
      'DB_PROTOCOL_ERROR',
    ],
    ['an empty row', answer(Buffer.alloc(0), EOF_PACKET), 'DB_PROTOCOL_ERROR'],
    ['a packet out of order', [...answer(row('x')), packet(99, EOF_PACKET)], 'DB_PROTOCOL_ERROR'],
    ['more results', answer(row('x'), Buffer.of(0xfe, 0, 0, 8, 0)), 'DB_PROTOCOL_ERROR'],
  ])('fails on %s', async (_what, packets, code) => {
    for (const reader of ['query', 'tuples'] as const) {
      await using server = await afterLogin((client) => client.socket.end(Buffer.concat(packets)));
      const connection = await MysqlConnection.connect(server.options);
      const result = reader === 'query' ? connection.query('SELECT 1') : read(connection.tuples('SELECT 1'));
      await expect(result).rejects.toMatchObject({ code });
    }
  });

  it('fuzz: any bytes end in an error with a code, or an answer', async () => {
    const whole = Buffer.concat(answer(row('x'), row("it's"), EOF_PACKET));
    const damage = fc.tuple(
      fc.nat(whole.length),
      fc.uint8Array({ maxLength: 6 }),
      fc.nat(6),
      fc.integer({ min: 1, max: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([at, inserted, removed, chunkBytes]) => {
        const bytes = Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + removed)]);
        await using server = await afterLogin((client) => {
          for (let from = 0; from < bytes.length; from += chunkBytes)
            client.socket.write(bytes.subarray(from, from + chunkBytes));
          client.socket.end();
        });
        const connection = await MysqlConnection.connect(server.options);
        try {
          await read(connection.tuples('SELECT 1'));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^DB_/) });
        }
        connection.destroy();
      }),
      { numRuns: Math.min(fuzzRuns(60), 5000) },
    );
  });
});
