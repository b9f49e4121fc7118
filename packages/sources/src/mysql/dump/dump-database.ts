import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, DatabaseDump, DumpOptions, Workspace } from '../../driver.ts';
import type { EntrySink } from '../../entry/entry-stream.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { manifestDump } from '../../manifest/manifest-dump.ts';
import { TimeLimit } from '../../process/act-limits.ts';
import { storedRemark } from '../../remarks/stored-remark.ts';
import { readGrants, requireGrants } from '../grants/require-grants.ts';
import { requiredForCallingViews, requiredForDatabase } from '../grants/required-grants.ts';
import { type Inventory, readInventory } from '../inventory.ts';
import { type Replication, readReplication } from '../replication.ts';
import { serverIdentityOf } from '../server-identity.ts';
import type { ServerVersion } from '../server-version.ts';
import { openSession, serverVersionOf } from '../session.ts';
import { checkUnchanged, checkWritten, type LeftOut } from './check-inventory.ts';
import type { DumpContext, DumpMethod } from './dump-context.ts';
import { findDumpTool } from './dump-tool.ts';
import { dumpBySessions } from './session-dump.ts';
import { dumpByTool } from './tool-dump.ts';
import { TreeWriter } from './tree-writer.ts';

/** See `DatabaseDriver.dump`. */
export function dumpDatabase(
  target: Target,
  database: string,
  options: DumpOptions,
  workspace: Workspace,
  control: Control,
): DatabaseDump {
  return manifestDump(control.signal, async (sink) => {
    using limit = new TimeLimit({ clock: control.clock, hardMs: control.hardMs, signal: sink.signal });
    const inner: Control = {
      ...control,
      signal: limit.signal,
      progress: (event) => control.progress(event),
      note: (line) => control.note(line),
    };
    return await produceDump({ target, database, options, workspace, control: inner, sink });
  });
}

interface DumpRequest {
  readonly target: Target;
  readonly database: string;
  readonly options: DumpOptions;
  readonly workspace: Workspace;
  readonly control: Control;
  readonly sink: EntrySink;
}

interface Beginning {
  readonly server: ServerVersion;
  readonly identity: string;
  readonly replication: Replication;
  readonly inventory: Inventory;
}

async function produceDump(request: DumpRequest): Promise<Manifest> {
  const { target, database, options, workspace, control, sink } = request;
  const startedAt = new Date(control.clock.nowMs()).toISOString();
  control.progress({ phase: 'connect', doneBytes: 0, doneRows: 0 });
  const beginning = await begin(request);
  const { server, inventory: before } = beginning;
  const leftOut = leaveOut(options, before);
  const warnings = warningsOf(options, before, leftOut);
  const dumpTool = await findDumpTool(target, server.vendor, control, workspace.folder);
  if (dumpTool.version.vendor !== server.vendor) {
    const tool = `${dumpTool.tool.name} ${dumpTool.version.version}`;
    const { product: toolProduct } = dumpTool.version;
    warnings.push(storedRemark('dumped-by-other-vendor', { tool, toolProduct, product: server.product }));
  }

  const expectedBytes = before.tables.reduce((total, { bytes }) => total + bytes, 0);
  let doneBytes = 0;
  let doneRows = 0;
  const onBytes = (subject: string, bytes: number) => {
    doneBytes += bytes;
    control.progress({ phase: 'data', subject, doneBytes, doneRows, expectedBytes });
  };
  const tree = new TreeWriter(
    sink,
    before.tables.map(({ name }) => name),
    (_table, { rows }) => {
      doneRows += rows;
    },
    onBytes,
  );
  const context: DumpContext = { ...request, server, dumpTool, before, leftOut, tree, warnings };
  const method = await dumpRows(context);

  control.progress({ phase: 'schema', doneBytes, doneRows });
  const objects = await tree.storeSchema();
  await tree.storeJson('schema/00-database.json', { ...before.database });

  control.progress({ phase: 'check', doneBytes, doneRows });
  checkWritten({ objects: tree.objects, tables: tree.tables.map(({ name }) => name) }, before, leftOut);
  const after = await inventoryOf(target, database, control);
  checkUnchanged(before, after);

  return {
    v: 2,
    kind: 'database',
    engine: server.vendor,
    product: server.product,
    serverVersion: server.version,
    toolVersion: `${dumpTool.tool.name} ${dumpTool.version.version}`,
    server: beginning.identity,
    database,
    startedAt,
    finishedAt: new Date(control.clock.nowMs()).toISOString(),
    method: method.method,
    ...(method.position === undefined ? {} : { position: method.position }),
    servedBy: beginning.replication.role,
    ...(beginning.replication.lagSeconds === undefined ? {} : { lagSeconds: beginning.replication.lagSeconds }),
    inventory: countKinds(before),
    extensions: [],
    rolesReferenced: [...before.definers],
    tables: tree.tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    sequences: tree.sequences,
    files: tree.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    excludedData: [...leftOut.excludeData].toSorted(),
    warnings,
    details: {
      database: { ...before.database },
      exactFloats: method.exactFloats,
      objects: objects.map((place) => ({ ...place })),
      // Their rows lie elsewhere, or were left out.
      tablesWithoutRows: before.tables
        .filter(({ name, hasRows }) => !hasRows || leftOut.excludeData.has(name))
        .map(({ name, engine }) => ({ name, engine })),
      skippedViews: [...leftOut.skipViews].toSorted(),
    },
  };
}

async function begin({ target, database, options, control }: DumpRequest): Promise<Beginning> {
  await using session = await openSession(target, control);
  const server = await serverVersionOf(session);
  const account = await readGrants(session, server);
  requireGrants(account, requiredForDatabase(server, database, options.untransactional === 'lock'));
  const inventory = await readInventory(session, database);
  if (inventory.hasCallingViews) requireGrants(account, [requiredForCallingViews(database)]);
  control.progress({ phase: 'inventory', doneBytes: 0, doneRows: 0 });
  const replication = await readReplication(session, server);
  if (replication.problem !== undefined) throw replication.problem;
  return { server, identity: await serverIdentityOf(session, server), replication, inventory };
}

async function inventoryOf(target: Target, database: string, control: Control): Promise<Inventory> {
  await using session = await openSession(target, control);
  return await readInventory(session, database);
}

/** By sessions of our own where they or several at a time are asked for, or where the tool would lose something: digits of
 *  FLOAT columns, the rows of tables whose columns are all generated. Several where the tables and the privileges allow it. */
async function dumpRows(context: DumpContext): Promise<DumpMethod> {
  const { options, before, control } = context;
  const read = before.tables.filter(({ name, hasRows }) => hasRows && !context.leftOut.excludeData.has(name));
  const rounded = read.filter(({ columns }) => columns.some(({ isRounded }) => isRounded));
  const isCovered = read.every(({ isTransactional }) => isTransactional);
  const wantsSessions = options.rowsBy === undefined ? options.parallel > 1 : options.rowsBy === 'sessions';
  if (isCovered && wantsSessions) {
    try {
      return await dumpBySessions(context, options.parallel);
    } catch (error) {
      const isRefused = isLumbungError(error, 'DB_PRIVILEGE_MISSING') && context.tree.isEmpty;
      if (!isRefused) throw error;
      control.note('no right to hold up commits for a moment (RELOAD): reading through one session');
    }
  }
  const isToolUnwanted =
    options.rowsBy === 'sessions' ||
    rounded.length > 0 ||
    (context.server.vendor !== 'mariadb' &&
      read.some(({ columns }) => columns.every(({ isGenerated }) => isGenerated)));
  if (isToolUnwanted && (isCovered || options.untransactional === 'accept')) return await dumpBySessions(context, 1);
  // Of generated columns alone MariaDB's tool writes what can be read; what MySQL's writes is refused.
  if (rounded.length === 0) return await dumpByTool(context);
  const tables = rounded.map(({ name }) => name).join(', ');
  throw new LumbungError('DB_FLOAT_ROUNDED', {
    kind: 'operator',
    message: `tables cannot be locked and their FLOAT values kept exactly: the dump tool writes six digits of those in ${tables}`,
    context: { tables },
    hint: 'convert the tables that no snapshot covers to InnoDB, or accept that they are read while they change',
  });
}

/** @throws LumbungError DB_OBJECT_MISSING, DB_TABLES_UNTRANSACTIONAL (operator) */
function leaveOut(options: DumpOptions, inventory: Inventory): LeftOut {
  const excludeData = new Set(options.excludeData);
  const skipViews = new Set(options.skipViews ?? []);
  const missing = [
    ...excludeData.difference(new Set(inventory.tables.map(({ name }) => name))),
    ...skipViews.difference(new Set(inventory.views)),
  ];
  if (missing.length > 0) {
    throw new LumbungError('DB_OBJECT_MISSING', {
      kind: 'operator',
      message: `the database has no ${missing[0] ?? ''}, which is to be left out`,
      context: { object: missing[0] },
      hint: 'correct what is left out: a renamed table would be stored though nobody wanted it',
    });
  }
  if (options.untransactional === 'refuse') refuseUntransactional(inventory, excludeData);
  return { excludeData, skipViews };
}

function refuseUntransactional(inventory: Inventory, excludeData: ReadonlySet<string>): void {
  const tables = inventory.tables.filter(
    ({ name, isTransactional, hasRows }) => !isTransactional && hasRows && !excludeData.has(name),
  );
  if (tables.length === 0) return;
  const named = tables
    .slice(0, 10)
    .map(({ name, engine }) => `${name} (${engine})`)
    .join(', ');
  throw new LumbungError('DB_TABLES_UNTRANSACTIONAL', {
    kind: 'operator',
    message: `no snapshot covers ${tables.length} tables: ${named}`,
    context: { count: tables.length, tables: named },
    hint: 'convert them to InnoDB; or have them locked during the dump; or accept that they are read while they change',
  });
}

function warningsOf(options: DumpOptions, inventory: Inventory, leftOut: LeftOut): Manifest['warnings'] {
  const warnings: Manifest['warnings'] = [...leftOut.skipViews]
    .toSorted()
    .map((view) => storedRemark('view-skipped', { view }));
  for (const { name: table, engine, isTransactional, hasRows, isVersioned } of inventory.tables) {
    if (leftOut.excludeData.has(table)) continue;
    if (!hasRows) warnings.push(storedRemark('table-rows-elsewhere', { table, engine }));
    else if (!isTransactional && options.untransactional === 'accept') {
      warnings.push(storedRemark('table-untransactional', { table, engine }));
    }
    if (isVersioned) warnings.push(storedRemark('table-history-left-out', { table }));
  }
  return warnings;
}

function countKinds(inventory: Inventory): Manifest['inventory'] {
  const counts: Record<string, number> = {
    table: inventory.tables.length,
    view: inventory.views.length,
    sequence: inventory.sequences.length,
    trigger: inventory.triggers.length,
    event: inventory.events.length,
  };
  for (const { kind } of inventory.routines) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
