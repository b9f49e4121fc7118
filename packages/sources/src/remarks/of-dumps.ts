import type { RemarkSpecs } from './value-kinds.ts';

/** What a manifest says of its dump. They are stored: a code stays, with the values it has. */
export const DUMP_REMARKS = {
  publications: { names: 'names' },
  subscriptions: { names: 'names' },
  'replication-slots': { names: 'names' },
  'event-triggers': { names: 'names' },
  'foreign-tables': { names: 'names' },
  'user-mappings': { names: 'names' },
  'prepared-transactions': { names: 'names' },
  'invalid-indexes': { names: 'names' },
  'unlogged-tables': { names: 'names' },
  'role-passwords-missing': {},

  'dumped-by-other-vendor': { tool: 'name', toolProduct: 'name', product: 'name' },
  'view-skipped': { view: 'name' },
  'table-rows-elsewhere': { table: 'name', engine: 'name' },
  'table-untransactional': { table: 'name', engine: 'name' },
  'table-history-left-out': { table: 'name' },
  'account-unreadable': { statement: 'name', reason: 'name' },

  'keys-moved': { database: 'name', keys: 'count', before: 'count', after: 'count' },
  'checksum-absent': {},
  'server-settings-unread': { command: 'name' },
  'server-users-unread': { command: 'name' },

  'foreign-keys-broken': { tables: 'names' },
  'check-limited': {},
  'tables-unread': { tables: 'names' },
  'virtual-tables': { tables: 'names' },

  /** Of a manifest of version 1, which has an English sentence and no values. */
  'stored-sentence': { code: 'name', sentence: 'name' },
  /** Of a manifest that a newer program wrote. */
  'stored-unknown': { code: 'name', values: 'name' },
} as const satisfies RemarkSpecs;
