-- A MariaDB database of everything that was ever lost or damaged in a dump. Loaded by the mariadb client in binary mode as
-- root into an empty database, with @big_rows set. What it must hold afterwards is written in mariadb-facts.ts.
SET NAMES utf8mb4;
SET time_zone = '+00:00';
SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO';
SET foreign_key_checks = 0;
EXECUTE IMMEDIATE CONCAT('ALTER DATABASE `', REPLACE(DATABASE(), '`', '``'), '` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT ''it''''s a "museum" \\\\ `here`''');

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
  (1, '0000-00-00', '-838:59:59', '-838:59:59.999999', '0000-00-00 00:00:00', '0000-00-00 00:00:00.000000', '0000-00-00 00:00:00', 0, 0, '2001-02-03 04:05:06'),
  (2, '9999-12-31', '838:59:59', '838:59:59.999999', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.999999', 2155, '2001-02-03 04:05:06'),
  (3, '2026-00-00', '00:00:00', '00:00:00.000001', '2026-00-10 00:00:00', '0000-01-01 00:00:00.1', '1970-01-01 00:00:01', '1970-01-01 00:00:01.000001', 1901, '2001-02-03 04:05:06'),
  (4, '1000-01-01', '24:00:00', '23:59:59.999999', '2026-03-29 02:30:00', '2026-10-25 02:30:00', '2026-03-29 02:30:00', '2026-10-25 01:30:00', 2026, '2001-02-03 04:05:06'),
  (5, '0001-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2001-02-03 04:05:06');

CREATE TABLE things (
  id INT PRIMARY KEY, c CHAR(5), v VARCHAR(200), b BINARY(5), vb VARBINARY(200), tt TINYTEXT, mt MEDIUMTEXT, lt LONGTEXT, tb TINYBLOB, mb MEDIUMBLOB, lb LONGBLOB,
  e ENUM('a', '', 'it''s', 'two\nlines', 'Ünï', ',', '"\\'), s SET('x', 'y', '', 'it''s'), j JSON, u UUID, i6 INET6, i4 INET4,
  g GEOMETRY, p POINT, l LINESTRING, pg POLYGON, mp MULTIPOINT, gc GEOMETRYCOLLECTION
);
INSERT INTO things VALUES
  (1, '', '', '', '', '', '', '', '', '', '', '', '', '{}', '00000000-0000-0000-0000-000000000000', '::', '0.0.0.0', NULL, POINT(0, -0), NULL, NULL, NULL, NULL),
  (2, 'a  ', 'a  ', 'a', X'00', '\\N', 'NULL', '\\', X'00', X'1A', X'0D0A', 'it''s', 'x,y,it''s', ' {"b" : 1, "a":"\\u00e9\\n", "b":3}', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '255.255.255.255',
   ST_GeomFromText('POINT(1e300 -1e-300)', 4326), POINT(1, 2), ST_GeomFromText('LINESTRING(0 0, 1 1)'), ST_GeomFromText('POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 2 1, 2 2, 1 1))'), ST_GeomFromText('MULTIPOINT(0 0, 39 92)'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))')),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'é🗄', 'é🗄', 'é', X'C328', 'é', '日本語', '\Z\0', X'FF', X'27', X'5C', 0, '', '"\\ud83d\\uddc4"', UUID(), '::ffff:1.2.3.4', '1.2.3.4', NULL, NULL, NULL, NULL, NULL, NULL),
  (5, '\\', '\'', '\\', '\'', '"', '`', '),(', '),(', ');', '\n--\n-- Table structure for table `x`\n--\n', 'not one of them', 'y', 'null', UUID(), '::', '0.0.0.0', NULL, NULL, NULL, NULL, NULL, NULL);
UPDATE things SET u = '6a0a2b6e-0000-1000-8000-000000000001' WHERE id IN (4, 5);

CREATE TABLE every_byte (b TINYINT UNSIGNED PRIMARY KEY, bytes VARBINARY(3) NOT NULL, latin VARCHAR(3) CHARACTER SET latin1 COLLATE latin1_bin);
INSERT INTO every_byte SELECT seq, CONCAT(CHAR(seq), 'x', CHAR(seq)), CHAR(seq) FROM seq_0_to_255;

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
  u32 VARCHAR(20) CHARACTER SET utf32, g VARCHAR(20) CHARACTER SET gbk, sj VARCHAR(20) CHARACTER SET sjis, cy VARCHAR(20) CHARACTER SET cp1251 COLLATE cp1251_bulgarian_ci, bin VARCHAR(20) CHARACTER SET binary, ci VARCHAR(20) COLLATE utf8mb4_unicode_520_ci
);
INSERT INTO character_sets VALUES
  (1, 'plain', 'é日', 'é日', '🗄', '🗄', _gbk X'BF5C', _sjis X'835C', 'Привет', X'00FF', 'ÄäAa'),
  (2, '\\', '''', '\\', '''', '\\', '''', '\\', '''', '\\', '''');

-- Tables of odd shapes ---------------------------------------------------------------------------------------------------------

CREATE TABLE empty (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 1000000;
CREATE TABLE one_row (a BOOLEAN);
INSERT INTO one_row VALUES (1);
CREATE TABLE zero_key (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT) COMMENT = 'it''s "zero" \\ `key` */ -- \n;';
INSERT INTO zero_key VALUES (0, 'zero'), (-5, 'below'), (7, 'seven');
CREATE TABLE duplicates (a INT, b TEXT);
INSERT INTO duplicates SELECT 1, 'same' FROM seq_1_to_5;
INSERT INTO duplicates VALUES (NULL, NULL), (NULL, NULL);
CREATE TABLE only_generated (g INT GENERATED ALWAYS AS (41 + 1) VIRTUAL, h INT GENERATED ALWAYS AS (g + 1) STORED);
INSERT INTO only_generated VALUES (), ();
CREATE TABLE generated (
  id INT PRIMARY KEY, j JSON, twice INT AS (id * 2) VIRTUAL, kept VARCHAR(50) AS (CONCAT('it''s ', id, ';')) PERSISTENT COMMENT 'kept', name VARCHAR(20) AS (JSON_VALUE(j, '$.name')) VIRTUAL,
  made DATETIME DEFAULT (TIMESTAMP'2026-01-01 00:00:00' + INTERVAL 1 DAY), KEY (twice), UNIQUE KEY (kept), CONSTRAINT `above; zero` CHECK (id > 0 AND twice < 1000)
);
INSERT INTO generated (id, j) VALUES (1, '{"name": "a"}'), (2, NULL);
CREATE TABLE invisible (id INT AUTO_INCREMENT PRIMARY KEY, seen TEXT, hidden TEXT INVISIBLE DEFAULT 'x', hidden_too INT INVISIBLE);
INSERT INTO invisible (seen, hidden, hidden_too) VALUES ('a', 'hidden a', 1), ('b', NULL, NULL);
INSERT INTO invisible VALUES (9, 'c');
CREATE TABLE all_hidden_but_one (a INT, b INT INVISIBLE PRIMARY KEY AUTO_INCREMENT);
INSERT INTO all_hidden_but_one VALUES (1), (1), (1);
CREATE TABLE big (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL, amount DECIMAL(12, 2), made_at TIMESTAMP NULL, note VARCHAR(200), KEY (name(5) DESC), KEY ignored (amount) IGNORED, FULLTEXT KEY (note));
EXECUTE IMMEDIATE CONCAT('INSERT INTO big SELECT seq, CONCAT(''name '', seq), seq * 1.37, TIMESTAMP''2026-01-01 00:00:00'' + INTERVAL seq MINUTE, CONCAT(MD5(seq), REPEAT(''.'', seq % 50)) FROM seq_1_to_', @big_rows);
CREATE TABLE shuffled (id BINARY(16) PRIMARY KEY, n INT, UNIQUE KEY (n));
INSERT INTO shuffled SELECT UNHEX(MD5(seq)), seq FROM seq_1_to_500;
CREATE TABLE long_unique (id INT PRIMARY KEY, t TEXT, UNIQUE KEY (t) USING HASH);
INSERT INTO long_unique VALUES (1, 'a'), (2, NULL);
CREATE TABLE placed (id INT PRIMARY KEY, at POINT NOT NULL, SPATIAL KEY (at));
INSERT INTO placed VALUES (1, POINT(119.87, -0.9)), (2, POINT(0, 0));
CREATE TABLE compressed (id INT PRIMARY KEY, t TEXT COMPRESSED) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8;
INSERT INTO compressed SELECT seq, REPEAT('compress me ', 100) FROM seq_1_to_10;
CREATE TEMPORARY TABLE temporary_table (a INT);
INSERT INTO temporary_table VALUES (1);

SET @wide = (SELECT CONCAT('CREATE TABLE wide (', GROUP_CONCAT('`column ', seq, '` INT DEFAULT ', seq ORDER BY seq), ')') FROM seq_1_to_300);
EXECUTE IMMEDIATE @wide;
INSERT INTO wide () VALUES ();

CREATE TABLE in_myisam (id INT PRIMARY KEY AUTO_INCREMENT, t TEXT) ENGINE = MyISAM;
INSERT INTO in_myisam (t) VALUES ('no transaction'), ('here');
CREATE TABLE in_aria (id INT, t TEXT) ENGINE = Aria TRANSACTIONAL = 1;
INSERT INTO in_aria VALUES (1, 'aria');
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

-- Sequences, versions, partitions --------------------------------------------------------------------------------------------------

CREATE SEQUENCE never_called START WITH 17;
CREATE SEQUENCE backwards START WITH -1 INCREMENT BY -3 MINVALUE -100 MAXVALUE -1 NOCACHE CYCLE;
CREATE SEQUENCE used_up START WITH 1 MAXVALUE 3 CACHE 1;
DO NEXTVAL(backwards), NEXTVAL(backwards), NEXTVAL(used_up), SETVAL(used_up, 3);
CREATE TABLE from_sequence (id BIGINT PRIMARY KEY DEFAULT NEXTVAL(backwards), t TEXT);
INSERT INTO from_sequence (t) VALUES ('a'), ('b');

CREATE TABLE versioned (id INT PRIMARY KEY, t TEXT, unwatched TEXT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1, 'first', 'x'), (2, 'first', 'x'), (3, 'first', 'x');
UPDATE versioned SET t = 'second' WHERE id = 1;
DELETE FROM versioned WHERE id = 3;
CREATE TABLE versioned_openly (
  id INT PRIMARY KEY, t TEXT, from_at TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE, to_at TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (from_at, to_at)
) WITH SYSTEM VERSIONING;
INSERT INTO versioned_openly (id, t) VALUES (1, 'a'), (2, 'b');
UPDATE versioned_openly SET t = 'b2' WHERE id = 2;
CREATE TABLE rented (room INT, since DATE, until DATE, PERIOD FOR rental (since, until), UNIQUE (room, rental WITHOUT OVERLAPS));
INSERT INTO rented VALUES (1, '2026-01-01', '2026-02-01'), (1, '2026-02-01', '2026-03-01');

CREATE TABLE by_range (id INT, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p2025 VALUES LESS THAN (2026) COMMENT = 'it''s old', PARTITION `p rest` VALUES LESS THAN MAXVALUE);
INSERT INTO by_range SELECT seq, DATE'2025-06-01' + INTERVAL seq * 3 DAY FROM seq_1_to_200;
CREATE TABLE by_list (id INT, kind VARCHAR(5)) PARTITION BY LIST COLUMNS (kind) (PARTITION a VALUES IN ('a', ''), PARTITION b VALUES IN (NULL, 'it''s'), PARTITION rest DEFAULT);
INSERT INTO by_list VALUES (1, 'a'), (2, ''), (3, NULL), (4, 'it''s'), (5, 'zzz');
CREATE TABLE by_key (id INT PRIMARY KEY, t TEXT) PARTITION BY KEY () PARTITIONS 5;
INSERT INTO by_key SELECT seq, CONCAT('key ', seq) FROM seq_1_to_50;

-- Foreign keys --------------------------------------------------------------------------------------------------------------------------

CREATE TABLE hens (id INT PRIMARY KEY, egg_id INT NOT NULL, CONSTRAINT `came; from` FOREIGN KEY (egg_id) REFERENCES eggs (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE eggs (id INT PRIMARY KEY, hen_id INT NOT NULL, FOREIGN KEY (hen_id) REFERENCES hens (id));
INSERT INTO hens SELECT seq, 11 - seq FROM seq_1_to_10;
INSERT INTO eggs SELECT seq, seq % 10 + 1 FROM seq_1_to_10;
CREATE TABLE staff (id INT PRIMARY KEY, chief_id INT, name VARCHAR(20), FOREIGN KEY (chief_id) REFERENCES staff (id) ON DELETE SET NULL);
INSERT INTO staff VALUES (1, 2, 'a'), (2, 3, 'b'), (3, 3, 'chief');
-- Allowed with the checks off: a row without its parent.
CREATE TABLE orphans (id INT PRIMARY KEY, staff_id INT, FOREIGN KEY (staff_id) REFERENCES staff (id));
INSERT INTO orphans VALUES (1, 99), (2, 1);

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
CREATE AGGREGATE FUNCTION joined(x TEXT) RETURNS TEXT
BEGIN
  DECLARE total TEXT DEFAULT '';
  DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN total;
  LOOP
    FETCH GROUP NEXT ROW;
    SET total = CONCAT(total, x, ';');
  END LOOP;
END$$
SET sql_mode = 'ORACLE'$$
CREATE OR REPLACE PACKAGE tools AS
  PROCEDURE nothing;
  FUNCTION one RETURN INT;
END$$
CREATE OR REPLACE PACKAGE BODY tools AS
  PROCEDURE nothing AS BEGIN NULL; END;
  FUNCTION one RETURN INT AS BEGIN RETURN 1; END;
END$$
SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'$$

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
CREATE TABLE dropped_soon (id INT, t TEXT);
CREATE VIEW broken_view AS SELECT id, t FROM dropped_soon;
DROP TABLE dropped_soon;

-- Users ---------------------------------------------------------------------------------------------------------------------------------------

CREATE USER IF NOT EXISTS 'museum_user'@'%' IDENTIFIED BY 'it''s \\ "secret"' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3;
CREATE USER IF NOT EXISTS 'it''s "odd"'@'10.%' IDENTIFIED BY 'x' ACCOUNT LOCK PASSWORD EXPIRE;
CREATE ROLE IF NOT EXISTS museum_role;
GRANT museum_role TO 'museum_user'@'%' WITH ADMIN OPTION;
GRANT SELECT, INSERT ON big TO museum_role;
GRANT SELECT (id, name), UPDATE (note) ON big TO 'it''s "odd"'@'10.%' WITH GRANT OPTION;
GRANT EXECUTE ON PROCEDURE `tricky; name` TO 'museum_user'@'%';
GRANT EXECUTE ON FUNCTION doubled TO museum_role;
