import type { CommandFamily } from '../command-spec.ts';
import { NEW_PASSWORD_OPTIONS } from './shared-options.ts';

const key = { kind: 'command', group: 'keys', usesRepository: true } as const;

export const KEY_FAMILY: CommandFamily = {
  kind: 'family',
  name: 'key',
  group: 'keys',
  summary: 'command.key',
  members: [
    {
      ...key,
      name: 'list',
      summary: 'command.keyList',
      options: [],
      examples: ['key list'],
      stopsWithReader: true,
      load: () => import('../commands/key-list.ts'),
    },
    {
      ...key,
      name: 'add',
      summary: 'command.keyAdd',
      options: [
        ...NEW_PASSWORD_OPTIONS,
        { flags: '--user <name>', text: 'option.keyUser' },
        { flags: '--host <name>', text: 'option.keyHost' },
      ],
      examples: ['key add', 'key add --new-password-file /root/second-password'],
      load: () => import('../commands/key-add.ts'),
    },
    {
      ...key,
      name: 'remove',
      summary: 'command.keyRemove',
      args: '<key>',
      options: [],
      examples: ['key remove 5f2c91d3'],
      load: () => import('../commands/key-remove.ts'),
    },
    {
      ...key,
      name: 'passwd',
      summary: 'command.keyPasswd',
      options: [
        ...NEW_PASSWORD_OPTIONS,
        { flags: '--user <name>', text: 'option.keyUser' },
        { flags: '--host <name>', text: 'option.keyHost' },
      ],
      examples: ['key passwd'],
      load: () => import('../commands/key-passwd.ts'),
    },
  ],
};
