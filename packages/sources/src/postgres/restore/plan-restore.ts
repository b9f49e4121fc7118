import type { Target } from '../../connection/target.ts';
import type { Control, Ownership, RestoreOptions, RestorePlan } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { readManifest } from '../../manifest/manifest-file.ts';
import { tableName } from '../../manifest/size-history.ts';
import { CheckList } from '../../remarks/check.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import { readStoredRemark } from '../../remarks/stored-remark.ts';
import { listed } from '../../remarks/value-kinds.ts';
import type { PostgresSession } from '../session.ts';
import { chooseEntries, chooseTables, renameEntries } from './choose-entries.ts';
import { parseFacts, type RestoredFacts, readLargeObjects } from './dump-details.ts';
import { readHeldFile } from './held-file.ts';
import { neededRoles, type RolesSource } from './needed-roles.ts';
import { RestoreChecks, tablesVerdict } from './restore-checks.ts';
import { RestoreRun } from './restore-run.ts';
import { askAboutRoles, currentUser } from './role-checks.ts';
import { RoleNames } from './role-names.ts';
import { TocArchive } from './toc-archive.ts';

/** A guess: what tables and indexes need beyond the text of the rows. */
const GROWTH = 2.5;
export const TOC_PATH = 'schema/toc.dat';

/**
 * Asks everything that decides whether a restore can succeed. Nothing is created.
 *
 * @throws LumbungError DB_DUMP_WRONG_KIND (operator), SOURCE_MANIFEST_INVALID, SOURCE_FILE_DAMAGED, DB_DUMP_DAMAGED (corruption);
 *   see `openSession`
 */
export async function planRestore(
  target: Target,
  tree: TreeSource,
  wanted: RestoreOptions,
  control: Control,
): Promise<RestorePlan> {
  const { signal } = control;
  const manifest = await readManifest(tree, signal);
  const facts = parseFacts(manifest);
  const { chosen, unknown } = chooseTables(manifest.tables, wanted.tables);
  const isWhole = wanted.tables === undefined;
  const archive = TocArchive.parse(await readHeldFile(tree, manifest, TOC_PATH, signal));
  const whole = {
    facts,
    chosen: chooseEntries(archive, undefined),
    largeObjects: await readLargeObjects(tree, manifest, signal),
  };
  const restored = isWhole ? whole : { facts, chosen: chooseEntries(archive, chosen), largeObjects: [] };
  const session = await new RestoreRun(target, control, signal).openAdmin();
  try {
    const options = { ...wanted, ownership: await ownershipOf(wanted, session, signal) };
    const names = new RoleNames(options.ownership);
    const questions = new RestoreChecks(session, { manifest, facts, options, signal });
    const list = new CheckList(control.clock);
    await questions.askOfServer(list);
    const [needed, known] = [neededRoles(restored), neededRoles(whole)];
    const roles = { options, names, needed, known, databaseOwner: facts.owner };
    await askAboutRoles(list, session, roles, signal);
    await questions.askOfContent(list, target);
    await list.ask('tables', () => tablesVerdict(chosen.length, unknown));
    return {
      engine: 'postgresql',
      target,
      options,
      manifest,
      checks: list.checks,
      tables: chosen.map((table) => ({ table: tableName(table), rows: table.rows, bytes: table.bytes })),
      neededBytes: neededBytesOf(manifest, chosen, isWhole),
      leftOut: leftOutOf(manifest, options, restored, names),
    };
  } finally {
    await session.connection.close();
  }
}

async function ownershipOf(
  { ownership }: RestoreOptions,
  session: PostgresSession,
  signal: AbortSignal,
): Promise<Ownership> {
  if (ownership.kind !== 'restorer') return ownership;
  return { kind: 'one', role: await currentUser(session, signal) };
}

function neededBytesOf(manifest: Manifest, chosen: readonly ManifestTable[], isWhole: boolean): number {
  const rowBytes = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
  const otherBytes = isWhole ? manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) : 0;
  return Math.round((rowBytes + otherBytes) * GROWTH);
}

const LEFT_OUT_WARNINGS = new Set(['publications', 'subscriptions', 'replication-slots', 'foreign-tables']);

function leftOutOf(
  manifest: Manifest,
  options: RestoreOptions,
  { facts, chosen }: Pick<RolesSource, 'chosen'> & { readonly facts: RestoredFacts },
  names: RoleNames,
): Remark[] {
  const { merged } = renameEntries(chosen, names);
  return [
    ...manifest.warnings.filter(({ code }) => LEFT_OUT_WARNINGS.has(code)).map(readStoredRemark),
    ...manifest.excludedData.map((table) => remark('rows-not-dumped', { table })),
    ...(facts.tablespace === 'pg_default' ? [] : [remark('tablespace-not-kept', { tablespace: facts.tablespace })]),
    ...(options.ownership.kind === 'one' ? [remark('owners-not-kept')] : []),
    ...(merged.length === 0 ? [] : [remark('user-mappings-merged', { mappings: listed(merged) })]),
    ...(options.tables === undefined ? [] : [remark('only-chosen-tables')]),
  ];
}
