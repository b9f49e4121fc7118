import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describeError, isLumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Check, Control, ProbeReport } from '../driver.ts';
import { type DumpTool, findDumpTool } from './dump/dump-tool.ts';
import { type AccountGrants, readGrants } from './grants/require-grants.ts';
import {
  grantStatements,
  missingGrants,
  requiredForCallingViews,
  requiredForDatabase,
  requiredForSessions,
  requiredForUsers,
  requiredToSeeAll,
} from './grants/required-grants.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { summarizeDatabases } from './list-databases.ts';
import { type Replication, readReplication } from './replication.ts';
import { serverIdentityOf } from './server-identity.ts';
import { isAtLeast, type ServerVersion } from './server-version.ts';
import { openSession, serverVersionOf } from './session.ts';
import { quoteName } from './splitter/dump-text.ts';
import type { MysqlConnection } from './wire/connection.ts';

const LAG_SECONDS_MAX = 3600;
const CLOCK_SECONDS_MAX = 60;
const NAMED_MAX = 10;

type Answer = Omit<Check, 'id' | 'durationMs'>;

/**
 * Whether a dump of this server would hold everything, asked before the first one. What an account may do is read from
 * its grants, never concluded from what it sees: what it may not see is not listed.
 *
 * @throws LumbungError when no session can be opened: see openSession
 */
export async function probeServer(target: Target, control: Control): Promise<ProbeReport> {
  await using session = await openSession(target, control);
  const server = await serverVersionOf(session);
  const account = await readGrants(session, server);
  const replication = await readReplication(session, server);
  const all = await summarizeDatabases(session);
  const databases = target.database === undefined ? all : all.filter(({ name }) => name === target.database);
  const checks: Check[] = [];
  const ask = async (id: string, question: () => Promise<Answer> | Answer) => {
    const beganMs = control.clock.monotonicMs();
    let answer: Answer;
    try {
      answer = await question();
    } catch (error) {
      control.signal.throwIfAborted();
      if (!isLumbungError(error) || session.isBroken) throw error;
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      answer = { result: 'fail', code: error.code, message: describeError(error), ...hint };
    }
    checks.push({ id, ...answer, durationMs: control.clock.monotonicMs() - beganMs });
  };
  let tool: DumpTool | undefined;
  await ask('tool-version', async () => {
    tool = await findToolOf(target, server, control);
    return judgeTool(tool, server);
  });
  await ask('tls', () => judgeTls(target, session));
  await ask('clock', async () => await judgeClock(session, control));
  await ask('replica', () => judgeReplica(replication));
  if (target.database === undefined) await ask('grants-databases', () => judgeListing(account));
  await ask('grants-sessions', () => judgeSessions(account, server));
  await ask('grants-users', () => judgeUsers(account));
  await ask('settings', async () => await describeSettings(session));
  for (const { name } of databases) {
    await ask(`grants:${name}`, () => judgeGrants(account, server, name));
    let inventory: Inventory | undefined;
    await ask(`engines:${name}`, async () => {
      inventory = await readInventory(session, name);
      return judgeEngines(inventory);
    });
    if (inventory === undefined) continue;
    const known: Inventory = inventory;
    await ask(`views:${name}`, async () => await judgeViews(session, account, name, known));
    await ask(`values:${name}`, () => judgeValues(known));
  }
  return {
    engine: server.vendor,
    product: server.product,
    serverVersion: server.version,
    ...(tool === undefined ? {} : { toolVersion: `${tool.tool.name} ${tool.version.version}` }),
    serverIdentity: await serverIdentityOf(session, server),
    checks,
    databases,
    role: replication.role,
    ...(replication.lagSeconds === undefined ? {} : { lagSeconds: replication.lagSeconds }),
  };
}

async function findToolOf(target: Target, server: ServerVersion, control: Control): Promise<DumpTool> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'lumbung-probe-'));
  try {
    return await findDumpTool(target, server.vendor, control, home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The tool is of the server's vendor, and of its series or a later one. */
export function judgeTool({ tool, version }: DumpTool, server: ServerVersion): Answer {
  const said = `${tool.name} ${version.version}, server ${server.product} ${server.version}`;
  if (version.vendor !== server.vendor) {
    return {
      result: 'warn',
      code: 'DB_TOOL_OTHER_VENDOR',
      message: `the dump tool is of another vendor: ${said}`,
      hint: `install the client package of ${server.product}`,
    };
  }
  if (!isAtLeast(version, server.major, server.minor)) {
    return {
      result: 'warn',
      code: 'DB_TOOL_TOO_OLD',
      message: `the dump tool is older than the server: ${said}`,
      hint: `install ${tool.packageName} ${server.major}.${server.minor} or later`,
    };
  }
  return { result: 'pass', message: said };
}

function judgeTls({ address }: Target, session: MysqlConnection): Answer {
  if (address.kind === 'socket') return { result: 'pass', message: 'a socket of this machine' };
  if (session.isEncrypted) return { result: 'pass', message: 'the connection is encrypted' };
  return {
    result: 'warn',
    code: 'DB_CONNECTION_IN_CLEAR',
    message: 'the connection is not encrypted: whoever is on the way reads the whole database',
    hint: 'turn TLS on for this source, and have the account REQUIRE SSL',
  };
}

async function judgeClock(session: MysqlConnection, { clock }: Control): Promise<Answer> {
  const [row] = await session.texts('SELECT UNIX_TIMESTAMP()');
  const offSeconds = Math.round(Number(row?.[0] ?? 0) - clock.nowMs() / 1000);
  if (Math.abs(offSeconds) <= CLOCK_SECONDS_MAX) return { result: 'pass', message: 'its clock agrees with ours' };
  return {
    result: 'warn',
    code: 'DB_CLOCK_DIFFERS',
    message: `its clock is off by ${offSeconds} seconds`,
    hint: 'set both clocks by NTP',
  };
}

function judgeReplica({ role, lagSeconds, problem }: Replication): Answer {
  if (problem !== undefined) {
    const hint = problem.hint === undefined ? {} : { hint: problem.hint };
    return { result: 'fail', code: problem.code, message: problem.message, ...hint };
  }
  if (role === 'replica' && lagSeconds !== undefined && lagSeconds > LAG_SECONDS_MAX) {
    return {
      result: 'warn',
      code: 'DB_REPLICA_LAGS',
      message: `the replica is ${lagSeconds} seconds behind its primary`,
      hint: 'find out why, or back up the primary',
    };
  }
  return { result: 'pass', message: role === 'replica' ? 'a replica that follows its primary' : 'no replica' };
}

function judgeGrants({ account, grants }: AccountGrants, server: ServerVersion, database: string): Answer {
  const missing = missingGrants(grants, requiredForDatabase(server, database, false));
  if (missing.length === 0) return { result: 'pass', message: 'the account may read every part of the database' };
  return {
    result: 'fail',
    code: 'DB_PRIVILEGE_MISSING',
    message: `these parts would be missing from a backup: ${missing.map(({ id }) => id).join(', ')}`,
    hint: grantStatements(missing, account),
  };
}

function judgeSessions({ account, grants }: AccountGrants, server: ServerVersion): Answer {
  const missing = missingGrants(grants, [requiredForSessions(server)]);
  if (missing.length === 0) return { result: 'pass', message: 'several sessions can read one snapshot' };
  return {
    result: 'warn',
    code: 'DB_SESSIONS_IMPOSSIBLE',
    message: 'databases will be read through one session',
    hint: grantStatements(missing, account),
  };
}

function judgeListing({ account, grants }: AccountGrants): Answer {
  const missing = missingGrants(grants, [requiredToSeeAll]);
  if (missing.length === 0)
    return { result: 'pass', message: 'every database is listed to it, also those of the future' };
  return {
    result: 'fail',
    code: 'DB_PRIVILEGE_MISSING',
    message: 'databases that it has no right to are not even listed to it, so that "all" would not be all',
    hint: grantStatements(missing, account),
  };
}

function judgeUsers({ account, grants }: AccountGrants): Answer {
  const missing = missingGrants(grants, [requiredForUsers]);
  if (missing.length === 0) return { result: 'pass', message: 'accounts and their grants can be read' };
  return {
    result: 'warn',
    code: 'DB_USERS_UNREADABLE',
    message: 'accounts and their grants cannot be backed up',
    hint: grantStatements(missing, account),
  };
}

/** For whoever reads the report: a restore has to find a server that takes as much. */
async function describeSettings(session: MysqlConnection): Promise<Answer> {
  const [row] = await session.texts('SELECT @@max_allowed_packet, @@sql_mode');
  return { result: 'pass', message: `max_allowed_packet ${row?.[0] ?? '?'} bytes, sql_mode '${row?.[1] ?? ''}'` };
}

function judgeEngines({ tables }: Inventory): Answer {
  const strange = tables.filter(({ isTransactional, hasRows }) => !isTransactional && hasRows);
  if (strange.length === 0) return { result: 'pass', message: 'a snapshot covers all tables' };
  const named = strange.slice(0, NAMED_MAX).map(({ name, engine }) => `${name} (${engine})`);
  return {
    result: 'warn',
    code: 'DB_TABLES_UNTRANSACTIONAL',
    message: `no snapshot covers ${strange.length} tables: ${named.join(', ')}`,
    hint: [
      'choose one: convert them (ALTER TABLE … ENGINE = InnoDB);',
      'or lock the database against writers during the dump (untransactional: lock);',
      'or accept that these tables are read while they change (untransactional: accept)',
    ].join(' '),
  };
}

async function judgeViews(
  session: MysqlConnection,
  { account, grants }: AccountGrants,
  database: string,
  inventory: Inventory,
): Promise<Answer> {
  if (inventory.hasCallingViews) {
    const missing = missingGrants(grants, [requiredForCallingViews(database)]);
    if (missing.length > 0) {
      return {
        result: 'fail',
        code: 'DB_PRIVILEGE_MISSING',
        message: 'views call functions that the account may not run, so that their columns cannot be read',
        hint: grantStatements(missing, account),
      };
    }
  }
  const broken = await findBrokenViews(session, database, inventory.views);
  if (broken.length === 0) return { result: 'pass', message: 'every view can be read' };
  return {
    result: 'fail',
    code: 'DB_VIEW_BROKEN',
    message: `views that cannot be read end every dump: ${broken.slice(0, NAMED_MAX).join(', ')}`,
    hint: 'repair or drop them, or leave each out by its name (skipViews)',
  };
}

/** Views on what is not there any more, or whose definer is not. */
async function findBrokenViews(
  session: MysqlConnection,
  database: string,
  views: readonly string[],
): Promise<string[]> {
  const broken: string[] = [];
  for (const view of views) {
    try {
      await session.query(`SHOW FIELDS FROM ${quoteName(database)}.${quoteName(view)}`);
    } catch (error) {
      if (!isLumbungError(error) || session.isBroken) throw error;
      broken.push(view);
    }
  }
  return broken;
}

/** What would not be stored as it is. */
function judgeValues(inventory: Inventory): Answer {
  const versioned = inventory.tables.filter(({ isVersioned }) => isVersioned).map(({ name }) => name);
  const elsewhere = inventory.tables.filter(({ hasRows }) => !hasRows).map(({ name }) => name);
  const remarks = [
    ...(versioned.length > 0 ? [`current rows without their history: ${list(versioned)}`] : []),
    ...(elsewhere.length > 0 ? [`no rows of their own: ${list(elsewhere)}`] : []),
  ];
  if (remarks.length === 0) return { result: 'pass', message: 'every value is stored as it is' };
  return { result: 'warn', code: 'DB_VALUES_REDUCED', message: remarks.join('; ') };
}

function list(names: readonly string[]): string {
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return `${names.slice(0, NAMED_MAX).join(', ')}${more}`;
}
