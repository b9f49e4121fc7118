import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveServer } from './have-server.ts';
import { loadLatin1Database, loadManyTables, loadSqlAsciiDatabase } from './odd-databases.ts';
import { startPostgres } from './start-postgres.ts';
import type { TestServer } from './test-server.ts';

describe.skipIf(!haveServer('postgres'))('odd databases', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server.stop();
  });

  it('hold bytes of no encoding', async () => {
    await loadSqlAsciiDatabase(server, 'ascii');
    const query = "SELECT id, encode(convert_to(t, 'SQL_ASCII'), 'hex') FROM texts WHERE id > 1 ORDER BY id";
    expect(await server.client(query, 'ascii')).toBe('2|e974e9\n3|c3a9fffe80\n4|c3');
  });

  it('hold one byte for a letter', async () => {
    await loadLatin1Database(server, 'latin');
    expect(await server.client("SELECT encode(convert_to(t, 'LATIN1'), 'hex') FROM texts ORDER BY id", 'latin')).toBe(
      'e974e9\nfffe',
    );
  });

  it('hold many tables', async () => {
    await server.client('CREATE DATABASE many');
    await loadManyTables(server, 'many', 50);
    expect(await server.client("SELECT count(*) FROM pg_class WHERE relname ~ '^t\\d+$'", 'many')).toBe('50');
  });
});
