import { granteesOf } from './acl.ts';
import type { ChosenEntries } from './choose-entries.ts';
import { isOfRights, nameKey, WITH_ROLES } from './choose-entries.ts';
import type { RestoredFacts, RestoredLargeObject } from './dump-details.ts';
import { renameRoles } from './rename-roles.ts';

/** Roles by their names in the dump. */
export interface NeededRoles {
  /** Who owns something: the database, and what is in it. */
  readonly owners: ReadonlySet<string>;
  /** Owners, and who has a right, a policy, a user mapping or a setting. */
  readonly all: ReadonlySet<string>;
  /** In whose name rights were given that were not the owner's to give. */
  readonly grantors: ReadonlySet<string>;
  /** Who owns something in whose schema. */
  readonly tenants: readonly Tenant[];
}

export interface Tenant {
  readonly schema: string;
  /** Undefined: of the schema that every new database has. */
  readonly landlord: string | undefined;
  readonly owner: string;
}

export interface RolesSource {
  readonly facts: RestoredFacts;
  readonly chosen: ChosenEntries;
  readonly largeObjects: readonly RestoredLargeObject[];
}

/** As the definitions themselves say it: no role more than what is restored will name. */
export function neededRoles({ facts, chosen, largeObjects }: RolesSource): NeededRoles {
  const owners = new Set([facts.owner, ...largeObjects.map(({ owner }) => owner)]);
  const others = new Set([
    ...granteesOf(facts.acl),
    ...facts.settings.flatMap(({ role }) => role ?? []),
    ...largeObjects.flatMap(({ acl }) => granteesOf(acl)),
  ]);
  const grantors = new Set<string>();
  const { entries, text } = chosen;
  const landlords = new Map(
    entries
      .filter(({ kind }) => kind === 'SCHEMA')
      .map(({ tag, owner }) => [text.read(tag), text.read(owner ?? '')] as const),
  );
  const tenants = new Map<string, Tenant>();
  for (const { kind, owner: rawOwner, schema: rawSchema, definition } of entries) {
    if (rawOwner !== null && rawOwner !== '' && !isOfRights(kind)) {
      const owner = text.read(rawOwner);
      owners.add(owner);
      if (rawSchema !== null && rawSchema !== '') {
        const schema = text.read(rawSchema);
        tenants.set(nameKey(schema, owner), { schema, owner, landlord: landlords.get(schema) });
      }
    }
    if (definition === null || !WITH_ROLES.has(kind)) continue;
    renameRoles(definition, (role) => {
      others.add(text.read(role));
      return role;
    });
    for (const grantor of grantorsIn(definition)) grantors.add(text.read(grantor));
  }
  return { owners, all: new Set([...owners, ...others]), grantors, tenants: [...tenants.values()] };
}

function grantorsIn(definition: string): string[] {
  return [...definition.matchAll(/^SET SESSION AUTHORIZATION ("(?:[^"]|"")*"|[^\s;]+);/gm)].map(([, role = '']) =>
    role.startsWith('"') ? role.slice(1, -1).replaceAll('""', '"') : role,
  );
}
