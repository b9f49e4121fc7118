import type { ErrorText } from '@lumbung/contracts/texts';
import { enServerErrors } from '@lumbung/contracts/texts';
import { enDatabaseErrors } from './database-errors.ts';
import { enJobErrors } from './job-errors.ts';
import { enProcedureErrors } from './procedure-errors.ts';
import { enStateErrors } from './state-errors.ts';
import { enStorageErrors } from './storage-errors.ts';

/** What errors say to people, by their codes. The context of an error may be used; `{{detail}}` is
 *  what another program said.
 *  A hint says what to do; a fault of the program itself has none, since reporting it is all there is. */
export const enErrors = {
  ...enStorageErrors,
  ...enDatabaseErrors,
  ...enJobErrors,
  ...enProcedureErrors,
  ...enStateErrors,
  ...enServerErrors,
  ARGUMENT_INVALID: { message: '`{{value}}` is not one of: {{expected}}', hint: 'See the help of the command.' },
  BACKUP_EMPTY: {
    message: 'nothing was backed up: no file could be read',
    hint: 'Look at the messages above; check paths, patterns and permissions.',
  },
  BACKUP_NO_TARGET: { message: 'nothing to back up: no path was named', hint: 'Name at least one file or folder.' },
  BACKUP_STREAM_EMPTY: {
    message: 'the input was empty; nothing was backed up',
    hint: 'Check the command that should have produced the data.',
  },
  BACKUP_STREAM_PATH_INVALID: {
    message: 'a stream cannot be stored as {{path}}',
    hint: 'Use a plain path such as dumps/site.sql, and each path once.',
  },
  BACKUP_TARGETS_MISSING: {
    message: 'nothing to back up: {{path}} does not exist',
    hint: 'Check the spelling of the path.',
  },
  BACKUP_TARGET_CONFLICT: {
    message: 'two paths would take the same place in the snapshot: {{path}}',
    hint: 'Back them up one by one, or name a common parent folder.',
  },
  BACKUP_TARGET_MISSING: { message: '{{path}} does not exist', hint: 'Check the spelling of the path.' },
  BLOB_DAMAGED: {
    message: 'piece {{blob}} is damaged: {{fault}}',
    hint: 'Run `lumbung check --read-data`; it says how to repair the repository.',
  },
  BLOB_LENGTH_WRONG: {
    message: 'a stored piece does not have its recorded length of {{expectedBytes}} bytes',
    hint: 'Run `lumbung check --read-data`.',
  },
  BLOB_MISSING: {
    message: 'piece {{blob}} is missing: no index names it',
    hint: 'Run `lumbung repair index` in case the index lacks it. If that does not help, back the affected files up again.',
  },
  BLOB_VERIFY_FAILED: {
    message: 'data could not be read back right after it was encrypted; nothing of it was stored',
    hint: 'Test the memory of this machine. If it is sound, report this.',
  },
  BUG_CONNECTION_BUSY: { message: 'something that cannot be happened' },
  BUG_ASSERTION: { message: 'something that cannot be happened' },
  BUG_DUMP_FILES_OPEN: { message: 'a dump ended before its files were read' },
  BUG_DUMP_READ_TWICE: { message: 'the files of a dump were asked for twice' },
  BUG_NO_POLYNOMIAL: { message: 'something that cannot be happened' },
  BUG_ROOT_UNFINISHED: { message: 'something that cannot be happened' },
  BUG_SQLITE_AGENT_SILENT: {
    message: 'the SQLite process of Lumbung ended without an answer',
  },
  BUG_TIMESTAMP: { message: 'something that cannot be happened' },
  BUG_UNREACHABLE: { message: 'something that cannot be happened' },
  BUG_WORKER_FAILED: { message: 'something that cannot be happened' },
  BYTE_SIZE_INVALID: {
    message: 'not a size: {{text}}',
    hint: 'Write a number with the unit k, m, g or t, for example 500M.',
  },
  CANCELLED: { message: 'cancelled' },
  COMMAND_FAILED: {
    message: 'the command {{program}} failed; no snapshot was written',
    messageWith: {
      exitCode: 'the command {{program}} ended with code {{exitCode}}; no snapshot was written',
      signalName: 'the command {{program}} was ended by {{signalName}}; no snapshot was written',
      errno: 'the command {{program}} could not be started: {{errno}}; no snapshot was written',
    },
    hint: 'Run the command by hand to see what it says.',
  },
  COMMAND_MISSING: {
    message: 'no command was named',
    hint: 'Write it behind --, for example `lumbung backup --stdin-from-command -- mysqldump site`.',
  },
  COMMAND_QUOTES_OPEN: { message: 'the command has a quote that is not closed', hint: 'Close every quote.' },
  CONFIG_DAMAGED: {
    message: 'the config of the repository {{repository}} is damaged',
    hint: 'Bring the file `config` back from a copy of the repository.',
  },
  CONFIG_INVALID: {
    message: 'the config of the repository is damaged',
    hint: 'Bring the file `config` back from a copy of the repository.',
  },
  CONFIG_POLYNOMIAL_INVALID: {
    message: 'the config of the repository names a polynomial that cannot cut content: {{polynomial}}',
    hint: 'Bring the file `config` back from a copy of the repository.',
  },
  COPY_SAME_REPOSITORY: {
    message: 'source and target are the same repository: {{repository}}',
    hint: 'Name another repository with --to or --from-repo.',
  },
  COPY_SOURCE_INCOMPLETE: {
    message: 'the source lacks what a snapshot needs',
    hint: 'Run `lumbung check` on the source. Other snapshots can be copied by naming their ids.',
  },
  DRIVER_OPTION_INVALID: {
    message: 'this storage has no option {{name}}={{value}}',
    hint: 'A folder knows local.connections, a small number.',
  },
  DUMP_NAME_UNSUPPORTED: { message: 'a zip archive cannot hold the name {{name}}', hint: 'Use --archive tar.' },
  DUMP_NOT_A_FILE: {
    message: '{{path}} cannot be written out: it is of type {{type}}',
    hint: 'Name a file or a folder.',
  },
  DUMP_TARGET_CLOSED: { message: 'whoever reads the output stopped reading' },
  DUMP_TO_TERMINAL: {
    message: 'an archive would fill the terminal with signs nobody can read',
    hint: 'Use --target FILE, or send the output into a file or a program.',
  },
  DUMP_TYPE_UNSUPPORTED: {
    message: 'this kind of archive cannot hold an item of type {{type}}',
    hint: 'Use --archive tar.',
  },
  DURATION_INVALID: {
    message: 'not a span of time: {{text}}',
    hint: 'Write numbers with the units y, m, d and h, for example 1y6m or 7d12h.',
  },
  FILE_UNREADABLE: {
    message: '{{path}} cannot be read',
    messageWith: { errno: '{{path}} cannot be read: {{errno}}' },
    hint: 'Check its path and who may read it.',
  },
  FORGET_GROUP_WOULD_VANISH: {
    message: 'the rules would remove all {{snapshots}} snapshots of a group; nothing was removed',
    messageWith: {
      host: 'the rules would remove all {{snapshots}} snapshots of a group (host {{host}}); nothing was removed',
      paths: 'the rules would remove all {{snapshots}} snapshots of {{paths}}; nothing was removed',
      tags: 'the rules would remove all {{snapshots}} snapshots with the tags {{tags}}; nothing was removed',
    },
    hint: 'Keep at least one, for example with --keep-last 1. To remove a whole group, select it with --host, --tag or --path and add --unsafe-allow-remove-all.',
  },
  FORGET_POLICY_EMPTY: {
    message: 'no rule says what to keep, so nothing was removed',
    hint: 'Say what to keep, for example --keep-daily 7, or name snapshots by their ids.',
  },
  FORGET_REMOVE_ALL_UNFILTERED: {
    message: 'all snapshots may only be removed of those that a filter selects',
    hint: 'Add --host, --tag or --path.',
  },
  ID_INVALID: { message: 'not an id: {{text}}', hint: 'An id has 64 characters, 0 to 9 and a to f.' },
  ID_MISSING: { message: 'which `{{kind}}`? No id was named', hint: 'Find it with `lumbung list`.' },
  INDEX_INVALID: { message: 'an index file of the repository is damaged', hint: 'Run `lumbung repair index`.' },
  KEY_AMBIGUOUS: { message: '{{count}} keys begin with {{key}}', hint: 'Give more characters of the id.' },
  KEY_FILE_INVALID: {
    message: 'a key of the repository is damaged',
    hint: 'Bring its file back from a copy of the repository, or use the password of another key.',
  },
  KEY_IN_USE: {
    message: 'key {{key}} is the one that opened the repository; it cannot remove itself',
    hint: 'Open the repository with another password, or change this one with `lumbung key passwd`.',
  },
  KEY_KDF_INVALID: {
    message: 'a key of the repository asks for impossible work: {{reason}}',
    hint: 'Use the password of another key.',
  },
  KEY_MISSING: {
    message: 'the repository {{repository}} has no key: nobody can open it',
    hint: 'Bring the folder `keys` back from a copy of the repository.',
  },
  KEY_UNKNOWN: { message: 'the repository has no key {{key}}', hint: 'See `lumbung key list`.' },
  KEY_VERIFY_FAILED: {
    message: 'the new key {{key}} could not be opened after it was stored; it was removed again',
    hint: 'Try again. If it happens again, test the memory of this machine and report it.',
  },
  LIST_PATH_RELATIVE: {
    message: 'not an absolute path: {{path}}',
    hint: 'Paths inside a snapshot begin with a slash.',
  },
  LOCK_CONFLICT: {
    message: 'the repository is locked by process {{pid}} on {{hostname}} (user {{username}}) since {{since}}',
    hint: 'Wait until it is done, or use --retry-lock 10m. `lumbung unlock` removes locks whose holder is gone.',
    hintWith: { isStale: 'Nobody holds this lock any more: remove it with `lumbung unlock`, then start again.' },
  },
  LOCK_INVALID: {
    message: 'a lock cannot be read, so it is not known whether somebody works on the repository',
    hint: 'If nobody else works on it, run `lumbung unlock --remove-all`.',
  },
  LOCK_LOST: {
    message: 'the lock on {{repository}} could not be renewed in time; all work was stopped',
    hint: 'See why the repository was out of reach, or the machine asleep; then run the command again.',
  },
  LOCK_RELEASE_TIMEOUT: {
    message: 'the lock could not be removed in time',
    hint: 'Run `lumbung unlock` when the repository can be reached again.',
  },
  LOCK_REQUIRED: { message: 'this act needs a lock of kind {{needed}} and holds {{held}}' },
  MIGRATION_REFUSED: {
    message: 'the repository has {{count}} errors; it was not changed',
    hint: 'Run `lumbung check` and repair it first.',
  },
  NEW_PASSWORD_NOT_GIVEN: {
    message: 'no new password was given, and there is no terminal to ask on',
    hint: 'Use --new-password-file.',
  },
  NODE_CONTENT_MISSING: {
    message: 'the snapshot names no content for this file',
    hint: 'Run `lumbung check`. `lumbung repair snapshots` takes out what cannot be restored.',
  },
  NODE_NAME_TWICE: { message: 'the snapshot has two files named {{path}}', hint: 'The first one is restored.' },
  NODE_NAME_UNSAFE: {
    message: 'a name in the snapshot is not that of a file',
    hint: 'The snapshot was damaged, or made to write outside the target. The item is left out.',
  },
  NODE_SIZE_WRONG: {
    message: 'the snapshot says {{nodeBytes}} bytes, the content has {{contentBytes}}; the content was restored',
    hint: 'Old versions recorded wrong sizes of files that changed while they were read.',
  },
  NODE_TYPE_UNSUPPORTED: {
    message: 'an item of type {{type}} cannot be restored',
    hint: 'It was left out; everything else was restored.',
  },
  NO_LOCK_REFUSED: {
    message: 'this command changes the repository and cannot go without a lock',
    hint: 'Leave out --no-lock, or add --dry-run where the command has it.',
  },
  OBJECT_ID_INVALID: {
    message: 'not an id: {{id}}',
    hint: 'Ids have up to 64 characters, 0 to 9 and a to f; the first ones are enough.',
  },
  OBJECT_AMBIGUOUS: {
    message: '{{count}} ids of the kind `{{kind}}` begin with {{prefix}}',
    hint: 'Give more characters of the id.',
  },
  OBJECT_NOT_FOUND: { message: 'no id of the kind `{{kind}}` begins with {{prefix}}', hint: 'See `lumbung list`.' },
  OPTIONS_CONFLICT: { message: '{{first}} and {{second}} exclude each other', hint: 'Leave one of them out.' },
  OPTION_INVALID: { message: '{{option}} does not take `{{value}}`', hint: 'It takes {{expected}}.' },
  PACKS_NOT_NAMED: {
    message: 'no pack was named',
    hint: 'Name the packs that `lumbung check --read-data` found damaged.',
  },
  PACK_HEADER_INVALID: {
    message: 'the header of a pack is damaged',
    hint: 'Run `lumbung repair packs` for it: what the index still knows is saved.',
  },
  PACK_NOT_FOUND: { message: 'no pack begins with {{ids}}', hint: 'See `lumbung list packs`.' },
  PACK_SIZE_INVALID: {
    message: 'the pack size must be 4 to 128 MiB',
    hint: 'Give --pack-size a number from 4 to 128.',
  },
  PACK_UNKNOWN: {
    message: 'there is no pack {{pack}}, and no index names it',
    hint: 'Compare the id with what `lumbung check` prints.',
  },
  PACK_WORKER_DIED: {
    message: 'a worker thread ended before its work was done',
    hint: 'If memory is short, close other programs; otherwise report this.',
  },
  PARENT_CONTENT_MISSING: {
    message: 'the earlier snapshot names content that the repository does not have; the file is read again',
    hint: 'Run `lumbung check` to see what the earlier snapshot lacks.',
  },
  PARENT_TREE_UNREADABLE: {
    message: 'a folder of the earlier snapshot cannot be read, so its files are read again',
    hint: 'Run `lumbung check` to see what the earlier snapshot lacks.',
  },
  PASSWORD_COMMAND_FAILED: {
    message: 'the password command is empty',
    messageWith: {
      exitCode: 'the password command ended with code {{exitCode}}',
      signalName: 'the password command was ended by {{signalName}}',
      errno: 'the password command could not be started: {{errno}}',
    },
    hint: 'Run it by hand; it must print the password and end with code 0.',
  },
  PASSWORD_EMPTY: {
    message: 'an empty password protects nothing',
    hint: 'Give a password, or say --insecure-no-password if that is what you want.',
  },
  PASSWORD_FILE_UNREADABLE: {
    message: 'the password file {{path}} cannot be read',
    messageWith: { errno: 'the password file {{path}} cannot be read: {{errno}}' },
    hint: 'Check its path and who may read it.',
  },
  PASSWORD_MISMATCH: { message: 'the two passwords differ', hint: 'Type the same password twice.' },
  PASSWORD_NOT_GIVEN: {
    message: 'no password was given, and there is no terminal to ask on',
    messageWith: { repository: 'no password of {{repository}} was given, and there is no terminal to ask on' },
    hint: 'Use {{option}}, or set the variable {{variable}}.',
  },
  PASSWORD_WRONG: {
    message: 'the password fits no key of {{repository}}',
    hint: 'Check the password, its file or its command; of a file, also that no line break or space was added inside.',
  },
  PATTERN_INVALID: {
    message: 'not a pattern: {{pattern}} ({{reason}})',
    hint: 'Close every [, put a character behind every backslash, and quote the pattern for your shell.',
  },
  PLAN_NOT_EXECUTABLE: { message: 'this plan is for reading only: {{obstacle}}' },
  PLAN_SPENT: { message: 'this plan was carried out before' },
  POSIX_UNAVAILABLE: {
    message: 'file metadata beyond what Node offers is out of reach on {{platform}} {{arch}}',
    hint: 'Run Lumbung on Linux (x64 or arm64), and install it together with its optional packages.',
  },
  PRUNE_INDEX_INCOMPLETE: {
    message: 'the index lacks what snapshots need, so nothing was removed',
    hint: 'Run `lumbung repair index`. If that does not help, run `lumbung check` and `lumbung repair snapshots` before you prune.',
  },
  PRUNE_LIMIT_INVALID: {
    message: 'not a limit for unused data',
    hint: 'Write a percentage from 0 to below 100, a size, or `unlimited`.',
  },
  PRUNE_PACK_MISSING: {
    message: 'pack {{pack}} is missing, and snapshots need it; nothing was removed',
    hint: 'Bring the file back from a copy of the repository if there is one. Otherwise run `lumbung repair index`, then `lumbung repair snapshots`.',
  },
  PRUNE_PACK_SIZE_WRONG: {
    message: 'pack {{pack}} has {{sizeBytes}} bytes, the index says {{expectedBytes}}; nothing was removed',
    hint: 'Run `lumbung check --read-data`, then `lumbung repair packs` for it or `lumbung repair index`.',
  },
  PRUNE_REPACK_INCOMPLETE: {
    message: 'not all that is needed was packed anew, so nothing more was removed',
    hint: 'The repository is whole; report this.',
  },
  PRUNE_TREE_UNREADABLE: {
    message: 'folder {{tree}} cannot be read, so what it needs is not known; nothing was removed',
    hint: 'Run `lumbung check` to see what is damaged, then `lumbung repair snapshots`.',
  },
  READ_DATA_SELECTION_INVALID: {
    message: 'not a part of the repository that can be read',
    hint: 'Write 1/5, 10% or 2G.',
  },
  REPOSITORY_ADDRESS_INVALID: {
    message: 'not the address of a repository: {{address}} ({{reason}})',
    hint: 'Name a folder; one whose name has a colon is written as local:NAME.',
  },
  REPOSITORY_DRIVER_MISSING: {
    message: 'this version cannot reach repositories of the kind {{scheme}}:',
    hint: 'Use a folder: a local disk, or a NAS or server mounted as one.',
  },
  REPOSITORY_EXISTS: {
    message: 'there is a repository, or part of one, at {{repository}}',
    hint: 'Choose another place, or use the repository that is there.',
  },
  REPOSITORY_FILE_DAMAGED: {
    message: 'the file {{folder}}/{{id}} of the repository is damaged',
    hint: 'Run `lumbung check` to see what that means, or bring the file back from a copy of the repository.',
  },
  REPOSITORY_MISSING: {
    message: 'there is no repository at {{repository}}',
    hint: 'Check the address. `lumbung init` makes a new repository.',
  },
  REPOSITORY_NOT_NAMED: { message: 'no repository was named', hint: 'Use --repo or the variable LUMBUNG_REPOSITORY.' },
  REPOSITORY_VERSION_UNSUPPORTED: {
    message: 'the repository has format version {{version}}, which is not known here',
    hint: 'Use a newer release of Lumbung.',
  },
  RESTORE_FOLDER_IN_THE_WAY: {
    message: 'a folder that is not empty is in the way: {{path}}',
    hint: 'Move it away, or let --delete remove what the snapshot does not have.',
  },
  RESTORE_INTERRUPTED: {
    message: 'this file was being changed when the restore stopped: part of its content is new',
    hint: 'Run the restore again.',
  },
  RESTORE_LINK_BROKEN: {
    message: 'the file that this is another name of was not restored: {{first}}',
    hint: 'See what became of that file. Restoring without it, by --exclude, makes this one a file of its own.',
  },
  RESTORE_NOT_A_FILE: {
    message: 'what was a file a moment ago is none',
    hint: 'Let nothing else write in the target while restoring.',
  },
  RESTORE_NO_SPACE: {
    message: 'the target has no space left',
    hint: 'Make room, then run the same restore again with --overwrite if-changed: what is complete is not read again.',
  },
  RESTORE_OPTIONS_CONFLICT: { message: '{{one}} and {{other}} exclude each other', hint: 'Give only one of them.' },
  RESTORE_TARGET_INVALID: {
    message: 'the target is not a folder: {{path}}',
    hint: 'Name a folder, or a path where one can be made.',
  },
  RESTORE_VERIFY_FAILED: {
    message: '{{path}} reads back differently than it was written',
    hint: 'The target disk may be failing, or something else wrote there. Restore again, elsewhere if need be.',
  },
  RESTORE_WORKERS_INVALID: { message: 'not a number of workers: {{workerCount}}', hint: 'Use 1 to {{max}}.' },
  REWRITE_FILTERS_MIXED: {
    message: 'patterns to leave out and patterns to include exclude each other',
    hint: 'Use one kind of them.',
  },
  REWRITE_NOTHING_TO_DO: {
    message: 'nothing to do: neither patterns nor a new host or time were given',
    hint: 'Use --exclude, --include, --new-host, --new-time or --snapshot-summary.',
  },
  SEAL_BROKEN: {
    message: 'encrypted data is damaged, or was encrypted with another key: {{reason}}',
    hint: 'Run `lumbung check --read-data`.',
  },
  SNAPSHOT_AMBIGUOUS: { message: '{{count}} snapshots begin with {{prefix}}', hint: 'Give more characters of the id.' },
  SNAPSHOT_INVALID: { message: 'a snapshot is damaged', hint: 'Run `lumbung check`.' },
  SNAPSHOT_NOT_FOUND: {
    message: 'no snapshot matches',
    messageWith: { prefix: 'no snapshot id begins with {{prefix}}' },
    hint: 'See `lumbung snapshots`; --host, --tag and --path narrow what `latest` means.',
  },
  SNAPSHOT_SPEC_INVALID: {
    message: 'not a snapshot: {{spec}}',
    hint: 'Name a snapshot by its id, the first characters of it, or `latest`; a folder in it follows after a colon.',
  },
  SOURCE_FILE_DAMAGED: {
    message: '{{path}} of the dump is not what was dumped',
    hint: 'Restore another snapshot, and run `lumbung check` with --read-data.',
  },
  SOURCE_FILE_MISSING: {
    message: 'the dump lacks the file {{path}}',
    hint: 'Use another snapshot, and run `lumbung check`.',
  },
  SOURCE_MANIFEST_INVALID: {
    message: 'the manifest of the dump is damaged: {{problem}}',
    hint: 'Use another snapshot, and run `lumbung check` with --read-data.',
  },
  SOURCE_MANIFEST_VERSION_UNKNOWN: {
    message: 'the dump was made by a newer version of Lumbung (manifest version {{version}})',
    hint: 'Use the version that made it, or a newer one.',
  },
  SOURCE_REPLACED: {
    message: '{{path}} was replaced by another file while it was being backed up',
    hint: 'Run the backup again.',
  },
  SOURCE_REPOSITORY_NOT_NAMED: {
    message: 'the other repository was not named',
    hint: 'Use --from-repo.',
    hintWith: { isCopy: 'Use --to to copy to it, or --from-repo to copy from it.' },
  },
  SOURCE_TOO_DEEP: { message: 'folders are nested too deeply at {{path}}', hint: 'Name a folder further down.' },
  SOURCE_TYPE_CHANGED: {
    message: '{{path}} changed its type while it was being backed up',
    hint: 'Run the backup again.',
  },
  SOURCE_TYPE_UNKNOWN: { message: '{{path}} is of a kind that cannot be stored', hint: 'Leave it out with --exclude.' },
  SOURCE_XATTR_UNREADABLE: {
    message: 'the attribute {{attribute}} of {{path}} cannot be read',
    hint: 'Run as a user who may read it.',
  },
  TAG_CHANGE_EMPTY: {
    message: 'nothing to change: no tags are set, added or removed',
    hint: 'Use --set, --add or --remove.',
  },
  TARGET_MISSING: { message: 'no folder to restore into was named', hint: 'Use --target FOLDER.' },
  TIMESTAMP_INVALID: {
    message: 'not a time: {{text}}',
    hint: 'The file that holds it is damaged; run `lumbung check`.',
  },
  TREE_INVALID: {
    message: 'a folder in the repository is damaged',
    hint: 'Run `lumbung check --read-data`.',
  },
  TREE_LOOP: {
    message: 'a folder of the snapshot contains itself: {{path}}',
    hint: 'The snapshot was damaged or made by hand; run `lumbung check`.',
  },
  TREE_ORDER_BROKEN: { message: 'the entries of a folder are not in order' },
  TREE_PATH_MISSING: { message: 'the snapshot has no {{missing}}', hint: 'See what it holds with `lumbung ls`.' },
  TREE_PATH_NOT_FILE: {
    message: '{{path}} is not a file in the snapshot',
    hint: 'Name a file. Links are not followed.',
  },
  TREE_PATH_NOT_FOLDER: { message: '{{path}} is not a folder in the snapshot', hint: 'Name the folder that holds it.' },
  TREE_SUBTREE_MISSING: {
    message: 'the snapshot lost the content of the folder {{path}}',
    hint: 'Run `lumbung check`, then `lumbung repair snapshots`.',
  },
  TREE_TOO_DEEP: {
    message: 'folders are nested too deeply at {{path}}',
    hint: 'The snapshot was damaged or made by hand; run `lumbung check`.',
  },
  TREE_UNSTABLE: {
    message: 'the folder {{path}} cannot be written again without losing something; its snapshot is left alone',
    hint: 'It was written by another version or client. It can be restored as it is.',
  },
  UNEXPECTED: { message: 'something unexpected happened; the message of the program is: “{{detail}}”' },
  UNPACKED_ENCODING_UNKNOWN: {
    message: 'a file of the repository is written in a way that is not known ({{first}})',
    hint: 'It may have been written by a newer program.',
  },
  UPGRADE_NOT_NEEDED: {
    message: 'the repository has format version {{version}} already',
    hint: 'There is nothing to do.',
  },
  USAGE_ARGUMENTS_TOO_MANY: {
    message: '`{{command}}` does not know what to do with `{{words}}`',
    hint: 'See `{{command}} --help`.',
  },
  USAGE_ARGUMENT_MISSING: { message: '<{{name}}> is missing', hint: 'See `{{command}} --help`.' },
  USAGE_COMMAND_UNKNOWN: {
    message: 'there is no command {{name}}',
    hint: 'See `{{command}} --help`.',
    hintWith: { near: 'Did you mean `{{near}}`?' },
  },
  USAGE_OPTION_UNKNOWN: {
    message: 'there is no option {{option}}',
    hint: 'See `{{command}} --help`.',
    hintWith: { near: 'Did you mean `{{near}}`?' },
  },
  USAGE_SWITCH_VALUE: {
    message: '{{flag}} is a switch and does not take `{{value}}`',
    hint: 'Leave the value out, or write =true or =false.',
  },
  USAGE_VALUE_MISSING: { message: '{{option}} needs a value', hint: 'See `{{command}} --help`.' },
  ZSTD_BROKEN: { message: 'compressed data cannot be read', hint: 'Run `lumbung check --read-data`.' },
  STDIN_WITH_PATHS: {
    message: 'either standard input is backed up or paths are, not both',
    hint: 'Leave out --stdin, or the paths.',
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
