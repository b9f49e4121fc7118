import { z } from 'zod';
import type { Manifest } from '../../manifest/manifest.ts';
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
  return [...names].map(([code, list]) => ({ code, message: `${MEANINGS[code] ?? code}: ${shortened(list)}` }));
}

const MEANINGS: Readonly<Record<string, string>> = {
  publications: 'they are restored only if asked for, and publish at once',
  subscriptions: 'they are restored only if asked for, and switched off',
  'replication-slots': 'no dump holds them; make them again after a restore',
  'event-triggers': 'they fire again as soon as they are restored',
  'foreign-tables': 'their rows are on another server and not in this dump',
  'user-mappings': 'the dump may hold passwords for other servers',
  'prepared-transactions': 'their changes are not in the dump until they are committed',
  'invalid-indexes': 'they are left over from an index that could not be built',
};

const NAMES_MAX = 20;

function shortened(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
