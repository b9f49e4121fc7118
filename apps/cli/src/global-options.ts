import type { OptionSpec } from './command-spec.ts';

/** Options of every command; they may stand before and behind its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '-r, --repo <address>', text: 'option.repo' },
  { flags: '--repository-file <file>', text: 'option.repositoryFile' },
  { flags: '-p, --password-file <file>', text: 'option.passwordFile' },
  { flags: '--password-command <command>', text: 'option.passwordCommand' },
  { flags: '--key-hint <key>', text: 'option.keyHint' },
  { flags: '--insecure-no-password', text: 'option.insecureNoPassword' },
  { flags: '-q, --quiet', text: 'option.quiet' },
  { flags: '-v, --verbose', text: 'option.verbose' },
  { flags: '--json', text: 'option.json' },
  { flags: '--lang <language>', text: 'option.lang' },
  { flags: '--no-lock', text: 'option.noLock' },
  { flags: '--retry-lock <duration>', text: 'option.retryLock' },
  { flags: '--cache-dir <folder>', text: 'option.cacheDir' },
  { flags: '--no-cache', text: 'option.noCache' },
  { flags: '--cleanup-cache', text: 'option.cleanupCache' },
  { flags: '--compression <mode>', text: 'option.compression' },
  { flags: '--pack-size <size>', text: 'option.packSize' },
  { flags: '--no-extra-verify', text: 'option.noExtraVerify' },
  { flags: '--limit-upload <rate>', text: 'option.limitUpload' },
  { flags: '--limit-download <rate>', text: 'option.limitDownload' },
  { flags: '-o, --option <key=value>', text: 'option.driverOption', isRepeatable: true },
];
