import type { RemarkTexts } from '../../remarks.ts';

/** Yang dikatakan rencana sebuah pemulihan. */
export const idRestoreRemarks = {
  'restore-version': { message: '{{product}} {{version}}, dicadangkan dari {{dumpedProduct}} {{dumpedVersion}}' },
  'restore-server-older': {
    message: 'servernya {{product}} {{version}}, lebih lama daripada {{dumpedVersion}} yang dicadangkan',
    hint: 'Pulihkan ke server versi {{dumpedVersion}} atau yang lebih baru.',
  },
  'restore-server-perhaps-older': {
    message:
      '{{product}} {{version}} lebih lama daripada {{dumpedProduct}} {{dumpedVersion}} yang dicadangkan; mungkin tidak semuanya dimengerti',
  },
  'restore-other-vendor': {
    message:
      '{{product}} {{version}} dari pembuat lain daripada {{dumpedProduct}} {{dumpedVersion}} yang dicadangkan; mungkin tidak semuanya dimengerti',
  },
  'object-of-other-vendor': {
    message: '{{product}} tidak mengenal yang dibuat {{dumpedProduct}}: {{kind}} {{name}}',
    hint: 'Pulihkan ke {{dumpedProduct}}.',
  },
  'generated-values-of-other-vendor': {
    message: '{{product}} tidak menerima nilai kolom hasil hitungan, yang ditulis {{dumpedProduct}}',
    hint: 'Pulihkan ke {{dumpedProduct}}.',
  },
  'takes-writes': { message: 'servernya menerima perubahan' },
  'target-is-replica': {
    message: 'servernya replika, yang hanya menerima perubahan dari server utamanya',
    hint: 'Pulihkan ke server utamanya.',
  },
  'target-is-read-only': {
    message: 'servernya tidak menerima perubahan (read_only)',
    hint: 'Pulihkan ke server utamanya.',
  },
  'name-free': { message: 'nama {{name}} belum dipakai' },
  'name-impossible': {
    message: 'basis data tidak dapat bernama “{{name}}”',
    hint: 'Pilihlah nama lain dengan `--as`.',
  },
  'name-taken': {
    message: 'basis data {{name}} sudah ada; pemulihan tidak pernah menimpa',
    hint: 'Pilihlah nama lain dengan `--as`, lalu tukarkan keduanya (`lumbung db swap`).',
  },
  'name-unfinished': {
    message: 'basis data {{name}} adalah sisa pemulihan yang tidak selesai',
    hint: 'Hapuslah, atau pilih nama lain dengan `--as`:',
  },
  'may-create-databases': { message: '{{account}} boleh membuat basis data' },
  'may-not-create-databases': {
    message: '{{account}} tidak boleh membuat basis data',
    hint: 'Sebagai administrator server:',
  },
  'may-create-everything': { message: '{{account}} boleh membuat semua isinya' },
  'privileges-missing': {
    message: '{{account}} belum memiliki hak: {{privileges}}',
    hint: 'Sebagai administrator server:',
  },
  'tables-known': { message: 'tabel: {{count}}' },
  'tables-unknown': {
    message: 'cadangan tidak memuat tabel {{tables}}',
    hint: 'Tulislah nama tabel sebagaimana adanya; untuk PostgreSQL sebagai skema.tabel.',
  },

  'roles-there': { message: 'semua role tersedia: {{roles}}' },
  'roles-missing': {
    message: 'role yang tidak dimiliki server: {{roles}}',
    hint: 'Beri masing-masing nama lain (`--map-role LAMA=BARU`), mintalah agar dibuatkan tanpa hak masuk (`--create-roles`), jadikan semuanya milik satu role (`--owner`, `--no-owner`), atau buatlah sendiri:',
  },
  'roles-reserved': {
    message: 'role yang hanya dimiliki server versi lain, dan tidak dapat dibuat: {{roles}}',
    hint: 'Beri masing-masing nama lain (`--map-role LAMA=BARU`), atau jadikan semuanya milik satu role (`--owner`).',
  },
  'roles-created': {
    message: 'role ini akan dibuat, tanpa hak masuk dan tanpa kata sandi: {{roles}}',
    hint: 'Akun yang memulihkan menjadi anggota role yang akan memiliki sesuatu, kecuali jika akun itu superuser.',
  },
  'roles-uncreatable': {
    message: '{{account}} tidak boleh membuat role: {{roles}}',
    hint: 'Sebagai administrator server:',
  },
  'roles-mapped': { message: 'nama lain: {{roles}}' },
  'mapped-roles-unknown': {
    message: 'cadangan tidak mengenal nama di `--map-role` ini: {{unknown}}',
    hint: 'Yang dikenal: {{roles}}.',
  },
  'owners-allowed': { message: '{{account}} boleh menyerahkan semuanya kepada pemiliknya' },
  'owners-refused': {
    message: '{{account}} tidak boleh menyerahkan apa pun kepada {{roles}}',
    hint: 'Beri role itu nama lain (`--map-role LAMA=BARU`), jadikan semuanya milik Anda (`--no-owner`), atau, sebagai administrator server:',
  },
  'schemas-allowed': { message: 'semuanya dapat diserahkan kepada pemiliknya di dalam skemanya' },
  'schemas-mixed': {
    message: 'hanya superuser, bukan {{account}}, yang dapat memulihkan milik selain pemilik skemanya: {{schemas}}',
    hint: 'Pulihkan sebagai superuser, atau jadikan semuanya milik satu role (`--owner`, atau `--map-role` untuk masing-masing).',
  },
  'grantors-allowed': { message: 'semua hak dapat diberikan kembali' },
  'grantors-refused': {
    message: 'hanya superuser, bukan {{account}}, yang dapat memberikan hak atas nama {{roles}}',
    hint: 'Pulihkan sebagai superuser, atau jadikan semuanya milik satu role, tanpa hak lain (`--owner`).',
  },
  'extensions-available': { message: 'semua ekstensi tersedia' },
  'extensions-missing': {
    message: 'ekstensi yang tidak terpasang di server: {{extensions}}',
    hint: 'Pasanglah di sana paket yang memuatnya: {{packages}}.',
  },
  'extensions-for-superusers': {
    message: 'hanya superuser yang boleh membuat ekstensi {{extensions}}',
    hint: 'Pulihkan sebagai superuser.',
  },
  'extensions-differ': { message: 'ekstensi akan berversi lain: {{extensions}}' },
  'locale-available': { message: 'lokal dan penyandian tersedia: {{locale}}' },
  'locale-provider-missing': {
    message: 'PostgreSQL {{version}} tidak memiliki penyedia lokal {{provider}}',
    hint: 'Pulihkan ke server yang lebih baru.',
  },
  'encoding-unknown': {
    message: 'server tidak mengenal penyandian {{encoding}}',
    hint: 'Pulihkan ke server yang mengenalnya.',
  },
  'locale-missing': {
    message: 'server tidak memiliki lokal {{locale}} (pesannya “{{reason}}”)',
    hint: 'Pasanglah di sana (paket locales-all), lalu mulai ulang PostgreSQL.',
  },

  'packet-large-enough': { message: 'baris terpanjang memerlukan {{needed}}, dan server menerimanya' },
  'packet-too-small': {
    message: 'satu baris {{table}} memerlukan perintah sepanjang {{needed}}, server menerima {{limit}}',
    hint: 'Sebagai administrator server:',
  },
  'collations-known': { message: 'kolasi, semuanya dikenal: {{count}}' },
  'collations-unknown': {
    message: 'kolasi yang tidak dikenal server (≈ yang terdekat): {{collations}}',
    hint: 'Pulihkan ke server dari pembuat dan versi yang dicadangkan; atau ubahlah tabelnya di sana dahulu, lalu cadangkan lagi.',
  },
  'storage-engines-known': { message: 'server memiliki semua mesin penyimpanan' },
  'storage-engines-unknown': {
    message: 'mesin penyimpanan yang tidak dimiliki server: {{engines}}',
    hint: 'Pasanglah di sana:',
  },
  'no-definers': { message: 'tidak ada yang berjalan sebagai akun lain' },
  'definers-refused': {
    message: '{{account}} tidak boleh membuat yang berjalan sebagai {{accounts}}',
    hint: 'Jalankan sebagai akun Anda (`--no-owner`) atau akun lain (`--map-role LAMA=BARU`), atau, sebagai administrator server:',
  },
  'definers-unasked': { message: 'tidak boleh ditanyakan apakah akun ini ada: {{accounts}}' },
  'definers-known': { message: 'server memiliki semua akun yang menjalankan sesuatu: {{accounts}}' },
  'definers-missing': {
    message: 'yang berjalan sebagai akun ini akan gagal saat dipanggil, karena akunnya tidak ada: {{accounts}}',
    hint: 'Jalankan sebagai akun lain (`--map-role LAMA=BARU`, `--owner`, `--no-owner`), atau buatlah akunnya beserta hak yang diperlukan:',
  },
  'definers-chosen-missing': {
    message: 'akun yang dipilih tidak ada: {{accounts}}',
    hint: 'Pilihlah yang lain, atau buatlah akunnya beserta hak yang diperlukan:',
  },
  'no-functions': { message: 'tidak ada fungsi yang menghalangi' },
  'functions-allowed': { message: 'fungsi dan trigger boleh dibuat' },
  'functions-untrusted': {
    message: 'server mencatat perubahannya, dan hanya menerima fungsi dan trigger dari administrator',
    hint: 'Sebagai administrator server:',
  },
  'name-case-kept': { message: 'huruf besar dan kecil membedakan nama' },
  'names-collide': {
    message: 'bagi server nama-nama ini sama (lower_case_table_names): {{names}}',
    hint: 'Pulihkan ke server dengan `lower_case_table_names = 0`.',
  },
  'names-lower-case': { message: 'semua nama berhuruf kecil' },
  'names-folded': { message: 'server menjadikan semua nama tabel huruf kecil (lower_case_table_names)' },
  'own-name-kept': { message: 'nama basis data tetap' },
  'own-name-unused': { message: 'tidak ada yang menyebut nama basis data itu sendiri' },
  'own-name-used': {
    message: 'yang ini menyebut basis data {{database}}, dan tetap menunjuk ke sana: {{objects}}',
    hint: 'Jangan dipanggil di basis data hasil pemulihan selagi yang satunya masih ada.',
  },

  'rdb-readable': { message: '{{product}} {{version}} membaca bentuk cadangan ini' },
  'rdb-unreadable': {
    message: '{{product}} {{version}} membaca berkas RDB sampai versi {{readable}}, cadangannya versi {{dumped}}',
    hint: 'Pulihkan ke server dengan versi yang dicadangkan, atau yang lebih baru.',
  },
  'target-empty': { message: 'belum ada isinya' },
  'target-not-empty': {
    message: 'sudah ada kunci di sana: {{databases}}',
    hint: 'Pulihkan ke basis data atau server kosong, lalu tukarkan.',
  },
  'target-has-functions': {
    message: 'sudah ada fungsi di sana',
    hint: 'Pulihkan ke server kosong.',
  },
  'databases-enough': { message: 'server memiliki semua basis data yang diperlukan, sampai {{database}}' },
  'databases-too-few': {
    message: 'server hanya memiliki {{there}} basis data, yang diperlukan {{database}}',
    hint: 'Tetapkan `databases {{needed}}` di dalam konfigurasinya, lalu mulai ulang.',
  },
  'memory-enough': { message: 'memori yang diperlukan, setidaknya: {{needed}}' },
  'memory-too-small': {
    message: 'server boleh memakai {{limit}} memori, cadangannya sebesar {{needed}}',
    hint: 'Naikkan maxmemory server itu.',
  },

  'folder-there': { message: 'foldernya ada' },
  'folder-missing': {
    message: '{{folder}} bukan folder yang dapat dijangkau',
    hint: 'Buatlah, atau pilih tempat lain.',
  },
  'file-free': { message: 'nama {{file}} belum dipakai' },
  'file-taken': { message: '{{file}} sudah ada', hint: 'Pilihlah nama lain.' },
  'file-owner-kept': { message: 'pemilik {{owner}}' },
  'file-owner-changes': {
    message: 'berkasnya akan menjadi milik {{owner}}, bukan {{was}} seperti semula',
    hint: 'Jalankan sebagai root, atau sesudahnya:',
  },
  'space-enough': { message: 'ruang yang diperlukan: {{needed}}, dan tersedia' },
  'space-unknown': { message: 'ruang: tidak diketahui, karena foldernya tidak ada' },
  'space-too-small': {
    message: 'ruang yang diperlukan: {{needed}}, dan sisa disk kurang dari itu',
    hint: 'Kosongkan sebagian disk, atau pilih tempat lain.',
  },

  'rows-not-dumped': { message: 'isi {{table}}, yang tidak ada di dalam cadangan' },
  'tablespace-not-kept': { message: 'tablespace {{tablespace}}: semuanya berada di tempat bawaan' },
  'owners-not-kept': { message: 'pemilik, hak, pengaturan, dan pemetaan pengguna masing-masing role' },
  'user-mappings-merged': { message: 'pemetaan pengguna dari role yang menjadi satu dengan role lain: {{mappings}}' },
  'only-chosen-tables': { message: 'tabel lain, view, kunci yang menunjuk tabel lain, dan objek besar' },
  'objects-not-chosen': { message: '{{objects}}' },
  'events-disabled': { message: 'berjalannya event: event tersedia, tetapi tidur: {{events}}' },
  'accounts-in-server-dump': { message: 'akun beserta haknya, yang ada di dalam cadangan server' },
  'databases-not-chosen': { message: '{{databases}}' },
  'functions-not-chosen': { message: 'pustaka fungsi: {{count}}' },
} as const satisfies RemarkTexts;
