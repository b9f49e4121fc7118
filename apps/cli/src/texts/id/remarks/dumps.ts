import type { RemarkTexts } from '../../remarks.ts';

/** Yang dikatakan sebuah cadangan tentang dirinya. */
export const idDumpRemarks = {
  publications: {
    message: 'publikasi: {{names}} (tidak dipulihkan, karena akan langsung menerbitkan)',
  },
  subscriptions: { message: 'langganan: {{names}} (tidak dipulihkan)' },
  'replication-slots': {
    message: 'slot replikasi: {{names}} (tidak ada di cadangan mana pun; buatlah lagi setelah pemulihan)',
  },
  'event-triggers': { message: 'event trigger: {{names}} (berjalan lagi begitu dipulihkan)' },
  'foreign-tables': { message: 'tabel asing: {{names}} (barisnya ada di server lain, bukan di cadangan ini)' },
  'user-mappings': { message: 'pemetaan pengguna: {{names}} (cadangan mungkin memuat kata sandi server lain)' },
  'prepared-transactions': {
    message: 'transaksi yang disiapkan: {{names}} (perubahannya belum ikut tercadangkan sebelum disahkan)',
  },
  'invalid-indexes': { message: 'indeks tidak sah: {{names}} (sisa indeks yang gagal dibuat)' },
  'unlogged-tables': { message: 'tabel tanpa log: {{names}} (replika tidak memiliki barisnya)' },
  'role-passwords-missing': { message: 'kata sandi role tidak ikut tercadangkan' },

  'dumped-by-other-vendor': {
    message: '{{product}} dicadangkan dengan alat dari pembuat lain: {{tool}} dari {{toolProduct}}',
  },
  'view-skipped': { message: 'view {{view}} tidak disertakan, sesuai permintaan' },
  'table-rows-elsewhere': { message: 'tabel {{table}} ({{engine}}) tidak memiliki baris sendiri' },
  'table-untransactional': { message: 'tabel {{table}} ({{engine}}) dibaca selagi mungkin berubah' },
  'table-history-left-out': { message: 'dari tabel {{table}} hanya baris terkini yang dibaca' },
  'account-unreadable': { message: 'satu akun tidak ikut tercadangkan: {{statement}} (pesan server “{{reason}}”)' },

  'keys-moved': {
    message:
      '{{database}} berisi {{keys}} kunci di dalam cadangan; server menghitung {{before}} sebelumnya dan {{after}} sesudahnya',
  },
  'checksum-absent': {
    message: 'server tidak membuat nilai hash (`rdbchecksum no`): kerusakan di pihaknya tidak dapat diketahui',
  },
  'server-settings-unread': { message: 'pengaturan server tidak ikut tercadangkan: {{command}} ditolak' },
  'server-users-unread': { message: 'pengguna server tidak ikut tercadangkan: {{command}} ditolak' },

  'foreign-keys-broken': { message: 'ada baris yang menunjuk baris yang tidak ada: {{tables}}' },
  'check-limited': {
    message: 'indeks tidak dapat diperiksa: perlu fungsi atau kolasi yang hanya dimiliki aplikasi',
  },
  'tables-unread': { message: 'tersimpan, tetapi tidak dibaca untuk dibandingkan: {{tables}}' },
  'virtual-tables': { message: 'sebagian nilainya mungkin berada di luar berkas: {{tables}}' },

  'stored-sentence': { message: '{{code}}: “{{sentence}}”' },
  'stored-unknown': { message: 'keterangan dari program yang lebih baru: {{code}} {{values}}' },
} as const satisfies RemarkTexts;
