// The procedure that is shipped: the written order "Back Up Data Base dan Aplikasi" as data. `verbatim` keeps its wording,
// with its own spelling, for quoting; the other texts are what people read. Whom it names, and for which office, is filled in
// by the office: here are only places to fill.
import {
  type LocalDate,
  type Procedure,
  type ProcedureText,
  parseStepId,
  parseTimeOfDay,
  parseTimeZone,
} from '@lumbung/contracts';
import { DEFAULT_LEGAL_BASIS } from './default-legal-basis.ts';

const text = (verbatim: string, id: string, en: string): ProcedureText => ({ id, en, verbatim });
/** What the written order does not say. */
const added = (id: string, en: string): ProcedureText => ({ id, en });

const PREPARE = parseStepId('prepare');
const DATABASES = parseStepId('databases');
const APPLICATIONS = parseStepId('applications');
const REPORT = parseStepId('report');
const FINISH = parseStepId('finish');

const COMPUTER = text('Komputer', 'Komputer', 'Computer');
const INTERNET = text('Koneksi Internet', 'Koneksi internet', 'Internet connection');
const DATABASE = text('Database', 'Basis data (database)', 'Database');
const APPLICATION = text('Aplikasi', 'Aplikasi', 'Application');

const STEPS: Procedure['steps'] = [
  {
    id: PREPARE,
    title: text('Persiapan Backup', 'Persiapan pencadangan (backup)', 'Preparation of the backup'),
    act: 'preflight',
    actor: 'operator',
    informed: [],
    needs: [COMPUTER, INTERNET, DATABASE, APPLICATION],
    standardMinutes: 15,
    output: text(
      'Komputer dan koneksi internet aktif',
      'Komputer dan koneksi internet aktif',
      'Computer and internet connection active',
    ),
    evidence: 'checks',
  },
  {
    id: DATABASES,
    title: text(
      'Melakukan backup database secara berkala kedalam Komputer Backup',
      'Mencadangkan basis data secara berkala ke dalam komputer cadangan',
      'Back up the databases regularly to the backup computer',
    ),
    act: 'databases',
    actor: 'operator',
    informed: [],
    needs: [COMPUTER, DATABASE],
    standardMinutes: 30,
    output: text('File Backup Database', 'Berkas cadangan basis data', 'Database backup files'),
    evidence: 'database-copies',
  },
  {
    id: APPLICATIONS,
    title: text(
      'Melakukan backup aplikasi secara berkala kedalam Komputer Backup',
      'Mencadangkan aplikasi secara berkala ke dalam komputer cadangan',
      'Back up the applications regularly to the backup computer',
    ),
    act: 'applications',
    actor: 'operator',
    informed: [],
    needs: [COMPUTER, APPLICATION],
    standardMinutes: 60,
    output: text('File Backup Aplikasi', 'Berkas cadangan aplikasi', 'Application backup files'),
    evidence: 'application-copies',
  },
  {
    id: REPORT,
    title: text(
      'Melaporkan kegiatan Backup Database dan Aplikasi',
      'Melaporkan kegiatan pencadangan basis data dan aplikasi',
      'Report the backup of databases and applications',
    ),
    act: 'report',
    actor: 'operator',
    acknowledgedBy: 'recipient',
    informed: ['overseer'],
    needs: [COMPUTER, APPLICATION, DATABASE],
    standardMinutes: 15,
    output: text(
      'Kegiatan Backup Diketahui Oleh Kasi',
      'Kegiatan pencadangan diketahui oleh penerima laporan',
      'The activity is acknowledged by the recipient of the report',
    ),
    evidence: 'acknowledgement',
  },
  {
    id: FINISH,
    title: text('Kegiatan Backup Selesai', 'Kegiatan pencadangan selesai', 'The activity is finished'),
    act: 'close',
    actor: 'operator',
    informed: ['recipient', 'overseer'],
    needs: [text('File Backup', 'Berkas cadangan', 'Backup files')],
    standardMinutes: 5,
    output: text('Backup Selesai', 'Pencadangan selesai', 'Backup finished'),
    evidence: 'file-index',
  },
];

const LOOPS: Procedure['loops'] = [
  {
    after: [PREPARE],
    question: 'ready',
    backTo: PREPARE,
    otherwise: added(
      'Perbaiki, lalu kembali ke persiapan; sasaran lain tetap dikerjakan',
      'Repair, then back to the preparation; other targets go on',
    ),
  },
  ...[DATABASES, APPLICATIONS].map((step) => ({
    after: [step],
    question: 'done-and-verified' as const,
    backTo: step,
    otherwise: added('Ulangi pekerjaan yang gagal saja', 'Repeat only the job that failed'),
  })),
  {
    after: [REPORT],
    question: 'acknowledged',
    backTo: REPORT,
    otherwise: added(
      'Dikembalikan dengan catatan; diperbaiki dan dilaporkan kembali',
      'Returned with a note; corrected and reported again',
    ),
  },
];

const STANDARDS: Procedure['standards'] = {
  timeZone: parseTimeZone('Asia/Makassar'),
  databases: { every: 'day', count: 'calendar-days', coverageHoursMax: 26 },
  applications: {
    atLeast: 3,
    distinctDaysPer: 'iso-week',
    weekBelongsTo: 'month-of-its-thursday',
    plannedOn: ['monday', 'wednesday', 'friday'],
    coverageHoursMax: 80,
  },
  // Over the working day: the last of eight attempts begins some twelve hours after the first.
  retries: { attemptsPerDayMax: 8, firstDelayMinutes: 10, factor: 2, delayMinutesMax: 240 },
  reporting: {
    limitWorkingDays: 1,
    remindAt: parseTimeOfDay('09:00'),
    escalateAfterWorkingDays: 1,
    selfAcknowledgement: 'refused',
  },
  drills: { everyDays: 90 },
};

const RETENTION: Procedure['retention'] = {
  databases: { currentMonth: 'all', recentDays: 31, monthly: 12, yearly: 5, which: 'latest-verified' },
  applications: { currentMonth: 'all', recentDays: 0, monthly: 12, yearly: 5, which: 'latest-verified' },
  trashDays: 14,
};

/** The shipped procedure, in force from the day of its making: the service works before anyone configured it. */
export function defaultProcedure(createdOn: LocalDate): Procedure {
  return {
    formatVersion: 1,
    identity: {
      number: '{nomor SOP}',
      title: text(
        'Back Up Data Base dan Aplikasi',
        'Pencadangan (Backup) Basis Data dan Aplikasi',
        'Backup of Databases and Applications',
      ),
      version: 1,
      status: 'in-force',
      createdOn,
      effectiveOn: createdOn,
      institution: ['{PEMERINTAH DAERAH}', '{NAMA PERANGKAT DAERAH}'],
      unit: '{UNIT KERJA}',
      approvedBy: { position: '{Jabatan pengesah}' },
    },
    legalBasis: DEFAULT_LEGAL_BASIS,
    qualifications: [
      text(
        'S1 Teknik Informatika (serumpun)',
        'S1 Teknik Informatika (serumpun)',
        'Bachelor of informatics (or a related field)',
      ),
      text(
        'D3 Manajemen Informatika (serumpun)',
        'D3 Manajemen Informatika (serumpun)',
        'Diploma of informatics management (or a related field)',
      ),
    ],
    relatedProcedures: [text('SOP Akses Aplikasi', 'SOP Akses Aplikasi', 'Procedure for access to applications')],
    equipment: [
      text('Jaringan Internet', 'Jaringan internet', 'Internet'),
      text('Peralatan Jaringan', 'Peralatan jaringan', 'Network equipment'),
      text('Komputer Server', 'Komputer server', 'Servers'),
      text('Komputer Administrasi', 'Komputer administrasi', 'Office computers'),
      text('Laptop User', 'Laptop pengguna', 'Laptops of users'),
      text('Database dan Aplikasi', 'Basis data dan aplikasi', 'Databases and applications'),
      added('Komputer cadangan (tujuan penyimpanan)', 'Backup computer (destination)'),
    ],
    warning: text(
      'Jika SOP ini tidak dilaksanakan akan berdampak tidak tersedianya data cadangan aplikasi dan database ketika terjadinya permasalahan pada sistem',
      'Jika SOP ini tidak dilaksanakan, tidak tersedia data cadangan aplikasi dan basis data ketika terjadi permasalahan pada sistem.',
      'If this procedure is not carried out, there is no backup of applications and databases when the system has a problem.',
    ),
    records: [
      added('Buku log pencadangan', 'Backup log book'),
      added('Daftar berkas cadangan', 'Index of backup files'),
      added('Laporan bulanan', 'Monthly report'),
      added('Berita acara uji pemulihan', 'Minutes of restore drills'),
    ],
    executors: [
      { role: 'operator', title: text('Staf IT', 'Staf IT', 'IT staff') },
      { role: 'recipient', title: text('Kasi', 'Kepala Seksi', 'Head of section') },
      { role: 'overseer', title: text('Kabid', 'Kepala Bidang', 'Head of division') },
    ],
    steps: STEPS,
    loops: LOOPS,
    standards: STANDARDS,
    retention: RETENTION,
    notes: [
      text(
        'Backup database dilakukan setiap hari',
        'Pencadangan basis data dilakukan setiap hari.',
        'Databases are backed up every day.',
      ),
      text(
        'Backup aplikasi dilakukan minimal 3 kali dalam seminggu (pada bulan berjalan)',
        'Pencadangan aplikasi dilakukan paling sedikit 3 kali dalam seminggu (pada bulan berjalan).',
        'Applications are backed up at least 3 times a week (in the current month).',
      ),
      text(
        'File Backup aplikasi pada bulan yang telah lalu disimpan 1x perbulannya',
        'Berkas cadangan aplikasi dari bulan yang telah lalu disimpan 1 (satu) per bulan.',
        'Of past months one application backup per month is kept.',
      ),
    ],
  };
}
