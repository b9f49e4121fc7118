// A database as an office has it, about 2 GB as text at scale 1, made by the server from numbers alone: two machines
// measure the same rows.
import type { TestServer } from '@lumbung/sources/testing';
import { sentences } from './sentences.ts';

const SENTENCES = 4096;
const BLOBS = 256;
const BLOB_BYTES = 64 * 1024;

/** Whole numbers from 0 below `below`, by row and purpose. */
const chance = (purpose: number, below: number): string =>
  `((hashint8extended(n, ${purpose}) & 9223372036854775807) % ${below})`;
const sentence = (purpose: number): string =>
  `(SELECT t FROM bench_sentences WHERE id = ${chance(purpose, SENTENCES)})`;
const rows = (count: number): string => `generate_series(1::bigint, ${Math.max(1, Math.round(count))}) AS n`;

/** The application's table in which few rows change from day to day. */
const APPLICATIONS = `
  CREATE TABLE permohonan (id bigint PRIMARY KEY, nomor text NOT NULL, pengguna_id bigint NOT NULL, layanan_id int NOT NULL,
    status text NOT NULL, biaya numeric(12, 2) NOT NULL, masuk timestamptz NOT NULL, diperbarui timestamptz, catatan text);
  INSERT INTO permohonan SELECT n, 'P/' || lpad(n::text, 8, '0') || '/' || (2019 + ${chance(1, 7)}), 1 + ${chance(2, 20000)},
    1 + ${chance(3, 24)}, (ARRAY['baru', 'diperiksa', 'kurang syarat', 'disetujui', 'ditolak', 'selesai'])[1 + ${chance(4, 6)}],
    ${chance(5, 90_000_000)} / 100.0, timestamptz '2019-01-01' + n * interval '18 minutes',
    timestamptz '2019-01-08' + n * interval '18 minutes' + ${chance(6, 1_000_000)} * interval '1 second',
    ${sentence(7)} FROM ${rows(200_000)};
  CREATE UNIQUE INDEX ON permohonan (nomor); CREATE INDEX ON permohonan (pengguna_id); CREATE INDEX ON permohonan (status, masuk);`;

function poolStatements(): string {
  return `
  CREATE UNLOGGED TABLE bench_sentences (id bigint PRIMARY KEY, t text NOT NULL);
  INSERT INTO bench_sentences VALUES ${sentences(SENTENCES, 11)
    .map((text, idx) => `(${idx},'${text}')`)
    .join(',')};
  ANALYZE bench_sentences;
  CREATE UNLOGGED TABLE bench_blobs (id bigint PRIMARY KEY, bytes bytea);
  ALTER TABLE bench_blobs ALTER bytes SET STORAGE EXTERNAL;
  INSERT INTO bench_blobs SELECT b, string_agg(decode(md5(b || '-' || p), 'hex'), ''::bytea)
    FROM generate_series(0, ${BLOBS - 1}) AS b, generate_series(1, ${BLOB_BYTES / 16}) AS p GROUP BY b;`;
}

function tableStatements(scale: number): string[] {
  const users = 20_000;
  return [
    ...Array.from({ length: 24 }, (_, refIdx) => {
      const name = `ref_${String(refIdx + 1).padStart(2, '0')}`;
      return `CREATE TABLE ${name} (id int PRIMARY KEY, kode text NOT NULL UNIQUE, nama text NOT NULL, aktif boolean NOT NULL);
        INSERT INTO ${name} SELECT n, 'K' || n, ${sentence(100 + refIdx)}, n % 7 > 0 FROM ${rows(20 * (refIdx + 1) * 2)};`;
    }),
    `CREATE TABLE pengguna (id bigint PRIMARY KEY, nama text NOT NULL, surel text NOT NULL, sandi text NOT NULL,
       peran text NOT NULL, dibuat timestamptz NOT NULL, masuk_terakhir timestamptz, aktif boolean NOT NULL);
     INSERT INTO pengguna SELECT n, initcap(left(${sentence(20)}, 24)), 'pengguna' || n || '@example.go.id',
       '$2y$10$' || translate(encode(sha256(int8send(n)), 'base64'), '=+', '../'), (ARRAY['warga', 'petugas', 'kepala'])[1 + ${chance(21, 3)}],
       timestamptz '2018-06-01' + n * interval '97 minutes', timestamptz '2026-01-01' + ${chance(22, 9_000_000)} * interval '1 second',
       n % 11 > 0 FROM ${rows(users)};
     CREATE UNIQUE INDEX ON pengguna (surel);`,
    APPLICATIONS,
    `CREATE TABLE riwayat (id bigint PRIMARY KEY, permohonan_id bigint NOT NULL, pengguna_id bigint, tindakan text NOT NULL,
       pada timestamptz NOT NULL, alamat inet, data jsonb NOT NULL);
     INSERT INTO riwayat SELECT n, 1 + ${chance(30, 200_000)}, 1 + ${chance(31, users)},
       (ARRAY['buka', 'ubah', 'unggah', 'setujui', 'tolak', 'cetak', 'kirim'])[1 + ${chance(32, 7)}],
       timestamptz '2019-01-01' + n * interval '71.3 seconds', ('10.' || ${chance(33, 250)} || '.' || ${chance(34, 250)} || '.' || ${chance(35, 250)})::inet,
       jsonb_build_object('halaman', '/permohonan/' || ${chance(30, 200_000)} || '/rincian', 'lama_ms', ${chance(36, 4000)},
         'status', 200 + ${chance(37, 3)} * 101, 'peramban', (ARRAY['Firefox', 'Chrome', 'Safari', 'Edge'])[1 + ${chance(38, 4)}])
       FROM ${rows(2_700_000 * scale)};
     CREATE INDEX ON riwayat (permohonan_id); CREATE INDEX ON riwayat (pada);`,
    `CREATE TABLE transaksi (id bigint PRIMARY KEY, akun int NOT NULL, tanggal date NOT NULL, pada timestamp NOT NULL,
       debit numeric(14, 2) NOT NULL, kredit numeric(14, 2) NOT NULL, saldo double precision NOT NULL, kode char(6) NOT NULL, acuan uuid NOT NULL);
     INSERT INTO transaksi SELECT n, 10000 + ${chance(40, 4000)}, date '2019-01-01' + (n / 1500)::int, timestamp '2019-01-01' + n * interval '57 seconds',
       ${chance(41, 2)} * ${chance(42, 900_000_000)} / 100.0, (1 - ${chance(41, 2)}) * ${chance(42, 900_000_000)} / 100.0,
       ${chance(43, 9_000_000_000)} / 1000.0, 'TR' || lpad(${chance(44, 9999)}::text, 4, '0'), md5(n::text)::uuid FROM ${rows(3_600_000 * scale)};
     CREATE INDEX ON transaksi (akun, tanggal);`,
    `CREATE TABLE pesan (id bigint PRIMARY KEY, dari bigint NOT NULL, kepada bigint NOT NULL, judul text NOT NULL, isi text NOT NULL,
       dibaca boolean NOT NULL, pada timestamptz NOT NULL);
     INSERT INTO pesan SELECT n, 1 + ${chance(50, users)}, 1 + ${chance(51, users)}, left(${sentence(52)}, 60),
       ${Array.from({ length: 12 }, (_, idx) => (idx < 4 ? sentence(53 + idx) : `CASE WHEN ${chance(70 + idx, 3)} > 0 THEN ${sentence(53 + idx)} ELSE '' END`)).join(" || ' ' || ")},
       n % 5 > 0, timestamptz '2020-01-01' + n * interval '391 seconds' FROM ${rows(560_000 * scale)};
     CREATE INDEX ON pesan (kepada, dibaca);`,
    `CREATE TABLE berkas (id bigint PRIMARY KEY, permohonan_id bigint NOT NULL, nama text NOT NULL, jenis text NOT NULL, ukuran int NOT NULL, isi bytea NOT NULL);
     ALTER TABLE berkas ALTER isi SET STORAGE EXTERNAL;
     INSERT INTO berkas SELECT n, 1 + ${chance(80, 200_000)}, 'pindaian-' || n || '.jpg', 'image/jpeg', 1000 + ${chance(82, 14_000)},
       substr(b.bytes, (1 + ${chance(81, BLOB_BYTES - 16_000)})::int, (1000 + ${chance(82, 14_000)})::int)
       FROM ${rows(26_000 * scale)} JOIN bench_blobs b ON b.id = ${chance(83, BLOBS)} ORDER BY n;
     CREATE INDEX ON berkas (permohonan_id);`,
    `CREATE TABLE sesi (id text PRIMARY KEY, pengguna_id bigint, muatan text NOT NULL, kedaluwarsa timestamptz NOT NULL);
     INSERT INTO sesi SELECT md5('sesi ' || n), 1 + ${chance(90, users)}, encode(sha512(int8send(n)), 'base64') || encode(sha512(int8send(-n)), 'base64'),
       timestamptz '2026-01-01' + ${chance(91, 900_000)} * interval '1 second' FROM ${rows(60_000 * scale)};
     CREATE INDEX ON sesi (kedaluwarsa);`,
    `ALTER TABLE permohonan ADD FOREIGN KEY (pengguna_id) REFERENCES pengguna; ALTER TABLE riwayat ADD FOREIGN KEY (permohonan_id) REFERENCES permohonan;
     ALTER TABLE berkas ADD FOREIGN KEY (permohonan_id) REFERENCES permohonan;
     CREATE VIEW permohonan_terbuka AS SELECT * FROM permohonan WHERE status IN ('baru', 'diperiksa');
     CREATE FUNCTION sentuh() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.diperbarui := now(); RETURN NEW; END';
     CREATE TRIGGER permohonan_disentuh BEFORE UPDATE ON permohonan FOR EACH ROW EXECUTE FUNCTION sentuh();`,
    'DROP TABLE bench_sentences, bench_blobs;',
  ];
}

/** The database exists, empty. */
export async function fillPostgres(server: TestServer, database: string, scale: number): Promise<void> {
  for (const statements of [poolStatements(), ...tableStatements(scale)]) await server.client(statements, database);
  await server.client('VACUUM (FREEZE, ANALYZE);', database);
}

/** Only the table of 200,000 rows. */
export async function fillPostgresApplications(server: TestServer, database: string): Promise<void> {
  for (const statements of [poolStatements(), APPLICATIONS, 'DROP TABLE bench_sentences, bench_blobs;']) {
    await server.client(statements, database);
  }
  await server.client('VACUUM (FREEZE, ANALYZE);', database);
}
