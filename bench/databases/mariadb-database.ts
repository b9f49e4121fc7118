// The same office in MariaDB; see postgres-database.ts.
import type { TestServer } from '@lumbung/sources/testing';
import { sentences } from './sentences.ts';

const POOL = 'bench_pool';
const SENTENCES = 4096;
const BLOBS = 256;
const BLOB_BYTES = 64 * 1024;

const chance = (purpose: number, below: number): string => `(CRC32(CONCAT(${purpose}, '-', seq)) % ${below})`;
const far = (purpose: number, below: number): string =>
  `((CRC32(CONCAT(${purpose}, '-', seq)) * 4096 + CRC32(CONCAT(seq, ${purpose})) % 4096) % ${below})`;
const rows = (count: number): string => `seq_1_to_${Math.max(1, Math.round(count))}`;
const sentence = (purpose: number): string =>
  `(SELECT t FROM ${POOL}.sentences WHERE id = ${chance(purpose, SENTENCES)})`;

const APPLICATIONS = [
  `CREATE TABLE permohonan (id BIGINT PRIMARY KEY, nomor VARCHAR(40) NOT NULL, pengguna_id BIGINT NOT NULL, layanan_id INT NOT NULL,
     status VARCHAR(20) NOT NULL, biaya DECIMAL(12, 2) NOT NULL, masuk DATETIME NOT NULL, diperbarui TIMESTAMP NULL, catatan TEXT)`,
  `INSERT INTO permohonan SELECT seq, CONCAT('P/', LPAD(seq, 8, '0'), '/', 2019 + ${chance(1, 7)}), 1 + ${chance(2, 20_000)},
     1 + ${chance(3, 24)}, ELT(1 + ${chance(4, 6)}, 'baru', 'diperiksa', 'kurang syarat', 'disetujui', 'ditolak', 'selesai'),
     ${chance(5, 90_000_000)} / 100, '2019-01-01' + INTERVAL seq * 18 MINUTE,
     '2019-01-08' + INTERVAL seq * 18 MINUTE + INTERVAL ${chance(6, 1_000_000)} SECOND, ${sentence(7)} FROM ${rows(200_000)}`,
  'ALTER TABLE permohonan ADD UNIQUE (nomor), ADD INDEX (pengguna_id), ADD INDEX (status, masuk)',
];

function poolStatements(): string[] {
  return [
    `CREATE DATABASE ${POOL}`,
    `CREATE TABLE ${POOL}.sentences (id INT PRIMARY KEY, t VARCHAR(255) NOT NULL) ENGINE=MEMORY`,
    `INSERT INTO ${POOL}.sentences VALUES ${sentences(SENTENCES, 11)
      .map((text, idx) => `(${idx},'${text}')`)
      .join(',')}`,
    `CREATE TABLE ${POOL}.blobs (id INT PRIMARY KEY, bytes MEDIUMBLOB)`,
    `SET SESSION group_concat_max_len = 1048576`,
    `INSERT INTO ${POOL}.blobs SELECT b.seq, UNHEX(GROUP_CONCAT(MD5(CONCAT(b.seq, '-', p.seq)) SEPARATOR ''))
       FROM seq_0_to_${BLOBS - 1} b, seq_1_to_${BLOB_BYTES / 16} p GROUP BY b.seq`,
  ];
}

function tableStatements(scale: number): string[] {
  const users = 20_000;
  return [
    ...Array.from({ length: 24 }, (_, refIdx) => {
      const name = `ref_${String(refIdx + 1).padStart(2, '0')}`;
      return [
        `CREATE TABLE ${name} (id INT PRIMARY KEY, kode VARCHAR(20) NOT NULL UNIQUE, nama VARCHAR(255) NOT NULL, aktif BOOLEAN NOT NULL)`,
        `INSERT INTO ${name} SELECT seq, CONCAT('K', seq), ${sentence(100 + refIdx)}, seq % 7 > 0 FROM ${rows(20 * (refIdx + 1) * 2)}`,
      ];
    }).flat(),
    `CREATE TABLE pengguna (id BIGINT PRIMARY KEY, nama VARCHAR(80) NOT NULL, surel VARCHAR(120) NOT NULL, sandi VARCHAR(100) NOT NULL,
       peran VARCHAR(20) NOT NULL, dibuat DATETIME NOT NULL, masuk_terakhir TIMESTAMP NULL, aktif BOOLEAN NOT NULL)`,
    `INSERT INTO pengguna SELECT seq, LEFT(${sentence(20)}, 24), CONCAT('pengguna', seq, '@example.go.id'),
       CONCAT('$2y$10$', REPLACE(TO_BASE64(UNHEX(SHA2(seq, 256))), '=', '.')), ELT(1 + ${chance(21, 3)}, 'warga', 'petugas', 'kepala'),
       '2018-06-01' + INTERVAL seq * 97 MINUTE, '2026-01-01' + INTERVAL ${chance(22, 9_000_000)} SECOND, seq % 11 > 0 FROM ${rows(users)}`,
    'ALTER TABLE pengguna ADD UNIQUE (surel)',
    ...APPLICATIONS,
    `CREATE TABLE riwayat (id BIGINT PRIMARY KEY, permohonan_id BIGINT NOT NULL, pengguna_id BIGINT, tindakan VARCHAR(20) NOT NULL,
       pada TIMESTAMP NULL, alamat INET6, data JSON NOT NULL)`,
    `INSERT INTO riwayat SELECT seq, 1 + ${chance(30, 200_000)}, 1 + ${chance(31, users)},
       ELT(1 + ${chance(32, 7)}, 'buka', 'ubah', 'unggah', 'setujui', 'tolak', 'cetak', 'kirim'),
       '2019-01-01' + INTERVAL seq * 71 SECOND, CONCAT('::10.', ${chance(33, 250)}, '.', ${chance(34, 250)}, '.', ${chance(35, 250)}),
       JSON_OBJECT('halaman', CONCAT('/permohonan/', ${chance(30, 200_000)}, '/rincian'), 'lama_ms', ${chance(36, 4000)},
         'status', 200 + ${chance(37, 3)} * 101, 'peramban', ELT(1 + ${chance(38, 4)}, 'Firefox', 'Chrome', 'Safari', 'Edge'))
       FROM ${rows(2_700_000 * scale)}`,
    'ALTER TABLE riwayat ADD INDEX (permohonan_id), ADD INDEX (pada)',
    `CREATE TABLE transaksi (id BIGINT PRIMARY KEY, akun INT NOT NULL, tanggal DATE NOT NULL, pada DATETIME(3) NOT NULL,
       debit DECIMAL(14, 2) NOT NULL, kredit DECIMAL(14, 2) NOT NULL, saldo DOUBLE NOT NULL, kode CHAR(6) NOT NULL, acuan UUID NOT NULL)`,
    `INSERT INTO transaksi SELECT seq, 10000 + ${chance(40, 4000)}, '2019-01-01' + INTERVAL seq DIV 1500 DAY, '2019-01-01' + INTERVAL seq * 57 SECOND,
       ${chance(41, 2)} * ${chance(42, 900_000_000)} / 100, (1 - ${chance(41, 2)}) * ${chance(42, 900_000_000)} / 100, ${far(43, 9_000_000_000)} / 1000,
       CONCAT('TR', LPAD(${chance(44, 9999)}, 4, '0')), INSERT(INSERT(MD5(seq), 13, 1, '4'), 17, 1, '8') FROM ${rows(3_600_000 * scale)}`,
    'ALTER TABLE transaksi ADD INDEX (akun, tanggal)',
    `CREATE TABLE pesan (id BIGINT PRIMARY KEY, dari BIGINT NOT NULL, kepada BIGINT NOT NULL, judul VARCHAR(80) NOT NULL, isi MEDIUMTEXT NOT NULL,
       dibaca BOOLEAN NOT NULL, pada DATETIME NOT NULL)`,
    `INSERT INTO pesan SELECT seq, 1 + ${chance(50, users)}, 1 + ${chance(51, users)}, LEFT(${sentence(52)}, 60),
       CONCAT_WS(' ', ${Array.from({ length: 12 }, (_, idx) => (idx < 4 ? sentence(53 + idx) : `IF(${chance(70 + idx, 3)} > 0, ${sentence(53 + idx)}, '')`)).join(', ')}),
       seq % 5 > 0, '2020-01-01' + INTERVAL seq * 391 SECOND FROM ${rows(560_000 * scale)}`,
    'ALTER TABLE pesan ADD INDEX (kepada, dibaca)',
    `CREATE TABLE berkas (id BIGINT PRIMARY KEY, permohonan_id BIGINT NOT NULL, nama VARCHAR(80) NOT NULL, jenis VARCHAR(40) NOT NULL, ukuran INT NOT NULL,
       isi MEDIUMBLOB NOT NULL)`,
    `INSERT INTO berkas SELECT seq, 1 + ${chance(80, 200_000)}, CONCAT('pindaian-', seq, '.jpg'), 'image/jpeg', 1000 + ${chance(82, 14_000)},
       (SELECT SUBSTR(bytes, 1 + ${chance(81, BLOB_BYTES - 16_000)}, 1000 + ${chance(82, 14_000)}) FROM ${POOL}.blobs WHERE id = ${chance(83, BLOBS)})
       FROM ${rows(26_000 * scale)}`,
    'ALTER TABLE berkas ADD INDEX (permohonan_id)',
    'CREATE TABLE sesi (id VARCHAR(40) PRIMARY KEY, pengguna_id BIGINT, muatan TEXT NOT NULL, kedaluwarsa DATETIME NOT NULL)',
    `INSERT INTO sesi SELECT MD5(CONCAT('sesi ', seq)), 1 + ${chance(90, users)},
       REPLACE(TO_BASE64(UNHEX(CONCAT(SHA2(seq, 512), SHA2(-seq, 512)))), '\\n', ''), '2026-01-01' + INTERVAL ${chance(91, 900_000)} SECOND
       FROM ${rows(60_000 * scale)}`,
    'ALTER TABLE sesi ADD INDEX (kedaluwarsa)',
    'ALTER TABLE permohonan ADD FOREIGN KEY (pengguna_id) REFERENCES pengguna (id)',
    'ALTER TABLE riwayat ADD FOREIGN KEY (permohonan_id) REFERENCES permohonan (id)',
    'ALTER TABLE berkas ADD FOREIGN KEY (permohonan_id) REFERENCES permohonan (id)',
    `CREATE VIEW permohonan_terbuka AS SELECT * FROM permohonan WHERE status IN ('baru', 'diperiksa')`,
    'CREATE TRIGGER permohonan_disentuh BEFORE UPDATE ON permohonan FOR EACH ROW SET NEW.diperbarui = NOW()',
  ];
}

/** Keys come in order and refer to rows that are there. */
const UNCHECKED = ['SET SESSION unique_checks = 0', 'SET SESSION foreign_key_checks = 0'];

async function load(server: TestServer, database: string, statements: readonly string[]): Promise<void> {
  await server.client(`${[...UNCHECKED, ...poolStatements(), ...statements].join(';\n')};\n`, database);
  await server.client(`DROP DATABASE ${POOL}; ANALYZE TABLE permohonan;`, database);
}

/** The database exists, empty. */
export async function fillMariadb(server: TestServer, database: string, scale: number): Promise<void> {
  await load(server, database, tableStatements(scale));
}

/** Only the table of 200,000 rows. */
export async function fillMariadbApplications(server: TestServer, database: string): Promise<void> {
  await load(server, database, APPLICATIONS);
}
