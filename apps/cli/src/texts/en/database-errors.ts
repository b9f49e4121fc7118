import type { ErrorText } from '@lumbung/contracts/texts';

/** Of databases: see errors.ts. */
export const enDatabaseErrors = {
  DB_ADDRESS_INVALID: {
    message: 'the address is of a kind that this database does not have',
    hint: 'Give a host and port, or a unix socket.',
  },
  DB_ANSWER_TOO_LARGE: {
    message: 'the database server answers with more than can be held',
    hint: 'Look into the log of the database server; report it if the database is an ordinary one.',
  },
  DB_ARCHIVE_UNKNOWN: {
    message: 'pg_dump wrote its table of contents in an unknown form',
    hint: 'Use pg_dump of version 10 to 18.',
  },
  DB_ASSERTION_INVALID: {
    message: 'an assertion has no question',
    hint: 'Write it as `QUESTION => ANSWER`.',
  },
  DB_ASSERTION_UNSUPPORTED: {
    message: 'a database of {{engine}} cannot be asked',
    hint: 'Leave the assertions out.',
  },
  DB_BEHIND_POOLER: {
    message: 'a pooler such as PgBouncer stands between Lumbung and the database server',
    hint: 'Connect to the port of PostgreSQL itself, 5432 by default.',
  },
  DB_CANCELLED: { message: 'the database server stopped a statement before its end', hint: 'Try again.' },
  DB_CONNECTION_LOST: {
    message: 'the connection to the database server was lost',
    hint: 'What was read so far is not kept. Try again.',
  },
  DB_DATABASE_MISSING: {
    message: 'there is no such database',
    hint: 'Check its name; it may have been renamed or dropped.',
  },
  DB_DATA_CORRUPTED: {
    message: 'the database server finds its own data damaged',
    hint: 'Keep every older backup, and have the disk of the database server checked.',
  },
  DB_DUMP_AMBIGUOUS: {
    message: 'the repository has backups of {{count}} databases: {{dumps}}',
    hint: 'Say which with --database (and --server), or name a snapshot.',
  },
  DB_DUMP_DAMAGED: {
    message: 'the stored dump is damaged',
    hint: 'Run `lumbung check`, and restore another snapshot.',
  },
  DB_DUMP_INCOMPLETE: {
    message: 'the dump of the database is not whole',
    hint: 'Nothing was stored. Start again; if it happens again, look at the log of the database server.',
  },
  DB_DUMP_MISSING: {
    message: 'the repository has no such backup of a database',
    hint: '`db list` shows what there is.',
  },
  DB_DUMP_UNREADABLE: {
    message: 'the dump tool of the database wrote something unknown',
    hint: 'Nothing was stored. Report this, with the versions of the server and of its client package.',
  },
  DB_DUMP_ABANDONED: {
    message: 'the files of the dump were not all taken',
    hint: 'This is a consequence of another error: see the messages above.',
  },
  DB_DUMP_WRONG_KIND: {
    message: 'this is a dump of something else ({{found}}), not of a PostgreSQL database',
    hint: 'Choose the dump of a database.',
  },
  DB_ENGINE_UNSUPPORTED: {
    message: 'databases of {{engine}} cannot be backed up yet',
    hint: 'Use the dump tool of the database with `backup --stdin-from-command`.',
  },
  DB_FLOAT_ROUNDED: {
    message: 'FLOAT values of {{tables}} could only be stored with six digits',
    hint: 'Convert the tables that no snapshot covers to InnoDB, or use --untransactional accept.',
  },
  DB_INVENTORY_DIFFERS: {
    message: 'the dump lacks {{count}} objects that the database has',
    hint: 'Try again. Report it if it stays so.',
  },
  DB_LOCKED: {
    message: 'somebody else holds a lock in the database for too long',
    hint: 'Try again when the change of the database is over.',
  },
  DB_LOCK_TABLE_FULL: {
    message: 'the database server has no memory left for locks',
    hint: 'Raise max_locks_per_transaction in postgresql.conf and restart the server.',
  },
  DB_LOGIN_METHOD_UNKNOWN: {
    message: 'the database server asks for a way to log in that is not supported',
    hint: 'Use scram-sha-256 in pg_hba.conf of the server.',
  },
  DB_LOGIN_REFUSED: {
    message: 'the database server refuses the login',
    hint: 'Check user and password, and who may connect from here (pg_hba.conf).',
  },
  DB_NAME_UNSUPPORTED: {
    message: 'the dump tool cannot leave out parts of the database {{database}}: its name has a point',
    hint: 'Back up the whole database.',
  },
  DB_OBJECT_CHANGED: {
    message: 'something in the database was dropped or altered meanwhile',
    hint: 'Try again when the change of the database is over.',
  },
  DB_OBJECT_MISSING: {
    message: 'the database has no {{object}}, which is to be left out',
    hint: 'Correct what is left out: a renamed table would be stored though nobody wanted it.',
  },
  DB_PASSWORD_EXPOSED: {
    message: 'the database server asks for the password in clear over a connection that is not encrypted',
    hint: 'Use TLS, or scram-sha-256 in pg_hba.conf of the server.',
  },
  DB_PASSWORD_MISSING: {
    message: 'the database server asks for a password, and none was given',
    hint: 'Store the password of the backup user.',
  },
  DB_PASSWORD_PLACE_EMPTY: {
    message: 'there is no password in {{place}}',
    hint: 'Write the password alone into it, on one line.',
  },
  DB_PASSWORD_TWICE: {
    message: 'the password of the database comes from more than one place',
    hint: 'Keep it in a file that only you can read, and take it out of the address.',
  },
  DB_PASSWORD_UNUSABLE: {
    message: 'the user or password of the database cannot be passed on ({{where}})',
    hint: 'Choose one without line breaks, of less than 1000 characters.',
  },
  DB_OPTION_UNSUPPORTED: { message: '{{option}} means nothing to a database of {{engine}}', hint: 'Leave it out.' },
  DB_PRIVILEGE_MISSING: {
    message: 'the backup user lacks a privilege in the database',
    hint: 'Test the connection: it shows the statement that grants it.',
  },
  DB_PROTOCOL_ERROR: {
    message: 'the server does not speak the protocol of its kind of database',
    hint: 'Check the address and the port; connect directly, without a proxy.',
  },
  DB_QUERY_FAILED: {
    message: 'the database server refuses a statement',
    hint: 'Look into the log of the database server.',
  },
  DB_RENDER_BINARY: {
    message: 'rows of {{table}} are too long for a file of SQL',
    hint: 'Restore the dump to a server instead.',
  },
  DB_REPLICA_CONFLICT: {
    message: 'the replica gave up the query to follow its primary',
    hint: 'Set hot_standby_feedback = on there, or back up the primary.',
  },
  DB_REPLICA_STOPPED: {
    message: 'the server is a replica that does not follow its primary any more',
    hint: 'Start the replication again (SHOW REPLICA STATUS says why it stopped), or back up the primary.',
  },
  DB_RESTORE_NAME_MISSING: {
    message: 'the restored database needs a name',
    hint: 'Give it with --as; it must not exist yet.',
  },
  DB_RESTORE_NO_SPACE: {
    message: 'no space is left where {{path}} should be restored',
    hint: 'Free some space there, or choose another place. Nothing of it was left.',
  },
  DB_RESTORE_OBJECT_REFUSED: {
    message: 'the server does not take {{object}}: {{said}}',
    hint: 'Nothing of the restore was kept. Restore into a server of the version that was dumped.',
  },
  DB_RESTORE_REFUSED: {
    message: 'the restore does not begin, because a check of its plan failed',
    hint: 'See the checks of the plan; nothing was changed.',
  },
  DB_RESTORE_ROWS_DIFFER: {
    message: 'the server took {{rows}} rows of {{table}}, but {{expectedRows}} were dumped',
    hint: 'Nothing was kept. Run `lumbung check`, and restore another snapshot.',
  },
  DB_RESTORE_VALUES_ALTERED: {
    message: 'the server would not keep values of table {{table}} as they were',
    hint: 'Nothing of the restore was kept. Restore into a server of the version that was dumped.',
  },
  DB_ROW_INCOMPLETE: {
    message: 'the dump ends in the middle of row {{row}}',
    hint: 'Nothing was stored. Start again; if it happens again, look at the log of the database server.',
  },
  DB_ROW_TOO_LARGE: {
    message: 'a row is too large for the database server to send or take',
    hint: 'Ask whoever maintains the application about values near 1 GB.',
  },
  DB_SCRATCH_FAILED: {
    message: 'a database server for the drill could not be started',
    hint: 'Choose another working folder, or look at the log of the drill.',
  },
  DB_SERVER_ABSENT: {
    message: 'SQLite has no server: a database is all there is',
    hint: 'Dump the database itself.',
  },
  DB_SERVER_DISK_FULL: {
    message: 'the disk of the database server is full',
    hint: 'Free space on the database server first.',
  },
  DB_SERVER_MISSING: {
    message: 'no database server for the drill is installed on this machine',
    hint: 'Install the package {{package}}.',
  },
  DB_SERVER_NOT_AUTHENTIC: {
    message: 'the database server could not prove that it knows the password: somebody may stand between',
    hint: 'Check the address of the server, and use TLS with a verified certificate.',
  },
  DB_SERVER_TOO_OLD: {
    message: 'the database server is of version {{version}}, which is too old to be dumped',
    hint: 'Dump it with its own tools, and plan its upgrade.',
  },
  DB_STALLED: {
    message: 'the database server has sent nothing for {{seconds}} seconds',
    hint: 'Check the server and the network, then try again.',
  },
  DB_SWAP_FAILED: {
    message: 'the databases could not be exchanged, and what was begun was undone',
    hint: 'See the cause, and exchange them again.',
  },
  DB_SWAP_HALF_DONE: {
    message: 'the databases are half exchanged, and it could not be undone',
    hint: 'Call whoever administers the server before anybody uses them; the log names each statement that is missing.',
  },
  DB_SWAP_NAME_MISSING: {
    message: 'the live database must be named',
    hint: 'Name it in the address: it is the one that steps back.',
  },
  DB_SWAP_REFUSED: {
    message: 'the restored database is not exchanged with the live one: {{reason}}',
    hint: 'Check the three names; nothing was changed.',
  },
  DB_SWAP_WITHOUT_BACKUP: {
    message: 'the live database {{database}} could not be backed up, so it was not exchanged',
    hint: 'See above why; if it cannot be read any more, use --without-backup.',
  },
  DB_TABLES_UNTRANSACTIONAL: {
    message: 'no snapshot covers {{count}} tables: {{tables}}',
    hint: 'Convert them to InnoDB, or have them locked during the dump (`--untransactional lock`), or accept that they are read while they change (`--untransactional accept`).',
  },
  DB_TABLE_UNKNOWN: {
    message: 'there is no table {{table}} in the database',
    hint: 'Correct the list of tables whose rows are left out.',
  },
  DB_TEXT_INVALID: { message: 'a name, password or statement contains a zero byte', hint: 'Choose one without it.' },
  DB_TIMEOUT: {
    message: 'the work on the database took longer than the {{seconds}} seconds it may',
    hint: 'See what keeps the server busy, or allow more time.',
  },
  DB_TLS_UNAVAILABLE: {
    message: 'the database server offers no encryption',
    hint: 'Turn it on at the server (ssl = on), or allow a connection without TLS.',
  },
  DB_TLS_UNTRUSTED: {
    message: 'the encrypted connection to the database server could not be trusted',
    hint: 'Check the certificate of the server, and the file of the authority that signed it.',
  },
  DB_TOOL_ABANDONED: {
    message: 'the output of {{tool}} was not read to its end',
    hint: 'This is a consequence of another error: see the messages above.',
  },
  DB_TOOL_FAILED: {
    message: '{{tool}} failed with exit code {{exitCode}}: {{said}}',
    hint: 'Nothing was stored. The text after the colon is what the program itself said.',
  },
  DB_TOOL_INPUT_UNREAD: {
    message: '{{tool}} ended before it had read all it was given',
    hint: 'Start again; if it happens again, look at the log of the database server.',
  },
  DB_TOOL_KILLED: {
    message: '{{tool}} was ended from outside ({{signal}})',
    hint: 'Nothing was stored. Look at the system log: a machine that runs out of memory ends programs.',
  },
  DB_TOOL_MISSING: {
    message: '{{tool}} is not installed',
    hint: 'Install the package {{package}}.',
  },
  DB_TOOL_OUTPUT_TOO_LARGE: {
    message: '{{tool}} says more than the {{limitBytes}} bytes that can be taken',
    hint: 'Check that it is the right program.',
  },
  DB_TOOL_STALLED: {
    message: '{{tool}} was ended: not a byte moved for {{stallSeconds}} seconds',
    hint: 'Nothing was stored. Check the connection to the database server, its locks, and whether the repository still takes data.',
  },
  DB_TOOL_TIMEOUT: {
    message: '{{tool}} was ended: it did not finish within {{limitSeconds}} seconds',
    hint: 'Nothing was stored. Allow more time, or find out what made it slow.',
  },
  DB_TOOL_TOO_OLD: {
    message: '{{tool}} {{toolVersion}} is older than the server, which is version {{serverVersion}}',
    hint: 'Install the package {{package}}.',
  },
  DB_TOOL_UNUSABLE: {
    message: '{{path}} cannot be started ({{errno}})',
    hint: 'Check that it is a program for this machine, and who may run it.',
  },
  DB_TOO_MANY_CONNECTIONS: {
    message: 'the database server takes no more connections',
    hint: 'Raise max_connections, or lower how many tables are read at once.',
  },
  DB_UNREACHABLE: {
    message: 'the database server cannot be reached',
    hint: 'Check that it runs, its address, and the firewall between.',
  },
  DB_URL_INVALID: {
    message: 'not the address of a database: {{reason}}',
    hint: 'Write it like postgresql://user@host:5432/database, mysql:///database?socket=/run/mysqld/mysqld.sock or sqlite:/path/of/the/file.',
  },
  DB_WORKSPACE_CHANGED: {
    message: '{{path}} changed in the working folder after it was checked',
    hint: 'Check the disk of the working folder, and who else writes to it.',
  },
  DB_WORKSPACE_FULL: {
    message: 'the working folder has no room for the dump',
    hint: 'Free some space there, or give the working folder more room.',
  },
  REDIS_COUNTS_DIFFER: {
    message: 'database {{db}} has {{keys}} keys in the dump, but {{before}} before and {{after}} after on the server',
    hint: 'Look at the log of the server, and dump it again. Nothing was stored.',
  },
  REDIS_DATABASE_UNKNOWN: {
    message: 'no such Redis database, or nothing in it: {{database}}',
    hint: 'A server is dumped as `instance`; restore it whole, or one of its numbered databases into a number.',
  },
  REDIS_NOT_READY: {
    message: 'the Redis server is not ready',
    hint: 'Wait until it has loaded its data, or until the replica has found its master; then try again.',
  },
  REDIS_RDB_CORRUPT: {
    message: 'the RDB file of the Redis dump is damaged',
    hint: 'Dump the server again. If the file comes from the repository, run `lumbung check`.',
  },
  REDIS_RDB_UNSUPPORTED: {
    message: 'the RDB file holds what this program does not know: {{what}}',
    hint: 'Use a newer version of Lumbung; until then, store the RDB file of the server as a file.',
  },
  REDIS_SCRATCH_FAILED: {
    message: 'a Redis server for the drill could not be started',
    hint: 'Check that the package redis-server is installed, of the version that was dumped or newer.',
  },
  REDIS_SWAP_UNSUPPORTED: {
    message:
      'only two numbered databases of one Redis server can be exchanged, and the old one takes the number of the restored one',
    hint: 'Let the application connect to the restored server instead, or restore one database into another number.',
  },
  REDIS_SYNC_INTERRUPTED: {
    message: 'the Redis server hung up before it had sent all of its data',
    hint: 'Look at the log of the server: the limit client-output-buffer-limit replica, or memory for the fork.',
  },
  REDIS_VALUE_REFUSED: {
    message: 'the Redis server refuses a value of {{table}}',
    hint: 'Empty the target before another attempt. A key that is busy means that somebody else writes to it.',
  },
  SQLITE_COPY_INCOMPLETE: {
    message: '{{path}} was not copied as it was',
    hint: 'Try again, and check the disk of the working folder.',
  },
  SQLITE_DAMAGED: {
    message: 'the database {{path}} is damaged',
    hint: 'Restore the last good backup, or rescue what is left with the .recover command of sqlite3. Nothing was stored.',
  },
  SQLITE_EMPTY: {
    message: 'the database {{path}} is an empty file',
    hint: 'If the application has not been started yet, leave the database out of the backup until then.',
  },
  SQLITE_FAILED: {
    message: 'SQLite could not do what it was asked with {{path}}',
    hint: 'See the log for what SQLite says.',
  },
  SQLITE_HOT_JOURNAL: {
    message: 'the application of {{path}} died in the middle of a change',
    hint: 'Start the application, which takes the change back; then back it up.',
  },
  SQLITE_IN_USE: {
    message: '{{path}} is in use by {{program}}',
    hint: 'Stop the application, then try again. Nothing was changed.',
  },
  SQLITE_LOCKED: {
    message: '{{path}} is locked by another program',
    hint: 'Try again when the application writes less, or find what holds it.',
  },
  SQLITE_MISSING: {
    message: 'the database {{path}} does not exist',
    hint: 'Check the path.',
  },
  SQLITE_NOT_A_DATABASE: {
    message: '{{path}} is no SQLite database, or an encrypted one',
    hint: 'Name another file. Back up an encrypted database as a file, while its application is stopped.',
  },
  SQLITE_QUESTION_TOO_WIDE: {
    message: 'the question has more than {{rowsMax}} rows for an answer',
    hint: 'Ask for a count or a sum.',
  },
  SQLITE_SIDECARS_UNAVAILABLE: {
    message: '{{path}} cannot be read without writing its -wal and -shm files beside it',
    hint: 'Run the backup as root, or as the user of the application, with permission to write into the folder.',
  },
  SQLITE_SWAP_IMPOSSIBLE: {
    message: '{{path}} lies on another file system than the live database',
    hint: 'Restore the database beside the live one.',
  },
  SQLITE_TABLE_EXISTS: {
    message: 'the target has a table {{table}} already',
    hint: 'Rename or remove it first, or restore into another file. Nothing was changed.',
  },
  SQLITE_TABLE_MISSING: {
    message: 'the dump has no table {{table}} that could be restored by itself',
    hint: 'Choose from the tables of the dump. A virtual table is restored with the whole database.',
  },
  SQLITE_TARGET_EXISTS: {
    message: '{{path}} is there already',
    hint: 'Choose another name.',
  },
  SQLITE_UNREADABLE: {
    message: '{{path}} cannot be read',
    hint: 'Run the backup as a user who may read it.',
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
