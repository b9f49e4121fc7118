import type { RestoreOptions } from '../../driver.ts';
import type { Manifest, ManifestTable } from '../../manifest/manifest.ts';
import { renameRoles } from './rename-roles.ts';
import type { RoleNames } from './role-names.ts';
import type { TocArchive, TocEntry } from './toc-archive.ts';
import type { TocText } from './toc-text.ts';

/** Said by every archive, and needed by all that is in it. */
export const SETTINGS: ReadonlySet<string> = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH']);
/** Where rights are written, and so names of roles. */
export const WITH_ROLES: ReadonlySet<string> = new Set(['ACL', 'DEFAULT ACL', 'POLICY', 'USER MAPPING']);
const DEFAULT_RIGHTS = 'DEFAULT ACL';
/** What belongs to a table without being one, and nothing else refers to it. */
const PARTS_OF_TABLE = new Set([
  'ACL',
  'CHECK CONSTRAINT',
  'COMMENT',
  'CONSTRAINT',
  'DEFAULT',
  'FK CONSTRAINT',
  'INDEX',
  'POLICY',
  'ROW SECURITY',
  'SEQUENCE',
  'SEQUENCE OWNED BY',
  'STATISTICS',
  'TRIGGER',
]);
const RELATIONS = new Set(['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE']);
/** A role may have one of a server, and all of them become one role. */
const ONE_PER_ROLE = 'USER MAPPING';

/** A part of an archive, in its order. */
export interface ChosenEntries {
  readonly entries: readonly TocEntry[];
  readonly text: TocText;
}

/** The same with other names of roles. */
export interface RenamedEntries extends ChosenEntries {
  /** User mappings that a server would have twice, because two roles have become one: `server role`. */
  readonly merged: readonly string[];
}

/** What only says who may do what: it is nobody's. */
export function isOfRights(kind: string): boolean {
  return kind === 'ACL' || kind === DEFAULT_RIGHTS;
}

/** The definitions that a restore makes, with the roles of the dump. @param tables undefined: all there is */
export function chooseEntries(archive: TocArchive, tables: readonly ManifestTable[] | undefined): ChosenEntries {
  return { entries: tables === undefined ? archive.entries : entriesOf(archive, tables), text: archive.text };
}

/** @throws LumbungError DB_TEXT_INVALID (operator): the encoding of the dump cannot write the name of a role */
export function renameEntries({ entries, text }: ChosenEntries, names: RoleNames): RenamedEntries {
  if (!names.areRenamed) return { entries, text, merged: [] };
  const rename = (role: string): string => text.write(names.of(text.read(role)));
  const merged: string[] = [];
  const seen = new Set<string>();
  const renamed = entries.flatMap((entry): TocEntry[] => {
    const { kind, definition, tag } = entry;
    if (kind === ONE_PER_ROLE && !names.areGrantsKept) return [];
    const owner = entry.owner === null || entry.owner === '' ? entry.owner : rename(entry.owner);
    const withNames = definition !== null && WITH_ROLES.has(kind) ? renameRoles(definition, rename) : definition;
    if (kind === ONE_PER_ROLE) {
      const [head = ''] =
        /^CREATE USER MAPPING FOR ("(?:[^"]|"")*"|\S+) SERVER ("(?:[^"]|"")*"|[^\s;]+)/.exec(withNames ?? '') ?? [];
      if (seen.has(head)) {
        merged.push(text.read(tag));
        return [];
      }
      seen.add(head);
    }
    if (kind !== DEFAULT_RIGHTS) return [{ ...entry, owner, definition: withNames }];
    // Each of them first takes everything away: a second one of the same role would also take what the first has given.
    const key = nameKey(`${owner} ${tag}`, entry.schema ?? '');
    const isSecond = seen.has(key);
    seen.add(key);
    return [{ ...entry, owner, definition: isSecond ? withoutRevokes(withNames ?? '') : withNames }];
  });
  return { entries: renamed, text, merged };
}

function withoutRevokes(definition: string): string {
  return definition
    .split('\n')
    .filter((line) => !/^ALTER DEFAULT PRIVILEGES FOR ROLE .* REVOKE /.test(line))
    .join('\n');
}

/** Whether somebody has dropped the schema that every new database has: the manifest counts no more than the archive makes. */
export function lacksPublicSchema(manifest: Manifest, { entries }: ChosenEntries): boolean {
  const made = entries.filter(({ kind, tag }) => kind === 'SCHEMA' && tag !== 'public').length;
  return (manifest.inventory['schema'] ?? 0) === made;
}

/** The tables of the manifest that are asked for; undefined: all. Of a name that is not there, the name. */
export function chooseTables(
  tables: readonly ManifestTable[],
  wanted: RestoreOptions['tables'],
): { readonly chosen: readonly ManifestTable[]; readonly unknown: readonly string[] } {
  if (wanted === undefined) return { chosen: tables, unknown: [] };
  const isMeant = ({ schema, name }: ManifestTable, each: string) => name === each || `${schema}.${name}` === each;
  return {
    chosen: tables.filter((table) => wanted.some((each) => isMeant(table, each))),
    unknown: wanted.filter((each) => !tables.some((table) => isMeant(table, each))),
  };
}

/** Some tables, what they cannot do without, and what belongs to them; no other table, and so no key that refers to one. */
function entriesOf({ entries, text }: TocArchive, tables: readonly ManifestTable[]): readonly TocEntry[] {
  const byId = new Map(entries.map((entry) => [String(entry.id), entry]));
  const wanted = new Set(tables.map(({ schema, name }) => nameKey(schema ?? '', name)));
  const isWanted = ({ kind, schema, tag }: TocEntry) =>
    kind === 'TABLE' && wanted.has(nameKey(text.read(schema ?? ''), text.read(tag)));
  const chosen = new Set<TocEntry>(entries.filter(({ kind }) => SETTINGS.has(kind)));
  for (const entry of entries.filter(isWanted)) for (const each of closure(entry, byId)) chosen.add(each);
  // Parts bring others (a trigger its function), whose parts (rights) come in the next round.
  for (let size = -1; size < chosen.size; ) {
    size = chosen.size;
    for (const entry of entries) {
      if (chosen.has(entry) || !PARTS_OF_TABLE.has(entry.kind)) continue;
      if (!entry.dependencies.some((id) => chosen.has(byId.get(id) ?? entry))) continue;
      const needed = closure(entry, byId);
      const isAlone = [...needed].every((each) => chosen.has(each) || !RELATIONS.has(each.kind));
      if (isAlone) for (const each of needed) chosen.add(each);
    }
  }
  return entries.filter((entry) => chosen.has(entry));
}

function closure(entry: TocEntry, byId: ReadonlyMap<string, TocEntry>): ReadonlySet<TocEntry> {
  const found = new Set([entry]);
  for (const each of found) {
    for (const id of each.dependencies) {
      const other = byId.get(id);
      if (other !== undefined) found.add(other);
    }
  }
  return found;
}

/** Of a name in a schema, to be compared. */
export function nameKey(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
