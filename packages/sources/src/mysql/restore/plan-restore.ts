import { describeError, isLumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Check, Control, RestoreOptions, RestorePlan } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { openSession, serverVersionOf } from '../session.ts';
import { chooseObjects, chooseTables } from './choose-objects.ts';
import { parseDetails } from './dump-details.ts';
import { isEnabledEvent } from './load-schema.ts';
import { type CheckAnswer, RestoreChecks } from './restore-checks.ts';
import { readStoredSchema } from './stored-schema.ts';

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
  options: RestoreOptions,
  control: Control,
): Promise<RestorePlan> {
  const manifest = await readManifest(tree, control.signal);
  const details = parseDetails(manifest);
  const all = await readStoredSchema(tree, manifest, details, control.signal);
  const objects = chooseObjects(all, options);
  const tables = chooseTables(manifest, options);
  const checks: Check[] = [];
  const add = async (id: string, ask: () => Promise<CheckAnswer> | CheckAnswer): Promise<void> => {
    const startMs = control.clock.monotonicMs();
    const answer = await ask();
    checks.push({ id, ...answer, durationMs: control.clock.monotonicMs() - startMs });
  };
  try {
    await using session = await openSession(target, control);
    const server = await serverVersionOf(session);
    const questions = new RestoreChecks({ session, server, manifest, details, objects, tables, options });
    await add('login', () => ({ result: 'pass', message: `${server.product} ${server.version}` }));
    for (const [id, ask] of questions.all()) await add(id, ask);
  } catch (error) {
    control.signal.throwIfAborted();
    if (!isLumbungError(error)) throw error;
    const { code, hint } = error;
    await add(checks.length === 0 ? 'login' : 'questions', () => ({
      result: 'fail',
      code,
      message: describeError(error),
      ...(hint === undefined ? {} : { hint }),
    }));
  }
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    engine: target.engine,
    target,
    options,
    manifest,
    checks,
    tables: tables.map(({ name, rows, bytes: tableBytes }) => ({ table: name, rows, bytes: tableBytes })),
    neededBytes: bytes * SPACE_FACTOR,
    leftOut: [
      ...leftByChoice(),
      ...details.tablesWithoutRows.map(({ name }) => `rows of ${name}, which the dump does not have`),
      ...details.skippedViews.map((view) => `view ${view}, which was broken when it was dumped`),
      ...enabledEvents(),
      'accounts and their rights, which are in the dump of the server',
    ],
  };

  function leftByChoice(): string[] {
    if (options.tables === undefined) return [];
    const chosen = new Set(objects);
    return all
      .filter((object) => !chosen.has(object) && object.kind !== 'view-placeholder')
      .map(({ kind, name }) => `${kind} ${name}`);
  }

  function enabledEvents(): string[] {
    const names = objects.filter((object) => object.kind === 'event' && isEnabledEvent(object)).map(({ name }) => name);
    return names.length === 0 ? [] : [`that events run: ${names.join(', ')} will be there, disabled`];
  }
}
