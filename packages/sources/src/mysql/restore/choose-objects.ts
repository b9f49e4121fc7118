import type { RestoreOptions } from '../../driver.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { quotedNames } from './sql-text.ts';
import type { StoredObject } from './stored-schema.ts';

/** Everything; or the chosen tables with the sequences that their definitions name. */
export function chooseObjects(objects: readonly StoredObject[], { tables }: RestoreOptions): StoredObject[] {
  if (tables === undefined) return [...objects];
  const chosen = new Set(tables);
  const isChosen = ({ kind, name }: StoredObject) => kind === 'table' && chosen.has(name);
  const named = new Set<string>();
  for (const table of objects.filter(isChosen)) for (const { name } of quotedNames(table.sql)) named.add(name);
  return objects.filter(
    (object) =>
      isChosen(object) || (object.kind === 'sequence' && named.has(Buffer.from(object.name).toString('latin1'))),
  );
}

export function chooseTables(manifest: Manifest, { tables }: RestoreOptions): ManifestTable[] {
  return tables === undefined ? manifest.tables : manifest.tables.filter(({ name }) => tables.includes(name));
}
