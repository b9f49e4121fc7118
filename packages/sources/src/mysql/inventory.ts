import { LumbungError } from '@lumbung/stdx';
import { sha256Hex } from '../manifest/digest.ts';
import { quoteText } from './session.ts';
import { quoteName } from './splitter/dump-text.ts';
import type { MysqlConnection } from './wire/connection.ts';

export interface InventoryTable {
  readonly name: string;
  readonly engine: string;
  /** As the server guesses. */
  readonly bytes: number;
  /** Covered by a snapshot. */
  readonly isTransactional: boolean;
  /** Its rows are its own, and a dump tool writes them. */
  readonly hasRows: boolean;
  readonly isVersioned: boolean;
  readonly columns: readonly InventoryColumn[];
}

export interface InventoryColumn {
  readonly name: string;
  readonly isGenerated: boolean;
  /** A FLOAT that the server prints with six digits, fewer than it has. */
  readonly isRounded: boolean;
}

/** What a database holds, by the server's own catalogue. Names are in order of their code units. */
export interface Inventory {
  readonly tables: readonly InventoryTable[];
  readonly views: readonly string[];
  readonly sequences: readonly string[];
  /** By kind, as in the schema: `function`, `procedure`, `package`, `package-body`. */
  readonly routines: ReadonlyArray<{ readonly kind: string; readonly name: string }>;
  readonly triggers: readonly string[];
  readonly events: readonly string[];
  /** `user@host` of whoever views, routines, triggers and events run as. */
  readonly definers: readonly string[];
  /** Events whose text has `;;`, on which mariadb-dump loops for ever. */
  readonly unprintableEvents: readonly string[];
  /** A view calls a function of the database: whoever reads its columns must be allowed to run it. */
  readonly hasCallingViews: boolean;
  readonly database: DatabaseSettings;
  /** Of all names and definitions: changes when any of them does. */
  readonly fingerprint: string;
}

export interface DatabaseSettings {
  readonly charset: string;
  readonly collation: string;
  readonly comment: string;
}

/** Engines whose tables only point at rows that lie elsewhere. The dump tools leave the rows out. */
const POINTERS: ReadonlySet<string> = new Set([
  'MRG_MYISAM',
  'MRG_ISAM',
  'FEDERATED',
  'CONNECT',
  'SPIDER',
  'OQGRAPH',
  'S3',
]);

/** @throws LumbungError DB_DATABASE_MISSING (operator); see MysqlConnection.query */
export async function readInventory(session: MysqlConnection, database: string): Promise<Inventory> {
  const schema = quoteText(database);
  const settings = await readSettings(session, database);
  await freshStatistics(session);
  const engines = await session.texts("SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES'");
  const transactional = new Set(engines.map(([engine]) => (engine ?? '').toUpperCase()));
  const objects = await session.texts(
    `SELECT TABLE_NAME, TABLE_TYPE, ENGINE, DATA_LENGTH FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema}`,
  );
  const columns = await session.texts(
    `SELECT TABLE_NAME, COLUMN_NAME, EXTRA, COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${schema} ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  );
  const routines = await session.texts(
    `SELECT ROUTINE_TYPE, ROUTINE_NAME, DEFINER, ROUTINE_DEFINITION, SQL_MODE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${schema}`,
  );
  const triggers = await session.texts(
    `SELECT TRIGGER_NAME, DEFINER, ACTION_STATEMENT, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${schema}`,
  );
  const events = await session.texts(
    `SELECT EVENT_NAME, DEFINER, EVENT_DEFINITION, STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${schema}`,
  );
  const views = await session.texts(
    `SELECT TABLE_NAME, DEFINER, VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ${schema}`,
  );
  const byTable = Map.groupBy(columns, ([table]) => table ?? '');
  const ofType = (...types: string[]) => objects.filter(([, type]) => types.includes(type ?? ''));
  return {
    tables: sorted(
      ofType('BASE TABLE', 'SYSTEM VERSIONED').map(([name, type, engine, bytes]) => ({
        name: name ?? '',
        engine: engine ?? '',
        bytes: Number(bytes ?? 0),
        isTransactional: transactional.has((engine ?? '').toUpperCase()),
        hasRows: !POINTERS.has((engine ?? '').toUpperCase()),
        isVersioned: type === 'SYSTEM VERSIONED',
        columns: (byTable.get(name ?? '') ?? []).map(([, column, extra, columnType]) => ({
          name: column ?? '',
          isGenerated: /\b(?:VIRTUAL|STORED|PERSISTENT) ?(?:GENERATED)?\b/i.test(extra ?? ''),
          isRounded: /^float(?: unsigned)?(?: zerofill)?$/i.test(columnType ?? ''),
        })),
      })),
      ({ name }) => name,
    ),
    views: namesOf(ofType('VIEW')),
    sequences: namesOf(ofType('SEQUENCE')),
    routines: sorted(
      routines.map(([type, name]) => ({ kind: (type ?? '').toLowerCase().replace(' ', '-'), name: name ?? '' })),
      ({ kind, name }) => `${kind}\0${name}`,
    ),
    triggers: namesOf(triggers),
    events: namesOf(events),
    definers: [
      ...new Set([
        ...routines.map(([, , definer]) => definer),
        ...[triggers, events, views].flat().map(([, who]) => who),
      ]),
    ]
      .map((definer) => definer ?? '')
      .filter((definer) => definer !== '')
      .toSorted(),
    unprintableEvents: namesOf(events.filter(([, , definition]) => (definition ?? '').includes(';;'))),
    hasCallingViews: callsAny(
      views.map(([, , definition]) => definition ?? ''),
      routines.map(([, name]) => name ?? ''),
    ),
    database: settings,
    fingerprint: sha256Hex(
      [objects.map(([name, type, engine]) => [name, type, engine]), columns, routines, triggers, events, views]
        .map((rows) => rows.map((row) => JSON.stringify(row)).toSorted())
        .flat()
        .join('\n'),
    ),
  };
}

/** The server prints a call as `database`.`function`( in the text of a view. */
function callsAny(definitions: readonly string[], functions: readonly string[]): boolean {
  return functions.some((name) => {
    const call = `.${quoteName(name)}(`;
    return definitions.some((definition) => definition.includes(call));
  });
}

/** MySQL 8 remembers sizes for a day; other servers do not know the setting. */
async function freshStatistics(session: MysqlConnection): Promise<void> {
  const [known] = await session.texts("SHOW VARIABLES LIKE 'information_schema_stats_expiry'");
  if (known !== undefined) await session.query('SET SESSION information_schema_stats_expiry = 0');
}

async function readSettings(session: MysqlConnection, database: string): Promise<DatabaseSettings> {
  const [row] = await session.texts(
    `SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteText(database)}`,
  );
  if (row === undefined) {
    throw new LumbungError('DB_DATABASE_MISSING', {
      kind: 'operator',
      message: 'there is no such database',
      context: { database },
      hint: 'check its name; it may have been renamed or dropped',
    });
  }
  const [hasComment] = await session.texts("SHOW COLUMNS FROM information_schema.SCHEMATA LIKE 'SCHEMA_COMMENT'");
  const [comment] =
    hasComment === undefined
      ? []
      : await session.texts(
          `SELECT SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteText(database)}`,
        );
  return { charset: row[0] ?? '', collation: row[1] ?? '', comment: comment?.[0] ?? '' };
}

function namesOf(rows: ReadonlyArray<ReadonlyArray<string | null>>): string[] {
  return rows.map(([name]) => name ?? '').toSorted();
}

function sorted<T>(items: readonly T[], key: (item: T) => string): T[] {
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
