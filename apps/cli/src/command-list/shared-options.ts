import type { OptionSpec } from '../command-spec.ts';

/** Which snapshots: shared by the commands that work on several. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  { flags: '-H, --host <host>', text: 'option.filterHost', isRepeatable: true },
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
