import type { ApplicationKind } from './application.ts';

// What belongs to an application, what can be left out, and what to do around a backup and after a restore: data, not
// code. Reasons and remarks are keys of texts. A change of a template raises its version, so that what an application
// was added with can be compared with what is proposed today.

export const EXCLUDE_REASONS = [
  'cache',
  'compiled-views',
  'sessions',
  'logs',
  'temporary',
  'thumbnails',
  'trash',
  'other-backups',
  'locks',
  'reinstallable',
  'version-control',
  'database-files',
  'not-a-file',
] as const;
export type ExcludeReason = (typeof EXCLUDE_REASONS)[number];

export const RESTORE_REMARKS = [
  'run-storage-link',
  'clear-config-cache',
  'restore-writable-permissions',
  'keep-app-key',
  'keep-encryption-key',
  'check-base-url',
  'record-php-version',
  'keep-salts',
  'replace-url-in-serialized-data',
  'purge-caches',
  'keep-database-type',
  'recreate-database-empty',
  'run-data-fingerprint',
  'rescan-files',
  'keep-instance-secrets',
  'pin-image-digests',
  'save-images-for-offline',
  'copy-named-volumes',
  'check-hand-written-settings',
  'reinstall-dependencies',
] as const;
export type RestoreRemark = (typeof RESTORE_REMARKS)[number];

export interface TemplateExclude {
  /** Relative to the root of the application; `*` is any run within a name, `**` any folders. */
  readonly pattern: string;
  readonly reason: ExcludeReason;
}

/** Run as the user of the application, in its folder. Argv, never a shell line. */
export interface MaintenanceCommands {
  readonly on: readonly string[];
  readonly off: readonly string[];
  /** Wait after `on`, until every process of the application has seen it. */
  readonly settleMs: number;
  readonly timeoutMs: number;
  /** A safeguard turns it off after this time, even when the backup program is gone. */
  readonly leaseMs: number;
}

export interface ApplicationTemplate {
  readonly version: number;
  /** What must be in the backup: a backup without it is no backup of this application. Relative to the root. */
  readonly required: readonly string[];
  readonly excludes: readonly TemplateExclude[];
  readonly maintenance?: MaintenanceCommands;
  readonly remarks: readonly RestoreRemark[];
  /** Folders of the framework itself: no other application is looked for in there. */
  readonly innerFolders: readonly string[];
}

const COMMON: readonly TemplateExclude[] = [
  { pattern: '**/core.[0-9]*', reason: 'temporary' },
  { pattern: '**/*.sock', reason: 'not-a-file' },
  { pattern: '**/*.swp', reason: 'temporary' },
];

function excludes(...groups: readonly (readonly [ExcludeReason, ...string[]])[]): readonly TemplateExclude[] {
  return [...groups.flatMap(([reason, ...patterns]) => patterns.map((pattern) => ({ pattern, reason }))), ...COMMON];
}

const COMMAND_TIMES = { settleMs: 0, timeoutMs: 60_000, leaseMs: 20 * 60_000 } as const;

export const TEMPLATES: Readonly<Record<ApplicationKind, ApplicationTemplate>> = {
  laravel: {
    version: 1,
    required: ['.env', 'storage/app', 'public', 'composer.lock'],
    excludes: excludes(
      ['cache', 'storage/framework/cache/data', 'bootstrap/cache/*.php'],
      ['sessions', 'storage/framework/sessions/*'],
      ['compiled-views', 'storage/framework/views/*.php'],
      ['temporary', 'storage/framework/testing'],
      ['logs', 'storage/logs/*.log'],
      ['reinstallable', 'node_modules'],
    ),
    maintenance: { on: ['php', 'artisan', 'down', '--retry=60'], off: ['php', 'artisan', 'up'], ...COMMAND_TIMES },
    remarks: ['keep-app-key', 'run-storage-link', 'clear-config-cache', 'restore-writable-permissions'],
    innerFolders: [
      'app',
      'bootstrap',
      'config',
      'database',
      'lang',
      'public',
      'resources',
      'routes',
      'storage',
      'tests',
    ],
  },
  codeigniter4: {
    version: 1,
    required: ['.env', 'app', 'public', 'writable/uploads'],
    excludes: excludes(
      ['cache', 'writable/cache/*'],
      ['sessions', 'writable/session/*'],
      ['logs', 'writable/logs/*.log', 'writable/debugbar/*.json'],
      ['reinstallable', 'node_modules'],
    ),
    remarks: ['keep-encryption-key', 'check-base-url', 'restore-writable-permissions'],
    innerFolders: ['app', 'public', 'system', 'tests', 'writable'],
  },
  codeigniter3: {
    version: 1,
    required: ['application', 'system', 'index.php'],
    excludes: excludes(
      ['cache', 'application/cache/*'],
      ['logs', 'application/logs/*.php'],
      ['sessions', '**/ci_session*'],
    ),
    remarks: ['check-base-url', 'record-php-version', 'restore-writable-permissions'],
    innerFolders: ['application', 'system', 'user_guide'],
  },
  wordpress: {
    version: 1,
    required: ['wp-config.php', 'wp-content/uploads', 'wp-content/plugins', 'wp-content/themes'],
    excludes: excludes(
      ['cache', 'wp-content/cache', 'wp-content/wflogs'],
      ['temporary', 'wp-content/upgrade', 'wp-content/upgrade-temp-backup'],
      ['other-backups', 'wp-content/updraft', 'wp-content/ai1wm-backups', 'wp-content/backups-dup*'],
    ),
    maintenance: {
      on: ['wp', 'maintenance-mode', 'activate'],
      off: ['wp', 'maintenance-mode', 'deactivate'],
      ...COMMAND_TIMES,
    },
    remarks: ['keep-salts', 'replace-url-in-serialized-data'],
    innerFolders: ['wp-admin', 'wp-content', 'wp-includes'],
  },
  moodle: {
    version: 1,
    required: ['config.php'],
    // Of the data folder, which lies elsewhere: see `dataExcludes` of the recogniser.
    excludes: excludes(),
    maintenance: {
      on: ['php', 'admin/cli/maintenance.php', '--enable'],
      off: ['php', 'admin/cli/maintenance.php', '--disable'],
      ...COMMAND_TIMES,
    },
    remarks: ['purge-caches', 'keep-database-type'],
    innerFolders: [
      'admin', 'auth', 'backup', 'blocks', 'course', 'enrol', 'filter', 'grade', 'lang', 'lib', 'local', 'mod', 'public',
      'question', 'report', 'repository', 'theme', 'user',
    ], // biome-ignore format: a table
  },
  nextcloud: {
    version: 1,
    required: ['config', 'data', 'custom_apps', 'themes'],
    excludes: excludes(['temporary', 'updater-*']),
    maintenance: {
      on: ['php', 'occ', 'maintenance:mode', '--on'],
      off: ['php', 'occ', 'maintenance:mode', '--off'],
      ...COMMAND_TIMES,
      settleMs: 6 * 60_000,
    },
    remarks: ['keep-instance-secrets', 'recreate-database-empty', 'run-data-fingerprint', 'rescan-files'],
    innerFolders: [
      '3rdparty',
      'apps',
      'config',
      'core',
      'custom_apps',
      'dist',
      'lib',
      'ocs',
      'resources',
      'themes',
      'updater',
    ],
  },
  owncloud: {
    version: 1,
    required: ['config', 'data', 'apps-external', 'themes'],
    excludes: excludes(['temporary', 'updater-*']),
    maintenance: {
      on: ['php', 'occ', 'maintenance:mode', '--on'],
      off: ['php', 'occ', 'maintenance:mode', '--off'],
      ...COMMAND_TIMES,
    },
    remarks: ['keep-instance-secrets', 'recreate-database-empty', 'rescan-files'],
    innerFolders: [
      '3rdparty',
      'apps',
      'apps-external',
      'config',
      'core',
      'lib',
      'ocs',
      'resources',
      'themes',
      'updater',
    ],
  },
  symfony: {
    version: 1,
    required: ['.env', 'config', 'src', 'public'],
    excludes: excludes(['cache', 'var/cache/*'], ['logs', 'var/log/*'], ['reinstallable', 'node_modules']),
    remarks: ['keep-app-key', 'restore-writable-permissions'],
    innerFolders: ['bin', 'config', 'migrations', 'public', 'src', 'templates', 'tests', 'translations', 'var'],
  },
  django: {
    version: 1,
    required: ['manage.py'],
    excludes: excludes(['cache', '**/__pycache__'], ['reinstallable', '.venv', 'venv'], ['logs', '**/*.log']),
    remarks: ['check-hand-written-settings', 'reinstall-dependencies'],
    innerFolders: [],
  },
  node: {
    version: 1,
    required: ['package.json'],
    excludes: excludes(
      ['cache', '.next/cache', '.nuxt', '.cache'],
      ['logs', '**/*.log'],
      ['reinstallable', 'node_modules'],
    ),
    remarks: ['check-hand-written-settings', 'reinstall-dependencies'],
    innerFolders: ['prisma', 'public', 'src', 'test', 'tests'],
  },
  compose: {
    version: 1,
    required: [],
    excludes: excludes(),
    remarks: ['pin-image-digests', 'save-images-for-offline', 'copy-named-volumes'],
    innerFolders: [],
  },
  'plain-php': {
    version: 1,
    required: [],
    excludes: excludes(['logs', '**/error_log', '**/*.log'], ['temporary', 'tmp/*']),
    remarks: ['record-php-version', 'check-hand-written-settings'],
    innerFolders: [],
  },
  generic: {
    version: 1,
    required: [],
    excludes: excludes(),
    remarks: ['check-hand-written-settings'],
    innerFolders: [],
  },
  sqlite: { version: 1, required: [], excludes: excludes(), remarks: [], innerFolders: [] },
};

/** Of a Moodle's data folder, which lies outside of its root. */
export const MOODLE_DATA_EXCLUDES: readonly TemplateExclude[] = [
  ...['cache', 'localcache', 'temp', 'muc'].map((pattern) => ({ pattern, reason: 'cache' as const })),
  { pattern: 'sessions', reason: 'sessions' },
  { pattern: 'trashdir', reason: 'trash' },
  { pattern: 'lock', reason: 'locks' },
];

/** Of the data folder of a Nextcloud or ownCloud. */
export const CLOUD_DATA_EXCLUDES: readonly TemplateExclude[] = [
  { pattern: 'appdata_*/preview', reason: 'thumbnails' },
  { pattern: '*/cache', reason: 'cache' },
  { pattern: '*/thumbnails', reason: 'thumbnails' },
];
