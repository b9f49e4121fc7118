import { CARE_COMMANDS } from './command-list/care.ts';
import { LOOK_COMMANDS } from './command-list/look.ts';
import { RESTORE_COMMANDS } from './command-list/restore.ts';
import { START_COMMANDS } from './command-list/start.ts';
import type { CommandSpec } from './command-spec.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [...START_COMMANDS, ...LOOK_COMMANDS, ...RESTORE_COMMANDS, ...CARE_COMMANDS];
