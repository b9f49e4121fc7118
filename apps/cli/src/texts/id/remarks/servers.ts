import type { RemarkTexts } from '../../remarks.ts';

/** Yang dikatakan pemeriksaan awal tentang sebuah server. */
export const idServerRemarks = {
  'logged-in': { message: 'masuk sebagai {{account}}' },
  'server-version': { message: '{{product}} {{version}}' },
  'server-version-untested': {
    message: '{{product}} {{version}} lebih baru daripada yang pernah diuji dengan program ini ({{known}})',
    hint: 'Ujilah pemulihannya sebelum Anda mengandalkannya.',
  },
  'server-too-old': {
    message: '{{product}} {{version}} lebih lama daripada {{oldest}}, versi terlama yang dapat dicadangkan',
    hint: 'Gunakan server yang lebih baru.',
  },
  'tool-found': { message: 'alatnya tersedia: {{tool}}' },
  'tool-other-vendor': {
    message: 'alat pencadangannya dari pembuat lain: {{tool}} dari {{toolProduct}} untuk {{product}} {{version}}',
    hint: 'Pasanglah paket klien {{product}}.',
  },
  'tool-older': {
    message: 'alat pencadangannya lebih lama daripada server: {{tool}} untuk {{product}} {{version}}',
    hint: 'Pasanglah {{package}} dengan versi server itu atau yang lebih baru.',
  },
  'stays-on-machine': { message: 'sambungannya tidak meninggalkan mesin ini' },
  encrypted: { message: 'sambungannya terenkripsi' },
  'encrypted-and-verified': { message: 'terenkripsi, dan server terbukti server yang dimaksud' },
  'not-encrypted': {
    message: 'sambungannya tidak terenkripsi: siapa pun di antaranya dapat membaca data dan kata sandi',
    hint: 'Aktifkan TLS di server, dan hilangkan `sslmode=disable` dari alamatnya.',
  },
  'not-verified': {
    message: 'terenkripsi, tetapi tidak ada yang memeriksa apakah server itu server yang dimaksud',
    hint: 'Gunakan `sslmode=verify-full` di dalam alamatnya.',
  },
  'clock-agrees': { message: 'jamnya sesuai dengan jam di sini (selisih {{difference}})' },
  'clock-differs': {
    message: 'selisih jamnya dengan jam di sini: {{difference}}',
    hint: 'Jadikan kedua mesin mengikuti server waktu.',
  },
  'connections-free': { message: 'sambungan yang masih tersedia: {{free}}' },
  'connections-few': {
    message: 'sambungan yang masih tersedia: hanya {{free}}; pencadangan membuka sampai {{needed}}',
    hint: 'Izinkan lebih banyak, lalu mulai ulang server:',
  },
  'no-replica': { message: 'bukan replika' },
  'replica-follows': { message: 'replika yang mengikuti server utamanya' },
  'replica-lag': { message: 'replika, tertinggal {{lag}} dari server utamanya' },
  'replica-lag-unknown': {
    message: 'replika, dan tidak diketahui seberapa jauh tertinggal dari server utamanya',
    hint: 'Periksa mengapa tidak mengikuti, atau cadangkan server utamanya.',
  },
  'replica-far-behind': {
    message: 'replika ini tertinggal {{lag}} dari server utamanya',
    hint: 'Periksa mengapa tidak mengikuti, atau cadangkan server utamanya.',
  },
  'replica-may-cancel': {
    message: 'replika, tertinggal {{lag}}, yang dapat membatalkan pencadangan lama demi mengikuti server utamanya',
    hint: 'Beri tahu server utama apa yang dibaca replika:',
  },
  'replica-lost-primary': {
    message: 'replika ini kehilangan server utamanya, dan tidak memberikan apa pun sampai menemukannya kembali',
    hint: 'Cadangkan server utamanya, atau perbaiki replikasinya.',
  },

  'no-pooler': { message: 'terhubung langsung ke server' },
  'pooler-between': {
    message: 'ada perantara seperti PgBouncer: pembacaan pada satu saat yang sama tidak bertahan melaluinya',
    hint: 'Hubungkan ke port PostgreSQL sendiri, biasanya 5432.',
  },
  'role-passwords-readable': { message: 'role dapat dicadangkan beserta kata sandinya' },
  'role-passwords-hidden': {
    message: 'role dicadangkan tanpa kata sandi; setelah bencana kata sandinya harus dibuat baru',
    hint: 'Untuk menyertakannya (akun itu lalu dapat membaca semua data):',
  },
  'reads-everything': { message: 'semua tabel dan sequence boleh dibaca, juga yang dibuat kemudian' },
  'tables-unreadable': {
    message: '{{role}} tidak boleh membaca {{tables}}',
    hint: 'Sebagai administrator basis data itu:',
  },
  'reads-today-only': {
    message: 'semua yang ada hari ini boleh dibaca, tetapi bukan yang dibuat orang lain besok',
    hint: 'Sebagai administrator server:',
  },
  'reads-today-only-old': {
    message: 'semua yang ada hari ini boleh dibaca, tetapi bukan yang dibuat orang lain besok',
    hint: 'Masuklah sebagai pemilik tabelnya, atau sebagai postgres melalui soket.',
  },
  'rows-not-hidden': { message: 'tidak ada kebijakan yang menyembunyikan baris' },
  'rows-may-be-hidden': {
    message: 'hari ini tidak ada kebijakan yang menyembunyikan baris, tetapi besok mungkin ada',
    hint: 'Sebagai administrator server:',
  },
  'rows-hidden': {
    message: 'ada kebijakan yang menyembunyikan baris {{tables}}',
    hint: 'Sebagai administrator server:',
  },
  'large-objects-readable': { message: 'objek besar yang boleh dibaca: {{count}}' },
  'large-objects-unreadable': {
    message: 'objek besar milik orang lain yang tidak boleh dibaca: {{count}} dari {{all}}',
    hint: 'Sebagai administrator server:',
  },
  'locks-enough': { message: 'kunci yang diperlukan: {{needed}}; server menyediakan {{room}}' },
  'locks-few': {
    message: 'kunci yang diperlukan: {{needed}}; server hanya menyediakan sekitar {{room}}',
    hint: 'Sediakan lebih banyak, lalu mulai ulang server:',
  },
  extensions: { message: 'ekstensi: {{extensions}}' },
  'extensions-preloaded': {
    message: '{{extensions}}: harus dipasang dan dimuat lebih dahulu di server tujuan pemulihan',
    hint: 'Di sana, di dalam `postgresql.conf`:',
  },
  'order-stays': { message: 'setiap tabel besar memiliki urutan yang tetap' },
  'order-lost': {
    message: 'tabel besar tanpa urutan yang tetap: {{count}}, seluruhnya {{size}} ({{tables}})',
    hint: 'Beri kunci utama, jangan sertakan isi sesi dan tembolok (`--exclude-data`), atau terimalah bahwa tabel itu sering disimpan ulang.',
  },

  'server-settings': { message: 'perintah terpanjang {{packet}}, sql_mode “{{mode}}”' },
  'grants-complete': { message: 'akun itu boleh membaca setiap bagian basis data' },
  'grants-missing': {
    message: 'bagian ini tidak akan ikut tercadangkan: {{parts}}',
    hint: 'Sebagai administrator server:',
  },
  'sessions-possible': { message: 'beberapa sesi dapat membaca basis data pada satu saat yang sama' },
  'sessions-impossible': {
    message: 'basis data akan dibaca melalui satu sesi, sehingga lebih lama',
    hint: 'Untuk mengizinkan beberapa:',
  },
  'databases-listed': { message: 'semua basis data diperlihatkan kepada akun itu, juga yang dibuat kemudian' },
  'databases-unlisted': {
    message: 'basis data yang haknya tidak dimiliki akun itu bahkan tidak diperlihatkan: “semua” bukanlah semuanya',
    hint: 'Sebagai administrator server:',
  },
  'accounts-readable': { message: 'akun beserta haknya dapat dibaca' },
  'accounts-unreadable': {
    message: 'akun beserta haknya tidak dapat dicadangkan',
    hint: 'Sebagai administrator server:',
  },
  'snapshot-covers-all': { message: 'semua tabel dapat dibaca pada satu saat yang sama' },
  'tables-untransactional': {
    message: 'tabel yang tidak dapat dibaca pada saat yang sama dengan yang lain: {{tables}}',
    hint: 'Ubahlah jenisnya (`ALTER TABLE … ENGINE = InnoDB`), atau tahan penulisan selama pencadangan (`--untransactional lock`), atau terimalah bahwa isinya berubah sementara itu (`--untransactional accept`).',
  },
  'views-readable': { message: 'semua view dapat dibaca' },
  'views-call-functions': {
    message: 'ada view yang memanggil fungsi yang tidak boleh dijalankan akun itu, sehingga kolomnya tidak terbaca',
    hint: 'Sebagai administrator server:',
  },
  'views-broken': {
    message: 'view yang tidak terbaca, dan akan menggagalkan setiap pencadangan: {{views}}',
    hint: 'Perbaiki atau hapuslah, atau kecualikan masing-masing menurut namanya (`--skip-view`).',
  },
  'values-exact': { message: 'setiap nilai disimpan sebagaimana adanya' },
  'history-left-out': { message: 'hanya baris terkini yang disimpan, bukan riwayatnya: {{tables}}' },
  'rows-elsewhere': { message: 'tabel yang barisnya berada di tempat lain: {{tables}}' },
  'history-and-rows-elsewhere': {
    message:
      'hanya baris terkini yang disimpan, bukan riwayatnya: {{versioned}}; barisnya berada di tempat lain: {{elsewhere}}',
  },

  'commands-allowed': { message: 'pengguna {{account}} boleh memakai semua perintah yang diperlukan pencadangan' },
  'commands-refused': {
    message: 'pengguna {{account}} tidak boleh memakai {{commands}}',
    hint: 'Sebagai administrator, di dalam redis-cli:',
  },
  'commands-unproved': {
    message: 'tidak terbukti apakah pengguna {{account}} boleh memakai {{commands}}',
    hint: 'Agar pasti, sebagai administrator, di dalam redis-cli:',
  },
  'settings-refused': {
    message: 'pengguna {{account}} tidak boleh memakai {{command}}: pengaturan server tidak ikut tercadangkan',
    hint: 'Sebagai administrator, di dalam redis-cli:',
  },
  'evicts-keys': {
    message: 'jika penuh, kunci mana pun dibuang ({{policy}}): dipakai sebagai tembolok',
    hint: 'Tidak perlu dicadangkan jika semua isinya dapat dibuat lagi.',
  },
  'keeps-nothing': {
    message: 'tidak ada yang tersimpan setelah dimulai ulang: dipakai sebagai tembolok',
    hint: 'Tidak perlu dicadangkan jika semua isinya dapat dibuat lagi.',
  },
  'last-save-failed': {
    message: 'penyimpanan terakhirnya sendiri gagal',
    hint: 'Lihat lognya: disk penuh, atau memori kurang untuk membuat salinan proses.',
  },
  'keeps-append-only-file': { message: 'menyimpan berkas catatan perubahan (append-only)' },
  'saves-by-itself': { message: 'menyimpan sendiri secara berkala' },
  'memory-used': { message: 'isi memori: {{used}}' },
  'memory-tight': {
    message: 'memakai {{used}} dari {{total}} memori: pencadangan, yang membuat salinan proses, mungkin kekurangan',
    hint: 'Tetapkan `vm.overcommit_memory = 1`, dan cadangkan saat sedikit yang ditulis.',
  },
  'has-checksum': { message: 'berkasnya memuat nilai hash' },
  'no-checksum': {
    message: 'berkasnya tidak memuat nilai hash',
    hint: 'Tetapkan `rdbchecksum yes` di dalam konfigurasinya, lalu mulai ulang.',
  },
  'no-modules': { message: 'tanpa modul' },
  'has-modules': { message: 'modulnya harus tersedia juga di tempat pemulihan: {{modules}}' },
  'no-cluster': { message: 'bukan bagian dari klaster' },
  'cluster-node': {
    message: 'satu anggota klaster, yang hanya memuat sebagian kunci',
    hint: 'Cadangkan setiap server utama klaster itu.',
  },

  'file-readable': { message: 'berkasnya terbaca' },
  'journal-wal': { message: 'jurnal WAL: aplikasi tetap berjalan selagi disalin' },
  'journal-rollback': { message: 'jurnal rollback: penulisan menunggu selagi disalin' },
  'journal-rollback-large': {
    message: 'jurnal rollback: penulisan menunggu selagi disalin, beberapa detik untuk basis data sebesar ini',
    hint: 'Jadikan aplikasi menetapkan `PRAGMA journal_mode = WAL`, atau cadangkan saat tidak ada yang bekerja.',
  },
  'folder-writable': { message: 'foldernya dapat ditulisi' },
  'folder-unwritable': {
    message: 'foldernya tidak dapat ditulisi: pencadangan bisa, pemulihan di sampingnya tidak',
    hint: 'Pulihkan ke folder lain, atau jalankan sebagai pengguna yang boleh menulis di sana.',
  },
} as const satisfies RemarkTexts;
