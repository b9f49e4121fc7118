import type { OptionSpec } from './command-spec.ts';

/** Options of every command. `--lang` and `--verbose` are taken before the others are looked at. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '-r, --repo <address>', text: 'option.repo' },
  { flags: '--repository-file <file>', text: 'option.repositoryFile' },
  { flags: '-p, --password-file <file>', text: 'option.passwordFile' },
  { flags: '--password-command <command>', text: 'option.passwordCommand' },
  { flags: '--key-hint <key>', text: 'option.keyHint' },
  { flags: '--insecure-no-password', text: 'option.insecureNoPassword' },
  { flags: '--cache-dir <folder>', text: 'option.cacheDir' },
  { flags: '--no-cache', text: 'option.noCache' },
  { flags: '--no-lock', text: 'option.noLock' },
  { flags: '--retry-lock <duration>', text: 'option.retryLock' },
  { flags: '--compression <mode>', text: 'option.compression' },
  { flags: '--pack-size <mib>', text: 'option.packSize' },
  { flags: '--limit-upload <kib/s>', text: 'option.limitUpload' },
  { flags: '--limit-download <kib/s>', text: 'option.limitDownload' },
  { flags: '--no-extra-verify', text: 'option.noExtraVerify' },
  { flags: '--json', text: 'option.json' },
  { flags: '-q, --quiet', text: 'option.quiet' },
  { flags: '-v, --verbose', text: 'option.verbose' },
  { flags: '--lang <id|en>', text: 'option.lang' },
];
