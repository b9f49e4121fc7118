import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, DatabaseDump } from '../../driver.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { manifestDump } from '../../manifest/manifest-dump.ts';
import { TimeLimit } from '../../process/act-limits.ts';
import { serverWords } from '../../remarks/server-words.ts';
import { storedRemark } from '../../remarks/stored-remark.ts';
import { readGrants, requireGrants } from '../grants/require-grants.ts';
import { requiredForUsers } from '../grants/required-grants.ts';
import { readReplication } from '../replication.ts';
import { serverIdentityOf } from '../server-identity.ts';
import { isAtLeast, type ServerVersion } from '../server-version.ts';
import { openSession, quoteText, serverVersionOf } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { TreeWriter } from './tree-writer.ts';

/** What differs from run to run, or tells of this moment only. */
const PASSING_SETTINGS =
  /^(?:timestamp|rand_seed\d|pseudo_thread_id|last_insert_id|identity|insert_id|error_count|warning_count|gtid_(?:executed|purged|binlog_pos|binlog_state|current_pos|slave_pos)|last_gtid|in_transaction|innodb_.*_(?:now|status)|uptime|binlog_snapshot.*|server_uid)$/i;

/** See `DatabaseDriver.dumpServer`: accounts with their grants, and settings. */
export function dumpServer(target: Target, control: Control): DatabaseDump {
  return manifestDump(control.signal, async (sink) => {
    const startedAt = new Date(control.clock.nowMs()).toISOString();
    using limit = new TimeLimit({ clock: control.clock, hardMs: control.hardMs, signal: sink.signal });
    await using session = await openSession(target, {
      ...control,
      signal: limit.signal,
      note: (line) => control.note(line),
    });
    const server = await serverVersionOf(session);
    requireGrants(await readGrants(session, server), [requiredForUsers]);
    const replication = await readReplication(session, server);
    const tree = new TreeWriter(
      sink,
      [],
      () => {},
      () => {},
    );
    const { sql, accounts, warnings } = await readAccounts(session, server);
    await tree.storeText('server/users.sql', Buffer.from(sql));
    await tree.storeJson('server/settings.json', await readSettings(session));
    return {
      v: 2,
      kind: 'server',
      engine: server.vendor,
      product: server.product,
      serverVersion: server.version,
      server: await serverIdentityOf(session, server),
      startedAt,
      finishedAt: new Date(control.clock.nowMs()).toISOString(),
      method: 'show-create-user',
      servedBy: replication.role,
      ...(replication.lagSeconds === undefined ? {} : { lagSeconds: replication.lagSeconds }),
      inventory: { account: accounts },
      extensions: [],
      rolesReferenced: [],
      tables: [],
      sequences: [],
      files: tree.files,
      excludedData: [],
      warnings,
      details: {},
    };
  });
}

interface Accounts {
  readonly sql: string;
  readonly accounts: number;
  readonly warnings: Manifest['warnings'];
}

/** Statements that make every account again, roles first, and give it what it had. */
async function readAccounts(session: MysqlConnection, server: ServerVersion): Promise<Accounts> {
  if (server.vendor === 'mysql' && isAtLeast(server, 8, 0, 17)) {
    // Hashes with any byte in them would not survive as text.
    await session.query('SET SESSION print_identified_with_as_hex = ON');
  }
  const hasRoles = server.vendor === 'mariadb' && isAtLeast(server, 10, 0, 5);
  const rows = await session.texts(
    hasRoles ? "SELECT User, Host, is_role = 'Y' FROM mysql.user" : 'SELECT User, Host, 0 FROM mysql.user',
  );
  const accounts = rows
    .map(([user, host, isRole]) => ({ user: user ?? '', host: host ?? '', isRole: isRole === '1' }))
    // Made by the server itself.
    .filter(({ user }) => !/^mysql\.(?:sys|session|infoschema)$/.test(user) && user !== 'PUBLIC')
    .map((account) => ({ ...account, name: accountName(account) }))
    .toSorted((a, b) => Number(b.isRole) - Number(a.isRole) || (a.name < b.name ? -1 : 1));
  const warnings: Manifest['warnings'] = [];
  const creates: string[] = [];
  const grants: string[] = [];
  for (const { name, isRole } of accounts) {
    if (isRole) creates.push(`CREATE ROLE ${name};`);
    else creates.push(...(await ask(session, `SHOW CREATE USER ${name}`, warnings)));
    grants.push(...(await ask(session, `SHOW GRANTS FOR ${name}`, warnings)));
  }
  return { sql: [...creates, ...grants, ''].join('\n'), accounts: accounts.length, warnings };
}

function accountName({ user, host, isRole }: { user: string; host: string; isRole: boolean }): string {
  return isRole ? quoteText(user) : `${quoteText(user)}@${quoteText(host)}`;
}

/** An account that the server cannot print (of a plugin that is gone) must not keep the others from being stored. */
async function ask(session: MysqlConnection, sql: string, warnings: Manifest['warnings']): Promise<string[]> {
  try {
    return (await session.texts(sql)).map(([line]) => `${line ?? ''};`);
  } catch (error) {
    if (!isLumbungError(error) || session.isBroken) throw error;
    warnings.push(storedRemark('account-unreadable', { statement: sql, reason: serverWords(error) }));
    return [];
  }
}

async function readSettings(session: MysqlConnection): Promise<Record<string, string>> {
  const rows = await session.texts('SHOW GLOBAL VARIABLES');
  return Object.fromEntries(
    rows.map(([name, value]) => [name ?? '', value ?? ''] as const).filter(([name]) => !PASSING_SETTINGS.test(name)),
  );
}
