import type { IndependentDump } from '../independent-dump.ts';
import { askProgram } from '../run-program.ts';
import { clientProgram, type ServerPrograms } from '../server-programs.ts';
import type { TestServer } from '../test-server.ts';

/** Changes from run to run, or with the version of the tool. */
const VOLATILE = /^(?:\\(?:un)?restrict |-- (?:Dumped (?:from|by)|Started on|Completed on) )/;

const OF_USERS = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(?:toast|temp)'`;

// A row's own text form, which quotes what it must: equal exactly when all values are. The alias is no column's name.
const TABLES = `
SELECT format('SELECT json_build_array(%L, count(*) || '' rows '' || md5(coalesce(string_agg(h, '''' ORDER BY h), ''''))) FROM (SELECT md5("the whole row"::text) AS h FROM ONLY %s AS "the whole row") AS hashed', format('%I.%I', n.nspname, c.relname), format('%I.%I', n.nspname, c.relname))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE ${OF_USERS} AND (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated)
UNION ALL
SELECT format('SELECT json_build_array(%L, ''not populated'')', format('%I.%I', n.nspname, c.relname))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE ${OF_USERS} AND c.relkind = 'm' AND NOT c.relispopulated
\\gexec
`;

const OTHERS = `
SELECT format('SELECT json_build_array(%L, last_value || '' '' || is_called) FROM %s', format('sequence %I.%I', n.nspname, c.relname), format('%I.%I', n.nspname, c.relname))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE ${OF_USERS} AND c.relkind = 'S'
\\gexec
SELECT json_build_array('large object ' || oid, concat_ws(' ', pg_get_userbyid(lomowner), lomacl, length(lo_get(oid)), md5(lo_get(oid)), obj_description(oid, 'pg_largeobject')))
FROM pg_largeobject_metadata;
`;

const DATABASE = `
SELECT json_build_array('settings of ' || coalesce(r.rolname, 'everybody'), s.setconfig::text)
FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database());
SELECT json_build_array(what, value) FROM pg_database, LATERAL (VALUES
  ('rights', coalesce((SELECT string_agg(a::text, ', ' ORDER BY a::text COLLATE "C") FROM unnest(datacl) AS a), '')),
  ('owner', pg_get_userbyid(datdba)::text), ('encoding', pg_encoding_to_char(encoding)::text),
  ('collation', datcollate::text), ('ctype', datctype::text), ('connections', datconnlimit::text),
  ('comment', coalesce(shobj_description(oid, 'pg_database'), ''))) AS facts (what, value)
WHERE datname = current_database();
`;

export async function dumpPostgres(
  server: TestServer,
  database: string,
  tools: ServerPrograms,
): Promise<IndependentDump> {
  const settings = `SET timezone = 'UTC'; SET datestyle = 'ISO'; SET search_path = pg_catalog;`;
  const ask = async (queries: string): Promise<Record<string, string>> =>
    readPairs(await server.client(settings + queries, database));
  const dump = clientProgram(tools, 'pg_dump');
  const login = ['-h', server.socketFolder, '-p', String(server.port), '-U', 'postgres', '-d', database];
  const schema = await askProgram(dump, ['--schema-only', '--no-password', ...login]);
  return {
    schema: withoutVolatileLines(schema),
    tables: await ask(TABLES),
    others: await ask(OTHERS),
    database: await ask(DATABASE),
  };
}

export function withoutVolatileLines(sql: string): string {
  return sql
    .split('\n')
    .filter((line) => !VOLATILE.test(line))
    .join('\n');
}

/** Lines of JSON: names may hold any character. */
function readPairs(lines: string): Record<string, string> {
  const pairs = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line): [string, string] => JSON.parse(line));
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
