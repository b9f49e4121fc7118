import type { CommandSpec } from '../command-spec.ts';
import { EXCLUDE_OPTIONS, FILTER_OPTIONS, INCLUDE_OPTIONS } from './shared-options.ts';

export const RESTORE_COMMANDS: readonly CommandSpec[] = [
  {
    kind: 'command',
    name: 'restore',
    usesRepository: true,
    group: 'restore',
    summary: 'command.restore',
    args: '<snapshot>',
    options: [
      { flags: '-t, --target <folder>', text: 'option.target' },
      ...FILTER_OPTIONS,
      ...INCLUDE_OPTIONS,
      ...EXCLUDE_OPTIONS,
      { flags: '--overwrite <policy>', text: 'option.overwrite' },
      { flags: '--delete', text: 'option.delete' },
      { flags: '--sparse', text: 'option.sparse' },
      { flags: '--verify', text: 'option.verify' },
      { flags: '--dry-run', text: 'option.dryRunRestore' },
      { flags: '--ownership-by-name', text: 'option.ownershipByName' },
      { flags: '--include-xattr <pattern>', text: 'option.includeXattr', isRepeatable: true },
      { flags: '--exclude-xattr <pattern>', text: 'option.excludeXattr', isRepeatable: true },
    ],
    examples: [
      'restore latest --target /tmp/restored',
      'restore latest:/var/www/site --target /srv/aside --include "*.php"',
    ],
    load: () => import('../commands/restore.ts'),
  },
  {
    kind: 'command',
    name: 'dump',
    usesRepository: true,
    stopsWithReader: true,
    group: 'restore',
    summary: 'command.dump',
    args: '<snapshot> <path>',
    options: [
      ...FILTER_OPTIONS,
      { flags: '-a, --archive <format>', text: 'option.archive' },
      { flags: '-t, --target <file>', text: 'option.dumpTarget' },
    ],
    examples: ['dump latest /etc/fstab', 'dump latest /var/www --archive zip --target www.zip'],
    load: () => import('../commands/dump.ts'),
  },
];
