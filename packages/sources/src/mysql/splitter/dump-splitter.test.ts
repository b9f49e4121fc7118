import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DumpSplitter } from './dump-splitter.ts';

const PREAMBLE = `/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: d
-- ------------------------------------------------------
-- Server version\t10.11.6-MariaDB

/*!40101 SET NAMES utf8mb4 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
`;
const POSTAMBLE = `/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;

-- Dump completed
`;

function structure(table: string): string {
  return `
--
-- Table structure for table ${table}
--

CREATE TABLE ${table} (
  \`a\` int(11) DEFAULT NULL COMMENT 'it''s; -- Dumping data'
) ENGINE=InnoDB;
/*!40101 SET character_set_client = @saved_cs_client */;
`;
}

function data(table: string, inserts: string): string {
  return `
--
-- Dumping data for table ${table}
--
-- ORDER BY:  \`a\`,\`b\`

LOCK TABLES ${table} WRITE;
/*!40000 ALTER TABLE ${table} DISABLE KEYS */;
${inserts}/*!40000 ALTER TABLE ${table} ENABLE KEYS */;
UNLOCK TABLES;
`;
}

function trigger(name: string, body: string): string {
  return `/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`%\`*/ /*!50003 TRIGGER ${name} BEFORE INSERT ON t FOR EACH ROW ${body} */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
`;
}

function split(dump: string | Buffer, chunkBytes = Number.POSITIVE_INFINITY) {
  const bytes = typeof dump === 'string' ? Buffer.from(dump) : dump;
  const seen: string[] = [];
  const rows = new Map<string, string>();
  let table = '';
  const splitter = new DumpSplitter({
    object: ({ kind, name, table: of, sql }) =>
      seen.push(`${kind} ${name}${of === undefined ? '' : ` of ${of}`}: ${sql.toString('utf8')}`),
    beginTable: (name) => {
      table = name;
      rows.set(name, '');
    },
    rows: (lines) => rows.set(table, rows.get(table) + lines.toString('latin1')),
    endTable: (end) => seen.push(`end ${JSON.stringify(end)}`),
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) splitter.push(bytes.subarray(at, at + chunkBytes));
  splitter.end();
  return { seen, rows };
}

const MARIADB_ROWS =
  "INSERT INTO `t` (`a`, `b`) VALUES (1,'x\\'),(\\\\'),\n(2,NULL);\nINSERT INTO `t` (`a`, `b`) VALUES (3,'');\n";
const MYSQL_ROWS =
  "INSERT INTO `t` (`a`, `b`) VALUES (1,'x\\'),(\\\\'),(2,NULL);\nINSERT INTO `t` (`a`, `b`) VALUES (3,'');\n";
const WHOLE = [
  PREAMBLE,
  structure('`t`'),
  data('`t`', MARIADB_ROWS),
  trigger('`one`', 'SET @a = 1'),
  trigger('two', "BEGIN\n-- it's ;; here\n--\n-- Table structure for table `fake`\n--\nEND"),
  structure('`u``v`'),
  data('`u``v`', ''),
  `
--
-- Temporary table structure for view \`v\`
--

SET @saved_cs_client     = @@character_set_client;
/*!50001 CREATE VIEW \`v\` AS SELECT
 1 AS \`a\` */;

--
-- Dumping events for database 'd'
--
/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
DELIMITER ;;;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;;;
/*!50003 SET time_zone             = 'SYSTEM' */ ;;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`%\`*/ /*!50106 EVENT \`e\` ON SCHEDULE EVERY 1 DAY DO SELECT ';;' */ ;;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;;
DELIMITER ;;
/*!50003 SET sql_mode              = '' */ ;;
/*!50003 SET time_zone             = '+08:00' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`%\`*/ /*!50106 EVENT \`f\` ON SCHEDULE EVERY 1 DAY DO SELECT 1 */ ;;
DELIMITER ;
/*!50106 SET TIME_ZONE= @save_time_zone */ ;

--
-- Dumping routines for database 'd'
--
ALTER DATABASE \`d\` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
DELIMITER ;;
CREATE DEFINER=\`a\`\`b\`@\`%\` PROCEDURE \`p\`()
SELECT 'INSERT INTO \`t\` VALUES (1)'
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
ALTER DATABASE \`d\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
DELIMITER ;;
CREATE DEFINER=\`root\`@\`%\` FUNCTION \`p\`() RETURNS int(11)
RETURN 1
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;

--
-- Final view structure for view \`v\`
--

/*!50001 DROP VIEW IF EXISTS \`v\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`root\`@\`%\` SQL SECURITY DEFINER */
/*!50001 VIEW \`v\` AS select \`t\`.\`a\` AS \`a\` from \`t\` */;
`,
  POSTAMBLE,
].join('');

describe('DumpSplitter', () => {
  it('finds every object and every row', () => {
    const { seen, rows } = split(WHOLE);
    expect(seen.map((line) => line.split(':')[0])).toEqual([
      'table t',
      'end {"table"',
      'trigger one of t',
      'trigger two of t',
      'table u`v',
      'end {"table"',
      'view-placeholder v',
      'event e',
      'event f',
      'procedure p',
      'function p',
      'view v',
    ]);
    expect(rows.get('t')).toBe("(1,'x\\'),(\\\\')\n(2,NULL)\n(3,'')\n");
    expect(rows.get('u`v')).toBe('');
    expect(seen[1]).toBe('end {"table":"t","rows":3,"columns":["a","b"],"order":["a","b"]}');
  });

  it('gives the same for the rows of MySQL and of MariaDB', () => {
    const mysql = split(WHOLE.replace(MARIADB_ROWS, () => MYSQL_ROWS));
    expect(mysql).toEqual(split(WHOLE));
  });

  it('reads what the tools of MySQL and Percona write', () => {
    const dump = `-- MySQL dump 10.13  Distrib 8.0.36-28, for Linux (x86_64)
--
-- Host: localhost    Database: d
-- ------------------------------------------------------
-- Server version\t8.0.36-28

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!50717 SELECT COUNT(*) INTO @rocksdb_has_p_s_session_variables FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'session_variables' */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!50112 SELECT COUNT(*) INTO @is_rocksdb_supported FROM INFORMATION_SCHEMA.SESSION_VARIABLES WHERE VARIABLE_NAME='rocksdb_bulk_load' */;

--
-- Table structure for table \`t\`
--

/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE \`t\` (
  \`id\` int NOT NULL,
  \`my_row_id\` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,
  \`j\` json DEFAULT NULL,
  PRIMARY KEY (\`my_row_id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table \`t\`
--
-- ORDER BY:  \`my_row_id\`

LOCK TABLES \`t\` WRITE;
/*!40000 ALTER TABLE \`t\` DISABLE KEYS */;
INSERT  INTO \`t\` (\`id\`, \`my_row_id\`, \`j\`) VALUES (1,1,'{\\"a\\": \\"b\\"}'),(2,2,NULL);
/*!40000 ALTER TABLE \`t\` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`localhost\`*/ /*!50003 TRIGGER \`tr\` BEFORE INSERT ON \`t\` FOR EACH ROW SET NEW.id = 1 */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;

--
-- Temporary view structure for view \`v\`
--

SET @saved_cs_client     = @@character_set_client;
/*!50503 SET character_set_client = utf8mb4 */;
/*!50001 CREATE VIEW \`v\` AS SELECT${' '}
 1 AS \`id\`*/;
SET character_set_client = @saved_cs_client;

--
-- Dumping events for database 'd'
--
/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
/*!50106 DROP EVENT IF EXISTS \`e\` */;
DELIMITER ;;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;;
/*!50003 SET time_zone             = 'SYSTEM' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`localhost\`*/ /*!50106 EVENT \`e\` ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1 */ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
DELIMITER ;
/*!50106 SET TIME_ZONE= @save_time_zone */ ;

--
-- Dumping routines for database 'd'
--
/*!50003 DROP FUNCTION IF EXISTS \`f\` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
DELIMITER ;;
CREATE DEFINER=\`root\`@\`localhost\` FUNCTION \`f\`() RETURNS int
    DETERMINISTIC
RETURN 1 ;;
DELIMITER ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;

--
-- Final view structure for view \`v\`
--

/*!50001 DROP VIEW IF EXISTS \`v\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */
/*!50001 VIEW \`v\` AS select \`t\`.\`id\` AS \`id\` from \`t\` */;
/*!50112 SET @disable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = @old_rocksdb_bulk_load', 'SET @dummy_rocksdb_bulk_load = 0') */;
/*!50112 PREPARE s FROM @disable_bulk_load */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

-- Dump completed
`;
    const { seen, rows } = split(dump.replace('INSERT  INTO', 'INSERT INTO'));
    expect(seen.map((line) => line.split(':')[0])).toEqual([
      'table t',
      'end {"table"',
      'trigger tr of t',
      'view-placeholder v',
      'event e',
      'function f',
      'view v',
    ]);
    expect(rows.get('t')).toBe(`(1,1,'{\\"a\\": \\"b\\"}')\n(2,2,NULL)\n`);
    expect(seen.join('\n')).not.toContain('bulk_load');
    // Of MySQL 5.5, whose stand-ins for views are tables.
    const old = dump
      .replace('INSERT  INTO', 'INSERT INTO')
      .replace('-- Temporary view structure', '-- Temporary table structure')
      .replace(
        'CREATE VIEW `v` AS SELECT \n 1 AS `id`*/',
        'CREATE TABLE `v` (\n  `id` tinyint NOT NULL\n) ENGINE=MyISAM */',
      );
    expect(split(old, 10).seen).toHaveLength(seen.length);
    // In no known form: rows that are taken for anything else would be lost.
    expect(() => split(dump)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^DB_DUMP_/) }));
  });

  it('gives the same whatever the chunks', () => {
    const whole = split(WHOLE);
    for (const chunkBytes of [1, 2, 3, 5, 7, 16, 61, 997]) expect(split(WHOLE, chunkBytes)).toEqual(whole);
  });

  it('keeps the name of the database out of what surrounds a routine', () => {
    const { seen } = split(WHOLE);
    expect(seen.join('\n')).not.toContain('ALTER DATABASE `d`');
    expect(seen.find((line) => line.startsWith('procedure'))).toContain('ALTER DATABASE CHARACTER SET utf8mb4');
  });

  describe('events as the tool of MariaDB 11 writes them, with what sets the session outside of the delimiters', () => {
    const event = (
      name: string,
      ...around: readonly string[]
    ) => `${around[0] ?? ''}/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ANSI' */ ;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;
/*!50003 SET time_zone             = '+08:00' */ ;
DELIMITER ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`localhost\`*/ /*!50106 EVENT \`${name}\` ON SCHEDULE EVERY 1 DAY STARTS '2026-11-25 00:02:14' ON COMPLETION NOT PRESERVE ENABLE DO select 1 ${''}
 */ ;;
DELIMITER ;
/*!50003 SET time_zone             = @saved_time_zone */ ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
${around[1] ?? ''}`;
    const dump = (...events: readonly string[]) => `${PREAMBLE}
--
-- Dumping events for database 'd'
--
/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
${events.join('')}/*!50106 SET TIME_ZONE= @save_time_zone */ ;

${POSTAMBLE}`;

    it('keeps them with each of them', () => {
      const { seen } = split(dump(event('e'), '/*!50106 DROP EVENT IF EXISTS `f` */;\n', event('f')));
      expect(seen).toEqual([`event e: ${event('e')}`, `event f: ${event('f')}`]);
    });

    it('keeps with each the character set of the database it was made in, without the name of that', () => {
      const around = (of: string): [string, string] => [
        `ALTER DATABASE${of} CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n`,
        `ALTER DATABASE${of} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;\n`,
      ];
      const named = [event('e', ...around(' `d`')), event('f', ...around(' `d`')), event('g')];
      const nameless = [event('e', ...around('')), event('f', ...around('')), event('g')];
      const names = ['e', 'f', 'g'];
      expect(split(dump(...named)).seen).toEqual(nameless.map((sql, at) => `event ${names[at]}: ${sql}`));
    });

    it.each([/.* SET sql_mode +=.*\n/, /.* SET time_zone +=.*\n/])('refuses one without %s', (line) => {
      const refusal = expect.objectContaining({ code: 'DB_DUMP_UNREADABLE' });
      expect(() => split(dump(event('e'), event('f').replace(line, '')))).toThrow(refusal);
    });
  });

  it('recognises a dump that was cut, wherever that was', () => {
    for (let cut = 0; cut < WHOLE.length; cut++) {
      expect(() => split(WHOLE.slice(0, cut)), `cut at ${cut}`).toThrow();
    }
  });

  it('refuses a dump whose end marker stands behind an error within the rows', () => {
    const broken = WHOLE.replace(",\n(2,NULL);\nINSERT INTO `t` (`a`, `b`) VALUES (3,'');\n", ',\n');
    expect(() => split(broken)).toThrow(expect.objectContaining({ code: 'DB_DUMP_UNREADABLE' }));
  });

  it('is not fooled by markers in names, values and blocks', () => {
    const name = '`x\n--\n-- Dumping data for table ``y``\n--\n`';
    const dump = `${PREAMBLE}
--
-- Table structure for table \`x
-- --
-- -- Dumping data for table \`\`y\`\`
-- --
-- \`
--

CREATE TABLE ${name} (
  \`a\` int
);

--
-- Dumping data for table \`x
-- --
-- ...
--

LOCK TABLES ${name} WRITE;
INSERT INTO ${name} (\`) VALUES (\`) VALUES ('
--
-- Dump completed
');
UNLOCK TABLES;
${POSTAMBLE}`;
    // A tool writes the line break within the value as two characters.
    const { rows, seen } = split(
      dump.replace("('\n--\n-- Dump completed\n')", () => "('\\n--\\n-- Dump completed\\n')"),
    );
    expect([...rows]).toEqual([['x\n--\n-- Dumping data for table `y`\n--\n', "('\\n--\\n-- Dump completed\\n')\n"]]);
    expect(seen).toHaveLength(2);
  });

  it.each([
    [
      'rows of another table',
      WHOLE.replace('INSERT INTO `t` (`a`, `b`) VALUES (3', () => 'INSERT INTO `u` (`a`, `b`) VALUES (3'),
    ],
    [
      'columns that change',
      WHOLE.replace('INSERT INTO `t` (`a`, `b`) VALUES (3', () => 'INSERT INTO `t` (`a`) VALUES (3'),
    ],
    ['no list of columns', `${PREAMBLE}${structure('`t`')}${data('`t`', 'INSERT INTO `t` VALUES (1);\n')}${POSTAMBLE}`],
    [
      'an unknown section',
      WHOLE.replace('Sequence', 'X').replace('-- Final view structure', '-- Finest view structure'),
    ],
    ['strings without backslash escapes', WHOLE.replace('NO_AUTO_VALUE_ON_ZERO', 'NO_BACKSLASH_ESCAPES')],
    ['no mode', WHOLE.replace('SQL_MODE=@@SQL_MODE, SQL_MODE=', 'X=')],
    ['a view that was left out', WHOLE.replace('-- Final', '-- failed on view `w`: x\n\n--\n-- Final')],
    ['something behind the end', `${WHOLE}INSERT INTO t VALUES (1);\n`],
    ['garbage between rows', WHOLE.replace('(2,NULL)', 'x(2,NULL)')],
  ])('refuses %s', (_what, dump) => {
    expect(() => split(dump)).toThrow(expect.objectContaining({ code: 'DB_DUMP_UNREADABLE' }));
  });

  it('says that a privilege is missing when the tool says so', () => {
    const dump = WHOLE.replace('-- Final', '-- insufficient privileges to SHOW CREATE PROCEDURE `p`\n\n--\n-- Final');
    expect(() => split(dump)).toThrow(expect.objectContaining({ code: 'DB_PRIVILEGE_MISSING' }));
  });

  it('fuzz: rows of any values come out one on a line, for any chunks and both vendors', () => {
    const value = fc.oneof(
      fc.constant('NULL'),
      fc.double().map(String),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
      fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `'${escape(text)}'`),
      fc.constantFrom("'),('", "'\\'),\n('").map((text) => `'${escape(text.slice(1, -1))}'`),
    );
    const tuples = fc.array(
      fc.array(value, { minLength: 1, maxLength: 5 }).map((row) => `(${row.join(',')})`),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(tuples, fc.constantFrom(',', ',\n'), fc.integer({ min: 1, max: 50 }), (rows, between, chunkBytes) => {
        const dump = `${PREAMBLE}${structure('`t`')}${data('`t`', `INSERT INTO \`t\` (\`a\`) VALUES ${rows.join(between)};\n`)}${POSTAMBLE}`;
        const found = split(dump, chunkBytes).rows.get('t');
        expect(Buffer.from(found ?? '', 'latin1').toString('utf8')).toBe(rows.map((row) => `${row}\n`).join(''));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: damage is refused with a code, or understood, and never crashes', () => {
    const bytes = Buffer.from(WHOLE);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 8 }), fc.nat(40), (at, inserted, removed) => {
        const damaged = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
        try {
          split(damaged, 64);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^DB_/) });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

function escape(text: string): string {
  return text
    .replace(/[\\'"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0');
}
