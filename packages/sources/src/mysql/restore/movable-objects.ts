import type { Inventory } from '../inventory.ts';
import { quoteText } from '../session.ts';
import { quoteName, unreadableDump } from '../splitter/dump-text.ts';
import type { SchemaKind } from '../splitter/schema-units.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { maskQuoted, withoutOwnName, withoutOwnNameInHead } from './sql-text.ts';
import { orderViews } from './view-order.ts';

/** What no RENAME TABLE moves: it is dropped here and created there. */
export interface MovableObject {
  readonly kind: 'function' | 'procedure' | 'package' | 'package-body' | 'view' | 'trigger' | 'event';
  readonly name: string;
  /** Statements for the database in use, their characters bytes: of the character set that they set first. */
  readonly create: readonly string[];
  /** An event that runs. */
  readonly isEnabled: boolean;
}

const RESET = `SET NAMES utf8mb4, sql_mode = '', time_zone = '+00:00'`;

/** Everything of a database that is no table and no sequence, in the order in which it can be created. */
export async function readMovable(
  session: MysqlConnection,
  database: string,
  inventory: Inventory,
): Promise<MovableObject[]> {
  // Names are then printed without the database, and texts in the character set that they were written in.
  await session.query(`USE ${quoteName(database)}`);
  await session.query('SET character_set_results = binary');
  const objects: MovableObject[] = [];
  for (const kind of ['function', 'procedure', 'package', 'package-body'] as const) {
    for (const { name } of inventory.routines.filter((routine) => routine.kind === kind)) {
      const [, mode, sql, charset, collation] = await shown(session, kind, name);
      objects.push(object(kind, name, sql, { mode, charset, collation }));
    }
  }
  const views = [];
  for (const name of inventory.views) {
    const [, sql, charset, collation] = await shown(session, 'view', name);
    views.push({
      kind: 'view' as const,
      name,
      sql: withoutOwnName(sql ?? '', bytesOf(database), 'view'),
      charset,
      collation,
    });
  }
  for (const view of orderViews(views)) {
    const { charset, collation } = views.find(({ name }) => name === view.name) ?? { charset: '', collation: '' };
    objects.push(object('view', view.name, view.sql, { charset, collation }));
  }
  for (const name of await triggersInOrder(session, database)) {
    const [, mode, sql, charset, collation] = await shown(session, 'trigger', name);
    const own = withoutOwnNameInHead(sql ?? '', bytesOf(database));
    objects.push(object('trigger', name, own, { mode, charset, collation }));
  }
  for (const name of inventory.events) {
    const [, mode, timeZone, sql, charset, collation] = await shown(session, 'event', name);
    const isEnabled = / ON COMPLETION (?:NOT )?PRESERVE ENABLE\b/.test(maskQuoted(sql ?? ''));
    objects.push({ ...object('event', name, sql, { mode, charset, collation, timeZone }), isEnabled });
  }
  await session.query(RESET);
  return objects;
}

/** Statements for any database in use. */
export function dropOf({ kind, name }: MovableObject, database: string): string[] {
  const drop = `DROP ${kind.replace('-', ' ').toUpperCase()} ${quoteName(database)}.${quoteName(name)}`;
  // Packages are words of Oracle's language only.
  return kind.startsWith('package') ? ["SET sql_mode = 'ORACLE'", drop, RESET] : [drop];
}

interface Surroundings {
  readonly mode?: string | undefined;
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  readonly timeZone?: string | undefined;
}

function object(
  kind: MovableObject['kind'],
  name: string,
  sql: string | undefined,
  around: Surroundings,
): MovableObject {
  const { mode, charset, collation, timeZone } = around;
  const isWord = (text: string | undefined) => text !== undefined && /^\w+$/.test(text);
  if (sql === undefined || sql === '' || !isWord(charset) || !isWord(collation)) {
    throw unreadableDump(`the server does not show ${kind} ${name}`);
  }
  const settings = [
    `character_set_client = ${charset ?? ''}`,
    `collation_connection = ${collation ?? ''}`,
    ...(mode === undefined ? [] : [`sql_mode = ${quoteText(mode)}`]),
    ...(timeZone === undefined ? [] : [`time_zone = ${quoteText(timeZone)}`]),
  ];
  return { kind, name, create: [`SET ${settings.join(', ')}`, sql, RESET], isEnabled: false };
}

async function shown(session: MysqlConnection, kind: SchemaKind, name: string): Promise<Array<string | undefined>> {
  const { rows } = await session.query(`SHOW CREATE ${kind.replace('-', ' ').toUpperCase()} ${quoteName(name)}`);
  return (rows[0] ?? []).map((value) => value?.toString('latin1'));
}

/** As they fire. */
async function triggersInOrder(session: MysqlConnection, database: string): Promise<string[]> {
  const rows = await session.texts(
    `SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${quoteText(database)}
     ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
  );
  return rows.map(([name]) => name ?? '');
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
