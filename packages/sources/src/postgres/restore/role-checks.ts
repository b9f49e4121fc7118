import { z } from 'zod';
import type { RestoreOptions } from '../../driver.ts';
import { type CheckList, fail, pass, type Verdict, warn } from '../../remarks/check.ts';
import { listed } from '../../remarks/value-kinds.ts';
import { flag, text } from '../columns.ts';
import { type PostgresSession, select, selectOne } from '../session.ts';
import { quoteName } from '../wire/quote.ts';
import type { NeededRoles } from './needed-roles.ts';
import type { RoleNames } from './role-names.ts';

/** Since then belonging to a role does not mean that one may act as it. */
const SET_ROLE_MAJOR = 16;
/** Since then not everybody may create in the schema public. */
const CLOSED_PUBLIC_MAJOR = 15;
/** Names that only the server itself gives. */
const RESERVED = /^pg_/;

export interface PlannedRoles {
  readonly options: Pick<RestoreOptions, 'ownership' | 'createRoles'>;
  readonly names: RoleNames;
  /** Of what is restored. */
  readonly needed: NeededRoles;
  /** Of the whole dump. */
  readonly known: NeededRoles;
  /** By its name in the dump. */
  readonly databaseOwner: string;
}

/** A role of the server, and what the account that restores may do with it. */
interface ServerRole {
  readonly name: string;
  readonly mayBe: boolean;
  readonly isSuperuser: boolean;
}

interface Restorer {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly mayCreateRoles: boolean;
}

/** Asks of every role that will be named. Nothing is created. */
export async function askAboutRoles(
  list: CheckList,
  session: PostgresSession,
  roles: PlannedRoles,
  signal: AbortSignal,
): Promise<void> {
  const restorer = await readRestorer(session, signal);
  const there = await readRoles(session, signal);
  const { ownership } = roles.options;
  if (ownership.kind === 'map') await list.ask('role-map', () => mapVerdict(ownership.roles, roles.known));
  await list.ask('roles', () => missingVerdict(roles, there, restorer));
  await list.ask('owners', () => ownersVerdict(roles, there, restorer));
  await list.ask('schemas', () => schemasVerdict(roles, there, restorer, session.version.major));
  await list.ask('grantors', () => grantorsVerdict(roles, restorer));
}

/** Under their new names, of those that are not on the server. */
export async function missingRoles(
  session: PostgresSession,
  { needed, names }: Pick<PlannedRoles, 'needed' | 'names'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return missingOf({ needed, names }, await readRoles(session, signal));
}

/**
 * Makes roles nobody can log in with. Whoever makes them belongs to those that will own something, so that it may give them
 * what they own; a superuser need not.
 *
 * @throws see `PostgresConnection.query`
 */
export async function createRoles(
  session: PostgresSession,
  { needed, names }: Pick<PlannedRoles, 'needed' | 'names'>,
  signal: AbortSignal,
): Promise<void> {
  const { connection } = session;
  const restorer = await readRestorer(session, signal);
  const owners = new Set([...needed.owners].map((role) => names.of(role)));
  for (const role of await missingRoles(session, { needed, names }, signal)) {
    await connection.query(`CREATE ROLE ${quoteName(role)} NOLOGIN`, { signal });
    if (restorer.isSuperuser || !owners.has(role)) continue;
    await connection.query(`GRANT ${quoteName(role)} TO ${quoteName(restorer.name)}`, { signal });
  }
}

export async function currentUser({ connection }: PostgresSession, signal: AbortSignal): Promise<string> {
  return (await selectOne(connection, z.object({ name: text }), 'SELECT current_user AS name', signal)).name;
}

async function readRestorer({ connection }: PostgresSession, signal: AbortSignal): Promise<Restorer> {
  const row = z.object({ name: text, issuper: flag, maycreate: flag });
  const found = await selectOne(
    connection,
    row,
    `SELECT rolname AS name, rolsuper AS issuper, rolsuper OR rolcreaterole AS maycreate
     FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    signal,
  );
  return { name: found.name, isSuperuser: found.issuper, mayCreateRoles: found.maycreate };
}

async function readRoles(
  { connection, version }: PostgresSession,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ServerRole>> {
  const right = version.major >= SET_ROLE_MAJOR ? 'SET' : 'MEMBER';
  const rows = await select(
    connection,
    z.object({ name: text, may: flag, issuper: flag }),
    `SELECT rolname AS name, pg_catalog.pg_has_role(oid, '${right}') AS may, rolsuper AS issuper FROM pg_catalog.pg_roles`,
    signal,
  );
  return new Map(rows.map(({ name, may, issuper }) => [name, { name, mayBe: may, isSuperuser: issuper }]));
}

function missingOf(
  { needed, names }: Pick<PlannedRoles, 'needed' | 'names'>,
  there: ReadonlyMap<string, ServerRole>,
): readonly string[] {
  return wantedOf(needed, names)
    .filter((role) => !there.has(role))
    .toSorted();
}

function wantedOf({ owners, all }: NeededRoles, names: RoleNames): string[] {
  return [...new Set([...(names.areGrantsKept ? all : owners)].map((role) => names.of(role)))];
}

/** A name that is not in the dump is a slip of whoever typed it. */
function mapVerdict(roles: Readonly<Record<string, string>>, { all }: NeededRoles): Verdict {
  const unknown = Object.keys(roles).filter((role) => !all.has(role));
  if (unknown.length > 0) {
    return fail('mapped-roles-unknown', { unknown: listed(unknown), roles: listed([...all].toSorted()) });
  }
  return pass('roles-mapped', { roles: listed(Object.entries(roles).map(([was, is]) => `${was} → ${is}`)) });
}

function missingVerdict(
  roles: PlannedRoles,
  there: ReadonlyMap<string, ServerRole>,
  { name, mayCreateRoles }: Restorer,
): Verdict {
  const missing = missingOf(roles, there);
  if (missing.length === 0)
    return pass('roles-there', { roles: listed(wantedOf(roles.needed, roles.names).toSorted()) });
  const reserved = missing.filter((role) => RESERVED.test(role));
  if (reserved.length > 0) return fail('roles-reserved', { roles: listed(reserved) });
  const named = listed(missing);
  if (roles.options.createRoles !== true) {
    const paste = missing.map((role) => `CREATE ROLE ${quoteName(role)} NOLOGIN;`).join('\n');
    return fail('roles-missing', { roles: named, paste });
  }
  if (mayCreateRoles) return warn('roles-created', { roles: named });
  const paste = `ALTER ROLE ${quoteName(name)} CREATEROLE;`;
  return fail('roles-uncreatable', { account: name, roles: named, paste });
}

/** Who makes something can give it only to whom it may be itself. Of roles that are missing is spoken above. */
function ownersVerdict(
  { needed, names }: PlannedRoles,
  there: ReadonlyMap<string, ServerRole>,
  { name: account }: Restorer,
): Verdict {
  const owners = new Set([...needed.owners].map((role) => names.of(role)));
  const barred = [...owners].filter((role) => there.get(role)?.mayBe === false).toSorted();
  if (barred.length === 0) return pass('owners-allowed', { account });
  const paste = barred.map((role) => `GRANT ${quoteName(role)} TO ${quoteName(account)};`).join('\n');
  return fail('owners-refused', { account, roles: listed(barred), paste });
}

/**
 * Who gets something in a schema must be allowed to create there, unless a superuser gives it; and the rights of the dump come
 * after its owners. In the schema that every database has, everybody may before PostgreSQL 15, and its owner since.
 */
function schemasVerdict(
  { needed, names, databaseOwner }: PlannedRoles,
  there: ReadonlyMap<string, ServerRole>,
  { name: account, isSuperuser }: Restorer,
  serverMajor: number,
): Verdict {
  const strangers = needed.tenants.filter(({ landlord, owner }) => {
    if (landlord === undefined && serverMajor < CLOSED_PUBLIC_MAJOR) return false;
    const role = names.of(owner);
    return role !== names.of(landlord ?? databaseOwner) && there.get(role)?.isSuperuser !== true;
  });
  if (isSuperuser || strangers.length === 0) return pass('schemas-allowed');
  const owners = strangers.map(({ schema, owner }) => `${schema} (${names.of(owner)})`);
  return fail('schemas-mixed', { account, schemas: listed(owners.toSorted()) });
}

/** Rights that somebody else than the owner gave are given again in the same name, which only a superuser can. */
function grantorsVerdict({ needed, names }: PlannedRoles, { name: account, isSuperuser }: Restorer): Verdict {
  if (isSuperuser || !names.areGrantsKept || needed.grantors.size === 0) return pass('grantors-allowed');
  return fail('grantors-refused', { account, roles: listed([...needed.grantors].map((role) => names.of(role))) });
}
