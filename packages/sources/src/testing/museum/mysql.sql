-- A MySQL database of everything that was ever lost or damaged in a dump. Loaded by the mysql client in binary mode as root
-- into an empty database, with @big_rows set. What it must hold afterwards is written in mysql-facts.ts.
SET NAMES utf8mb4;
SET time_zone = '+00:00';
SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO';
SET foreign_key_checks = 0;
SET SESSION cte_max_recursion_depth = 1000000;
CREATE TABLE `numbers to count` (seq INT PRIMARY KEY);
INSERT INTO `numbers to count` WITH RECURSIVE s (seq) AS (SELECT 0 UNION ALL SELECT seq + 1 FROM s WHERE seq < GREATEST(@big_rows, 500)) SELECT seq FROM s;

-- All types --------------------------------------------------------------------------------------------------------------

CREATE TABLE numbers (
  id INT PRIMARY KEY, tiny TINYINT, utiny TINYINT UNSIGNED, small SMALLINT, medium MEDIUMINT UNSIGNED, big BIGINT, ubig BIGINT UNSIGNED,
  filled INT(8) UNSIGNED ZEROFILL, num DECIMAL(65, 30), money_like DECIMAL(10, 2), single FLOAT, dbl DOUBLE, fixed FLOAT(7, 3), flag BOOLEAN,
  one_bit BIT(1), bits BIT(64), nine BIT(9)
);
INSERT INTO numbers VALUES
  (1, -128, 0, -32768, 0, -9223372036854775808, 0, 0, -99999999999999999999999999999999999.999999999999999999999999999999, -99999999.99, -3.402823466E+38, -1.7976931348623157E+308, -9999.999, 0, b'0', 0, b'0'),
  (2, 127, 255, 32767, 16777215, 9223372036854775807, 18446744073709551615, 4294967295, 99999999999999999999999999999999999.999999999999999999999999999999, 99999999.99, 3.402823466E+38, 1.7976931348623157E+308, 9999.999, 1, b'1', 18446744073709551615, b'111111111'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 0, 1, -1, 1, 1, 9223372036854775808, 42, 0.000000000000000000000000000001, -0.01, 1.175494351E-38, 2.2250738585072014E-308, 0.001, 1, 1, 0x5c27220a0d001a25, 0x5c),
  (5, 0, 1, -1, 1, 1, 1, 42, 0.1, 0.1, 0.1, 0.1, 0.1, 1, 1, 39, 39),
  (6, 0, 1, -1, 1, 1, 1, 42, -0, -0, 16777217, 0.30000000000000004, 0.1, 1, 1, 92, 92),
  (7, 0, 1, -1, 1, 1, 1, 42, 0, 0, 1e-45, 5e-324, 0, 1, 1, 1, 1),
  (-8, 0, 1, -1, 1, 1, 1, 42, 0, 0, 123456.789, 123456789.123456789, 0, 1, 1, 1, 1);

SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE moments (
  id INT PRIMARY KEY, d DATE, t TIME, t6 TIME(6), dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, ts6 TIMESTAMP(6) NULL, y YEAR,
  touched TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);
INSERT INTO moments VALUES
  (1, '0000-00-00', '-838:59:59', '-838:59:59.000000', '0000-00-00 00:00:00', '0000-00-00 00:00:00.000000', '0000-00-00 00:00:00', 0, 0, '2001-02-03 04:05:06'),
  (2, '9999-12-31', '838:59:59', '838:59:59.000000', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.499999', 2155, '2001-02-03 04:05:06'),
  (3, '2026-00-00', '00:00:00', '00:00:00.000001', '2026-00-10 00:00:00', '0000-01-01 00:00:00.1', '1970-01-01 00:00:01', '1970-01-01 00:00:01.000001', 1901, '2001-02-03 04:05:06'),
  (4, '1000-01-01', '24:00:00', '23:59:59.999999', '2026-03-29 02:30:00', '2026-10-25 02:30:00', '2026-03-29 02:30:00', '2026-10-25 01:30:00', 2026, '2001-02-03 04:05:06'),
  (5, '0001-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2001-02-03 04:05:06');

CREATE TABLE things (
  id INT PRIMARY KEY, c CHAR(5), v VARCHAR(200), b BINARY(5), vb VARBINARY(200), tt TINYTEXT, mt MEDIUMTEXT, lt LONGTEXT, tb TINYBLOB, mb MEDIUMBLOB, lb LONGBLOB,
  e ENUM('a', '', 'it''s', 'two\nlines', 'Ünï', ';', '"\\'), s SET('x', 'y', '', 'it''s'), j JSON,
  g GEOMETRY, p POINT, l LINESTRING, pg POLYGON, mp MULTIPOINT, gc GEOMETRYCOLLECTION
);
INSERT INTO things VALUES
  (1, '', '', '', '', '', '', '', '', '', '', '', '', '{}', NULL, POINT(0, -0), NULL, NULL, NULL, NULL),
  (2, 'a  ', 'a  ', 'a', X'00', '\\N', 'NULL', '\\', X'00', X'1A', X'0D0A', 'it''s', 'x,y,it''s', ' {"b" : 1, "a":"\\u00e9\\n", "b":3}',
   ST_GeomFromText('POINT(-1 170)', 4326), POINT(1, 2), ST_GeomFromText('LINESTRING(0 0, 1 1)'), ST_GeomFromText('POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))'), ST_GeomFromText('MULTIPOINT(0 0, 39 92)'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))')),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'é🗄', 'é🗄', 'é', X'C328', 'é', '日本語', '\Z\0', X'FF', X'27', X'5C', 0, '', '"\\ud83d\\uddc4"', NULL, NULL, NULL, NULL, NULL, NULL),
  (5, '\\', '\'', '\\', '\'', '"', '`', '),(', '),(', ');', '\n--\n-- Table structure for table `x`\n--\n', 'not one of them', 'y', 'null', NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE documents (id INT PRIMARY KEY, j JSON);
-- What a document holds beyond what JSON has is text to every dump tool: moments, bytes.
INSERT INTO documents VALUES
  (1, JSON_OBJECT('double', 1e0, 'big', 18446744073709551615, 'time', CAST('2026-01-01 00:00:00.000001' AS DATETIME(6)), 'day', CAST('2026-01-01' AS DATE), 'bytes', X'00ff27', 'deep', JSON_ARRAY(NULL, TRUE, '"\\\n'''))),
  (2, '[1.0, 1, -0.0, 1e300, 18446744073709551615]'), (3, '"it''s \\" \\\\ \\u0000"'), (4, '[]'), (5, NULL);
CREATE TABLE embeddings (id INT PRIMARY KEY, v VECTOR(3), few VECTOR);
INSERT INTO embeddings VALUES (1, TO_VECTOR('[1, -2.5, 3e-30]'), NULL), (2, NULL, TO_VECTOR('[0.1]'));

CREATE TABLE every_byte (b TINYINT UNSIGNED PRIMARY KEY, bytes VARBINARY(3) NOT NULL, latin VARCHAR(3) CHARACTER SET latin1 COLLATE latin1_bin);
INSERT INTO every_byte SELECT seq, CONCAT(CHAR(seq), 'x', CHAR(seq)), CHAR(seq) FROM `numbers to count` WHERE seq < 256;

SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE texts (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT);
INSERT INTO texts (t) VALUES
  (NULL), (''), ('\\N'), ('\\.'), ('a\\'), ('\n'), ('\r'), ('\r\n'), ('\t'), ('\b'), ('\0'), ('\Z'), ('%\_'), ('--'), ('-- '), ('/* '), ('*/'), ('/*!40000 DROP TABLE texts */;'), ('#'),
  (''''), (''''''), ('"'), ('`'), ('\\'''), ('),('), ('(''),'), (');\nINSERT INTO `texts` VALUES (99,''x'');\n'), ('\n--\n-- Dumping data for table `texts`\n--\n\n'), ('DELIMITER ;;'), (';'), (';;'), ('INSERT INTO `texts` (`id`, `t`) VALUES ('),
  ('é'), ('e\u0301'), ('🗄👩‍👩‍👧'), ('\U0010FFFF'), (' '), ('  two  '), ('NULL'), ('0x41'), ('-- Dump completed'), ('\n-- Dump completed on 2026-01-01  0:00:00\n'), (REPEAT('\\''', 3000)), (X'EFBBBF'), (X'E280A8');

CREATE TABLE large_values (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB);
INSERT INTO large_values SELECT 1, NULL, REPEAT(X'00010D0A1A22275C', 1310720);
INSERT INTO large_values SELECT 2, REPEAT('é\\''\n', 400000), REPEAT(X'00', 100000);

-- Character sets -------------------------------------------------------------------------------------------------------------

CREATE TABLE mojibake (id INT PRIMARY KEY, t VARCHAR(100)) CHARACTER SET latin1;
-- Bytes of UTF-8 in a column that calls itself latin1, as an old application leaves them.
INSERT INTO mojibake VALUES (1, X'C3A9'), (2, X'E697A5E69CAC'), (3, X'80818D8F909D'), (4, X'E9'), (5, X'F09F9784'), (6, X'5C27');
CREATE TABLE character_sets (
  id INT PRIMARY KEY, a VARCHAR(20) CHARACTER SET ascii, u3 VARCHAR(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci, u2 VARCHAR(20) CHARACTER SET ucs2, u16 VARCHAR(20) CHARACTER SET utf16,
  u32 VARCHAR(20) CHARACTER SET utf32, g VARCHAR(20) CHARACTER SET gbk, sj VARCHAR(20) CHARACTER SET sjis, cy VARCHAR(20) CHARACTER SET cp1251 COLLATE cp1251_bulgarian_ci, bin VARCHAR(20) CHARACTER SET binary,
  ci VARCHAR(20) COLLATE utf8mb4_unicode_520_ci, of_8 VARCHAR(20) COLLATE utf8mb4_0900_ai_ci
);
INSERT INTO character_sets VALUES
  (1, 'plain', 'é日', 'é日', '🗄', '🗄', _gbk X'BF5C', _sjis X'835C', 'Привет', X'00FF', 'ÄäAa', 'ÄäAa'),
  (2, '\\', '''', '\\', '''', '\\', '''', '\\', '''', '\\', '''', '\\');

-- Tables of odd shapes ---------------------------------------------------------------------------------------------------------

CREATE TABLE `empty` (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 1000000;
CREATE TABLE one_row (a BOOLEAN);
INSERT INTO one_row VALUES (1);
CREATE TABLE zero_key (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT) COMMENT = 'it''s "zero" \\ `key` */ -- \n;';
INSERT INTO zero_key VALUES (0, 'zero'), (-5, 'below'), (7, 'seven');
CREATE TABLE duplicates (a INT, b TEXT);
INSERT INTO duplicates SELECT 1, 'same' FROM `numbers to count` WHERE seq BETWEEN 1 AND 5;
INSERT INTO duplicates VALUES (NULL, NULL), (NULL, NULL);
CREATE TABLE only_generated (g INT GENERATED ALWAYS AS (41 + 1) VIRTUAL, h INT GENERATED ALWAYS AS (g + 1) STORED);
INSERT INTO only_generated VALUES (), ();
CREATE TABLE `generated` (
  id INT PRIMARY KEY, j JSON, twice INT AS (id * 2) VIRTUAL, kept VARCHAR(50) AS (CONCAT('it''s ', id, ';')) STORED COMMENT 'kept', name VARCHAR(20) AS (j->>'$.name') VIRTUAL,
  made DATETIME DEFAULT (TIMESTAMP'2026-01-01 00:00:00' + INTERVAL 1 DAY), doc JSON DEFAULT (JSON_ARRAY('it''s')), KEY (twice), UNIQUE KEY (kept), CONSTRAINT `above; zero` CHECK (id > 0 AND twice < 1000),
  CONSTRAINT not_kept CHECK (id > 100) NOT ENFORCED, KEY of_expression ((id + 1), (LOWER(kept)) DESC), KEY of_many ((CAST(j->'$.tags' AS UNSIGNED ARRAY)))
);
INSERT INTO `generated` (id, j) VALUES (1, '{"name": "a", "tags": [1, 2]}'), (2, NULL);
CREATE TABLE invisible (id INT AUTO_INCREMENT PRIMARY KEY, seen TEXT, hidden VARCHAR(20) DEFAULT 'x' INVISIBLE, hidden_too INT INVISIBLE, hidden_sum INT AS (hidden_too + 1) VIRTUAL INVISIBLE);
INSERT INTO invisible (seen, hidden, hidden_too) VALUES ('a', 'hidden a', 1), ('b', NULL, NULL);
INSERT INTO invisible VALUES (9, 'c');
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE key_of_the_server (t TEXT);
INSERT INTO key_of_the_server VALUES ('a'), ('a'), ('b');
SET sql_generate_invisible_primary_key = OFF;
CREATE TABLE big (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL, amount DECIMAL(12, 2), made_at TIMESTAMP NULL, note VARCHAR(200), KEY (name(5) DESC), KEY ignored (amount) INVISIBLE, FULLTEXT KEY (note));
INSERT INTO big SELECT seq, CONCAT('name ', seq), seq * 1.37, TIMESTAMP'2026-01-01 00:00:00' + INTERVAL seq MINUTE, CONCAT(LEFT(SHA2(seq, 256), 32), REPEAT('.', seq % 50)) FROM `numbers to count` WHERE seq BETWEEN 1 AND @big_rows;
-- What the optimiser knows is no part of a database, and a dump must not stumble over it.
ANALYZE TABLE big UPDATE HISTOGRAM ON amount WITH 8 BUCKETS;
CREATE TABLE shuffled (id BINARY(16) PRIMARY KEY, n INT, UNIQUE KEY (n));
INSERT INTO shuffled SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), seq FROM `numbers to count` WHERE seq BETWEEN 1 AND 500;
CREATE TABLE placed (id INT PRIMARY KEY, at POINT NOT NULL SRID 0, on_earth POINT NOT NULL SRID 4326, SPATIAL KEY (at), SPATIAL KEY (on_earth));
INSERT INTO placed VALUES (1, POINT(119.87, -0.9), ST_GeomFromText('POINT(-0.9 119.87)', 4326)), (2, POINT(0, 0), ST_GeomFromText('POINT(90 180)', 4326));
CREATE TABLE compressed (id INT PRIMARY KEY, t TEXT) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8;
INSERT INTO compressed SELECT seq, REPEAT('compress me ', 100) FROM `numbers to count` WHERE seq BETWEEN 1 AND 10;
CREATE TEMPORARY TABLE temporary_table (a INT);
INSERT INTO temporary_table VALUES (1);

SET SESSION group_concat_max_len = 1000000;
SET @wide = (SELECT CONCAT('CREATE TABLE wide (', GROUP_CONCAT('`column ', seq, '` INT DEFAULT ', seq ORDER BY seq), ')') FROM `numbers to count` WHERE seq BETWEEN 1 AND 300);
PREPARE make_wide FROM @wide;
EXECUTE make_wide;
INSERT INTO wide () VALUES ();

CREATE TABLE in_myisam (id INT PRIMARY KEY AUTO_INCREMENT, t TEXT) ENGINE = MyISAM;
INSERT INTO in_myisam (t) VALUES ('no transaction'), ('here');
CREATE TABLE in_memory (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE = MEMORY;
INSERT INTO in_memory VALUES (1, 'until the restart');
CREATE TABLE in_csv (id INT NOT NULL, t VARCHAR(20) NOT NULL) ENGINE = CSV;
INSERT INTO in_csv VALUES (1, 'a,"b"'), (2, '');
CREATE TABLE merged_a (id INT, t TEXT) ENGINE = MyISAM;
CREATE TABLE merged_b (id INT, t TEXT) ENGINE = MyISAM;
INSERT INTO merged_a VALUES (1, 'a');
INSERT INTO merged_b VALUES (2, 'b'), (3, 'c');
CREATE TABLE merged (id INT, t TEXT) ENGINE = MERGE UNION = (merged_a, merged_b) INSERT_METHOD = LAST;

-- Names that fool whoever cuts a dump at what it looks like --------------------------------------------------------------------

CREATE TABLE `x`` VALUES (` (`) VALUES (` INT, `a``b` INT, `order` INT, `(` INT, `'` INT, `"` INT, `col;umn` INT, ` lead` INT, `Ünï` INT COMMENT 'a ''column'' */ ; \\ \n --');
INSERT INTO `x`` VALUES (` VALUES (1, 2, 3, 4, 5, 6, 7, 8, 9);
CREATE TABLE `-- Table structure for table ``fake``` (id INT);
INSERT INTO `-- Table structure for table ``fake``` VALUES (1);

-- Partitions ----------------------------------------------------------------------------------------------------------------------

CREATE TABLE by_range (id INT, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p2025 VALUES LESS THAN (2026) COMMENT = 'it''s old', PARTITION `p rest` VALUES LESS THAN MAXVALUE);
INSERT INTO by_range SELECT seq, DATE'2025-06-01' + INTERVAL seq * 3 DAY FROM `numbers to count` WHERE seq BETWEEN 1 AND 200;
CREATE TABLE by_list (id INT, kind VARCHAR(5)) PARTITION BY LIST COLUMNS (kind) (PARTITION a VALUES IN ('a', ''), PARTITION b VALUES IN (NULL, 'it''s'));
INSERT INTO by_list VALUES (1, 'a'), (2, ''), (3, NULL), (4, 'it''s');
CREATE TABLE by_key (id INT PRIMARY KEY, t TEXT) PARTITION BY KEY () PARTITIONS 5;
INSERT INTO by_key SELECT seq, CONCAT('key ', seq) FROM `numbers to count` WHERE seq BETWEEN 1 AND 50;

-- Foreign keys --------------------------------------------------------------------------------------------------------------------------

CREATE TABLE hens (id INT PRIMARY KEY, egg_id INT NOT NULL, CONSTRAINT `came; from` FOREIGN KEY (egg_id) REFERENCES eggs (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE eggs (id INT PRIMARY KEY, hen_id INT NOT NULL, FOREIGN KEY (hen_id) REFERENCES hens (id));
INSERT INTO hens SELECT seq, 11 - seq FROM `numbers to count` WHERE seq BETWEEN 1 AND 10;
INSERT INTO eggs SELECT seq, seq % 10 + 1 FROM `numbers to count` WHERE seq BETWEEN 1 AND 10;
CREATE TABLE staff (id INT PRIMARY KEY, chief_id INT, name VARCHAR(20), FOREIGN KEY (chief_id) REFERENCES staff (id) ON DELETE SET NULL);
INSERT INTO staff VALUES (1, 2, 'a'), (2, 3, 'b'), (3, 3, 'chief');
-- Allowed with the checks off: a row without its parent.
CREATE TABLE orphans (id INT PRIMARY KEY, staff_id INT, FOREIGN KEY (staff_id) REFERENCES staff (id));
INSERT INTO orphans VALUES (1, 99), (2, 1);
DROP TABLE `numbers to count`;

-- Triggers that would change what is loaded -----------------------------------------------------------------------------------------------

CREATE TABLE watched (id INT PRIMARY KEY, t TEXT);
CREATE TABLE watch_log (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT);
INSERT INTO watched VALUES (1, 'untouched'), (2, 'untouched');
DELIMITER $$
CREATE TRIGGER touch BEFORE INSERT ON watched FOR EACH ROW
BEGIN
  -- Dumping data for table `watched`
  SET NEW.t = 'touched; by a trigger';
  INSERT INTO watch_log (t) VALUES ('touched');
END$$
CREATE TRIGGER `touch; again` BEFORE INSERT ON watched FOR EACH ROW FOLLOWS touch SET NEW.t = CONCAT(NEW.t, ' twice')$$
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'$$
CREATE DEFINER = "no such user"@'nowhere.invalid' TRIGGER ansi AFTER UPDATE ON watched FOR EACH ROW INSERT INTO "watch_log" ("t") VALUES (OLD.t || '; ' || NEW.t)$$
SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'$$
CREATE TRIGGER refuse BEFORE DELETE ON watched FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused; it''s kept'$$

-- Routines ------------------------------------------------------------------------------------------------------------------------------------

CREATE PROCEDURE `tricky; name`(IN a INT, INOUT b TEXT, OUT c DECIMAL(10, 2))
  MODIFIES SQL DATA SQL SECURITY INVOKER COMMENT 'it''s ; "tricky" \\ */'
BEGIN
  /* a comment; */
  --
  -- Table structure for table `fake`
  --
  DECLARE done INT DEFAULT 0; -- it's ;; here
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  SET b = ';;', c = 1.5;
  # DELIMITER ;
  SET b = CONCAT(b, '\nDELIMITER ;\n', "INSERT INTO `texts` VALUES (1,'x');\n", '*/;;');
  IF a > 0 THEN SELECT 'a' INTO b; ELSE SELECT `t` INTO b FROM texts LIMIT 1; END IF;
END$$
CREATE FUNCTION doubled(n INT) RETURNS INT DETERMINISTIC NO SQL RETURN n * 2$$
CREATE FUNCTION greeting(name VARCHAR(20) CHARACTER SET latin1) RETURNS VARCHAR(50) CHARSET utf8mb4 COLLATE utf8mb4_bin READS SQL DATA
RETURN CONCAT('Halo, ', name, '! é 🗄')$$
CREATE DEFINER = 'gone'@'%' PROCEDURE of_nobody() SELECT 1$$

-- Events --------------------------------------------------------------------------------------------------------------------------------------

CREATE EVENT `nightly; clean` ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 02:00:00' ENDS '2037-12-31 00:00:00' ON COMPLETION PRESERVE COMMENT 'it''s ; nightly'
DO BEGIN
  -- Dumping events for database 'x'
  DELETE FROM watch_log WHERE t = ';';
END$$
SET time_zone = '+08:00'$$
CREATE EVENT once ON SCHEDULE AT '2037-06-01 00:00:00' DISABLE DO INSERT INTO watch_log (t) VALUES ('once')$$
SET time_zone = '+00:00'$$
DELIMITER ;

-- Views ---------------------------------------------------------------------------------------------------------------------------------------

CREATE VIEW z_first AS SELECT id, name, amount FROM big WHERE id <= 10;
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW `a; second` (id, `twice ``it```) AS SELECT id, amount * 2 FROM z_first;
CREATE VIEW a_third AS SELECT id, `twice ``it``` AS `it's` FROM `a; second` WHERE `twice ``it``` > 1 WITH LOCAL CHECK OPTION;
CREATE ALGORITHM = TEMPTABLE VIEW counted AS SELECT COUNT(*) AS n, doubled(21) AS answer FROM big;
CREATE DEFINER = 'gone'@'%' VIEW of_nobody_view AS SELECT 1 AS one;
CREATE VIEW of_a_table_of_json AS SELECT d.id, t.tag FROM documents AS d, JSON_TABLE(d.j, '$.deep[*]' COLUMNS (tag VARCHAR(20) PATH '$' DEFAULT '"it''s"' ON EMPTY)) AS t;
CREATE TABLE dropped_soon (id INT, t TEXT);
CREATE VIEW broken_view AS SELECT id, t FROM dropped_soon;
DROP TABLE dropped_soon;

-- Users ---------------------------------------------------------------------------------------------------------------------------------------

CREATE USER IF NOT EXISTS 'museum_user'@'%' IDENTIFIED BY 'it''s \\ "secret"' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3 ATTRIBUTE '{"office": "it''s \\"here\\""}';
CREATE USER IF NOT EXISTS 'it''s "odd"'@'10.%' IDENTIFIED BY 'x' ACCOUNT LOCK PASSWORD EXPIRE FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME UNBOUNDED;
CREATE ROLE IF NOT EXISTS museum_role;
GRANT museum_role TO 'museum_user'@'%' WITH ADMIN OPTION;
SET DEFAULT ROLE museum_role TO 'museum_user'@'%';
GRANT BACKUP_ADMIN ON *.* TO museum_role;
GRANT SELECT, INSERT ON big TO museum_role;
GRANT SELECT (id, name), UPDATE (note) ON big TO 'it''s "odd"'@'10.%' WITH GRANT OPTION;
GRANT EXECUTE ON PROCEDURE `tricky; name` TO 'museum_user'@'%';
GRANT EXECUTE ON FUNCTION doubled TO museum_role;
