import type { TestServer } from './test-server.ts';

/** Bytes that no UTF-8 text has, in a PostgreSQL database that never looked at them. 4 rows in `texts`. */
export async function loadSqlAsciiDatabase(server: TestServer, database: string): Promise<void> {
  await server.client(
    `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const table = 'CREATE TABLE texts (id integer PRIMARY KEY, t text);';
  const rows = String.raw`INSERT INTO texts VALUES (1, 'plain'), (2, E'\xE9t\xE9'), (3, E'\xC3\xA9\xFF\xFE\x80'), (4, E'\xC3');`;
  await server.client(`${table}\n${rows}\n`, database);
}

/** Of an encoding with one byte for a letter. 2 rows in `texts`, with an index that depends on the encoding. */
export async function loadLatin1Database(server: TestServer, database: string): Promise<void> {
  await server.client(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`);
  await server.client(
    `SET client_encoding = 'UTF8';
     CREATE TABLE texts (id integer PRIMARY KEY, t text UNIQUE);
     COMMENT ON TABLE texts IS 'été';
     INSERT INTO texts VALUES (1, 'été'), (2, 'ÿþ');`,
    database,
  );
}

/** `count` tables of one row each, named `t1` and so on: more than a transaction may lock, or a folder likes to hold. */
export async function loadManyTables(server: TestServer, database: string, count: number): Promise<void> {
  const statements = Array.from(
    { length: count },
    (_, tableIdx) => `CREATE TABLE t${tableIdx + 1} (id integer PRIMARY KEY); INSERT INTO t${tableIdx + 1} VALUES (1);`,
  );
  await server.client(`${statements.join('\n')}\n`, database);
}
