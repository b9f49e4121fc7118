import type { Target } from '../connection/target.ts';
import type { Control, ProbeReport } from '../driver.ts';
import { CheckList, fail, pass, type Verdict, warn } from '../remarks/check.ts';
import { listed } from '../remarks/value-kinds.ts';
import { INSTANCE } from './dump-details.ts';
import { ServerInfo } from './server-info.ts';
import { RedisConnection, textOfReply } from './wire/redis-connection.ts';
import { ReplyError } from './wire/resp.ts';

/** What a dump asks for. Each is proved, since a server that refuses one says so only when it is asked. Settings are
 *  stored beside the data, where they may be read. */
const SETTINGS = 'CONFIG GET';
const NEEDED: readonly (readonly string[])[] = [
  ['PSYNC', '?', '-1'],
  ['REPLCONF', 'capa', 'eof'],
  ['INFO'],
  ['CONFIG', 'GET', 'save'],
];
const VERSION_MIN = { major: 4, text: '4.0' };
const RDB_KNOWN_TO_MAJOR = { Redis: 8, Valkey: 9 } as const;

/** Logs in, and asks what a dump will need. A server that cannot be reached is an error; what is missing there is a check. */
export async function probeRedis(target: Target, control: Control): Promise<ProbeReport> {
  await using connection = await RedisConnection.open(target, control);
  const info = await ServerInfo.read(connection);
  const settings = await readSettings(connection);
  const list = new CheckList(control.clock);
  await list.ask('login', () => pass('logged-in', { account: accountOf(target) }));
  await list.ask('encryption', () => encryptionAnswer(target));
  await list.ask('server-version', () => versionAnswer(info));
  await list.ask('grants', () => grantsAnswer(connection, target));
  await list.ask('replica', () => replicationAnswer(info));
  await list.ask('persistence', () => persistenceAnswer(info, settings));
  await list.ask('memory', () => memoryAnswer(info));
  await list.ask('checksum', () => checksumAnswer(settings));
  await list.ask('modules', () => modulesAnswer(info));
  await list.ask('cluster', () => clusterAnswer(info));
  return {
    engine: 'redis',
    product: info.product,
    serverVersion: info.version,
    serverIdentity: serverIdentityOf(info),
    checks: list.checks,
    databases: [{ name: INSTANCE, sizeBytes: info.number('used_memory_dataset'), tables: info.keyspace().size }],
    role: info.isReplica ? 'replica' : info.number('connected_slaves') > 0 ? 'primary' : 'standalone',
    ...(info.isReplica ? { lagSeconds: Math.max(0, info.number('master_last_io_seconds_ago')) } : {}),
  };
}

/** Not the run id, which a restart changes: what the server was set up as. */
export function serverIdentityOf(info: ServerInfo): string {
  const place = info.text('config_file') || info.text('executable');
  return `${info.product} port ${info.text('tcp_port')} ${place}`.trim().slice(0, 1000);
}

/** CONFIG GET *, by name; empty where it may not be read. */
export async function readSettings(connection: RedisConnection): Promise<ReadonlyMap<string, string>> {
  const reply = await connection.tryAsk(['CONFIG', 'GET', '*']);
  const settings = new Map<string, string>();
  if (!Array.isArray(reply)) return settings;
  const words = reply as readonly unknown[]; // of the union of replies, an array has any
  for (let idx = 0; idx + 1 < words.length; idx += 2) {
    const [name, value] = [words[idx], words[idx + 1]];
    if (Buffer.isBuffer(name) && Buffer.isBuffer(value)) settings.set(name.toString(), value.toString());
  }
  return settings;
}

/** Who one is without a name. */
export function accountOf({ user }: Target): string {
  return user ?? 'default';
}

function encryptionAnswer({ address, tls }: Target): Verdict {
  const isLocal = address.kind !== 'tcp' || /^(localhost|127\..*|::1)$/.test(address.host);
  if (isLocal) return pass('stays-on-machine');
  return tls.mode === 'off' ? warn('not-encrypted') : pass('encrypted');
}

function versionAnswer({ product, version }: ServerInfo): Verdict {
  const major = Number(version.split('.')[0]);
  const known = RDB_KNOWN_TO_MAJOR[product === 'Valkey' ? 'Valkey' : 'Redis'];
  if (!(major >= VERSION_MIN.major)) return fail('server-too-old', { product, version, oldest: VERSION_MIN.text });
  if (major > known) return warn('server-version-untested', { product, version, known: String(known) });
  return pass('server-version', { product, version });
}

async function grantsAnswer(connection: RedisConnection, target: Target): Promise<Verdict> {
  const account = accountOf(target);
  const paste = grantCommand(account);
  const missing: string[] = [];
  const unproved: string[] = [];
  for (const words of NEEDED) {
    const verdict = await maySay(connection, account, words);
    const name = words[0] === 'CONFIG' ? SETTINGS : String(words[0]);
    if (verdict === 'no') missing.push(name);
    else if (verdict === 'unknown') unproved.push(name);
  }
  if (missing.length > 0) {
    if (missing.join() === SETTINGS) return warn('settings-refused', { account, command: SETTINGS, paste });
    return fail('commands-refused', { account, commands: listed(missing), paste });
  }
  if (unproved.length === 0) return pass('commands-allowed', { account });
  return warn('commands-unproved', { account, commands: listed(unproved), paste });
}

/** What to paste on the server, as its administrator. It only adds to a user that is there: it may be the application's. For
 *  the one whom everybody is without a login there is another user. */
function grantCommand(user: string): string {
  const commands = [
    'ping',
    'info',
    'replconf',
    'psync',
    'config|get',
    'acl|list',
    'acl|getuser',
    'acl|dryrun',
    'acl|whoami',
  ];
  const grants = commands.map((command) => `+${command}`).join(' ');
  if (user === 'default') return `ACL SETUSER lumbung on >PASSWORD resetkeys resetchannels -@all ${grants}`;
  return `ACL SETUSER ${/^[\w.@-]+$/.test(user) ? user : `"${user}"`} ${grants}`;
}

type Permission = 'yes' | 'no' | 'unknown';

async function maySay(connection: RedisConnection, user: string, words: readonly string[]): Promise<Permission> {
  const isHarmless = words[0] !== 'PSYNC';
  // Said for real where that does nothing. PSYNC would make the server fork.
  if (isHarmless) return isRefused(await connection.tryAsk(words)) ? 'no' : 'yes';
  const dryRun = await connection.tryAsk(['ACL', 'DRYRUN', user, ...words]);
  if (!(dryRun instanceof ReplyError)) return textOfReply(dryRun) === 'OK' ? 'yes' : 'no';
  const described = await connection.tryAsk(['ACL', 'GETUSER', user]);
  if (described instanceof ReplyError) return dryRun.text.includes('unknown command') ? 'yes' : 'unknown';
  return mayByRules(commandRulesOf(described), 'psync', ['all', 'admin', 'dangerous', 'slow']);
}

function isRefused(reply: unknown): boolean {
  return reply instanceof ReplyError && reply.code === 'NOPERM';
}

function commandRulesOf(described: unknown): string {
  if (!Array.isArray(described)) return '';
  const words = described as readonly unknown[]; // of the union of replies, an array has any
  const at = words.findIndex((word) => Buffer.isBuffer(word) && word.toString() === 'commands');
  const rules = words[at + 1];
  return at >= 0 && Buffer.isBuffer(rules) ? rules.toString() : '';
}

/** Rules are obeyed from left to right: `-@all +psync`. */
export function mayByRules(rules: string, command: string, categories: readonly string[]): Permission {
  let verdict: Permission = 'unknown';
  for (const rule of rules.split(/\s+/)) {
    const name = rule.slice(1);
    const isAbout = name === command || (name.startsWith('@') && categories.includes(name.slice(1)));
    if (isAbout && (rule.startsWith('+') || rule.startsWith('-'))) verdict = rule.startsWith('+') ? 'yes' : 'no';
  }
  return verdict;
}

function replicationAnswer(info: ServerInfo): Verdict {
  if (!info.isReplica) return pass('no-replica');
  return info.text('master_link_status') === 'up' ? pass('replica-follows') : fail('replica-lost-primary');
}

function persistenceAnswer(info: ServerInfo, settings: ReadonlyMap<string, string>): Verdict {
  const policy = settings.get('maxmemory-policy') ?? '';
  const isBounded = (settings.get('maxmemory') ?? '0') !== '0';
  const hasLog = info.number('aof_enabled') === 1;
  if (isBounded && policy.startsWith('allkeys')) return warn('evicts-keys', { policy });
  if (settings.get('save') === '' && !hasLog) return warn('keeps-nothing');
  if (info.text('rdb_last_bgsave_status') === 'err') return warn('last-save-failed');
  return hasLog ? pass('keeps-append-only-file') : pass('saves-by-itself');
}

/** The server forks; in the worst case every page is copied while the dump runs. */
function memoryAnswer(info: ServerInfo): Verdict {
  const [used, total] = [info.number('used_memory_rss'), info.number('total_system_memory')];
  return total > 0 && used * 2 > total ? warn('memory-tight', { used, total }) : pass('memory-used', { used });
}

function checksumAnswer(settings: ReadonlyMap<string, string>): Verdict {
  return settings.get('rdbchecksum') === 'no' ? warn('no-checksum') : pass('has-checksum');
}

const MODULES_LENGTH_MAX = 200;

function modulesAnswer(info: ServerInfo): Verdict {
  const modules = info.text('module');
  return modules === '' ? pass('no-modules') : warn('has-modules', { modules: modules.slice(0, MODULES_LENGTH_MAX) });
}

function clusterAnswer(info: ServerInfo): Verdict {
  return info.number('cluster_enabled') === 0 ? pass('no-cluster') : warn('cluster-node');
}
