// Who owns what after a restore, and who may do what: on a server that has other roles than the one that was backed up.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import type { Control, RestoreOptions, RestorePlan, RestoreReport } from '../../driver.ts';
import type { CheckId } from '../../remarks/check.ts';
import {
  failedCodes,
  folderTree,
  haveServer,
  type IndependentDump,
  independentDump,
  pasteOf,
  startPostgres,
  storeEntries,
  type TestServer,
} from '../../testing/index.ts';
import { postgresDriver } from '../postgres-driver.ts';

const DUMP = { parallel: 1, excludeData: [], untransactional: 'refuse' } as const;
const KEEP: RestoreOptions = { database: 'aside', ownership: { kind: 'keep' }, verify: 'values', parallel: 2 };
/** Every kind of name that somebody once forgot to quote. */
const ROLES = {
  owner: `pe"mi'lik; --`,
  reader: 'pembaca é 読',
  clerk: 'Lain=Satu',
  granter: 'pemberi',
} as const;
const NEW = { owner: 'pemilik "baru"', reader: '読者', clerk: 'petugas', granter: 'pemberi2' } as const;

const control: Control = {
  signal: new AbortController().signal,
  clock: systemClock,
  random: systemRandom,
  progress: () => undefined,
  note: () => undefined,
  stallMs: 60_000,
  hardMs: 600_000,
};

const quoted = (role: string) => `"${role.replaceAll('"', '""')}"`;
const [owner, reader, clerk, granter] = [ROLES.owner, ROLES.reader, ROLES.clerk, ROLES.granter].map(quoted);
const map = (roles: Readonly<Record<string, string>>): RestoreOptions['ownership'] => ({ kind: 'map', roles });
const ALL = map(Object.fromEntries(Object.entries(ROLES).map(([key, role]) => [role, NEW[key as keyof typeof NEW]]))); // the same keys

describe.skipIf(!haveServer('postgres'))('roles of a restored PostgreSQL database', () => {
  let source: TestServer;
  let target: TestServer;
  let folder: string;
  let site: string;
  let runs = 0;

  beforeAll(async () => {
    folder = await mkdtemp('/dev/shm/lumbung-pg-roles-');
    source = await startPostgres();
    await source.client([owner, reader, clerk, granter, 'stranger'].map((role) => `CREATE ROLE ${role}`).join('; '));
    await source.client(`CREATE DATABASE site OWNER ${owner}`);
    await source.client(
      `CREATE SCHEMA s AUTHORIZATION ${owner};
       CREATE TABLE s.t (i int PRIMARY KEY, secret text); INSERT INTO s.t VALUES (1, 'a'), (2, 'b');
       ALTER TABLE s.t OWNER TO ${owner}; GRANT SELECT ON s.t TO ${reader}; GRANT UPDATE (secret) ON s.t TO ${clerk};
       CREATE TABLE of_clerk (i int); ALTER TABLE of_clerk OWNER TO ${clerk}; GRANT ALL ON of_clerk TO ${reader} WITH GRANT OPTION;
       ALTER TABLE s.t ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON s.t FOR SELECT TO ${reader} USING (i > 0);
       ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA s GRANT SELECT ON TABLES TO ${reader};
       ALTER DEFAULT PRIVILEGES FOR ROLE ${clerk} IN SCHEMA s GRANT INSERT ON TABLES TO ${reader};
       CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() OWNER TO ${clerk};
       CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood OWNER TO ${owner};
       CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
       CREATE USER MAPPING FOR ${reader} SERVER far OPTIONS (user 'TO x'); CREATE USER MAPPING FOR ${clerk} SERVER far;
       SELECT lo_from_bytea(77, 'x'); ALTER LARGE OBJECT 77 OWNER TO ${owner}; GRANT SELECT ON LARGE OBJECT 77 TO ${clerk};
       REVOKE CONNECT ON DATABASE site FROM PUBLIC; GRANT CONNECT ON DATABASE site TO ${reader} WITH GRANT OPTION;
       ALTER ROLE ${clerk} IN DATABASE site SET work_mem = '3MB'`,
      'site',
    );
    site = await dumpOf('site');
  }, 60_000);
  afterAll(async () => {
    await source.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    target = await startPostgres();
  });
  afterEach(async () => {
    await target.stop();
  });

  async function workspace() {
    runs += 1;
    const place = path.join(folder, `work-${runs}`);
    await mkdir(place, { mode: 0o700 });
    return { folder: place, limitBytes: 1e12 };
  }

  async function dumpOf(database: string): Promise<string> {
    const out = path.join(folder, database);
    await storeEntries(postgresDriver.dump(source.target, database, DUMP, await workspace(), control).entries, out);
    return out;
  }

  interface Wanted extends Partial<RestoreOptions> {
    readonly tree?: string;
    readonly as?: string;
  }
  const targetOf = ({ as }: Wanted): Target => (as === undefined ? target.target : { ...target.target, user: as });

  async function plan(wanted: Wanted = {}): Promise<RestorePlan> {
    const { tree = site, as: _, ...options } = wanted;
    return await postgresDriver.planRestore(targetOf(wanted), folderTree(tree), { ...KEEP, ...options }, control);
  }

  async function restore(wanted: Wanted = {}): Promise<RestoreReport> {
    return await postgresDriver.restore(
      await plan(wanted),
      folderTree(wanted.tree ?? site),
      await workspace(),
      control,
    );
  }

  const check = (planned: RestorePlan, id: CheckId) => planned.checks.find((each) => each.id === id);
  const rolesOf = async (server: TestServer) =>
    (await server.client(`SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`)).split('\n');
  const make = async (roles: readonly string[]) => {
    for (const role of roles) await target.client(`CREATE ROLE ${quoted(role)}`);
  };

  /** What a server of the restored names would say of the source. */
  async function renamedSource(names: Readonly<Record<string, string>>): Promise<IndependentDump> {
    const rename = async (pairs: readonly (readonly [string, string])[]) => {
      for (const [was, is] of pairs) await source.client(`ALTER ROLE ${quoted(was)} RENAME TO ${quoted(is)}`);
    };
    await rename(Object.entries(names));
    try {
      return await independentDump(source, 'site');
    } finally {
      await rename(Object.entries(names).map(([was, is]) => [is, was] as const));
    }
  }

  it('that are missing are named before anything is made, with what would help', async () => {
    const planned = await plan();
    expect(failedCodes(planned)).toEqual(['roles-missing']);
    const missing = [...Object.values(ROLES)].filter((role) => role !== ROLES.granter).toSorted();
    expect(check(planned, 'roles')?.remark).toMatchObject({ params: { roles: { first: missing, count: 3 } } });
    await expect(restore()).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
    expect(await rolesOf(target)).toEqual(['postgres']);
    expect(await target.client(`SELECT count(*) FROM pg_database WHERE datname = 'aside'`)).toBe('0');
    // It is meant to be pasted.
    await target.client(pasteOf(check(planned, 'roles')));
    expect((await restore()).findings).toEqual([]);
  });

  it('are made if that was chosen: those that are needed, and nobody can log in with them', async () => {
    const wanted = { createRoles: true };
    expect(check(await plan(wanted), 'roles')).toMatchObject({ result: 'warn', remark: { code: 'roles-created' } });
    expect(await rolesOf(target)).toEqual(['postgres']);
    expect((await restore(wanted)).findings).toEqual([]);
    const needed = [ROLES.owner, ROLES.reader, ROLES.clerk];
    expect((await rolesOf(target)).toSorted()).toEqual(['postgres', ...needed].toSorted());
    const login = `SELECT count(*) FROM pg_authid WHERE rolname <> 'postgres' AND rolname !~ '^pg_'
      AND (rolcanlogin OR rolpassword IS NOT NULL OR rolsuper OR rolcreatedb OR rolcreaterole)`;
    expect(await target.client(login)).toBe('0');
    expect(await independentDump(target, 'aside')).toEqual(await independentDump(source, 'site'));
  });

  it('have other names if that was chosen, and owners, rights, policies and settings follow', async () => {
    await make(Object.values(NEW));
    const { granter: _was, ...used } = ROLES;
    const names = Object.fromEntries(Object.entries(used).map(([key, role]) => [role, NEW[key as keyof typeof used]])); // the same keys
    const planned = await plan({ ownership: map(names) });
    expect(failedCodes(planned)).toEqual([]);
    expect(check(planned, 'role-map')).toMatchObject({ result: 'pass', remark: { code: 'roles-mapped' } });
    expect((await restore({ ownership: map(names) })).findings).toEqual([]);
    expect(await independentDump(target, 'aside')).toEqual(await renamedSource(names));
    // A control: under the old names it would not be the same.
    expect(await independentDump(target, 'aside')).not.toEqual(await independentDump(source, 'site'));
    expect((await rolesOf(target)).toSorted()).toEqual(['postgres', ...Object.values(NEW)].toSorted());
  });

  it('of a map that the dump does not know are refused, and those that it knows are named', async () => {
    await make(Object.values(ROLES));
    for (const ownership of [
      map({ Pembaca: 'postgres' }),
      map({ [ROLES.reader]: 'postgres', stranger: 'postgres' }),
      ALL,
    ]) {
      const planned = await plan({ ownership });
      expect(failedCodes(planned)).toContain('mapped-roles-unknown');
      const known = [ROLES.clerk, ROLES.owner, ROLES.reader, 'postgres'].toSorted();
      expect(check(planned, 'role-map')?.remark).toMatchObject({ params: { roles: { first: known } } });
    }
  });

  it('of a map that the server does not have are missing under their new names', async () => {
    await make([ROLES.owner, ROLES.clerk]);
    const ownership = map({ [ROLES.reader]: NEW.reader });
    const planned = await plan({ ownership });
    expect(failedCodes(planned)).toEqual(['roles-missing']);
    expect(pasteOf(check(planned, 'roles'))).toBe(`CREATE ROLE ${quoted(NEW.reader)} NOLOGIN;`);
    expect((await restore({ ownership, createRoles: true })).findings).toEqual([]);
    expect(await rolesOf(target)).not.toContain(ROLES.reader);
  });

  it('that become one keep all they had, except what a server cannot have twice', async () => {
    const ownership = map({ [ROLES.owner]: 'one', [ROLES.reader]: 'one', [ROLES.clerk]: 'one' });
    const planned = await plan({ ownership, createRoles: true });
    expect(planned.leftOut.map(({ code }) => code)).toEqual(['user-mappings-merged']);
    expect((await restore({ ownership, createRoles: true })).findings).toEqual([]);
    const rights = `SELECT defaclacl::text FROM pg_default_acl`;
    expect(await target.client(rights, 'aside')).toMatch(/one=ar/);
    expect(await target.client('SELECT count(*) FROM pg_user_mappings', 'aside')).toBe('1');
  });

  it('give everything to one, or to whoever restores, without rights', async () => {
    await target.client('CREATE ROLE app; CREATE ROLE restorer LOGIN SUPERUSER');
    for (const [ownership, role] of [
      [{ kind: 'one', role: 'app' } as const, 'app'],
      [{ kind: 'restorer' } as const, 'restorer'],
    ] as const) {
      const planned = await plan({ ownership, as: 'restorer' });
      expect(failedCodes(planned)).toEqual([]);
      expect(planned.leftOut.map(({ code }) => code)).toContain('owners-not-kept');
      expect((await restore({ ownership, as: 'restorer' })).findings).toEqual([]);
      const owners = `SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('s', 'public') AND c.relkind = 'r'`;
      expect(await target.client(owners, 'aside')).toBe(role);
      expect(
        await target.client(
          `SELECT count(*) FROM pg_class WHERE relname IN ('t', 'of_clerk') AND relacl IS NOT NULL`,
          'aside',
        ),
      ).toBe('0');
      await target.client('DROP DATABASE aside');
    }
  });

  it('are only those of the tables that were chosen', async () => {
    const planned = await plan({ tables: ['public.of_clerk'] });
    const missing = [ROLES.clerk, ROLES.owner, ROLES.reader].toSorted();
    // The owner of the database is needed in any case.
    expect(check(planned, 'roles')?.remark).toMatchObject({ params: { roles: { first: missing } } });
    await make([ROLES.clerk, ROLES.owner]);
    const without = await plan({ tables: ['s.t'], ownership: map({ [ROLES.reader]: 'postgres' }) });
    expect(failedCodes(without)).toEqual([]);
  });

  describe('for a restoring account that is no superuser', () => {
    let simple: string;

    beforeAll(async () => {
      await source.client(`CREATE DATABASE simple OWNER ${owner}`);
      await source.client(
        `CREATE TABLE t AS SELECT 1 AS i; ALTER TABLE t OWNER TO ${owner}; ALTER SCHEMA public OWNER TO ${owner};
         CREATE SCHEMA w AUTHORIZATION ${clerk}; CREATE TABLE w.u AS SELECT 2 AS i; ALTER TABLE w.u OWNER TO ${clerk}`,
        'simple',
      );
      simple = await dumpOf('simple');
    });
    beforeEach(async () => {
      await target.client('CREATE ROLE weak LOGIN CREATEDB');
    });

    it('may not be given to whom that account may not be, such as a superuser', async () => {
      await make([ROLES.clerk]);
      await target.client('CREATE ROLE boss SUPERUSER');
      await target.client(`GRANT ${clerk} TO weak`);
      const wanted = { tree: simple, as: 'weak', ownership: map({ [ROLES.owner]: 'boss' }) };
      const planned = await plan(wanted);
      expect(failedCodes(planned)).toEqual(['owners-refused']);
      expect(check(planned, 'owners')?.remark).toMatchObject({
        params: { account: 'weak', roles: { first: ['boss'] } },
      });
      await expect(restore(wanted)).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
      expect(await target.client(`SELECT count(*) FROM pg_database WHERE datname = 'aside'`)).toBe('0');
      // A control: a superuser may, and so may that account once it was let.
      expect(failedCodes(await plan({ ...wanted, as: 'postgres' }))).toEqual([]);
      await target.client(pasteOf(check(planned, 'owners')));
      expect((await restore(wanted)).findings).toEqual([]);
      expect(await target.client(`SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't'`, 'aside')).toBe(
        'boss',
      );
    });

    it('are made only if it may make roles, and then it may give them what is theirs', async () => {
      const wanted = { tree: simple, as: 'weak', createRoles: true };
      const planned = await plan(wanted);
      expect(failedCodes(planned)).toEqual(['roles-uncreatable']);
      await target.client(pasteOf(check(planned, 'roles')));
      expect(failedCodes(await plan(wanted))).toEqual([]);
      expect((await restore(wanted)).findings).toEqual([]);
      expect(
        await target.client(
          `SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname IN ('t', 'u') ORDER BY relname`,
          'aside',
        ),
      ).toBe(`${ROLES.owner}\n${ROLES.clerk}`);
      expect(
        await target.client(`SELECT count(*) FROM pg_roles WHERE rolcanlogin AND rolname NOT IN ('weak', 'postgres')`),
      ).toBe('0');
    });

    it('may not be several in one schema', async () => {
      await source.client(`CREATE DATABASE mixed OWNER ${owner}`);
      await source.client(
        `CREATE TABLE t AS SELECT 1 AS i; ALTER TABLE t OWNER TO ${owner};
         CREATE TABLE u AS SELECT 2 AS i; ALTER TABLE u OWNER TO ${clerk}; GRANT CREATE ON SCHEMA public TO ${clerk}`,
        'mixed',
      );
      const tree = await dumpOf('mixed');
      await make([ROLES.owner, ROLES.clerk]);
      await target.client(`GRANT ${owner}, ${clerk} TO weak`);
      const planned = await plan({ tree, as: 'weak' });
      expect(failedCodes(planned)).toEqual(['schemas-mixed']);
      expect(check(planned, 'schemas')?.remark).toMatchObject({
        params: { schemas: { first: [`public (${ROLES.clerk})`], count: 1 } },
      });
      // A control: the server itself would not, half way; a superuser may, and one owner as well.
      const checks = planned.checks.filter(({ id }) => id !== 'schemas');
      const act = postgresDriver.restore({ ...planned, checks }, folderTree(tree), await workspace(), control);
      await expect(act).rejects.toMatchObject({
        code: 'DB_TOOL_FAILED',
        message: expect.stringContaining('schema public'),
      });
      for (const wanted of [{}, { as: 'weak', ownership: map({ [ROLES.clerk]: ROLES.owner }) }]) {
        expect((await restore({ tree, ...wanted })).findings).toEqual([]);
        await target.client('DROP DATABASE aside');
      }
    });

    it('in whose name somebody else gave rights need a superuser', async () => {
      await source.client('CREATE DATABASE given');
      await source.client(
        `CREATE TABLE t (i int); GRANT SELECT ON t TO ${granter} WITH GRANT OPTION;
         SET ROLE ${granter}; GRANT SELECT ON t TO ${reader}; RESET ROLE`,
        'given',
      );
      const tree = await dumpOf('given');
      await make([ROLES.granter, ROLES.reader]);
      await target.client('GRANT postgres TO weak');
      const ownership = map({ [ROLES.granter]: NEW.granter });
      await make([NEW.granter]);
      const planned = await plan({ tree, as: 'weak', ownership });
      expect(failedCodes(planned)).toEqual(['grantors-refused']);
      expect(check(planned, 'grantors')?.remark).toMatchObject({ params: { roles: { first: [NEW.granter] } } });
      expect((await restore({ tree, ownership })).findings).toEqual([]);
      expect(await target.client(`SELECT relacl::text FROM pg_class WHERE relname = 't'`, 'aside')).toContain(
        `=r/${NEW.granter}`,
      );
    });
  });

  it('that only another version of the server has cannot be made', async () => {
    await source.client('CREATE DATABASE strange');
    await source.client('CREATE TABLE t (i int)', 'strange');
    await source.client(`UPDATE pg_authid SET rolname = 'pg_of_tomorrow' WHERE rolname = 'stranger'`);
    await source.client('GRANT SELECT ON t TO pg_of_tomorrow', 'strange');
    const tree = await dumpOf('strange');
    await source.client(`UPDATE pg_authid SET rolname = 'stranger' WHERE rolname = 'pg_of_tomorrow'`);
    expect(failedCodes(await plan({ tree, createRoles: true }))).toEqual(['roles-reserved']);
    const ownership = map({ pg_of_tomorrow: 'postgres' });
    expect(failedCodes(await plan({ tree, ownership }))).toEqual([]);
  });
});
