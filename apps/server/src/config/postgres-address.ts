import { LumbungError } from '@lumbung/stdx';

/** How a PostgreSQL server is reached and logged in to. */
export interface PostgresAddress {
  readonly kind: 'postgres';
  /** A name, an address, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  /** A secret: never in a message. */
  readonly password: string | undefined;
  readonly tls: PostgresTls;
}

/** `require` encrypts without asking who answers; `verify` asks, by `caFile` or the system's authorities. */
export type PostgresTls =
  | { readonly mode: 'off' }
  | { readonly mode: 'require' }
  | { readonly mode: 'verify'; readonly caFile: string | undefined };

const ADDRESS_FORM = 'postgres://user:password@host/name';
const OPTION_NAMES: readonly string[] = ['host', 'user', 'sslmode', 'sslrootcert'];
const TLS_WORDS = ['disable', 'require', 'verify-full'] as const;
const PORT_DEFAULT = 5432;

/** Reads `postgres://user:password@host:5432/name?sslmode=verify-full&sslrootcert=/etc/ca.pem`; a unix socket is
 *  `postgres:///name?host=/run/postgresql`. Over a network `verify-full` is what holds when nothing is said.
 *  @throws LumbungError SETTING_INVALID (operator), which does not show the address: it may hold a password */
export function parsePostgresAddress(text: string, setting: string): PostgresAddress {
  const url = URL.parse(text);
  if (url === null) throw invalid(setting, ADDRESS_FORM);
  const options = new Map(url.searchParams);
  for (const name of options.keys()) {
    if (!OPTION_NAMES.includes(name)) {
      throw invalid(setting, `${ADDRESS_FORM}?${OPTION_NAMES.join('=…&')}=…`);
    }
  }
  const host = options.get('host') ?? decoded(url.hostname.replace(/^\[|\]$/g, ''), setting);
  const database = decoded(url.pathname.replace(/^\//, ''), setting);
  if (host === '' || database === '' || url.hash !== '') {
    throw invalid(setting, ADDRESS_FORM);
  }
  return {
    kind: 'postgres',
    host,
    port: url.port === '' ? PORT_DEFAULT : Number(url.port),
    database,
    user: options.get('user') ?? (url.username === '' ? undefined : decoded(url.username, setting)),
    password: url.password === '' ? undefined : decoded(url.password, setting),
    tls: parseTls(host, options, setting),
  };
}

function parseTls(host: string, options: ReadonlyMap<string, string>, setting: string): PostgresTls {
  const isNear = host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host);
  const word = options.get('sslmode') ?? (isNear ? 'disable' : 'verify-full');
  const caFile = options.get('sslrootcert');
  if (caFile !== undefined && word !== 'verify-full') throw invalid(setting, 'sslmode=verify-full&sslrootcert=…');
  switch (TLS_WORDS.find((each) => each === word)) {
    case 'disable':
      return { mode: 'off' };
    case 'require':
      return { mode: 'require' };
    case 'verify-full':
      return { mode: 'verify', caFile };
    case undefined:
      throw invalid(setting, `sslmode=${TLS_WORDS.join(' | ')}`);
  }
}

function decoded(text: string, setting: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The text may be a password, so it goes into no cause.
    throw invalid(setting, `${ADDRESS_FORM} (% → %25)`);
  }
}

function invalid(setting: string, expected: string): LumbungError {
  return new LumbungError('SETTING_INVALID', {
    kind: 'operator',
    message: `${setting} must be ${expected}`,
    context: { setting, expected },
    hint: `set ${setting} to ${expected}, or leave it out`,
  });
}
