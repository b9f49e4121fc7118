import { z } from 'zod';
import type { Manifest } from '../../manifest/manifest.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import { objectKindOf } from '../../remarks/value-kinds.ts';
import type { Finding } from '../../verify/finding.ts';
import { countObjects } from '../catalogue/database-facts.ts';
import { USER_SCHEMA } from '../catalogue/relations.ts';
import { readSequences } from '../catalogue/sequences.ts';
import { text } from '../columns.ts';
import { type PostgresSession, select } from '../session.ts';
import { quoteName } from '../wire/quote.ts';
import type { ChosenEntries } from './choose-entries.ts';
import { majorOf } from './dump-details.ts';
import { REFRESH } from './refresh-views.ts';

const NOT_ENFORCED_MAJOR = 18;
/** Left out of every restore: they would act at once. */
const NOT_RESTORED = new Set(['publication', 'subscription']);

/** What a restore can leave half done although every row is there. */
export async function checkRestored(
  session: PostgresSession,
  manifest: Manifest,
  options: { readonly chosen: ChosenEntries; readonly isWhole: boolean; readonly signal: AbortSignal },
): Promise<Finding[]> {
  const { connection, version } = session;
  const { signal } = options;
  const { entries, text: tocText } = options.chosen;
  const names = (sql: string) => select(connection, z.object({ name: text }), sql, signal);
  const findings: Finding[] = [];
  const add = (said: Remark) => findings.push({ code: 'content-invalid', severity: 'error', remark: said });

  // One of a partitioned table is invalid, rightly, while a partition has none.
  const invalid = await names(
    `SELECT i.indexrelid::pg_catalog.regclass::text AS name FROM pg_catalog.pg_index i
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE c.relkind = 'i' AND NOT i.indisvalid`,
  );
  for (const { name } of invalid) add(remark('index-invalid', { index: name }));

  const unchecked = entries
    .map(({ definition }) => tocText.read(definition ?? ''))
    .filter((definition) => definition.includes('NOT VALID'));
  // One that is not enforced is never validated.
  const isEnforced = version.major >= NOT_ENFORCED_MAJOR ? 'x.conenforced' : 'true';
  for (const { name } of await names(
    `SELECT x.conname AS name FROM pg_catalog.pg_constraint x
     JOIN pg_catalog.pg_namespace n ON n.oid = x.connamespace WHERE NOT x.convalidated AND ${isEnforced} AND ${USER_SCHEMA}`,
  )) {
    const wasUnchecked = unchecked.some((definition) =>
      [name, quoteName(name)].some((each) => definition.includes(each)),
    );
    if (!wasUnchecked) add(remark('constraint-unchecked', { constraint: name }));
  }

  const filled = new Set(
    entries.filter(({ kind }) => kind === REFRESH).map(({ schema, tag }) => tocText.read(`${schema}.${tag}`)),
  );
  for (const { name } of await names(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND NOT c.relispopulated`,
  )) {
    if (filled.has(name)) add(remark('view-unfilled', { view: name }));
  }

  const found = new Map((await readSequences(connection, signal)).map((each) => [sequenceKey(each), each]));
  for (const sequence of manifest.sequences) {
    const restored = found.get(sequenceKey(sequence));
    if (restored === undefined && !options.isWhole) continue;
    if (restored?.last === sequence.last && restored.called === sequence.called) continue;
    add(remark('sequence-moved', { sequence: `${sequence.schema}.${sequence.name}` }));
  }
  if (options.isWhole) findings.push(...(await inventoryFindings(session, manifest, signal)));
  return findings;
}

/** Versions count some kinds in other ways, so that only what one of them said is compared. */
async function inventoryFindings(
  { connection, version }: PostgresSession,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (version.major !== majorOf(manifest.serverVersion)) return [];
  const counted = await countObjects(connection, version, signal);
  const kinds = new Set([...Object.keys(counted), ...Object.keys(manifest.inventory)]);
  return [...kinds]
    .filter((kind) => !NOT_RESTORED.has(kind) && (counted[kind] ?? 0) !== (manifest.inventory[kind] ?? 0))
    .map((kind) => ({
      code: 'inventory-differs',
      severity: 'error',
      remark: remark('kind-count-differs', {
        kind: objectKindOf(kind),
        name: kind,
        found: counted[kind] ?? 0,
        expected: manifest.inventory[kind] ?? 0,
      }),
    }));
}

function sequenceKey({ schema, name }: Manifest['sequences'][number]): string {
  return JSON.stringify([schema, name]);
}
