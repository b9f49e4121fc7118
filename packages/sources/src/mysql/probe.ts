import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, ProbeReport } from '../driver.ts';
import { type CheckId, CheckList, fail, failed, pass, type Verdict, warn } from '../remarks/check.ts';
import { type Listed, listed } from '../remarks/value-kinds.ts';
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
const CLOCK_MS_MAX = 60_000;

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
  const list = new CheckList(control.clock);
  const ask = async (id: CheckId, question: () => Promise<Verdict> | Verdict, database?: string) => {
    const answer = async () => {
      try {
        return await question();
      } catch (error) {
        control.signal.throwIfAborted();
        if (!isLumbungError(error) || session.isBroken) throw error;
        return failed(error);
      }
    };
    await list.ask(id, answer, database);
  };
  let tool: DumpTool | undefined;
  await ask('tool-version', async () => {
    tool = await findToolOf(target, server, control);
    return judgeTool(tool, server);
  });
  await ask('encryption', () => judgeTls(target, session));
  await ask('clock', async () => await judgeClock(session, control));
  await ask('replica', () => judgeReplica(replication));
  if (target.database === undefined) await ask('grants-databases', () => judgeListing(account));
  await ask('grants-sessions', () => judgeSessions(account, server));
  await ask('grants-users', () => judgeUsers(account));
  await ask('settings', async () => await describeSettings(session));
  // One that is not listed to the account is asked about all the same.
  const names = target.database === undefined ? databases.map(({ name }) => name) : [target.database];
  for (const name of names) {
    await ask('grants', () => judgeGrants(account, server, name), name);
    let inventory: Inventory | undefined;
    const readEngines = async () => {
      inventory = await readInventory(session, name);
      return judgeEngines(inventory);
    };
    await ask('engines', readEngines, name);
    if (inventory === undefined) continue;
    const known: Inventory = inventory;
    await ask('views', async () => await judgeViews(session, account, name, known), name);
    await ask('values', () => judgeValues(known), name);
  }
  return {
    engine: server.vendor,
    product: server.product,
    serverVersion: server.version,
    ...(tool === undefined ? {} : { toolVersion: `${tool.tool.name} ${tool.version.version}` }),
    serverIdentity: await serverIdentityOf(session, server),
    checks: list.checks,
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
export function judgeTool({ tool, version }: DumpTool, server: ServerVersion): Verdict {
  const said = { tool: `${tool.name} ${version.version}`, product: server.product, version: server.version };
  if (version.vendor !== server.vendor) return warn('tool-other-vendor', { ...said, toolProduct: version.product });
  if (!isAtLeast(version, server.major, server.minor))
    return warn('tool-older', { ...said, package: tool.packageName });
  return pass('tool-found', { tool: said.tool });
}

function judgeTls({ address }: Target, session: MysqlConnection): Verdict {
  if (address.kind === 'socket') return pass('stays-on-machine');
  return session.isEncrypted ? pass('encrypted') : warn('not-encrypted');
}

async function judgeClock(session: MysqlConnection, { clock }: Control): Promise<Verdict> {
  const [row] = await session.texts('SELECT UNIX_TIMESTAMP()');
  const difference = Math.abs(Math.round(Number(row?.[0] ?? 0) * 1000 - clock.nowMs()));
  return difference <= CLOCK_MS_MAX ? pass('clock-agrees', { difference }) : warn('clock-differs', { difference });
}

function judgeReplica({ role, lagSeconds, problem }: Replication): Verdict {
  if (problem !== undefined) return failed(problem);
  if (role !== 'replica') return pass('no-replica');
  if (lagSeconds === undefined) return pass('replica-follows');
  const lag = lagSeconds * 1000;
  return lagSeconds > LAG_SECONDS_MAX ? warn('replica-far-behind', { lag }) : pass('replica-lag', { lag });
}

function judgeGrants(account: AccountGrants, server: ServerVersion, database: string): Verdict {
  const missing = missingGrants(account.grants, requiredForDatabase(server, database, false));
  if (missing.length === 0) return pass('grants-complete');
  return fail('grants-missing', { parts: missing.map(({ id }) => id), paste: grantStatements(missing, account) });
}

function judgeSessions(account: AccountGrants, server: ServerVersion): Verdict {
  const missing = missingGrants(account.grants, [requiredForSessions(server)]);
  if (missing.length === 0) return pass('sessions-possible');
  return warn('sessions-impossible', { paste: grantStatements(missing, account) });
}

function judgeListing(account: AccountGrants): Verdict {
  const missing = missingGrants(account.grants, [requiredToSeeAll]);
  if (missing.length === 0) return pass('databases-listed');
  return fail('databases-unlisted', { paste: grantStatements(missing, account) });
}

function judgeUsers(account: AccountGrants): Verdict {
  const missing = missingGrants(account.grants, [requiredForUsers]);
  if (missing.length === 0) return pass('accounts-readable');
  return warn('accounts-unreadable', { paste: grantStatements(missing, account) });
}

/** For whoever reads the report: a restore has to find a server that takes as much. */
async function describeSettings(session: MysqlConnection): Promise<Verdict> {
  const [row] = await session.texts('SELECT @@max_allowed_packet, @@sql_mode');
  return pass('server-settings', { packet: Number(row?.[0] ?? 0), mode: row?.[1] ?? '' });
}

function judgeEngines({ tables }: Inventory): Verdict {
  const strange = tables.filter(({ isTransactional, hasRows }) => !isTransactional && hasRows);
  if (strange.length === 0) return pass('snapshot-covers-all');
  return warn('tables-untransactional', { tables: listed(strange.map(({ name, engine }) => `${name} (${engine})`)) });
}

async function judgeViews(
  session: MysqlConnection,
  account: AccountGrants,
  database: string,
  inventory: Inventory,
): Promise<Verdict> {
  if (inventory.hasCallingViews) {
    const missing = missingGrants(account.grants, [requiredForCallingViews(database)]);
    if (missing.length > 0) return fail('views-call-functions', { paste: grantStatements(missing, account) });
  }
  const broken = await findBrokenViews(session, database, inventory.views);
  return broken.length === 0 ? pass('views-readable') : fail('views-broken', { views: listed(broken) });
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
function judgeValues({ tables }: Inventory): Verdict {
  const namesOf = (some: Inventory['tables']): Listed<string> => listed(some.map(({ name }) => name));
  const versioned = namesOf(tables.filter(({ isVersioned }) => isVersioned));
  const elsewhere = namesOf(tables.filter(({ hasRows }) => !hasRows));
  if (versioned.count > 0 && elsewhere.count > 0) return warn('history-and-rows-elsewhere', { versioned, elsewhere });
  if (versioned.count > 0) return warn('history-left-out', { tables: versioned });
  return elsewhere.count > 0 ? warn('rows-elsewhere', { tables: elsewhere }) : pass('values-exact');
}
