import type { CommandFamily, ExitNote, OptionSpec } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { DRY_RUN } from './shared-options.ts';

const LOGIN_OPTIONS: readonly OptionSpec[] = [
  { flags: '--db-password-file <file>', text: 'option.dbPasswordFile' },
  { flags: '--db-password-variable <name>', text: 'option.dbPasswordVariable' },
];
const WORK_OPTIONS: readonly OptionSpec[] = [
  { flags: '--parallel <n>', text: 'option.parallel' },
  { flags: '--work-folder <folder>', text: 'option.workFolder' },
];
const DUMP_FILTER: readonly OptionSpec[] = [
  { flags: '--database <name>', text: 'option.ofDatabase' },
  { flags: '--server <name>', text: 'option.ofServer' },
];
const SOME_FAILED: ExitNote = { code: EXIT.incomplete, text: 'exit.someDatabasesFailed' };
const NOT_TESTABLE: ExitNote = { code: EXIT.incomplete, text: 'exit.notTestable' };

const db = { kind: 'command', group: 'start', usesRepository: true } as const;

export const DB_FAMILY: CommandFamily = {
  kind: 'family',
  name: 'db',
  group: 'start',
  summary: 'command.db',
  members: [
    {
      ...db,
      name: 'probe',
      usesRepository: false,
      summary: 'command.dbProbe',
      about: 'about.dbUrl',
      args: '<url>',
      options: LOGIN_OPTIONS,
      examples: ['db probe postgresql://backup@db.example/site', 'db probe sqlite:/var/www/site/database.sqlite'],
      stopsWithReader: true,
      load: () => import('../commands/database/db-probe.ts'),
    },
    {
      ...db,
      name: 'backup',
      summary: 'command.dbBackup',
      about: 'about.dbBackup',
      args: '<url>',
      exitNotes: [SOME_FAILED],
      options: [
        { flags: '--database <name>', text: 'option.backupDatabase', isRepeatable: true },
        { flags: '--server <name>', text: 'option.serverName' },
        ...LOGIN_OPTIONS,
        { flags: '--exclude-data <table>', text: 'option.excludeData', isRepeatable: true },
        { flags: '--skip-view <view>', text: 'option.skipView', isRepeatable: true },
        { flags: '--untransactional <mode>', text: 'option.untransactional' },
        { flags: '--rows-by <mode>', text: 'option.rowsBy' },
        ...WORK_OPTIONS,
        { flags: '--retry-after <duration>', text: 'option.retryAfter' },
        { flags: '--tag <tags>', text: 'option.tag', isRepeatable: true },
        { flags: '-H, --host <host>', text: 'option.host' },
        { flags: '--time <time>', text: 'option.time' },
        DRY_RUN,
      ],
      examples: ['db backup redis:///?socket=/run/redis/redis.sock', 'db backup sqlite:/var/www/site/database.sqlite'],
      load: () => import('../commands/database/db-backup.ts'),
    },
    {
      ...db,
      name: 'list',
      group: 'look',
      summary: 'command.dbList',
      options: DUMP_FILTER,
      examples: ['db list --database site'],
      stopsWithReader: true,
      load: () => import('../commands/database/db-list.ts'),
    },
    {
      ...db,
      name: 'verify',
      group: 'care',
      summary: 'command.dbVerify',
      args: '[snapshot]',
      options: DUMP_FILTER,
      examples: ['db verify', 'db verify latest --database site'],
      load: () => import('../commands/database/db-verify.ts'),
    },
    {
      ...db,
      name: 'restore',
      group: 'restore',
      summary: 'command.dbRestore',
      about: 'about.dbRestore',
      args: '<url> [snapshot]',
      options: [
        { flags: '--as <name>', text: 'option.restoreAs' },
        ...DUMP_FILTER,
        { flags: '--table <table>', text: 'option.restoreTable', isRepeatable: true },
        { flags: '--map-role <map>', text: 'option.mapRole', isRepeatable: true },
        { flags: '--create-roles', text: 'option.createRoles' },
        { flags: '--owner <name>', text: 'option.restoreOwner' },
        { flags: '--no-owner', text: 'option.noOwner' },
        { flags: '--rows-only', text: 'option.rowsOnly' },
        ...LOGIN_OPTIONS,
        ...WORK_OPTIONS,
        DRY_RUN,
      ],
      examples: ['db restore sqlite:/tmp/restored.sqlite latest --database /var/www/site/database.sqlite'],
      load: () => import('../commands/database/db-restore.ts'),
    },
    {
      ...db,
      name: 'swap',
      group: 'restore',
      summary: 'command.dbSwap',
      about: 'about.dbSwap',
      args: '<url> <database>',
      options: [
        { flags: '--keep-as <name>', text: 'option.keepAs' },
        { flags: '--without-backup', text: 'option.withoutBackup' },
        { flags: '--server <name>', text: 'option.serverName' },
        { flags: '--exclude-data <table>', text: 'option.excludeData', isRepeatable: true },
        { flags: '--skip-view <view>', text: 'option.skipView', isRepeatable: true },
        { flags: '--untransactional <mode>', text: 'option.untransactional' },
        { flags: '--rows-by <mode>', text: 'option.rowsBy' },
        ...LOGIN_OPTIONS,
        ...WORK_OPTIONS,
      ],
      examples: ['db swap postgresql://admin@db.example/site site_restored'],
      load: () => import('../commands/database/db-swap.ts'),
    },
    {
      ...db,
      name: 'render',
      group: 'restore',
      summary: 'command.dbRender',
      args: '[snapshot]',
      options: [...DUMP_FILTER, { flags: '-t, --target <file>', text: 'option.renderTarget' }],
      examples: ['db render latest --database site --target site.sql'],
      load: () => import('../commands/database/db-render.ts'),
    },
    {
      ...db,
      name: 'drill',
      group: 'care',
      summary: 'command.dbDrill',
      about: 'about.dbDrill',
      args: '[snapshot]',
      exitNotes: [NOT_TESTABLE],
      options: [
        ...DUMP_FILTER,
        { flags: '--assert <question>', text: 'option.assert', isRepeatable: true },
        ...WORK_OPTIONS,
      ],
      examples: [
        'db drill latest --database site',
        'db drill latest --database site --assert "select count(*) from users => 42"',
      ],
      load: () => import('../commands/database/db-drill.ts'),
    },
  ],
};

export const APP_FAMILY: CommandFamily = {
  kind: 'family',
  name: 'app',
  group: 'start',
  summary: 'command.app',
  members: [
    {
      kind: 'command',
      name: 'discover',
      group: 'start',
      usesRepository: false,
      summary: 'command.appDiscover',
      about: 'about.appDiscover',
      args: '[paths...]',
      options: [],
      examples: ['app discover', 'app discover /var/www /srv'],
      load: () => import('../commands/database/app-discover.ts'),
    },
  ],
};
