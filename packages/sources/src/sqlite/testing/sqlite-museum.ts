import { DatabaseSync } from 'node:sqlite';

/** One of everything that SQLite can hold, at `file`. Left open in WAL mode, what was written last lies in the -wal file. */
export function makeSqliteMuseum(
  file: string,
  { journal = 'delete' }: { readonly journal?: 'delete' | 'wal' } = {},
): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec(`PRAGMA journal_mode = ${journal}; PRAGMA user_version = 42; PRAGMA application_id = 252006673;`);
  database.exec(`
    CREATE TABLE empty (a);
    CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE, born DATE);
    INSERT INTO person (name, born) VALUES ('Siti', '1990-01-01'), ('Ünï', NULL), ('', 'x');
    CREATE TABLE pay (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person (id), rupiah INTEGER CHECK (rupiah > 0));
    INSERT INTO pay (person, rupiah) VALUES (1, 1000), (2, 9223372036854775807), (1, 5);
    CREATE INDEX pay_of_person ON pay (person) WHERE rupiah > 1;
    CREATE TABLE word (w TEXT PRIMARY KEY, n REAL) WITHOUT ROWID;
    INSERT INTO word VALUES ('z', 1.5), ('a', -0.0), ('m', 9e999);
    CREATE TABLE strict_one (i INT, r REAL, t TEXT, b BLOB, any_one ANY) STRICT;
    INSERT INTO strict_one VALUES (1, 2, '3', x'00ff', 4), (NULL, NULL, NULL, NULL, NULL);
    CREATE TABLE computed (a INT, twice AS (a * 2) STORED, thrice AS (a * 3));
    INSERT INTO computed (a) VALUES (1), (2);
    CREATE TABLE mixed (v);
    INSERT INTO mixed VALUES (NULL), (''), (x''), ('\\N'), (0), (0.0), ('0'), (x'30'), (-9223372036854775808), (1e300),
      (CAST(x'ff41' AS TEXT)), ('a' || char(0) || 'b'), (char(10) || char(13) || char(9)), ('😀');
    CREATE TABLE hides_rowid (rowid TEXT, _rowid_ TEXT, oid TEXT);
    INSERT INTO hides_rowid VALUES ('b', 'x', 'y'), ('a', 'x', 'y');
    CREATE TABLE "odd "" name, ünï
2" ("a b" TEXT, "select" INT, "" INT);
    INSERT INTO "odd "" name, ünï
2" VALUES ('x', 1, 2);
    CREATE TABLE large (n INTEGER PRIMARY KEY, filler TEXT);
    WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000)
      INSERT INTO large SELECT n, 'filler ' || n || ' ' || hex(n * 7919) FROM c;
    CREATE TABLE blobs (b BLOB);
    INSERT INTO blobs VALUES (zeroblob(1000000)), (x'000102');
    CREATE VIRTUAL TABLE search USING fts5 (title, body);
    INSERT INTO search VALUES ('Lumbung', 'padi dan data'), ('Two', 'words');
    CREATE VIRTUAL TABLE box USING rtree (id, x0, x1);
    INSERT INTO box VALUES (1, 0, 1);
    CREATE VIEW names AS SELECT name FROM person;
    CREATE VIEW broken AS SELECT * FROM nowhere;
    CREATE TABLE log (what TEXT);
    CREATE TRIGGER person_added AFTER INSERT ON person BEGIN INSERT INTO log VALUES (new.name); END;
    ANALYZE;
  `);
  return database;
}
