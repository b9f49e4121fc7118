import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renameRoles } from './rename-roles.ts';

const upper = (role: string) => (role === 'old' || role === 'o"d' ? 'new' : role);
const allToOne = () => 'x"';

describe('roles in statements of pg_dump', () => {
  it.each([
    ['GRANT SELECT ON TABLE s.old TO old;', 'GRANT SELECT ON TABLE s.old TO "new";'],
    [
      'GRANT SELECT(old),UPDATE("o""d") ON TABLE s."to" TO "o""d" WITH GRANT OPTION;',
      'GRANT SELECT(old),UPDATE("o""d") ON TABLE s."to" TO "new" WITH GRANT OPTION;',
    ],
    ['REVOKE ALL ON SCHEMA old FROM PUBLIC;', 'REVOKE ALL ON SCHEMA old FROM PUBLIC;'],
    ['REVOKE ALL ON SCHEMA old FROM old;', 'REVOKE ALL ON SCHEMA old FROM "new";'],
    [
      'SET SESSION AUTHORIZATION old;\nGRANT X ON Y TO other;\nRESET SESSION AUTHORIZATION;',
      'SET SESSION AUTHORIZATION "new";\nGRANT X ON Y TO "other";\nRESET SESSION AUTHORIZATION;',
    ],
    [
      'ALTER DEFAULT PRIVILEGES FOR ROLE old IN SCHEMA old GRANT ALL ON TABLES TO old;',
      'ALTER DEFAULT PRIVILEGES FOR ROLE "new" IN SCHEMA old GRANT ALL ON TABLES TO "new";',
    ],
    [
      "CREATE POLICY old ON s.old AS RESTRICTIVE FOR ALL TO other, old USING ((t FROM old)) WITH CHECK ((a = 'TO old'));",
      'CREATE POLICY old ON s.old AS RESTRICTIVE FOR ALL TO "other", "new" USING ((t FROM old)) WITH CHECK ((a = \'TO old\'));',
    ],
    [
      "CREATE USER MAPPING FOR old SERVER old OPTIONS (a 'TO old');",
      'CREATE USER MAPPING FOR "new" SERVER old OPTIONS (a \'TO old\');',
    ],
  ])('%s', (sql, expected) => {
    expect(renameRoles(sql, upper)).toBe(expected);
  });

  it('that become one are named once', () => {
    const sql = 'CREATE POLICY p ON t FOR INSERT TO a, "b, c", d WITH CHECK (true);';
    expect(renameRoles(sql, allToOne)).toBe('CREATE POLICY p ON t FOR INSERT TO "x""" WITH CHECK (true);');
    expect(renameRoles('GRANT A ON B TO a;\nGRANT C ON D TO b;', allToOne)).toBe(
      'GRANT A ON B TO "x""";\nGRANT C ON D TO "x""";',
    );
  });

  it('fuzz: of any text, keeps what is no role', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quiet = text.replaceAll(/TO|FROM|ROLE|AUTHORIZATION|FOR/g, '');
        expect(renameRoles(quiet, allToOne)).toBe(quiet);
        renameRoles(text, allToOne);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
