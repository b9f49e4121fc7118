import type { RemarkTexts } from '../../remarks.ts';

/** What a preflight says of a server. */
export const enServerRemarks = {
  'logged-in': { message: 'logged in as {{account}}' },
  'server-version': { message: '{{product}} {{version}}' },
  'server-version-untested': {
    message: '{{product}} {{version}} is newer than what this program was tested with ({{known}})',
    hint: 'Rehearse a restore before you rely on it.',
  },
  'server-too-old': {
    message: '{{product}} {{version}} is older than {{oldest}}, the oldest that can be backed up',
    hint: 'Use a newer server.',
  },
  'tool-found': { message: 'the tool is there: {{tool}}' },
  'tool-other-vendor': {
    message: 'the dump tool is of another vendor: {{tool}} of {{toolProduct}} for {{product}} {{version}}',
    hint: 'Install the client package of {{product}}.',
  },
  'tool-older': {
    message: 'the dump tool is older than the server: {{tool}} for {{product}} {{version}}',
    hint: 'Install {{package}} of the server’s version or later.',
  },
  'stays-on-machine': { message: 'the connection does not leave this machine' },
  encrypted: { message: 'the connection is encrypted' },
  'encrypted-and-verified': { message: 'encrypted, and the server is who it says it is' },
  'not-encrypted': {
    message: 'the connection is not encrypted: whoever is on the way can read the data and the password',
    hint: 'Turn TLS on at the server, and leave `sslmode=disable` out of the address.',
  },
  'not-verified': {
    message: 'encrypted, but nobody checks that the server is who it says it is',
    hint: 'Use `sslmode=verify-full` in the address.',
  },
  'clock-agrees': { message: 'its clock agrees with ours (difference {{difference}})' },
  'clock-differs': {
    message: 'its clock differs from ours by {{difference}}',
    hint: 'Let both machines follow a time server.',
  },
  'connections-free': { message: 'connections that are free: {{free}}' },
  'connections-few': {
    message: 'connections that are free: only {{free}}; a backup opens up to {{needed}}',
    hint: 'Allow more, then restart the server:',
  },
  'no-replica': { message: 'no replica' },
  'replica-follows': { message: 'a replica that follows its primary' },
  'replica-lag': { message: 'a replica, {{lag}} behind its primary' },
  'replica-lag-unknown': {
    message: 'a replica, and nobody knows how far it is behind its primary',
    hint: 'Look why it does not follow, or back up the primary.',
  },
  'replica-far-behind': {
    message: 'the replica is {{lag}} behind its primary',
    hint: 'Look why it does not follow, or back up the primary.',
  },
  'replica-may-cancel': {
    message: 'a replica, {{lag}} behind, which may cancel a long backup so as to follow its primary',
    hint: 'Let the primary know what the replica reads:',
  },
  'replica-lost-primary': {
    message: 'the replica has lost its primary, and gives nothing away until it has found it again',
    hint: 'Back up the primary, or repair the replication.',
  },

  'no-pooler': { message: 'connected to the server itself' },
  'pooler-between': {
    message: 'a pooler such as PgBouncer stands between: one consistent view of the data does not survive it',
    hint: 'Connect to the port of PostgreSQL itself, 5432 by default.',
  },
  'role-passwords-readable': { message: 'roles can be backed up with their passwords' },
  'role-passwords-hidden': {
    message: 'roles are backed up without their passwords, which have to be set anew after a disaster',
    hint: 'To include them (the account then reads all data):',
  },
  'reads-everything': { message: 'every table and sequence may be read, also those of tomorrow' },
  'tables-unreadable': {
    message: '{{role}} may not read {{tables}}',
    hint: 'As an administrator of the database:',
  },
  'reads-today-only': {
    message: 'everything may be read today, but not what somebody else creates tomorrow',
    hint: 'As an administrator of the server:',
  },
  'reads-today-only-old': {
    message: 'everything may be read today, but not what somebody else creates tomorrow',
    hint: 'Log in as the owner of the tables, or as postgres through the socket.',
  },
  'rows-not-hidden': { message: 'no policy hides rows' },
  'rows-may-be-hidden': {
    message: 'no policy hides rows today, but one could tomorrow',
    hint: 'As an administrator of the server:',
  },
  'rows-hidden': { message: 'policies hide rows of {{tables}}', hint: 'As an administrator of the server:' },
  'large-objects-readable': { message: 'large objects that may be read: {{count}}' },
  'large-objects-unreadable': {
    message: 'large objects of others that may not be read: {{count}} of {{all}}',
    hint: 'As an administrator of the server:',
  },
  'locks-enough': { message: 'locks needed: {{needed}}; the server has room for {{room}}' },
  'locks-few': {
    message: 'locks needed: {{needed}}; the server has room for only about {{room}}',
    hint: 'Make more room, then restart the server:',
  },
  extensions: { message: 'extensions: {{extensions}}' },
  'extensions-preloaded': {
    message: '{{extensions}}: to be installed, and preloaded, on the server that this is restored to',
    hint: 'There, in `postgresql.conf`:',
  },
  'order-stays': { message: 'every large table has an order that stays' },
  'order-lost': {
    message: 'large tables without an order that stays: {{count}} of {{size}} altogether ({{tables}})',
    hint: 'Give them a primary key, leave out the rows of sessions and caches (`--exclude-data`), or expect that they are stored again often.',
  },

  'server-settings': { message: 'longest statement {{packet}}, sql_mode “{{mode}}”' },
  'grants-complete': { message: 'the account may read every part of the database' },
  'grants-missing': { message: 'these parts would be missing: {{parts}}', hint: 'As an administrator of the server:' },
  'sessions-possible': { message: 'several sessions can read one moment of the database' },
  'sessions-impossible': {
    message: 'databases will be read through one session, which takes longer',
    hint: 'To allow more:',
  },
  'databases-listed': { message: 'every database is shown to the account, also those of tomorrow' },
  'databases-unlisted': {
    message: 'databases that the account has no right to are not even shown to it: “all” would not be all',
    hint: 'As an administrator of the server:',
  },
  'accounts-readable': { message: 'accounts and their rights can be read' },
  'accounts-unreadable': {
    message: 'accounts and their rights cannot be backed up',
    hint: 'As an administrator of the server:',
  },
  'snapshot-covers-all': { message: 'all tables can be read at one moment' },
  'tables-untransactional': {
    message: 'tables that cannot be read at the same moment as the others: {{tables}}',
    hint: 'Convert them (`ALTER TABLE … ENGINE = InnoDB`), or lock writers out during the backup (`--untransactional lock`), or accept that they change meanwhile (`--untransactional accept`).',
  },
  'views-readable': { message: 'every view can be read' },
  'views-call-functions': {
    message: 'views call functions that the account may not run, so that their columns cannot be read',
    hint: 'As an administrator of the server:',
  },
  'views-broken': {
    message: 'views that cannot be read, and would end every backup: {{views}}',
    hint: 'Repair or drop them, or leave each out by its name (`--skip-view`).',
  },
  'values-exact': { message: 'every value is stored as it is' },
  'history-left-out': { message: 'only current rows are stored, not their history: {{tables}}' },
  'rows-elsewhere': { message: 'tables whose rows lie elsewhere: {{tables}}' },
  'history-and-rows-elsewhere': {
    message: 'only current rows are stored, not their history: {{versioned}}; the rows lie elsewhere: {{elsewhere}}',
  },

  'commands-allowed': { message: 'the user {{account}} may say everything that a backup needs' },
  'commands-refused': {
    message: 'the user {{account}} may not say {{commands}}',
    hint: 'As an administrator, in redis-cli:',
  },
  'commands-unproved': {
    message: 'whether the user {{account}} may say {{commands}} could not be proved',
    hint: 'To be sure, as an administrator, in redis-cli:',
  },
  'settings-refused': {
    message: 'the user {{account}} may not say {{command}}: settings are not in the backup',
    hint: 'As an administrator, in redis-cli:',
  },
  'evicts-keys': {
    message: 'when it is full it removes any key ({{policy}}): it is used as a cache',
    hint: 'Leave it out of the backup if everything in it can be made again.',
  },
  'keeps-nothing': {
    message: 'it keeps nothing over a restart: it is used as a cache',
    hint: 'Leave it out of the backup if everything in it can be made again.',
  },
  'last-save-failed': {
    message: 'its own last save failed',
    hint: 'Look at its log: a full disk, or no memory for the fork.',
  },
  'keeps-append-only-file': { message: 'it keeps an append-only file' },
  'saves-by-itself': { message: 'it saves by itself' },
  'memory-used': { message: 'in memory: {{used}}' },
  'memory-tight': {
    message: 'it uses {{used}} of {{total}} of memory: a backup, for which it forks, may find too little',
    hint: 'Set `vm.overcommit_memory = 1`, and back up while little is written.',
  },
  'has-checksum': { message: 'its files carry a checksum' },
  'no-checksum': {
    message: 'its files carry no checksum',
    hint: 'Set `rdbchecksum yes` in its configuration, and restart it.',
  },
  'no-modules': { message: 'no modules' },
  'has-modules': { message: 'its modules must also be where this is restored: {{modules}}' },
  'no-cluster': { message: 'not part of a cluster' },
  'cluster-node': {
    message: 'one node of a cluster, which holds only its share of the keys',
    hint: 'Back up every primary of the cluster.',
  },

  'file-readable': { message: 'the file can be read' },
  'journal-wal': { message: 'journal WAL: the application goes on while it is copied' },
  'journal-rollback': { message: 'rollback journal: writers wait while it is copied' },
  'journal-rollback-large': {
    message: 'rollback journal: writers wait while it is copied, which takes seconds for a database of this size',
    hint: 'Let the application set `PRAGMA journal_mode = WAL`, or back it up when nobody works.',
  },
  'folder-writable': { message: 'its folder can be written to' },
  'folder-unwritable': {
    message: 'its folder cannot be written to: a backup is possible, a restore beside it is not',
    hint: 'Restore into another folder, or run as a user who may write there.',
  },
} as const satisfies RemarkTexts;
