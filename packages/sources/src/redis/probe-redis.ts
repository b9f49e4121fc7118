import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Check, Control, ProbeReport } from '../driver.ts';
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

type Answer = Omit<Check, 'id' | 'durationMs'>;

/** Logs in, and asks what a dump will need. A server that cannot be reached is an error; what is missing there is a check. */
export async function probeRedis(target: Target, control: Control): Promise<ProbeReport> {
  const startMs = control.clock.monotonicMs();
  await using connection = await RedisConnection.open(target, control);
  const info = await ServerInfo.read(connection);
  const settings = await readSettings(connection);
  const checks: Check[] = [];
  const check = async (id: string, answer: () => Answer | Promise<Answer>): Promise<void> => {
    const fromMs = control.clock.monotonicMs();
    const given = await answer();
    checks.push({ id, ...given, durationMs: control.clock.monotonicMs() - fromMs });
  };
  checks.push({ id: 'login', result: 'pass', message: 'logged in', durationMs: control.clock.monotonicMs() - startMs });
  await check('encryption', () => encryptionAnswer(target));
  await check('version', () => versionAnswer(info));
  await check('grants', () => grantsAnswer(connection, target));
  await check('replication', () => replicationAnswer(info));
  await check('persistence', () => persistenceAnswer(info, settings));
  await check('memory', () => memoryAnswer(info));
  await check('checksum', () => checksumAnswer(settings));
  await check('modules', () => modulesAnswer(info));
  await check('cluster', () => clusterAnswer(info));
  return {
    engine: 'redis',
    product: info.product,
    serverVersion: info.version,
    serverIdentity: serverIdentityOf(info),
    checks,
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

function encryptionAnswer({ address, tls, password }: Target): Answer {
  const isLocal = address.kind !== 'tcp' || /^(localhost|127\..*|::1)$/.test(address.host);
  if (isLocal || tls.mode !== 'off') return { result: 'pass', message: isLocal ? 'on this machine' : 'encrypted' };
  return {
    result: 'warn',
    message: `everything${password === undefined ? '' : ', the password as well,'} passes the network readable by others`,
    hint: 'set tls-port on the server, and TLS for this source',
  };
}

function versionAnswer(info: ServerInfo): Answer {
  const major = Number(info.version.split('.')[0]);
  const known = RDB_KNOWN_TO_MAJOR[info.product === 'Valkey' ? 'Valkey' : 'Redis'];
  if (!(major >= VERSION_MIN.major)) {
    return { result: 'fail', message: `${info.product} ${info.version} is older than ${VERSION_MIN.text}` };
  }
  if (major > known) {
    return {
      result: 'warn',
      message: `${info.product} ${info.version} is newer than what was tested: its dump may be refused`,
    };
  }
  return { result: 'pass', message: `${info.product} ${info.version}` };
}

async function grantsAnswer(connection: RedisConnection, target: Target): Promise<Answer> {
  const user = target.user ?? 'default';
  const hint = grantHint(user);
  const missing: string[] = [];
  const unproved: string[] = [];
  for (const words of NEEDED) {
    const verdict = await maySay(connection, user, words);
    const name = words[0] === 'CONFIG' ? SETTINGS : String(words[0]);
    if (verdict === 'no') missing.push(name);
    else if (verdict === 'unknown') unproved.push(name);
  }
  if (missing.length > 0) {
    const message = `the user ${user} may not say ${missing.join(', ')}`;
    if (missing.join() === SETTINGS) return { result: 'warn', message, hint };
    return { result: 'fail', code: 'DB_PRIVILEGE_MISSING', message, hint };
  }
  if (unproved.length === 0) return { result: 'pass', message: `the user ${user} may say everything a dump needs` };
  return {
    result: 'warn',
    message: `whether the user ${user} may say ${unproved.join(', ')} could not be proved`,
    hint,
  };
}

/** What to paste on the server, as its administrator. It only adds to a user that is there: it may be the application's. For
 *  the one whom everybody is without a login there is another user. */
function grantHint(user: string): string {
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

type Verdict = 'yes' | 'no' | 'unknown';

async function maySay(connection: RedisConnection, user: string, words: readonly string[]): Promise<Verdict> {
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
export function mayByRules(rules: string, command: string, categories: readonly string[]): Verdict {
  let verdict: Verdict = 'unknown';
  for (const rule of rules.split(/\s+/)) {
    const name = rule.slice(1);
    const isAbout = name === command || (name.startsWith('@') && categories.includes(name.slice(1)));
    if (isAbout && (rule.startsWith('+') || rule.startsWith('-'))) verdict = rule.startsWith('+') ? 'yes' : 'no';
  }
  return verdict;
}

function replicationAnswer(info: ServerInfo): Answer {
  if (!info.isReplica) return { result: 'pass', message: 'it is the master' };
  if (info.text('master_link_status') === 'up') return { result: 'pass', message: 'the replica follows its master' };
  return {
    result: 'fail',
    message: 'the replica has lost its master, and gives nothing to others until it has found it',
    hint: 'back up the master, or repair the replication',
  };
}

function persistenceAnswer(info: ServerInfo, settings: ReadonlyMap<string, string>): Answer {
  const policy = settings.get('maxmemory-policy') ?? '';
  const isBounded = (settings.get('maxmemory') ?? '0') !== '0';
  if (isBounded && policy.startsWith('allkeys')) {
    const message = `it evicts any key when it is full (${policy}): it is used as a cache`;
    return { result: 'warn', message, hint: 'leave it out of the backup if everything in it can be made again' };
  }
  if (settings.get('save') === '' && info.number('aof_enabled') === 0) {
    const message = 'it keeps nothing over a restart (no save, no append-only file): it is used as a cache';
    return { result: 'warn', message, hint: 'leave it out of the backup if everything in it can be made again' };
  }
  if (info.text('rdb_last_bgsave_status') === 'err') {
    return {
      result: 'warn',
      message: 'its last own save failed',
      hint: 'look at its log: a full disk, or no memory for the fork',
    };
  }
  return {
    result: 'pass',
    message: info.number('aof_enabled') === 1 ? 'it keeps an append-only file' : 'it saves by itself',
  };
}

/** The server forks; in the worst case every page is copied while the dump runs. */
function memoryAnswer(info: ServerInfo): Answer {
  const [usedBytes, totalBytes] = [info.number('used_memory_rss'), info.number('total_system_memory')];
  if (totalBytes > 0 && usedBytes * 2 > totalBytes) {
    const message = `it uses ${usedBytes} of ${totalBytes} bytes of memory: the fork of a dump may find too little`;
    return { result: 'warn', message, hint: 'set vm.overcommit_memory = 1, and dump while little is written' };
  }
  return { result: 'pass', message: `${usedBytes} bytes in memory` };
}

function checksumAnswer(settings: ReadonlyMap<string, string>): Answer {
  if (settings.get('rdbchecksum') !== 'no') return { result: 'pass', message: 'its files carry a checksum' };
  return {
    result: 'warn',
    message: 'its files carry no checksum',
    hint: 'set rdbchecksum yes in its configuration, and restart it',
  };
}

function modulesAnswer(info: ServerInfo): Answer {
  const modules = info.text('module');
  if (modules === '') return { result: 'pass', message: 'no modules' };
  const message = `it has modules: their values can only be restored where they are too (${modules.slice(0, 200)})`;
  return { result: 'warn', message };
}

function clusterAnswer(info: ServerInfo): Answer {
  if (info.number('cluster_enabled') === 0) return { result: 'pass', message: 'not part of a cluster' };
  return {
    result: 'warn',
    message: 'it is one node of a cluster, and holds only its share of the keys',
    hint: 'set up a backup of every master of the cluster',
  };
}

/** What a target that is not there yet means for a plan. */
export function asCheck(error: unknown): Answer {
  if (!isLumbungError(error)) throw error;
  const { code, message, hint } = error;
  return { result: 'fail', code, message, ...(hint === undefined ? {} : { hint }) };
}
