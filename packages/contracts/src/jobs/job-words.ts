/** What a run can be asked to do. */
export const JOB_KINDS = [
  'preflight',
  'backupDatabases',
  'backupFiles',
  'verify',
  'drill',
  'restoreFiles',
  'restoreDatabase',
  'restoreTable',
  'swapDatabase',
  'retention',
  'check',
  'copy',
  'statistics',
  'catalogue',
  'browse',
  'download',
  'discover',
  'initRepository',
  'testDestination',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** Those that leave a copy of a source behind. */
export const BACKUP_JOB_KINDS = ['backupDatabases', 'backupFiles'] as const satisfies readonly JobKind[];

/** Those that change nothing but the locks and the cache: they may run beside anything. */
export const READING_JOB_KINDS = [
  'preflight',
  'verify',
  'drill',
  'check',
  'statistics',
  'catalogue',
  'browse',
  'download',
  'discover',
] as const satisfies readonly JobKind[];

/** Whose copies Lumbung made, among all snapshots of a repository. */
export const LUMBUNG_TAG = 'lumbung';
/** Tags by which a snapshot is adopted when its run got lost. */
export const RUN_TAG_PREFIX = 'run=';
export const ASSET_TAG_PREFIX = 'asset=';
export const APPLICATION_TAG_PREFIX = 'app=';

export const CHECK_RESULTS = ['pass', 'warn', 'fail'] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

/** What a check is about: a source, where copies go, or this machine. */
export const CHECK_SUBJECTS = ['source', 'destination', 'machine'] as const;
export type CheckSubject = (typeof CHECK_SUBJECTS)[number];

/** What a run is doing; a kind passes through some of these, in this order. */
export const RUN_STEPS = [
  'open',
  'lock',
  'preflight',
  'plan',
  'dump',
  'store',
  'restore',
  'remove',
  'prune',
  'copy',
  'read',
  'verify',
  'drill',
  'clean',
] as const;
export type RunStep = (typeof RUN_STEPS)[number];

/** What a stored copy holds: a database, what belongs to no database of a server (roles, settings), or files. */
export const COPY_CONTENTS = ['database', 'server', 'files'] as const;
export type CopyContent = (typeof COPY_CONTENTS)[number];

/** How much of a copy's own data was read again. `sampled`: a part, since reading all would take too long. */
export const VERIFY_LEVELS = ['complete', 'sampled'] as const;
export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

/** What happens to a file that is there already when files are restored. */
export const OVERWRITE_WORDS = ['always', 'if-changed', 'if-newer', 'never'] as const;
export type OverwriteWord = (typeof OVERWRITE_WORDS)[number];

export const DATABASE_ENGINE_NAMES = ['postgresql', 'mysql', 'mariadb', 'sqlite', 'redis'] as const;
export type DatabaseEngineName = (typeof DATABASE_ENGINE_NAMES)[number];

/** Why a run was ended from outside. Codes of texts, as those of errors. */
export const RUN_END_CODES = [
  'RUN_CANCELLED',
  'RUN_SHUTDOWN',
  'RUN_STALLED',
  'RUN_TIME_LIMIT',
  'RUN_MEMORY_LIMIT',
  'RUN_LOST',
] as const;
export type RunEndCode = (typeof RUN_END_CODES)[number];

/** The form of stored records; a newer one is refused. */
export const RUN_RECORD_VERSION = 1;

/** Warnings that a record names; their number is exact. */
export const WARNINGS_KEPT_MAX = 500;

/** Findings that a verification names; their number is exact. */
export const FINDINGS_KEPT_MAX = 200;

/** Snapshots that one event of a catalogue tells of. */
export const CATALOGUE_PAGE_MAX = 500;
