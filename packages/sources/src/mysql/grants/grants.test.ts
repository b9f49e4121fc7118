import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServerVersion } from '../server-version.ts';
import { isGranted, parseGrants } from './parse-grants.ts';
import { grantStatements, missingGrants, requiredForDatabase, requiredForSessions } from './required-grants.ts';

/** What VERSION() and @@version_comment of servers say. */
const SERVERS = {
  mysql57: parseServerVersion('5.7.44-log', 'MySQL Community Server (GPL)'),
  mysql8019: parseServerVersion('8.0.19', 'MySQL Community Server - GPL'),
  mysql80: parseServerVersion('8.0.36-0ubuntu0.22.04.1', '(Ubuntu)'),
  mysql84: parseServerVersion('8.4.3', 'MySQL Community Server - GPL'),
  mysql9: parseServerVersion('9.1.0-commercial', 'MySQL Enterprise Server - Commercial'),
  percona: parseServerVersion('8.0.35-27', 'Percona Server (GPL), Release 27'),
  mariadb55: parseServerVersion('5.5.68-MariaDB', 'MariaDB Server'),
  mariadb1011: parseServerVersion('5.5.5-10.11.6-MariaDB-0+deb12u1', 'Debian 12'),
  mariadb114: parseServerVersion('11.4.5-MariaDB-log', 'mariadb.org binary distribution'),
} as const;

describe('parseServerVersion', () => {
  it('tells vendors and versions apart', () => {
    expect(SERVERS.mysql80).toMatchObject({
      vendor: 'mysql',
      product: 'MySQL',
      version: '8.0.36',
      major: 8,
      patch: 36,
    });
    expect(SERVERS.percona).toMatchObject({ vendor: 'mysql', product: 'Percona Server' });
    expect(SERVERS.mariadb1011).toMatchObject({ vendor: 'mariadb', product: 'MariaDB', version: '10.11.6', major: 10 });
  });
});

const USUAL = 'GRANT SELECT, LOCK TABLES, SHOW VIEW, EVENT, TRIGGER ON `simpeg`.* TO `cadangan`@`10.0.0.5`';

function missing(server: keyof typeof SERVERS, ...lines: string[]): string[] {
  return missingGrants(parseGrants(lines), requiredForDatabase(SERVERS[server], 'simpeg', false)).map(({ id }) => id);
}

describe('requiredForDatabase', () => {
  it.each([
    ['mysql57', "GRANT SELECT ON `mysql`.`proc` TO 'cadangan'@'10.0.0.5'"],
    ['mysql8019', 'GRANT SELECT ON *.* TO `cadangan`@`10.0.0.5`'],
    ['mysql80', 'GRANT SHOW_ROUTINE ON *.* TO `cadangan`@`10.0.0.5`'],
    ['mysql80', 'GRANT SELECT ON *.* TO `cadangan`@`10.0.0.5`'],
    ['mysql84', 'GRANT BACKUP_ADMIN,SHOW_ROUTINE ON *.* TO `cadangan`@`10.0.0.5`'],
    ['mysql9', 'GRANT SHOW_ROUTINE ON *.* TO `cadangan`@`10.0.0.5`'],
    ['percona', 'GRANT SHOW_ROUTINE ON *.* TO `cadangan`@`10.0.0.5`'],
    ['mariadb55', "GRANT SELECT ON `mysql`.`proc` TO 'cadangan'@'10.0.0.5'"],
    ['mariadb1011', 'GRANT SELECT ON `mysql`.`proc` TO `cadangan`@`10.0.0.5`'],
    ['mariadb1011', 'GRANT SELECT ON `mysql`.* TO `cadangan`@`10.0.0.5`'],
    ['mariadb114', 'GRANT SHOW CREATE ROUTINE ON `simpeg`.* TO `cadangan`@`10.0.0.5`'],
  ] as const)('of %s is met by the usual list and %s, and not without it', (server, line) => {
    expect(missing(server, 'GRANT USAGE ON *.* TO `cadangan`@`10.0.0.5`', USUAL)).toEqual(['routines']);
    expect(missing(server, USUAL, line)).toEqual([]);
  });

  it('does not take a right of newer servers on older ones', () => {
    expect(missing('mysql8019', USUAL, 'GRANT SHOW_ROUTINE ON *.* TO `u`@`%`')).toEqual(['routines']);
    expect(missing('mariadb1011', USUAL, 'GRANT SHOW CREATE ROUTINE ON `simpeg`.* TO `u`@`%`')).toEqual(['routines']);
    expect(missing('mysql80', USUAL, 'GRANT SELECT ON `mysql`.`proc` TO `u`@`%`')).toEqual(['routines']);
  });

  it('is met by all privileges, and by those of the database alone not for routines', () => {
    expect(missing('mysql80', 'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION')).toEqual([]);
    expect(
      missing('mariadb1011', "GRANT ALL PRIVILEGES ON *.* TO `b`@`%` IDENTIFIED BY PASSWORD '*ABC' REQUIRE SSL"),
    ).toEqual([]);
    expect(missing('mysql80', 'GRANT ALL PRIVILEGES ON `simpeg`.* TO `u`@`%`')).toEqual(['routines']);
    expect(missing('mariadb114', 'GRANT ALL PRIVILEGES ON `simpeg`.* TO `u`@`%`')).toEqual([]);
  });

  it('is not met by tables, columns, other databases, routines, roles or proxies', () => {
    const lines = [
      'GRANT SELECT, TRIGGER, SHOW VIEW ON `simpeg`.`pegawai` TO `u`@`%`',
      'GRANT SELECT (`a, b`, `c`), EVENT ON `simpeg_lama`.* TO `u`@`%`',
      'GRANT EXECUTE ON PROCEDURE `simpeg`.`p` TO `u`@`%`',
      'GRANT PROXY ON ``@`` TO `u`@`%` WITH GRANT OPTION',
      'GRANT `SELECT`@`%` TO `u`@`%`',
      'GRANT SELECT (`a`) ON `simpeg`.* TO `u`@`%`',
    ];
    expect(missing('mysql80', ...lines)).toEqual(['tables', 'views', 'triggers', 'events', 'routines']);
  });

  it('reads databases as the patterns that they are', () => {
    const grants = parseGrants([
      'GRANT SELECT ON `sim%`.* TO `u`@`%`',
      'GRANT EVENT ON `a\\_b`.* TO `u`@`%`',
      'GRANT TRIGGER ON `a_b`.* TO `u`@`%`',
      'GRANT DROP ON `x``y\\%`.* TO `u`@`%`',
    ]);
    expect(isGranted(grants, 'SELECT', { database: 'simpeg' })).toBe(true);
    expect(isGranted(grants, 'SELECT', { database: 'xsim' })).toBe(false);
    expect(isGranted(grants, 'EVENT', { database: 'a_b' })).toBe(true);
    expect(isGranted(grants, 'EVENT', { database: 'axb' })).toBe(false);
    expect(isGranted(grants, 'TRIGGER', { database: 'axb' })).toBe(true);
    expect(isGranted(grants, 'DROP', { database: 'x`y%' })).toBe(true);
    expect(isGranted(grants, 'SELECT', {})).toBe(false);
  });

  it('sees what was revoked from a right on everything', () => {
    const lines = [
      'GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO `u`@`%`',
      'REVOKE SELECT ON `simpeg`.* FROM `u`@`%`',
    ];
    expect(missing('mysql80', ...lines)).toEqual(['tables']);
    expect(missing('mysql80', ...lines, 'GRANT SELECT ON `simpeg`.* TO `u`@`%`')).toEqual([]);
  });

  it('takes names as they are where a server knows no patterns in them', () => {
    const grants = ['GRANT SELECT ON `sim%`.* TO `u`@`%`', 'GRANT SELECT ON `a_b`.* TO `u`@`%`'];
    const may = (database: string, areNamesLiteral: boolean) =>
      isGranted(parseGrants(grants, areNamesLiteral), 'SELECT', { database });
    expect(['simpeg', 'sim%', 'a_b', 'axb'].map((name) => may(name, false))).toEqual([true, true, true, true]);
    expect(['simpeg', 'sim%', 'a_b', 'axb'].map((name) => may(name, true))).toEqual([false, true, true, false]);
    const required = requiredForDatabase(SERVERS.mysql80, 'sim_peg', false);
    const statements = grantStatements(missingGrants([], required), { account: "''@''", areNamesLiteral: true });
    expect(statements).toContain(' ON `sim_peg`.* TO ');
    expect(missingGrants(parseGrants(statements.split('\n'), true), required)).toEqual([]);
  });

  it('prints the statements that give what is missing, and they do', () => {
    const server = SERVERS.mysql80;
    const required = [...requiredForDatabase(server, 'sim_peg`x', true), requiredForSessions(server)];
    const statements = grantStatements(missingGrants([], required), {
      account: "'cadangan'@'10.0.0.5'",
      areNamesLiteral: false,
    });
    expect(statements).toBe(
      [
        "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON `sim\\_peg``x`.* TO 'cadangan'@'10.0.0.5';",
        "GRANT SHOW_ROUTINE, RELOAD ON *.* TO 'cadangan'@'10.0.0.5';",
      ].join('\n'),
    );
    expect(missingGrants(parseGrants(statements.split('\n')), required)).toEqual([]);
  });

  it('fuzz: any line is read or passed over', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 20 }), (list, name) => {
        parseGrants([`GRANT ${list} ON ${name}.* TO x`, list, `GRANT SELECT ON \`${name}\`.* TO \`u\`@\`%\``]);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
