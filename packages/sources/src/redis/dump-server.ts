import { Readable } from 'node:stream';
import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import type { EntrySink } from '../entry/entry-stream.ts';
import { canonicalJson } from '../manifest/canonical-json.ts';
import { sha256Hex } from '../manifest/digest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { storedRemark } from '../remarks/stored-remark.ts';
import { commonOf, isoNow } from './dump-redis.ts';
import { readSettings } from './probe-redis.ts';
import { ServerInfo } from './server-info.ts';
import { RedisConnection } from './wire/redis-connection.ts';

const SECRET_SETTING = /pass|auth$|secret/;
const HIDDEN = '***';

/** Settings and users. Passwords and their hashes are left out: unsalted SHA-256, as Redis keeps them, is soon guessed. */
export async function dumpServerOf(target: Target, control: Control, sink: EntrySink): Promise<Manifest> {
  const startedAt = isoNow(control);
  await using connection = await RedisConnection.open(target, control);
  const info = await ServerInfo.read(connection);
  const settings = [...(await readSettings(connection))].map(([name, value]) => [name, shown(name, value)] as const);
  const users = await readUsers(connection);
  const warnings: Manifest['warnings'] = [];
  if (settings.length === 0) warnings.push(storedRemark('server-settings-unread', { command: 'CONFIG GET' }));
  if (users === undefined) warnings.push(storedRemark('server-users-unread', { command: 'ACL LIST' }));

  const files = [
    ['server/settings.json', canonicalJson(Object.fromEntries(settings))],
    ['server/users.acl', `${(users ?? []).join('\n')}\n`],
  ] as const;
  const written: Manifest['files'] = [];
  for (const [path, text] of files) {
    const bytes = Buffer.from(text);
    written.push({ path, bytes: bytes.length, sha256: sha256Hex(bytes) });
    await sink.store(path, () => Readable.from([bytes], { objectMode: false }));
  }
  return {
    ...commonOf(info, 'server', startedAt, isoNow(control)),
    method: 'CONFIG GET, ACL LIST',
    inventory: { settings: settings.length, users: users?.length ?? 0 },
    tables: [],
    files: written,
    warnings,
    details: {},
  };
}

function shown(name: string, value: string): string {
  return SECRET_SETTING.test(name) && value !== '' ? HIDDEN : value;
}

/** As an ACL file has them, without what proves a password. Undefined: they may not be read. */
async function readUsers(connection: RedisConnection): Promise<string[] | undefined> {
  const reply = await connection.tryAsk(['ACL', 'LIST']);
  if (!Array.isArray(reply)) return undefined;
  const lines = reply as readonly unknown[]; // of the union of replies, an array has any
  return lines.filter((line) => Buffer.isBuffer(line)).map((line) => withoutPasswords(line.toString()));
}

export function withoutPasswords(rule: string): string {
  return rule
    .split(' ')
    .filter((word) => !/^[#>]/.test(word))
    .join(' ');
}
