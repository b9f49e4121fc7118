import { z } from 'zod';
import type { Manifest } from '../../manifest/manifest.ts';
import { storedRemark } from '../../remarks/stored-remark.ts';
import { listed } from '../../remarks/value-kinds.ts';
import { text } from '../columns.ts';
import { select } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';

/** What a dump of the database does not bring back, or what acts by itself once it is brought back. */
export async function readWarnings(
  connection: PostgresConnection,
  version: { readonly major: number },
  signal: AbortSignal,
): Promise<Manifest['warnings']> {
  const parts = [
    ...(version.major >= 10
      ? [
          `SELECT 'publications' AS code, pubname::text AS name FROM pg_catalog.pg_publication`,
          `SELECT 'subscriptions', subname::text FROM pg_catalog.pg_subscription
             WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
        ]
      : []),
    `SELECT 'replication-slots' AS code, slot_name::text AS name FROM pg_catalog.pg_replication_slots
       WHERE database = pg_catalog.current_database()`,
    `SELECT 'event-triggers', evtname::text FROM pg_catalog.pg_event_trigger`,
    `SELECT 'foreign-tables', ftrelid::pg_catalog.regclass::text FROM pg_catalog.pg_foreign_table`,
    `SELECT 'user-mappings', srvname || ' ' || usename FROM pg_catalog.pg_user_mappings`,
    `SELECT 'prepared-transactions', gid FROM pg_catalog.pg_prepared_xacts
       WHERE database = pg_catalog.current_database()`,
    `SELECT 'invalid-indexes', indexrelid::pg_catalog.regclass::text FROM pg_catalog.pg_index WHERE NOT indisvalid`,
  ];
  const sql = `SELECT code, name FROM (${parts.join(' UNION ')}) w ORDER BY code, name`;
  const rows = await select(connection, z.object({ code: text, name: text }), sql, signal);
  const names = new Map<string, string[]>();
  for (const { code, name } of rows) names.set(code, [...(names.get(code) ?? []), name]);
  return CODES.flatMap((code) => {
    const list = names.get(code);
    return list === undefined ? [] : [storedRemark(code, { names: listed(list) })];
  });
}

const CODES = [
  'publications',
  'subscriptions',
  'replication-slots',
  'event-triggers',
  'foreign-tables',
  'user-mappings',
  'prepared-transactions',
  'invalid-indexes',
] as const;
