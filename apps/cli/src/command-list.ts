import { CARE_COMMANDS, cache, unlock } from './command-list/care.ts';
import { APP_FAMILY, DB_FAMILY } from './command-list/databases.ts';
import { KEY_FAMILY } from './command-list/keys.ts';
import { LOOK_COMMANDS } from './command-list/look.ts';
import { RESTORE_COMMANDS } from './command-list/restore.ts';
import { init, START_COMMANDS } from './command-list/start.ts';
import type { CommandFamily, CommandNode, CommandSpec } from './command-spec.ts';

const version: CommandSpec = {
  kind: 'command',
  name: 'version',
  group: 'other',
  summary: 'command.version',
  options: [],
  examples: [],
  usesRepository: false,
  stopsWithReader: true,
  load: () => import('./commands/version.ts'),
};

/** What concerns a repository as a whole, under one name. */
const repo: CommandFamily = {
  kind: 'family',
  name: 'repo',
  group: 'start',
  summary: 'command.repo',
  members: [
    init,
    {
      kind: 'command',
      name: 'info',
      group: 'look',
      summary: 'command.repoInfo',
      options: [],
      examples: ['repo info'],
      usesRepository: true,
      stopsWithReader: true,
      load: () => import('./commands/repo-info.ts'),
    },
    KEY_FAMILY,
    unlock,
    cache,
  ],
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandNode[] = [
  ...START_COMMANDS,
  DB_FAMILY,
  APP_FAMILY,
  repo,
  ...LOOK_COMMANDS,
  ...RESTORE_COMMANDS,
  ...CARE_COMMANDS,
  KEY_FAMILY,
  version,
];
