import { describe, expect, it } from 'vitest';
import { definerOf, withDefiner } from './definer.ts';

describe('the account that an object runs as', () => {
  const one = { kind: 'one', role: "o'ne@%" } as const;

  it.each([
    ['CREATE DEFINER=`a``b`@`%` FUNCTION f() RETURNS int RETURN 1', 'a`b@%'],
    ['CREATE DEFINER="root"@"localhost" PACKAGE "tools" AS END', 'root@localhost'],
    ['/*!50003 CREATE*/ /*!50017 DEFINER=`gone`@`10.%`*/ /*!50003 TRIGGER t', 'gone@10.%'],
    [
      '/*!50001 CREATE ALGORITHM=MERGE */\n/*!50013 DEFINER=`r`@`h` SQL SECURITY INVOKER */\n/*!50001 VIEW `v` AS',
      'r@h',
    ],
    ['CREATE DEFINER=`role` PROCEDURE p() SELECT 1', 'role'],
  ])('%s', (sql, definer) => {
    expect(definerOf(sql)).toBe(definer);
    expect(definerOf(withDefiner(sql, { kind: 'map', roles: { [definer]: 'new@host' } }).replaceAll("'", '`'))).toBe(
      'new@host',
    );
    expect(withDefiner(sql, { kind: 'map', roles: { somebody: 'new@host' } })).toBe(sql);
    expect(withDefiner(sql, { kind: 'keep' })).toBe(sql);
    expect(withDefiner(sql, one)).toContain("DEFINER='o''ne'@'%'");
  });

  it.each([
    "CREATE FUNCTION `DEFINER=`() RETURNS text RETURN 'DEFINER=`a`@`b`'",
    "CREATE PROCEDURE p() SELECT 'CREATE DEFINER=`a`@`b` VIEW'",
    "SET sql_mode = 'DEFINER=`a`@`b`'",
  ])('is not looked for in what it does: %s', (sql) => {
    expect(definerOf(sql)).toBeUndefined();
    expect(withDefiner(sql, one)).toBe(sql);
  });
});
