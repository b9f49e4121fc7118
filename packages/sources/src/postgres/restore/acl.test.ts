import { describe, expect, it } from 'vitest';
import { DATABASE_RIGHTS, grantStatements, LARGE_OBJECT_RIGHTS } from './acl.ts';
import { settingStatement } from './new-database.ts';
import { RoleNames } from './role-names.ts';

const keep = new RoleNames({ kind: 'keep' });

describe('rights of a catalogue as statements', () => {
  it('name everybody, roles with odd names, and who may pass them on', () => {
    const acl = ['=c/owner', 'owner=CTc/owner', '"it""s, =a/b"=T*c/owner', 'plain=/owner'];
    expect(grantStatements({ what: 'DATABASE "d"', rights: DATABASE_RIGHTS, owner: 'owner', acl }, keep)).toEqual([
      'REVOKE ALL ON DATABASE "d" FROM PUBLIC',
      'REVOKE ALL ON DATABASE "d" FROM "owner"',
      'GRANT CONNECT ON DATABASE "d" TO PUBLIC',
      'GRANT CREATE ON DATABASE "d" TO "owner"',
      'GRANT TEMPORARY ON DATABASE "d" TO "owner"',
      'GRANT CONNECT ON DATABASE "d" TO "owner"',
      'GRANT TEMPORARY ON DATABASE "d" TO "it""s, =a/b" WITH GRANT OPTION',
      'GRANT CONNECT ON DATABASE "d" TO "it""s, =a/b"',
    ]);
  });

  it('are none where nothing was ever granted', () => {
    expect(grantStatements({ what: 'LARGE OBJECT 1', rights: LARGE_OBJECT_RIGHTS, owner: 'o', acl: [] }, keep)).toEqual(
      [],
    );
  });

  it.each(['nonsense', 'a=X/b', 'a=r', '"a=r/b'])('of an unknown form are refused: %s', (item) => {
    const object = { what: 'LARGE OBJECT 1', rights: LARGE_OBJECT_RIGHTS, owner: 'o', acl: [item] };
    expect(() => grantStatements(object, keep)).toThrow('unknown form');
  });
});

describe('a setting of a catalogue as a statement', () => {
  it.each([
    ['work_mem=7MB', `ALTER DATABASE "d" SET "work_mem" TO '7MB'`],
    ['a.b=x=y, z', `ALTER DATABASE "d" SET "a"."b" TO 'x=y, z'`],
    ['search_path="$user", "a, ""b""", public', `ALTER DATABASE "d" SET "search_path" TO '$user', 'a, "b"', 'public'`],
    ['search_path=', `ALTER DATABASE "d" SET "search_path" TO ''`],
    ["a.b=it's; DROP", `ALTER DATABASE "d" SET "a"."b" TO 'it''s; DROP'`],
  ])('%s', (setting, expected) => {
    expect(settingStatement('d', null, setting)).toBe(expected);
  });

  it('may be of a role in the database', () => {
    expect(settingStatement('d', 'r"', 'a=1')).toBe(`ALTER ROLE "r""" IN DATABASE "d" SET "a" TO '1'`);
  });
});
