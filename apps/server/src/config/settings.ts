import path from 'node:path';
import { LANGUAGES, type Language } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';
import { type PostgresAddress, parsePostgresAddress } from './postgres-address.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What an operator says before the first start; everything else is said in the pages, and kept in the state. */
export interface ServerSettings {
  /** Absolute: state, master key, caches. */
  readonly dataFolder: string;
  readonly listen: ListenAddress;
  readonly database: DatabaseAddress;
  readonly masterKey: MasterKeySource;
  readonly language: Language;
  /** Where people reach the pages, without a slash at the end; undefined: as they came. */
  readonly baseUrl: string | undefined;
  /** Notifications and destinations may go to addresses of private networks. */
  readonly privateTargets: 'refused' | 'allowed';
  readonly logLevel: LogLevel;
}

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };
export type DatabaseAddress = { readonly kind: 'sqlite'; readonly file: string } | PostgresAddress;
/** `file` is made at the first start; `given` is the key's own text, from the environment. */
export type MasterKeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'given'; readonly text: string };

export type Environment = Readonly<Record<string, string | undefined>>;

const LISTEN_DEFAULT = { kind: 'tcp', host: '127.0.0.1', port: 8787 } as const;

/** Parses what the environment says. A variable that is empty counts as not set. Relative paths begin at
 *  `workingFolder`.
 *  @throws LumbungError SETTING_INVALID, SETTINGS_CONTRADICT (operator); neither shows a value that may be a secret */
export function parseSettings(environment: Environment, workingFolder: string): ServerSettings {
  const valueOf = (name: string): string | undefined => {
    const text = environment[name]?.trim();
    return text === '' ? undefined : text;
  };
  const fileOf = (text: string): string => path.resolve(workingFolder, text);
  // systemd names the folder it made for the service: /var/lib/lumbung with the unit that is shipped.
  const dataFolder = fileOf(valueOf('LUMBUNG_DATA') ?? valueOf('STATE_DIRECTORY')?.split(':')[0] ?? 'data');
  const listen = valueOf('LUMBUNG_LISTEN');
  const baseUrl = valueOf('LUMBUNG_BASE_URL');
  return {
    dataFolder,
    listen: listen === undefined ? LISTEN_DEFAULT : parseListen(listen, fileOf),
    database: parseDatabase(valueOf('LUMBUNG_DATABASE'), dataFolder),
    masterKey: masterKeySource(valueOf('LUMBUNG_MASTER_KEY'), valueOf('LUMBUNG_MASTER_KEY_FILE'), {
      dataFolder,
      fileOf,
    }),
    language: oneOf('LUMBUNG_LANG', valueOf('LUMBUNG_LANG')?.toLowerCase().split(/[_.-]/)[0], LANGUAGES, 'id'),
    baseUrl: baseUrl === undefined ? undefined : parseBaseUrl(baseUrl),
    privateTargets: isYes('LUMBUNG_ALLOW_PRIVATE_TARGETS', valueOf('LUMBUNG_ALLOW_PRIVATE_TARGETS'))
      ? 'allowed'
      : 'refused',
    logLevel: oneOf('LUMBUNG_LOG_LEVEL', valueOf('LUMBUNG_LOG_LEVEL')?.toLowerCase(), LOG_LEVELS, 'info'),
  };
}

/** `8787`, `0.0.0.0:8787`, `[::]:8787`, or the path of a unix socket that begins with `/` or `./`. */
function parseListen(text: string, fileOf: (text: string) => string): ListenAddress {
  if (/^\.{0,2}\//.test(text)) return { kind: 'socket', path: fileOf(text) };
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw invalid('LUMBUNG_LISTEN', '8787 | host:8787 | /folder/socket', text);
  }
  return { kind: 'tcp', host: match[1] ?? match[2] ?? LISTEN_DEFAULT.host, port };
}

function parseDatabase(text: string | undefined, dataFolder: string): DatabaseAddress {
  if (text === undefined || text === 'sqlite') return { kind: 'sqlite', file: path.join(dataFolder, 'state.sqlite') };
  if (/^postgres(?:ql)?:/i.test(text)) return parsePostgresAddress(text, 'LUMBUNG_DATABASE');
  // An address may hold a password: it is not shown.
  throw invalid('LUMBUNG_DATABASE', 'sqlite | postgres://user:password@host/name');
}

function masterKeySource(
  text: string | undefined,
  file: string | undefined,
  { dataFolder, fileOf }: { readonly dataFolder: string; readonly fileOf: (text: string) => string },
): MasterKeySource {
  if (text !== undefined && file !== undefined) {
    throw new LumbungError('SETTINGS_CONTRADICT', {
      kind: 'operator',
      message: 'LUMBUNG_MASTER_KEY and LUMBUNG_MASTER_KEY_FILE are both set',
      context: { first: 'LUMBUNG_MASTER_KEY', second: 'LUMBUNG_MASTER_KEY_FILE' },
      hint: 'leave one of them out',
    });
  }
  if (text !== undefined) return { kind: 'given', text };
  return { kind: 'file', path: file === undefined ? path.join(dataFolder, 'master.key') : fileOf(file) };
}

function parseBaseUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
  if (!isPlain) throw invalid('LUMBUNG_BASE_URL', 'https://host/path');
  return url.href.replace(/\/+$/, '');
}

function isYes(setting: string, text: string | undefined): boolean {
  switch (text?.toLowerCase()) {
    case undefined:
    case '0':
    case 'no':
    case 'false':
      return false;
    case '1':
    case 'yes':
    case 'true':
      return true;
    default:
      throw invalid(setting, 'yes | no', text);
  }
}

function oneOf<Value extends string>(
  setting: string,
  text: string | undefined,
  values: readonly Value[],
  otherwise: Value,
): Value {
  if (text === undefined) return otherwise;
  const value = values.find((each) => each === text);
  if (value === undefined) throw invalid(setting, values.join(' | '), text);
  return value;
}

/** @param value only where it cannot be a secret */
function invalid(setting: string, expected: string, value?: string): LumbungError {
  return new LumbungError('SETTING_INVALID', {
    kind: 'operator',
    message: `${setting} must be ${expected}`,
    context: { setting, expected, value: value?.slice(0, 80) },
    hint: `set ${setting} to ${expected}, or leave it out`,
  });
}
