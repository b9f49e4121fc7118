import { LumbungError } from '@lumbung/stdx';
import type { Inventory } from '../inventory.ts';
import { incompleteDump } from '../splitter/dump-text.ts';
import type { SchemaObject } from '../splitter/schema-units.ts';

const NAMED_MAX = 5;

export interface Written {
  readonly objects: readonly SchemaObject[];
  /** Tables whose rows were stored. */
  readonly tables: readonly string[];
}

export interface LeftOut {
  /** Tables whose rows were left out on purpose. */
  readonly excludeData: ReadonlySet<string>;
  readonly skipViews: ReadonlySet<string>;
}

/** Each object once, as `kind name`. */
export function expectedObjects(inventory: Inventory, { skipViews }: LeftOut): string[] {
  const views = inventory.views.filter((view) => !skipViews.has(view));
  return [
    ...inventory.tables.map(({ name }) => `table ${name}`),
    ...views.flatMap((view) => [`view ${view}`, `view-placeholder ${view}`]),
    ...inventory.sequences.map((name) => `sequence ${name}`),
    ...inventory.routines.map(({ kind, name }) => `${kind} ${name}`),
    ...inventory.triggers.map((name) => `trigger ${name}`),
    ...inventory.events.map((name) => `event ${name}`),
  ];
}

/**
 * What was written is what the catalogue says, object by object, and every table has its rows.
 *
 * @throws LumbungError DB_DUMP_INCOMPLETE (transient), naming what is missing
 */
export function checkWritten(written: Written, inventory: Inventory, leftOut: LeftOut): void {
  compare(
    written.objects.map(({ kind, name }) => `${kind} ${name}`),
    expectedObjects(inventory, leftOut),
  );
  compare(
    written.tables.map((name) => `rows of ${name}`),
    inventory.tables
      .filter(({ name, hasRows }) => hasRows && !leftOut.excludeData.has(name))
      .map(({ name }) => `rows of ${name}`),
  );
}

/** Nobody changed the schema meanwhile. @throws LumbungError DB_OBJECT_CHANGED (transient) */
export function checkUnchanged(before: Inventory, after: Inventory): void {
  if (before.fingerprint === after.fingerprint) return;
  const nothing = { excludeData: new Set<string>(), skipViews: new Set<string>() };
  const [was, is] = [new Set(expectedObjects(before, nothing)), new Set(expectedObjects(after, nothing))];
  const changed = [...was.symmetricDifference(is)].toSorted();
  throw new LumbungError('DB_OBJECT_CHANGED', {
    kind: 'transient',
    message: `the schema was changed during the dump${changed.length === 0 ? '' : `: ${named(changed)}`}`,
    context: { objects: named(changed) },
    hint: 'try again when the change of the database is over',
  });
}

function compare(written: readonly string[], expected: readonly string[]): void {
  const [has, wants] = [new Set(written), new Set(expected)];
  const missing = [...wants.difference(has)].toSorted();
  if (missing.length > 0) throw incompleteDump(`it lacks ${named(missing)}`, { missing: named(missing) });
  const strange = [...has.difference(wants)].toSorted();
  if (strange.length > 0) {
    throw incompleteDump(`the catalogue does not know ${named(strange)}`, { unexpected: named(strange) });
  }
  if (has.size !== written.length) throw incompleteDump('it has something twice');
}

function named(objects: readonly string[]): string {
  const more = objects.length > NAMED_MAX ? ` and ${objects.length - NAMED_MAX} more` : '';
  return `${objects.slice(0, NAMED_MAX).join(', ')}${more}`;
}
