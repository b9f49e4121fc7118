import type { RemarkTexts } from '../../remarks.ts';

/** What the plan of a restore says. */
export const enRestoreRemarks = {
  'restore-version': { message: '{{product}} {{version}}, backed up from {{dumpedProduct}} {{dumpedVersion}}' },
  'restore-server-older': {
    message: 'the server is {{product}} {{version}}, older than {{dumpedVersion}}, which was backed up',
    hint: 'Restore to a server of version {{dumpedVersion}} or newer.',
  },
  'restore-server-perhaps-older': {
    message:
      '{{product}} {{version}} is older than {{dumpedProduct}} {{dumpedVersion}}, which was backed up, and may not understand all of it',
  },
  'restore-other-vendor': {
    message:
      '{{product}} {{version}} is of another vendor than {{dumpedProduct}} {{dumpedVersion}}, which was backed up, and may not understand all of it',
  },
  'object-of-other-vendor': {
    message: '{{product}} does not know what {{dumpedProduct}} made: {{kind}} {{name}}',
    hint: 'Restore to {{dumpedProduct}}.',
  },
  'generated-values-of-other-vendor': {
    message: '{{product}} does not take values of generated columns, which {{dumpedProduct}} wrote',
    hint: 'Restore to {{dumpedProduct}}.',
  },
  'takes-writes': { message: 'the server takes changes' },
  'target-is-replica': {
    message: 'the server is a replica, which takes no changes but those of its primary',
    hint: 'Restore to the primary.',
  },
  'target-is-read-only': {
    message: 'the server takes no changes (read_only)',
    hint: 'Restore to its primary.',
  },
  'name-free': { message: 'the name {{name}} is free' },
  'name-impossible': { message: 'no database can have the name “{{name}}”', hint: 'Choose another name with `--as`.' },
  'name-taken': {
    message: 'the database {{name}} exists; nothing is ever restored over one',
    hint: 'Choose another name with `--as`, and exchange the two afterwards (`lumbung db swap`).',
  },
  'name-unfinished': {
    message: 'the database {{name}} is left over from a restore that did not end',
    hint: 'Remove it, or choose another name with `--as`:',
  },
  'may-create-databases': { message: '{{account}} may create databases' },
  'may-not-create-databases': {
    message: '{{account}} may not create databases',
    hint: 'As an administrator of the server:',
  },
  'may-create-everything': { message: '{{account}} may create everything that is in it' },
  'privileges-missing': {
    message: '{{account}} lacks rights: {{privileges}}',
    hint: 'As an administrator of the server:',
  },
  'tables-known': { message: 'tables: {{count}}' },
  'tables-unknown': {
    message: 'the backup has no such table: {{tables}}',
    hint: 'Write a table as it is called; of PostgreSQL as schema.table.',
  },

  'roles-there': { message: 'every role is there: {{roles}}' },
  'roles-missing': {
    message: 'roles that the server does not have: {{roles}}',
    hint: 'Give each another name (`--map-role OLD=NEW`), have them made without login (`--create-roles`), let everything belong to one (`--owner`, `--no-owner`), or make them yourself:',
  },
  'roles-reserved': {
    message: 'roles that only a server of another version has, and nobody can make: {{roles}}',
    hint: 'Give each another name (`--map-role OLD=NEW`), or let everything belong to one (`--owner`).',
  },
  'roles-created': {
    message: 'these roles will be made, without login and without password: {{roles}}',
    hint: 'Whoever restores becomes a member of those that will own something, unless it is a superuser.',
  },
  'roles-uncreatable': {
    message: '{{account}} may not make roles: {{roles}}',
    hint: 'As an administrator of the server:',
  },
  'roles-mapped': { message: 'other names: {{roles}}' },
  'mapped-roles-unknown': {
    message: 'the backup does not know these names in `--map-role`: {{unknown}}',
    hint: 'It knows: {{roles}}.',
  },
  'owners-allowed': { message: '{{account}} may give everything to its owners' },
  'owners-refused': {
    message: '{{account}} may not give anything to {{roles}}',
    hint: 'Give these roles other names (`--map-role OLD=NEW`), let everything belong to you (`--no-owner`), or, as an administrator of the server:',
  },
  'schemas-allowed': { message: 'everything can be given to its owners in its schema' },
  'schemas-mixed': {
    message: 'only a superuser, not {{account}}, can restore what belongs to others than its schema: {{schemas}}',
    hint: 'Restore as a superuser, or let everything belong to one role (`--owner`, or `--map-role` for each).',
  },
  'grantors-allowed': { message: 'every right can be given again' },
  'grantors-refused': {
    message: 'only a superuser, not {{account}}, can give rights in the name of {{roles}}',
    hint: 'Restore as a superuser, or let everything belong to one role, without rights (`--owner`).',
  },
  'extensions-available': { message: 'every extension is there' },
  'extensions-missing': {
    message: 'extensions that are not installed on the server: {{extensions}}',
    hint: 'Install there what brings them: {{packages}}.',
  },
  'extensions-for-superusers': {
    message: 'only a superuser may create the extensions {{extensions}}',
    hint: 'Restore as a superuser.',
  },
  'extensions-differ': { message: 'extensions will have another version: {{extensions}}' },
  'locale-available': { message: 'locale and encoding are there: {{locale}}' },
  'locale-provider-missing': {
    message: 'PostgreSQL {{version}} does not have the locale provider {{provider}}',
    hint: 'Restore to a newer server.',
  },
  'encoding-unknown': {
    message: 'the server does not know the encoding {{encoding}}',
    hint: 'Restore to a server that does.',
  },
  'locale-missing': {
    message: 'the server does not have the locale {{locale}} (it says “{{reason}}”)',
    hint: 'Install it there (package locales-all), and restart PostgreSQL.',
  },

  'packet-large-enough': { message: 'the longest row needs {{needed}}, which the server takes' },
  'packet-too-small': {
    message: 'a row of {{table}} needs a statement of {{needed}}, the server takes {{limit}}',
    hint: 'As an administrator of the server:',
  },
  'collations-known': { message: 'collations, all of them known: {{count}}' },
  'collations-unknown': {
    message: 'collations that the server does not know (≈ the nearest it does): {{collations}}',
    hint: 'Restore to a server of the vendor and version that was backed up; or convert the tables there first, and back up again.',
  },
  'storage-engines-known': { message: 'the server has all storage engines' },
  'storage-engines-unknown': {
    message: 'the server lacks storage engines: {{engines}}',
    hint: 'Install them there:',
  },
  'no-definers': { message: 'nothing runs as another account' },
  'definers-refused': {
    message: '{{account}} may not create what runs as {{accounts}}',
    hint: 'Let it run as you (`--no-owner`) or as another account (`--map-role OLD=NEW`), or, as an administrator of the server:',
  },
  'definers-unasked': { message: 'whether these accounts are there may not be asked: {{accounts}}' },
  'definers-known': { message: 'the server has all accounts that something runs as: {{accounts}}' },
  'definers-missing': {
    message: 'what runs as these accounts will fail when it is called, since they are not there: {{accounts}}',
    hint: 'Let it run as another account (`--map-role OLD=NEW`, `--owner`, `--no-owner`), or make them, with the rights they need:',
  },
  'definers-chosen-missing': {
    message: 'the accounts that were chosen are not there: {{accounts}}',
    hint: 'Choose others, or make them, with the rights they need:',
  },
  'no-functions': { message: 'no functions in the way' },
  'functions-allowed': { message: 'functions and triggers may be created' },
  'functions-untrusted': {
    message: 'the server logs its changes, and takes functions and triggers only from administrators',
    hint: 'As an administrator of the server:',
  },
  'name-case-kept': { message: 'upper and lower case make different names' },
  'names-collide': {
    message: 'to the server these names are the same (lower_case_table_names): {{names}}',
    hint: 'Restore to a server with `lower_case_table_names = 0`.',
  },
  'names-lower-case': { message: 'all names are in lower case' },
  'names-folded': { message: 'the server makes all names of tables lower case (lower_case_table_names)' },
  'own-name-kept': { message: 'the database keeps its name' },
  'own-name-unused': { message: 'nothing names the database itself' },
  'own-name-used': {
    message: 'these name the database {{database}}, and will still mean that one: {{objects}}',
    hint: 'Do not call them in the restored database while the other one is there.',
  },

  'rdb-readable': { message: '{{product}} {{version}} reads the format of the backup' },
  'rdb-unreadable': {
    message: '{{product}} {{version}} reads RDB files up to version {{readable}}, the backup has {{dumped}}',
    hint: 'Restore to a server of the version that was backed up, or of a newer one.',
  },
  'target-empty': { message: 'nothing is there yet' },
  'target-not-empty': {
    message: 'there are keys already: {{databases}}',
    hint: 'Restore into an empty database or server, and exchange them afterwards.',
  },
  'target-has-functions': {
    message: 'there are functions already',
    hint: 'Restore to an empty server.',
  },
  'databases-enough': { message: 'the server has every database that is needed, up to {{database}}' },
  'databases-too-few': {
    message: 'the server has only {{there}} databases, {{database}} is needed',
    hint: 'Set `databases {{needed}}` in its configuration, and restart it.',
  },
  'memory-enough': { message: 'memory needed, at least: {{needed}}' },
  'memory-too-small': {
    message: 'the server may use {{limit}} of memory, the backup has {{needed}}',
    hint: 'Raise maxmemory of the server.',
  },

  'folder-there': { message: 'the folder is there' },
  'folder-missing': {
    message: '{{folder}} is no folder that can be reached',
    hint: 'Create it, or choose another place.',
  },
  'file-free': { message: 'the name {{file}} is free' },
  'file-taken': { message: '{{file}} is there already', hint: 'Choose another name.' },
  'file-owner-kept': { message: 'owner {{owner}}' },
  'file-owner-changes': {
    message: 'the file will belong to {{owner}}, not to {{was}} as it did',
    hint: 'Run as root, or afterwards:',
  },
  'space-enough': { message: 'space needed: {{needed}}, which is there' },
  'space-unknown': { message: 'space: not known, since the folder is not there' },
  'space-too-small': {
    message: 'space needed: {{needed}}, and the disk has less',
    hint: 'Free space, or choose another place.',
  },

  'rows-not-dumped': { message: 'the rows of {{table}}, which are not in the backup' },
  'tablespace-not-kept': { message: 'the tablespace {{tablespace}}: everything lies in the default one' },
  'owners-not-kept': { message: 'owners, rights, settings and user mappings of single roles' },
  'user-mappings-merged': { message: 'user mappings of roles that have become one with another: {{mappings}}' },
  'only-chosen-tables': { message: 'other tables, views, keys that refer to other tables, and large objects' },
  'objects-not-chosen': { message: '{{objects}}' },
  'events-disabled': { message: 'that events run: they will be there, asleep: {{events}}' },
  'accounts-in-server-dump': { message: 'accounts and their rights, which are in the backup of the server' },
  'databases-not-chosen': { message: '{{databases}}' },
  'functions-not-chosen': { message: 'function libraries: {{count}}' },
} as const satisfies RemarkTexts;
