import type { ErrorText } from '@lumbung/contracts/texts';

/** Of jobs that run by themselves: see errors.ts. */
export const enJobErrors = {
  BUG_NO_SNAPSHOT: { message: 'a backup ended without a snapshot' },
  CHECK_FAILED: {
    message: 'a question before the backup was answered with no',
    hint: 'Put right what the answer names.',
  },
  CHECK_WARNED: { message: 'an answer before the backup should be looked at', hint: 'Look at what the answer names.' },
  CLOCK_WRONG: {
    message: 'the clock of this machine is wrong: it says {{date}}',
    hint: 'Set the clock and let it follow a time server. Copies with a wrong date count for the wrong day.',
  },
  COPY_ADOPTED: {
    message: 'taken over from an attempt that got lost; what that could not read is not known',
    hint: 'Look at the next copy, which names what it cannot read.',
  },
  COPY_DAMAGED: {
    message: 'the stored copy {{snapshot}} is not whole: {{reason}}',
    hint: 'Make a new copy, and check the repository and the disk it lies on.',
  },
  DB_NONE: {
    message: 'the server {{server}} has no database',
    hint: 'Check whether the account sees the databases that it should.',
  },
  DB_RESTORE_DIFFERS: {
    message: 'the restored database {{database}} is not what was backed up: {{reason}}',
    hint: 'Do not use it. See the findings, and restore from another snapshot.',
  },
  DESTINATION_SPACE_SHORT: {
    message:
      'too little space where copies go: {{freeBytes}} bytes are free, {{neededBytes}} are expected to be needed',
    hint: 'Free some space or add a disk. Old copies go by the retention of the procedure.',
  },
  DOWNLOAD_INCOMPLETE: {
    message: 'the download is not whole: {{reason}}',
    hint: 'Throw away what was received, and try again.',
  },
  DOWNLOAD_LEFT_OUT: {
    message: '{{item}} cannot be in an archive of this kind',
    hint: 'Choose another kind of archive, or download it by itself.',
  },
  DRILL_FAILED: {
    message: 'the copy could not be restored for proof: {{reason}}',
    hint: 'Keep older copies, make a new one, and try that out.',
  },
  DRILL_NOT_TESTABLE: {
    message: 'the copy could not be tried out on this machine',
    hint: 'Install what the reasons name.',
  },
  FILE_PATH_INVALID: { message: 'not a path: it is empty or holds a NUL character', hint: 'Write it anew.' },
  FILE_PATH_RELATIVE: { message: '{{path}} is not an absolute path', hint: 'Write the whole path, from the root.' },
  ITEM_NOT_RESTORED: {
    message: '{{item}} could not be restored: {{reason}}',
    hint: 'Put right what keeps it from being written, and restore it again.',
  },
  ITEM_RESTORED_PARTLY: {
    message: '{{item}} was restored, but not everything about it: {{reason}}',
    hint: 'See whether it matters; the content is there.',
  },
  ITEM_UNREAD: {
    message: '{{item}} could not be read: {{reason}}',
    hint: 'Give the account of the service the right to read it.',
  },
  JOB_SPEC_INVALID: { message: 'a job was described wrongly ({{place}})' },
  JOB_URL_WITH_PASSWORD: {
    message: 'the address of the database server {{server}} holds a password',
    hint: 'Take the password out of the address and store it as a secret.',
  },
  OUTPUT_MISSING: { message: 'a download without an output to write to' },
  PACK_NOT_REMOVED: {
    message: 'a file of the repository could not be removed: {{reason}}',
    hint: 'It is tried again by itself.',
  },
  REPAIR_INDEX_ADVISED: {
    message: 'the index of the repository should be repaired',
    hint: 'Run `lumbung repair index`.',
  },
  REPOSITORY_BUSY: {
    message:
      'somebody else held the repository all the time: process {{pid}} on {{hostname}} (user {{username}}) since {{since}}',
    hint: 'It is tried again by itself. If nobody works on the repository, run `lumbung unlock`.',
  },
  REPOSITORY_DAMAGED: {
    message: 'the repository at {{repository}} is damaged: {{reason}}',
    hint: 'Remove nothing. Look at the disk, then at the other copies, and repair with `lumbung repair`.',
  },
  REPOSITORY_UNEXPECTED: {
    message: 'another repository lies at {{repository}}: {{found}} instead of {{expected}}',
    hint: 'Check whether the right disk is mounted there. If the repository was made anew, register it again.',
  },
  RESTORE_EXTRA_UNSELECTED: {
    message: 'what a snapshot does not have is only removed from folders that were selected',
    hint: 'Select the folders, or keep what is there.',
  },
  RESTORE_INCOMPLETE: {
    message: '{{count}} items could not be restored: {{item}}: {{reason}}',
    hint: 'See which, put right what keeps them from being written, and restore these again.',
  },
  RESTORE_NOTHING_SELECTED: {
    message: 'nothing of the snapshot was selected: nothing was restored',
    hint: 'Choose paths that the snapshot has.',
  },
  RETENTION_CONTRADICTS: { message: 'snapshot {{snapshot}} is to be removed and kept' },
  RETENTION_INCOMPLETE: {
    message: '{{count}} snapshots could not be removed: {{reason}}',
    hint: 'It is tried again by itself. See whether the storage lets files be removed.',
  },
  RETENTION_KEEPER_MISSING: {
    message: 'snapshot {{snapshot}}, which must stay, is not there or cannot be read; nothing was removed',
    hint: 'Check the repository. Retention goes on when its copies are verified again.',
  },
  RUN_CANCELLED: { message: 'the run was cancelled', hint: 'Start it again when it suits.' },
  RUN_LOST: {
    message: 'the process of the run ended without a word',
    hint: 'It is done again by itself. If it happens again, look into the log of the machine for a lack of memory.',
  },
  RUN_MEMORY_LIMIT: {
    message: 'the run was ended: it took more memory than it may',
    hint: 'Allow it more memory, or fewer workers.',
  },
  RUN_NOT_STARTED: {
    message: 'no process could be started for the run',
    hint: 'Check whether the machine has memory and processes left.',
  },
  RUN_RECORD_INVALID: {
    message: 'the record of a run cannot be read ({{place}})',
    hint: 'A newer version may have written it; use that one.',
  },
  RUN_SHUTDOWN: { message: 'the run was ended because the service stops', hint: 'It is done again by itself.' },
  RUN_STALLED: {
    message: 'the run was ended: it made no progress for too long',
    hint: 'Check the source, the storage and the network between them.',
  },
  RUN_TIME_LIMIT: {
    message: 'the run was ended: it did not finish in the time it may take',
    hint: 'Check why it takes so long, or allow it more time.',
  },
  SECRET_MISSING: { message: 'there is no secret {{name}}', hint: 'Store it again.' },
  SIZE_FEWER_FILES: {
    message: '{{item}}: {{files}} files, where {{usualFiles}} are usual',
    hint: 'Check whether they were meant to go. Until then no older copy is removed.',
  },
  SIZE_GROWN: {
    message: '{{item}}: {{bytes}} bytes, where {{usualBytes}} are usual',
    hint: 'Check what came. Until then no older copy is removed.',
  },
  SIZE_SHRUNK: {
    message: '{{item}}: {{bytes}} bytes, where {{usualBytes}} are usual',
    hint: 'Check whether data is missing. Until then no older copy is removed.',
  },
  SIZE_TABLE_EMPTIED: {
    message: 'table {{item}} is empty, where {{usualRows}} rows are usual',
    hint: 'Check whether it was meant. Until then no older copy is removed.',
  },
  SIZE_TABLE_SHRUNK: {
    message: 'table {{item}}: {{rows}} rows, where {{usualRows}} are usual',
    hint: 'Check whether rows are missing. Until then no older copy is removed.',
  },
  SIZE_TABLE_VANISHED: {
    message: 'table {{item}} is gone; it had {{usualRows}} rows',
    hint: 'Check whether it was meant. Until then no older copy is removed.',
  },
  SNAPSHOT_FROM_FUTURE: {
    message: 'recent snapshots are dated later than now',
    hint: 'Let all machines follow a time server. A copy from the future is kept, but proves nothing.',
  },
  SNAPSHOT_NO_DUMP: {
    message: 'snapshot {{snapshot}} is no dump of a database',
    hint: 'Choose a snapshot of a database.',
  },
  SNAPSHOT_UNREADABLE: { message: 'snapshots of the repository cannot be read', hint: 'Run `lumbung check`.' },
  SOURCE_EMPTY: {
    message: '{{path}} is empty: there is nothing to back up',
    hint: 'Check whether the disk is mounted, and whether excludes leave anything.',
  },
  SOURCE_IS_LINK: {
    message: '{{path}} is a link: a backup would hold the link and not what it leads to',
    hint: 'Name the folder that it leads to.',
  },
  SOURCE_MISSING: {
    message: '{{path}} is not there',
    hint: 'Check whether the disk is mounted and the path still right.',
  },
  SOURCE_NO_FILES: { message: '{{path}} is neither a folder nor a file', hint: 'Name a folder or a file.' },
  SOURCE_REQUIRED_UNREAD: {
    message: '{{path}} could not be read, and without it this is no backup of the application: {{reason}}',
    hint: 'Give the account of the service the right to read it.',
  },
  SOURCE_UNREADABLE: {
    message: '{{path}} cannot be read: {{errno}}',
    hint: 'Give the account of the service the right to read it.',
  },
  STORAGE_CLOCK_DIFFERS: {
    message: 'the clock of the storage differs from ours by {{seconds}} seconds',
    hint: 'Let both follow a time server.',
  },
  STORAGE_READS_DIFFER: {
    message: 'what was written to {{repository}} was read back otherwise',
    hint: 'Do not trust this storage: look at its disks, its memory and its cables.',
  },
  SWAPPED_WITHOUT_BACKUP: {
    message: 'the database {{database}} was exchanged without a backup of it',
    hint: 'Keep the former one until the new one has proven itself.',
  },
  WORK_SPACE_SHORT: {
    message: '{{neededBytes}} bytes are needed in {{folder}}, {{freeBytes}} are free',
    hint: 'Free some space there, or name another work folder.',
  },
} as const satisfies Record<string, ErrorText>;
