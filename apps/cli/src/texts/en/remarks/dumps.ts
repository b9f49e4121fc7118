import type { RemarkTexts } from '../../remarks.ts';

/** What a backup says of itself. */
export const enDumpRemarks = {
  publications: {
    message: 'publications: {{names}} (a restore leaves them out, since they would publish at once)',
  },
  subscriptions: { message: 'subscriptions: {{names}} (a restore leaves them out)' },
  'replication-slots': { message: 'replication slots: {{names}} (in no backup; make them again after a restore)' },
  'event-triggers': { message: 'event triggers: {{names}} (they fire again as soon as they are restored)' },
  'foreign-tables': { message: 'foreign tables: {{names}} (their rows are on another server, not in this backup)' },
  'user-mappings': { message: 'user mappings: {{names}} (the backup may hold passwords for other servers)' },
  'prepared-transactions': {
    message: 'prepared transactions: {{names}} (their changes are not in the backup until they are committed)',
  },
  'invalid-indexes': { message: 'invalid indexes: {{names}} (left over from an index that could not be built)' },
  'unlogged-tables': { message: 'unlogged tables: {{names}} (a replica does not have their rows)' },
  'role-passwords-missing': { message: 'the passwords of roles are not in the backup' },

  'dumped-by-other-vendor': {
    message: '{{product}} was backed up by a tool of another vendor: {{tool}} of {{toolProduct}}',
  },
  'view-skipped': { message: 'the view {{view}} was left out, as it was asked for' },
  'table-rows-elsewhere': { message: 'the table {{table}} ({{engine}}) has no rows of its own' },
  'table-untransactional': { message: 'the table {{table}} ({{engine}}) was read while it may have changed' },
  'table-history-left-out': { message: 'of the table {{table}} only the current rows were read' },
  'account-unreadable': { message: 'an account is not in the backup: {{statement}} (the server says “{{reason}}”)' },

  'keys-moved': {
    message: '{{database}} has {{keys}} keys in the backup; the server counted {{before}} before and {{after}} after',
  },
  'checksum-absent': { message: 'the server makes no checksum (`rdbchecksum no`): damage on its side cannot be told' },
  'server-settings-unread': { message: 'the settings of the server are not in the backup: {{command}} is refused' },
  'server-users-unread': { message: 'the users of the server are not in the backup: {{command}} is refused' },

  'foreign-keys-broken': { message: 'rows point to rows that are not there: {{tables}}' },
  'check-limited': {
    message: 'indexes could not be checked: they need functions or collations that only the application has',
  },
  'tables-unread': { message: 'stored, but not read so as to be compared: {{tables}}' },
  'virtual-tables': { message: 'values of these may lie outside of the file: {{tables}}' },

  'stored-sentence': { message: '{{code}}: “{{sentence}}”' },
  'stored-unknown': { message: 'a remark of a newer program: {{code}} {{values}}' },
} as const satisfies RemarkTexts;
