import type { ErrorText } from '../texts.ts';

/** Of the server's own state: see errors.ts. */
export const enStateErrors = {
  BUG_STORE_INSIDE_TRANSACTION: { message: 'a transaction asked the database outside of itself' },
  SETTINGS_CONTRADICT: { message: '{{first}} and {{second}} are both set', hint: 'Leave one of them out.' },
  SETTING_INVALID: {
    message: 'the setting {{setting}} is not right; it must be: {{expected}}',
    hint: 'Correct the variable, or leave it out.',
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
} as const satisfies Record<string, ErrorText>;
