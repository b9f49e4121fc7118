import type { ErrorText } from '@lumbung/contracts/texts';

/** Of the server's own state: see errors.ts. */
export const enStateErrors = {
  BUG_NOT_CANONICAL: { message: 'a value has no canonical form' },
  BUG_STORE_INSIDE_TRANSACTION: { message: 'a transaction asked the database outside of itself' },
  DATA_FOLDER_IN_USE: {
    message: 'another process uses the data folder {{path}}',
    messageWith: { pid: 'process {{pid}} uses the data folder {{path}}' },
    hint: 'Lumbung runs already. Stop that one first, or set LUMBUNG_DATA to another folder.',
  },
  DATA_FOLDER_ON_NETWORK: {
    message: 'the data folder {{path}} is on {{fileSystem}}, where the state of Lumbung is not safe',
    hint: 'Set LUMBUNG_DATA to a folder on a disk of this machine; repositories may stay where they are.',
  },
  DATA_FOLDER_UNUSABLE: {
    message: 'the data folder {{path}} cannot be used',
    hint: 'Check that it is a folder that Lumbung may write to, and that its disk has room.',
  },
  MASTER_KEY_EXPOSED: {
    message: 'others than its owner may read the master key {{path}}',
    hint: 'Run `chmod 600 {{path}}`. If somebody may have seen the key, rotate it.',
  },
  MASTER_KEY_GIVEN: {
    message: 'the master key comes from the environment, where Lumbung cannot replace it',
    hint: 'Set LUMBUNG_MASTER_KEY to the new key, a comma and the old one, and start again; then leave the old one out.',
  },
  MASTER_KEY_INVALID: {
    message: 'what {{place}} holds is no master key',
    hint: 'A master key is 43 letters, digits, - and _, as it stands in the recovery kit.',
  },
  MASTER_KEY_UNREADABLE: {
    message: 'the master key {{path}} cannot be read or written',
    hint: 'Check that Lumbung owns the file and its folder, and that the disk has room.',
  },
  SECRET_DAMAGED: {
    message: 'the secret {{secret}} does not open: it was changed in the database',
    hint: 'Enter it again, and find out who wrote to the database.',
  },
  SECRET_KEY_UNKNOWN: {
    message: 'the secret {{secret}} was sealed with the master key {{key}}, which is not here',
    hint: 'Put the master key back that belongs to this state: it is in the recovery kit and in the backup.',
  },
  SECRET_UNKNOWN: {
    message: 'there is no secret {{secret}}',
    hint: 'Enter the password or key again where it is used.',
  },
  SECRET_TOO_LONG: {
    message: 'a secret has at most {{bytesMax}} bytes',
    hint: 'Check that it is a password, a key or a token, and not a file.',
  },
  SETTINGS_CONTRADICT: { message: '{{first}} and {{second}} are both set', hint: 'Leave one of them out.' },
  SETTING_INVALID: {
    message: 'the setting {{setting}} is not right; it must be: {{expected}}',
    hint: 'Correct the variable, or leave it out.',
  },
  STATE_FILE_CUT: {
    message: 'the exported state ends in line {{line}}, before its end',
    hint: 'Export the state again, and copy the whole file.',
  },
  STATE_FILE_DAMAGED: {
    message: 'the exported state is not what was written: its digest or its counts differ',
    hint: 'Copy the file again from where it was exported to, or export again.',
  },
  STATE_FILE_INVALID: {
    message: 'line {{line}} is no line of an exported state',
    hint: 'Export the state again with `lumbung state export`, and import that file as it is.',
  },
  STATE_SCHEMA_DIFFERS: {
    message: 'the exported state has the form {{found}}; this Lumbung reads {{known}}',
    hint: 'Export and import with the same version of Lumbung, then upgrade.',
  },
  STATE_TARGET_NOT_EMPTY: {
    message: 'there is a state already: the table {{table}} is not empty',
    hint: 'Import into a new data folder, or an empty database.',
  },
  STORE_BUSY: {
    message: 'somebody else holds the database of Lumbung for too long',
    hint: 'Try again; look for other programs that use the database when this goes on.',
  },
  STORE_CLOSED: { message: 'the database of Lumbung is closed already' },
  STORE_DAMAGED: {
    message: 'the database of Lumbung is damaged',
    hint: 'Stop Lumbung, keep the file, and restore the last backup of the application lumbung.',
  },
  STORE_DUPLICATE: {
    message: 'something of this name is there already',
    hint: 'Choose another name, or change the one that is there.',
  },
  STORE_FULL: {
    message: 'there is no room left for the state of Lumbung',
    hint: 'Make room on the disk of the data folder or of the database. Nothing that was acknowledged is lost.',
  },
  STORE_LOGIN_REFUSED: {
    message: 'PostgreSQL refuses the login, or what Lumbung must do',
    hint: 'Check user, password and database in LUMBUNG_DATABASE; the user must own the database or its schema.',
  },
  STORE_MIGRATION_FAILED: { message: 'the database could not be brought to {{schema}}; nothing in it was changed' },
  STORE_NOT_OURS: {
    message: 'the database holds tables of another program ({{table}})',
    hint: 'Give Lumbung a database of its own.',
  },
  STORE_POSTGRES_UNFIT: {
    message: 'PostgreSQL {{version}} with the encoding {{encoding}} cannot hold the state of Lumbung',
    hint: 'Use PostgreSQL {{versionMin}} or later, and a database with the encoding UTF8.',
  },
  STORE_READ_ONLY: {
    message: 'the database of Lumbung cannot be written',
    hint: 'Check who owns the data folder, and that PostgreSQL is no standby.',
  },
  STORE_SCHEMA_NEWER: {
    message: 'the state was written by a newer Lumbung ({{found}}); this one knows {{known}}',
    hint: 'Start the newer version again: an older one would not understand what is there.',
  },
  STORE_UNREACHABLE: {
    message: 'the database of Lumbung does not answer',
    hint: 'Check that it runs and that LUMBUNG_DATABASE names it; with SQLite, that its disk works.',
  },
  ACTIVITY_CHANGED: { message: 'the activity of {{date}} was changed meanwhile', hint: 'Try again.' },
  ACTIVITY_REFUSED: {
    message: 'the activity of {{date}} does not allow this ({{refusal}})',
    hint: 'Look at the activity as it is now, and decide again.',
  },
  ACTIVITY_UNREADABLE: {
    message: 'what is stored of the activity of {{date}} cannot be understood',
    hint: 'A newer version may have written it; use that one.',
  },
  ASSET_DEFINITION_INVALID: {
    message: 'what is stored of {{assetId}} cannot be understood at {{place}}',
    hint: 'A newer version may have written it; or save it again.',
  },
  FACT_UNREADABLE: {
    message: 'what is stored as {{key}} cannot be understood',
    hint: 'A newer version may have written it; use that one.',
  },
  HOLIDAYS_UNREADABLE: {
    message: 'the stored holidays cannot be understood',
    hint: 'A newer version may have written them; use that one.',
  },
  PROCEDURE_MISSING: { message: 'no procedure is in force' },
  PROCEDURE_UNREADABLE: {
    message: 'version {{number}} of the procedure cannot be understood at {{place}}',
    hint: 'A newer version may have written it; use that one.',
  },
  WORKER_HEARTBEAT_FAILED: {
    message: 'a worker could not say that it lives',
    hint: 'It goes on; check the database when this comes again.',
  },
} as const satisfies Record<string, ErrorText>;
