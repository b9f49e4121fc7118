import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Target } from '../../connection/target.ts';
import type { Control, DatabaseDump, Workspace } from '../../driver.ts';
import { accountFile, type FileAccount } from '../../manifest/account-stream.ts';
import { canonicalJson } from '../../manifest/canonical-json.ts';
import type { Manifest, ManifestFile } from '../../manifest/manifest.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { storedRemark } from '../../remarks/stored-remark.ts';
import { readPosition, readServerIdentity } from '../catalogue/database-facts.ts';
import { optionalText, text } from '../columns.ts';
import { readRole } from '../probe/role.ts';
import { isBusy, maintenanceDatabaseOf, ofApplication, openSession, type PostgresSession, select } from '../session.ts';
import { connectionText, preparePostgresTools, toolVersionOf } from '../tools.ts';
import { type DumpRun, toDump } from './dump-run.ts';
import { withoutRestrictLines } from './plain-sql.ts';
import { emptyFolder } from './schema-files.ts';

const METHOD_GLOBALS = 'globals';
/** Settings that hold a password among other things. */
const SECRET_SETTINGS = /^(?:primary_conninfo|ssl_passphrase_command)$/;

/** What belongs to no database: roles with their passwords, memberships and settings; tablespaces; the server's settings. */
export function dumpServer(target: Target, workspace: Workspace, control: Control): DatabaseDump {
  return toDump(control, async (run) => {
    const database = maintenanceDatabaseOf(target);
    const { signal, applicationName } = run;
    const session = await openSession({ target, database, control, signal, applicationName });
    try {
      return await dumpWith(run, session, target, workspace);
    } finally {
      await session.connection.close();
    }
  });
}

async function dumpWith(
  run: DumpRun,
  { connection, version }: PostgresSession,
  target: Target,
  workspace: Workspace,
): Promise<Manifest> {
  const { signal, control, applicationName } = run;
  const database = maintenanceDatabaseOf(target);
  const files: ManifestFile[] = [];
  const keep = (path: string) => (account: FileAccount) => {
    files.push({ path, ...account });
  };
  run.enter('inventory');
  const role = await readRole(connection, version, signal);
  const position = await readPosition(connection, version, signal);
  const server = await readServerIdentity(connection, signal);
  const settings = await readSettings({ connection, version }, signal);
  const roles = await select(
    connection,
    z.object({ name: text }),
    `SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname`,
    signal,
  );

  run.enter('data');
  const tools = await preparePostgresTools(target, {
    serverMajor: version.major,
    privateFolder: await emptyFolder(workspace.folder, 'tools'),
    applicationName,
  });
  const runControl = {
    signal,
    clock: control.clock,
    stallMs: control.stallMs,
    hardMs: control.hardMs,
    isServerBusy: () => isBusy({ target, database, control, signal, applicationName }, ofApplication(applicationName)),
  };
  const pgDumpAll = await tools.find('pg_dumpall');
  const args = [
    '--no-password',
    '--globals-only',
    `--dbname=${connectionText(database)}`,
    ...(role.readsPasswords ? [] : ['--no-role-passwords']),
  ];
  const toolVersion = await toolVersionOf(tools, pgDumpAll, runControl);
  await run.sink.store('server/globals.sql', () => {
    const child = new ToolProcess(tools.call(pgDumpAll, args), runControl);
    return accountFile(withoutRestrictLines(child.stdout), keep('server/globals.sql'));
  });
  await run.sink.store('server/settings.json', () =>
    accountFile(Readable.from([Buffer.from(canonicalJson(settings))]), keep('server/settings.json')),
  );
  run.enter('check');
  return {
    v: 2,
    kind: 'server',
    engine: 'postgresql',
    product: 'PostgreSQL',
    serverVersion: version.text,
    toolVersion,
    server,
    startedAt: new Date(run.startedAtMs).toISOString(),
    finishedAt: new Date(control.clock.nowMs()).toISOString(),
    method: METHOD_GLOBALS,
    servedBy: position.isReplica ? 'replica' : 'primary',
    inventory: { role: roles.length },
    extensions: [],
    rolesReferenced: roles.map(({ name }) => name),
    tables: [],
    sequences: [],
    files,
    excludedData: [],
    warnings: role.readsPasswords ? [] : [storedRemark('role-passwords-missing')],
    details: {},
  };
}

const settingRow = z.object({ name: text, value: optionalText, unit: optionalText, source: text });

/** What an administrator has set, as far as the user may see it. */
async function readSettings(
  { connection }: PostgresSession,
  signal: AbortSignal,
): Promise<z.output<typeof settingRow>[]> {
  const rows = await select(
    connection,
    settingRow,
    `SELECT name, setting AS value, unit, source FROM pg_catalog.pg_settings
     WHERE source NOT IN ('default', 'override', 'client', 'session', 'database', 'user', 'database user') ORDER BY name`,
    signal,
  );
  return rows.map((row) => (SECRET_SETTINGS.test(row.name) ? { ...row, value: null } : row));
}
