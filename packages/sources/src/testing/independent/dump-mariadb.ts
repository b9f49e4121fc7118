import type { IndependentDump } from '../independent-dump.ts';
import { askProgram } from '../run-program.ts';
import { clientProgram, type ServerPrograms } from '../server-programs.ts';
import type { TestServer } from '../test-server.ts';

const SESSION = `SET SESSION time_zone = '+00:00', group_concat_max_len = 4294967295, sql_mode = '';`;
const name = (value: string): string => `\`${value.replaceAll('`', '``')}\``;

interface Column {
  readonly name: string;
  readonly type: string;
}

export async function dumpMariadb(
  server: TestServer,
  database: string,
  tools: ServerPrograms,
): Promise<IndependentDump> {
  const ask = async (queries: string): Promise<string[]> =>
    (await server.client(SESSION + queries, database)).split('\n').filter((line) => line !== '');
  const relations = (
    await ask(
      `SELECT JSON_ARRAY(table_name, table_type) FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY BINARY table_name;`,
    )
  ).map((line): [string, string] => JSON.parse(line));
  const ofType = (isWanted: (type: string) => boolean): string[] =>
    relations.filter(([, type]) => isWanted(type)).map(([relation]) => relation);
  const tables = ofType((type) => type.endsWith('TABLE') || type === 'SYSTEM VERSIONED');
  const views = ofType((type) => type === 'VIEW');
  const sequences = ofType((type) => type === 'SEQUENCE');
  const columns = await columnsOf(ask);
  const sums = await ask(tables.map((table) => checksumQuery(table, columns.get(table) ?? [])).join('\n'));
  return {
    schema: [await dumpSchema(server, database, views, tools), ...(await showViews(ask, database, views))].join('\n'),
    tables: Object.fromEntries(tables.map((table, tableIdx) => [name(table), sums[tableIdx] ?? 'nothing'])),
    others: Object.fromEntries(
      await Promise.all(
        sequences.map(async (sequence) => [
          `sequence ${name(sequence)}`,
          (await ask(`SELECT * FROM ${name(sequence)};`)).join('\n'),
        ]),
      ),
    ),
    database: {
      defaults: (
        await ask(
          `SELECT default_character_set_name, default_collation_name${server.engine === 'mariadb' ? ', schema_comment' : ''} FROM information_schema.schemata WHERE schema_name = DATABASE();`,
        )
      ).join('\n'),
    },
  };
}

/** Views are left out: the tool gives up at one that is broken. */
async function dumpSchema(
  server: TestServer,
  database: string,
  views: readonly string[],
  tools: ServerPrograms,
): Promise<string> {
  const ofMysql = server.engine === 'mysql';
  const dump = clientProgram(tools, ...(ofMysql ? ['mysqldump'] : ['mariadb-dump', 'mysqldump']));
  const options = ['--no-data', '--routines', '--events', '--triggers', '--skip-comments', '--skip-dump-date'];
  // A newer tool of MariaDB insists on TLS, which an older server may not have.
  options.push(
    ...(ofMysql ? ['--set-gtid-purged=OFF', '--no-tablespaces', '--skip-column-statistics'] : ['--skip-ssl']),
  );
  const login = ['--no-defaults', `--socket=${server.socketPath}`, '--user=root', '--default-character-set=utf8mb4'];
  const without = views.map((view) => `--ignore-table=${database}.${view}`);
  const output = await askProgram(dump, [...login, ...options, ...without, '--', database]);
  return withoutName(output, database);
}

async function showViews(
  ask: (queries: string) => Promise<string[]>,
  database: string,
  views: readonly string[],
): Promise<string[]> {
  if (views.length === 0) return [];
  const lines = await ask(views.map((view) => `SHOW CREATE VIEW ${name(view)};`).join('\n'));
  return lines.map((line) => withoutName(line, database));
}

const withoutName = (sql: string, database: string): string => sql.replaceAll(`${name(database)}.`, '');

/** Those that hold something; not the times at which the server wrote a version of a row. */
async function columnsOf(ask: (queries: string) => Promise<string[]>): Promise<Map<string, Column[]>> {
  const lines = await ask(
    `SELECT JSON_ARRAY(table_name, column_name, data_type) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND COALESCE(generation_expression, '') NOT IN ('ROW START', 'ROW END') ORDER BY ordinal_position;`,
  );
  const columns = new Map<string, Column[]>();
  for (const line of lines) {
    const [table, column, type]: [string, string, string] = JSON.parse(line);
    columns.set(table, [...(columns.get(table) ?? []), { name: column, type }]);
  }
  return columns;
}

function checksumQuery(table: string, columns: readonly Column[]): string {
  const row = `CONCAT_WS('|', ${columns.map(columnText).join(', ')})`;
  return `SELECT CONCAT(COUNT(*), ' rows ', SHA2(COALESCE(GROUP_CONCAT(h ORDER BY h SEPARATOR ''), ''), 256)) FROM (SELECT SHA2(${row}, 256) AS h FROM ${name(table)}) AS hashed;`;
}

/** The bytes of a value as they are stored, whatever its character set. */
function columnText({ name: column, type }: Column): string {
  const value = name(column);
  switch (type) {
    case 'float':
      // Six digits would hide a difference.
      return `COALESCE(CAST(${value} AS DOUBLE), 'NULL')`;
    case 'double':
    case 'decimal':
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'year':
    case 'date':
    case 'time':
    case 'datetime':
    case 'timestamp':
      return `COALESCE(CAST(${value} AS CHAR), 'NULL')`;
    default:
      return `COALESCE(HEX(${value}), 'NULL')`;
  }
}
