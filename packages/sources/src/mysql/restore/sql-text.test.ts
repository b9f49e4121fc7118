import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskQuoted, quotedNames, splitStatements, withoutOwnName, withoutOwnNameInHead } from './sql-text.ts';

describe('splitStatements', () => {
  it('ends a statement at a line that ends it, not within a name or a string', () => {
    expect(
      splitStatements("SET a = 1;\nCREATE TABLE `x;\n` (\n  `b` text COMMENT 'it''s;\\';\n'\n);\nSET a = 2 ;\n"),
    ).toEqual(['SET a = 1', "CREATE TABLE `x;\n` (\n  `b` text COMMENT 'it''s;\\';\n'\n)", 'SET a = 2']);
  });

  it('takes a block as one statement, whatever it looks like inside', () => {
    const body = "CREATE FUNCTION f()\nBEGIN\n  -- it's ;; here\n  SET b = ';;';\n# DELIMITER ;\nEND";
    expect(splitStatements(`SET x = 1;\nDELIMITER ;;\n${body}\n;;\nDELIMITER ;\nSET x = 2;\n`)).toEqual([
      'SET x = 1',
      body,
      'SET x = 2',
    ]);
  });

  it('takes the settings in the block of an event by themselves', () => {
    const script = [
      'DELIMITER ;;',
      "/*!50003 SET time_zone = '+08:00' */ ;;",
      '/*!50106 CREATE*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO BEGIN',
      'SET @a = 1;',
      'END */ ;;',
      '/*!50003 SET time_zone = @saved */ ;;',
      'DELIMITER ;',
    ].join('\n');
    expect(splitStatements(script)).toEqual([
      "/*!50003 SET time_zone = '+08:00' */",
      '/*!50106 CREATE*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO BEGIN\nSET @a = 1;\nEND */',
      '/*!50003 SET time_zone = @saved */',
    ]);
  });

  it('fuzz: gives back what was joined', () => {
    const word = fc.constantFrom('a', "'b;\\''", '`c``;\n`', '"d;"', ' ', '(', '\n', '--', 'é');
    const statement = fc.array(word, { minLength: 1 }).map((words) => `SET ${words.join('')}x`);
    fc.assert(
      fc.property(fc.array(statement), (statements) => {
        expect(splitStatements(statements.map((each) => `${each};\n`).join(''))).toEqual(statements);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('maskQuoted', () => {
  it('fuzz: is as long as the text, and never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '"', '`', '\\', 'a', '\n') }), (text) => {
        const masked = maskQuoted(text);
        expect(masked).toHaveLength(text.length);
        expect(masked).not.toMatch(/['"`]/);
        expect([...quotedNames(text)].length).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('the own name of a database', () => {
  it('goes before sequences in defaults, and stays in strings', () => {
    expect(withoutOwnName("DEFAULT nextval(`db`.`s`) COMMENT '`db`.`s`'", 'db', 'everywhere')).toBe(
      "DEFAULT nextval(`s`) COMMENT '`db`.`s`'",
    );
  });

  it('goes in a view before what is called and before columns with three parts', () => {
    expect(
      withoutOwnName(
        "select `db`.`f`(1), `db`.`id`, `db`.`db`.`id`, `db`.`t`.`x`, '`db`.`t`.`x`' from `db`",
        'db',
        'view',
      ),
    ).toBe("select `f`(1), `db`.`id`, `db`.`id`, `t`.`x`, '`db`.`t`.`x`' from `db`");
  });

  it.each([
    [
      'CREATE TRIGGER db.t BEFORE INSERT ON db.x FOR EACH ROW INSERT INTO db.y VALUES (1)',
      'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW INSERT INTO db.y VALUES (1)',
    ],
    [
      '/*!50003 CREATE*/ /*!50017 DEFINER=`db`@`%`*/ /*!50003 TRIGGER `db`.`t` AFTER UPDATE ON `db` . x FOR EACH ROW SET @a = 1 */',
      undefined,
    ],
    ['CREATE TRIGGER `a db.b` BEFORE INSERT ON `x` FOR EACH ROW SET @a = 1', undefined],
  ])('goes from the head of a trigger alone: %s', (sql, expected) => {
    const made = withoutOwnNameInHead(sql, 'db');
    if (expected === undefined) expect(made).toContain(sql.includes('a db.b') ? '`a db.b`' : 'TRIGGER `t` AFTER');
    else expect(made).toBe(expected);
  });
});
