import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, Ownership, RestoreOptions, RestorePlan } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { CheckList, failed, pass } from '../../remarks/check.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import { listed, listedObjects } from '../../remarks/value-kinds.ts';
import { openSession, serverVersionOf } from '../session.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { chooseObjects, chooseTables } from './choose-objects.ts';
import { type DumpDetails, parseDetails } from './dump-details.ts';
import { isEnabledEvent } from './load-schema.ts';
import { RestoreChecks } from './restore-checks.ts';
import { readStoredSchema, type StoredObject } from './stored-schema.ts';

/** Rows take about twice their text, with indexes. */
const SPACE_FACTOR = 2;

/**
 * What a restore would do, and whether it can. Reads the definitions of the dump and asks the server; changes nothing.
 *
 * @throws LumbungError SOURCE_MANIFEST_INVALID, SOURCE_FILE_MISSING, SOURCE_FILE_DAMAGED, DB_DUMP_DAMAGED (corruption)
 */
export async function planRestore(
  target: Target,
  tree: TreeSource,
  wanted: RestoreOptions,
  control: Control,
): Promise<RestorePlan> {
  const manifest = await readManifest(tree, control.signal);
  const details = parseDetails(manifest);
  const allObjects = await readStoredSchema(tree, manifest, details, control.signal);
  const objects = chooseObjects(allObjects, wanted);
  const tables = chooseTables(manifest, wanted);
  const list = new CheckList(control.clock);
  let options = wanted;
  try {
    await using session = await openSession(target, control);
    const server = await serverVersionOf(session);
    options = { ...wanted, ownership: await ownershipOf(wanted, session) };
    const questions = new RestoreChecks({ session, server, manifest, details, objects, allObjects, tables, options });
    await list.ask('login', () => pass('server-version', { product: server.product, version: server.version }));
    for (const [id, ask] of questions.all()) await list.ask(id, ask);
  } catch (error) {
    control.signal.throwIfAborted();
    if (!isLumbungError(error)) throw error;
    await list.ask(list.checks.length === 0 ? 'login' : 'questions', () => failed(error));
  }
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    engine: target.engine,
    target,
    options,
    manifest,
    checks: list.checks,
    tables: tables.map(({ name, rows, bytes: tableBytes }) => ({ table: name, rows, bytes: tableBytes })),
    neededBytes: bytes * SPACE_FACTOR,
    leftOut: leftOutOf(details, objects, allObjects),
  };
}

async function ownershipOf({ ownership }: RestoreOptions, session: MysqlConnection): Promise<Ownership> {
  if (ownership.kind !== 'restorer') return ownership;
  const [row] = await session.texts('SELECT CURRENT_USER()');
  return { kind: 'one', role: row?.[0] ?? '' };
}

function leftOutOf(
  details: DumpDetails,
  objects: readonly StoredObject[],
  allObjects: readonly StoredObject[],
): Remark[] {
  const chosen = new Set(objects);
  const others = allObjects.filter((object) => !chosen.has(object) && object.kind !== 'view-placeholder');
  const events = objects.filter((object) => object.kind === 'event' && isEnabledEvent(object)).map(({ name }) => name);
  return [
    ...(others.length === 0 ? [] : [remark('objects-not-chosen', { objects: listedObjects(others) })]),
    ...details.tablesWithoutRows.map(({ name }) => remark('rows-not-dumped', { table: name })),
    ...details.skippedViews.map((view) => remark('view-skipped', { view })),
    ...(events.length === 0 ? [] : [remark('events-disabled', { events: listed(events) })]),
    remark('accounts-in-server-dump'),
  ];
}
