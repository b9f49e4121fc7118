import type { CommandSpec } from '../command-spec.ts';
import { DRY_RUN, EXCLUDE_OPTIONS, SOME_UNREADABLE, SOURCE_OPTIONS } from './shared-options.ts';

export const init: CommandSpec = {
  kind: 'command',
  name: 'init',
  usesRepository: true,
  group: 'start',
  summary: 'command.init',
  options: [
    { flags: '--repository-version <version>', text: 'option.repositoryVersion' },
    { flags: '--copy-chunker-params', text: 'option.copyChunkerParams' },
    ...SOURCE_OPTIONS,
  ],
  examples: ['init --repo /srv/backup'],
  load: () => import('../commands/init.ts'),
};

export const START_COMMANDS: readonly CommandSpec[] = [
  init,
  {
    kind: 'command',
    name: 'backup',
    usesRepository: true,
    group: 'start',
    summary: 'command.backup',
    about: 'about.backup',
    exitNotes: [SOME_UNREADABLE],
    args: '[paths...]',
    options: [
      ...EXCLUDE_OPTIONS,
      { flags: '--exclude-if-present <name>', text: 'option.excludeIfPresent', isRepeatable: true },
      { flags: '--exclude-caches', text: 'option.excludeCaches' },
      { flags: '--exclude-larger-than <size>', text: 'option.excludeLargerThan' },
      { flags: '-x, --one-file-system', text: 'option.oneFileSystem' },
      { flags: '--files-from <file>', text: 'option.filesFrom', isRepeatable: true },
      { flags: '--files-from-verbatim <file>', text: 'option.filesFromVerbatim', isRepeatable: true },
      { flags: '--files-from-raw <file>', text: 'option.filesFromRaw', isRepeatable: true },
      { flags: '--stdin', text: 'option.stdin' },
      { flags: '--stdin-filename <name>', text: 'option.stdinFilename' },
      { flags: '--stdin-from-command', text: 'option.stdinFromCommand' },
      { flags: '--tag <tags>', text: 'option.tag', isRepeatable: true },
      { flags: '-H, --host <host>', text: 'option.host' },
      { flags: '--time <time>', text: 'option.time' },
      { flags: '--parent <snapshot>', text: 'option.parent' },
      { flags: '-f, --force', text: 'option.force' },
      { flags: '-g, --group-by <parts>', text: 'option.groupByParent' },
      { flags: '--ignore-inode', text: 'option.ignoreInode' },
      { flags: '--ignore-ctime', text: 'option.ignoreCtime' },
      { flags: '--with-atime', text: 'option.withAtime' },
      { flags: '--skip-if-unchanged', text: 'option.skipIfUnchanged' },
      DRY_RUN,
      { flags: '--no-scan', text: 'option.noScan' },
      { flags: '--read-concurrency <n>', text: 'option.readConcurrency' },
    ],
    examples: [
      'backup /var/www --exclude "*.log"',
      'backup --tag database --stdin-filename site.sql --stdin-from-command -- mariadb-dump site',
    ],
    load: () => import('../commands/backup.ts'),
  },
];
