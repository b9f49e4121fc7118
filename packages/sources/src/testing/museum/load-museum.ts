import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestServer } from '../test-server.ts';
import { MARIADB_ODD_NAMES } from './mariadb-facts.ts';
import { MUSEUM_BIG_ROWS, type MuseumFacts, museumFacts } from './museum-facts.ts';
import { ODD_NAMES } from './odd-names.ts';
import { forPostgres } from './older-postgres.ts';
import { redisMuseum } from './redis-museum.ts';

/**
 * Fills a new database with everything that was ever lost or damaged in a dump; in Redis it is the numbered databases 0, 1,
 * 2 and 15, whatever `database` says. Takes about a second.
 *
 * @returns what it holds
 */
export async function loadMuseum(
  server: TestServer,
  database: string,
  { bigRows = MUSEUM_BIG_ROWS }: { readonly bigRows?: number } = {},
): Promise<MuseumFacts> {
  switch (server.engine) {
    case 'postgresql':
      await loadPostgres(server, database, bigRows);
      break;
    case 'mariadb':
    case 'mysql':
      await loadMysql(server, database, bigRows);
      break;
    case 'redis':
      await server.client(redisMuseum(bigRows));
      break;
  }
  return museumFacts(server.engine, bigRows, Number.parseInt(server.version, 10));
}

async function loadPostgres(server: TestServer, database: string, bigRows: number): Promise<void> {
  await server.client(`CREATE DATABASE "${database.replaceAll('"', '""')}" TEMPLATE template0`);
  const hasContrib = await server.client(
    `SELECT count(*) FROM pg_available_extensions WHERE name IN ('hstore', 'ltree')`,
  );
  const variables = [`\\set big_rows ${bigRows}`, `\\set odd_names ${psqlQuote(JSON.stringify(ODD_NAMES))}`, ''];
  const major = Number.parseInt(server.version, 10);
  const sql = forPostgres(await readSql('postgres.sql'), major);
  await server.client(`${variables.join('\n')}${sql}`, database);
  if (hasContrib !== '2') return;
  await server.client(await readSql('postgres-contrib.sql'), database);
  for (const since of [17, 18].filter((each) => each <= major)) {
    await server.client(await readSql(`postgres-${since}.sql`), database);
  }
}

async function loadMysql(server: TestServer, database: string, bigRows: number): Promise<void> {
  // The museum of MariaDB sets its own by itself.
  const collation = server.engine === 'mysql' ? ' CHARACTER SET utf8mb4 COLLATE utf8mb4_bin' : '';
  await server.client(`CREATE DATABASE ${mariadbName(database)}${collation}`);
  await server.client(`SET @big_rows = ${bigRows};\n${await readSql(`${server.engine}.sql`)}`, database);
  await server.client(`SET NAMES utf8mb4;\n${MARIADB_ODD_NAMES.map(oddMariadbTable).join('\n')}`, database);
}

function oddMariadbTable(name: string): string {
  const table = mariadbName(name);
  // A name has at most 64 characters, a column's too.
  const column = mariadbName(`c${name.slice(0, 62)}`);
  const text = mariadbText(name);
  return `CREATE TABLE ${table} (id INT PRIMARY KEY, ${column} TEXT) COMMENT = ${text}; INSERT INTO ${table} VALUES (1, ${text});`;
}

const mariadbName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const mariadbText = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
const psqlQuote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

async function readSql(name: string): Promise<string> {
  return readFile(path.join(import.meta.dirname, name), 'utf8');
}
