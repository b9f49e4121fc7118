import type { DatabaseEngine, Ownership, RestoreOptions } from '@lumbung/runner/databases';
import { LumbungError } from '@lumbung/stdx';
import type { OptionBag } from '../../option-bag.ts';

const EXPECTED = 'A=B';
/** A name between double quotes, those within it doubled, as SQL writes it: for names with `=` in them. */
const QUOTED = /^"((?:[^"]|"")*)"/;

/** Which of the options about owners mean something to an engine. Files of SQLite have an owner, of the system. */
const KNOWN: Readonly<Record<DatabaseEngine, readonly OwnerOption[]>> = {
  postgresql: ['owner', 'noOwner', 'mapRole', 'createRoles'],
  mysql: ['owner', 'noOwner', 'mapRole'],
  mariadb: ['owner', 'noOwner', 'mapRole'],
  sqlite: ['noOwner'],
  redis: [],
};
const NAMES = {
  owner: '--owner',
  noOwner: '--no-owner',
  mapRole: '--map-role',
  createRoles: '--create-roles',
} as const;
type OwnerOption = keyof typeof NAMES;

/**
 * Whose everything is after a restore.
 *
 * @throws LumbungError DB_OPTION_UNSUPPORTED, OPTIONS_CONFLICT, OPTION_INVALID (operator)
 */
export function ownershipOf(
  options: OptionBag,
  engine: DatabaseEngine,
): Pick<RestoreOptions, 'ownership' | 'createRoles'> {
  const given = {
    owner: options.text('owner') !== undefined,
    noOwner: options.flag('noOwner'),
    mapRole: options.texts('mapRole').length > 0,
    createRoles: options.flag('createRoles'),
  };
  for (const option of ['owner', 'noOwner', 'mapRole', 'createRoles'] as const) {
    if (given[option] && !KNOWN[engine].includes(option)) throw unsupported(NAMES[option], engine);
  }
  options.refuseTogether('owner', 'mapRole');
  options.refuseTogether('noOwner', 'mapRole');
  const created = given.createRoles ? { createRoles: true } : {};
  return { ownership: ownership(options), ...created };
}

function ownership(options: OptionBag): Ownership {
  const role = options.text('owner');
  if (role !== undefined) return { kind: 'one', role };
  if (options.flag('noOwner')) return { kind: 'restorer' };
  const maps = options.texts('mapRole');
  return maps.length === 0 ? { kind: 'keep' } : { kind: 'map', roles: roleMap(maps, options) };
}

function roleMap(maps: readonly string[], options: OptionBag): Readonly<Record<string, string>> {
  const roles = new Map<string, string>();
  for (const text of maps) {
    const { name: was, rest } = nameOf(text, text.indexOf('='));
    const is = rest.startsWith('=') ? nameOf(rest.slice(1), rest.length - 1) : undefined;
    const isWhole = is?.rest === '' && is.name !== '' && was !== '';
    if (!isWhole || roles.has(was)) options.refuse('mapRole', text, EXPECTED);
    roles.set(was, is.name);
  }
  return Object.fromEntries(roles);
}

/** A name in quotes, or up to `end`. */
function nameOf(text: string, end: number): { readonly name: string; readonly rest: string } {
  const quoted = QUOTED.exec(text);
  if (quoted !== null) {
    const [whole, inner = ''] = quoted;
    return { name: inner.replaceAll('""', '"'), rest: text.slice(whole.length) };
  }
  return end < 0 || text.startsWith('"')
    ? { name: '', rest: text }
    : { name: text.slice(0, end), rest: text.slice(end) };
}

function unsupported(option: string, engine: DatabaseEngine): LumbungError {
  return new LumbungError('DB_OPTION_UNSUPPORTED', {
    kind: 'operator',
    message: `${option} means nothing to a database of ${engine}`,
    context: { option, engine },
    hint: 'leave it out',
  });
}
