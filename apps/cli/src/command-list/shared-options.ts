import type { ExitNote, OptionSpec } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';

/** Which snapshots: shared by the commands that work on several. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  { flags: '-H, --host <host>', text: 'option.filterHost', isRepeatable: true },
  { flags: '--tag <tags>', text: 'option.filterTag', isRepeatable: true },
  { flags: '--path <path>', text: 'option.filterPath', isRepeatable: true },
];

/** For `forget`, where `-H` stands for hours. */
export const LONG_FILTER_OPTIONS: readonly OptionSpec[] = [
  { flags: '--host <host>', text: 'option.filterHost', isRepeatable: true },
  { flags: '--tag <tags>', text: 'option.filterTag', isRepeatable: true },
  { flags: '--path <path>', text: 'option.filterPath', isRepeatable: true },
];

export const EXCLUDE_OPTIONS: readonly OptionSpec[] = [
  { flags: '-e, --exclude <pattern>', text: 'option.exclude', isRepeatable: true },
  { flags: '--iexclude <pattern>', text: 'option.iexclude', isRepeatable: true },
  { flags: '--exclude-file <file>', text: 'option.excludeFile', isRepeatable: true },
  { flags: '--iexclude-file <file>', text: 'option.iexcludeFile', isRepeatable: true },
];

export const INCLUDE_OPTIONS: readonly OptionSpec[] = [
  { flags: '-i, --include <pattern>', text: 'option.include', isRepeatable: true },
  { flags: '--iinclude <pattern>', text: 'option.iinclude', isRepeatable: true },
  { flags: '--include-file <file>', text: 'option.includeFile', isRepeatable: true },
  { flags: '--iinclude-file <file>', text: 'option.iincludeFile', isRepeatable: true },
];

export const SOURCE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--from-repo <address>', text: 'option.fromRepo' },
  { flags: '--from-repository-file <file>', text: 'option.fromRepositoryFile' },
  { flags: '--from-password-file <file>', text: 'option.fromPasswordFile' },
  { flags: '--from-password-command <command>', text: 'option.fromPasswordCommand' },
  { flags: '--from-key-hint <key>', text: 'option.fromKeyHint' },
  { flags: '--from-insecure-no-password', text: 'option.fromInsecureNoPassword' },
];

export const TARGET_OPTIONS: readonly OptionSpec[] = [
  { flags: '--to <address>', text: 'option.toRepo' },
  { flags: '--to-password-file <file>', text: 'option.toPasswordFile' },
  { flags: '--to-password-command <command>', text: 'option.toPasswordCommand' },
  { flags: '--to-key-hint <key>', text: 'option.toKeyHint' },
  { flags: '--to-insecure-no-password', text: 'option.toInsecureNoPassword' },
];

export const PRUNE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--max-unused <limit>', text: 'option.maxUnused' },
  { flags: '--max-repack-size <size>', text: 'option.maxRepackSize' },
  { flags: '--repack-cacheable-only', text: 'option.repackCacheableOnly' },
  { flags: '--repack-small', text: 'option.repackSmall' },
  { flags: '--repack-smaller-than <size>', text: 'option.repackSmallerThan' },
  { flags: '--repack-uncompressed', text: 'option.repackUncompressed' },
];

export const NEW_PASSWORD_OPTIONS: readonly OptionSpec[] = [
  { flags: '--new-password-file <file>', text: 'option.newPasswordFile' },
  { flags: '--new-insecure-no-password', text: 'option.newInsecureNoPassword' },
];

export const DRY_RUN: OptionSpec = { flags: '-n, --dry-run', text: 'option.dryRun' };

export const SOME_UNREADABLE: ExitNote = { code: EXIT.incomplete, text: 'exit.someUnreadable' };
export const SOME_NOT_REMOVED: ExitNote = { code: EXIT.incomplete, text: 'exit.someNotRemoved' };
