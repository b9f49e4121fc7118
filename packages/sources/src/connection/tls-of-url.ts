import type { TlsOn, TlsOptions } from './target.ts';

/** By the names of libpq, and of the clients of MySQL. */
export const TLS_OPTIONS: ReadonlySet<string> = new Set([
  'sslmode',
  'ssl-mode',
  'sslrootcert',
  'ssl-ca',
  'sslcert',
  'ssl-cert',
  'sslkey',
  'ssl-key',
  'tls-server-name',
]);

const MODES: Readonly<Record<string, TlsOptions['mode']>> = {
  disable: 'off',
  disabled: 'off',
  require: 'require',
  required: 'require',
  'verify-ca': 'verify-ca',
  verify_ca: 'verify-ca',
  'verify-full': 'verify',
  verify_identity: 'verify',
};

/** What an address says about TLS; undefined: nothing. */
export function tlsOf(
  options: ReadonlyMap<string, string>,
  invalid: (reason: string) => Error,
): TlsOptions | undefined {
  const modeText = either(options, 'sslmode', 'ssl-mode', invalid)?.toLowerCase();
  const caFile = either(options, 'sslrootcert', 'ssl-ca', invalid);
  const certFile = either(options, 'sslcert', 'ssl-cert', invalid);
  const keyFile = either(options, 'sslkey', 'ssl-key', invalid);
  const serverName = options.get('tls-server-name');
  const details: Omit<TlsOn, 'mode'> = {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(serverName === undefined ? {} : { serverName }),
  };
  const isDetailed = Object.keys(details).length > 0;
  if (modeText === undefined && !isDetailed) return undefined;
  if (Object.values(details).some((file) => file !== serverName && !file.startsWith('/')))
    throw invalid('the path of a certificate or key is not absolute');
  if ((certFile === undefined) !== (keyFile === undefined))
    throw invalid('a certificate of the client needs its key, and a key its certificate');
  const mode = modeOf(modeText, invalid);
  if (mode === 'off') {
    if (isDetailed) throw invalid('it contradicts itself about TLS');
    return { mode };
  }
  // As libpq has it: who names an authority wants it asked.
  return { mode: mode === 'require' && caFile !== undefined ? 'verify-ca' : mode, ...details };
}

function modeOf(text: string | undefined, invalid: (reason: string) => Error): TlsOptions['mode'] {
  if (text === undefined) return 'verify';
  if (['allow', 'prefer', 'preferred'].includes(text))
    throw invalid('TLS that may be left out protects nothing: require it, or disable it');
  const mode = Object.hasOwn(MODES, text) ? MODES[text] : undefined;
  if (mode === undefined) throw invalid('the mode of TLS is not known');
  return mode;
}

function either(
  options: ReadonlyMap<string, string>,
  name: string,
  otherName: string,
  invalid: (reason: string) => Error,
): string | undefined {
  const [value, other] = [options.get(name), options.get(otherName)];
  if (value !== undefined && other !== undefined) throw invalid('an option behind the ? comes twice');
  return value ?? other;
}
