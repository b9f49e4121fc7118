import type { ErrorCatalogue } from '../texts.ts';

/** Of databases: see errors.ts. */
export const idDatabaseErrors: ErrorCatalogue = {
  DB_ADDRESS_INVALID: {
    message: 'jenis alamat itu tidak dikenal oleh basis data ini',
    hint: 'Berikan host dan port, atau soket unix.',
  },
  DB_ANSWER_TOO_LARGE: {
    message: 'jawaban server basis data melebihi yang dapat ditampung',
    hint: 'Lihat log server basis data; laporkan bila basis datanya biasa saja.',
  },
  DB_ARCHIVE_UNKNOWN: {
    message: 'pg_dump menulis daftar isi dalam bentuk yang tidak dikenal',
    hint: 'Gunakan pg_dump versi 10 sampai 18.',
  },
  DB_ASSERTION_INVALID: {
    message: 'sebuah pernyataan tidak memiliki pertanyaan',
    hint: 'Tulislah sebagai `PERTANYAAN => JAWABAN`.',
  },
  DB_ASSERTION_UNSUPPORTED: {
    message: 'basis data {{engine}} tidak dapat ditanyai',
    hint: 'Hilangkan pernyataannya.',
  },
  DB_BEHIND_POOLER: {
    message: 'ada perantara seperti PgBouncer di antara Lumbung dan server basis data',
    hint: 'Hubungkan langsung ke port PostgreSQL, biasanya 5432.',
  },
  DB_CANCELLED: { message: 'server basis data menghentikan perintah sebelum selesai', hint: 'Coba lagi.' },
  DB_CONNECTION_LOST: {
    message: 'koneksi ke server basis data terputus',
    hint: 'Hasil yang sudah terbaca dibuang. Coba lagi.',
  },
  DB_DATABASE_MISSING: {
    message: 'basis data itu tidak ada',
    hint: 'Periksa namanya; mungkin sudah diganti nama atau dihapus.',
  },
  DB_DATA_CORRUPTED: {
    message: 'server basis data menemukan datanya sendiri rusak',
    hint: 'Simpan semua cadangan lama, dan periksakan disk server basis data.',
  },
  DB_DUMP_AMBIGUOUS: {
    message: 'repositori berisi cadangan {{count}} basis data: {{dumps}}',
    hint: 'Sebutkan yang mana dengan --database (dan --server), atau sebutkan snapshotnya.',
  },
  DB_DUMP_DAMAGED: {
    message: 'hasil dump yang tersimpan rusak',
    hint: 'Jalankan `lumbung check`, lalu pulihkan snapshot lain.',
  },
  DB_DUMP_INCOMPLETE: {
    message: 'hasil dump basis data tidak utuh',
    hint: 'Tidak ada yang disimpan. Ulangi; jika terjadi lagi, periksa log server basis data.',
  },
  DB_DUMP_MISSING: {
    message: 'repositori tidak memiliki cadangan basis data itu',
    hint: '`db list` menampilkan yang ada.',
  },
  DB_DUMP_UNREADABLE: {
    message: 'alat dump basis data menulis sesuatu yang tidak dikenal',
    hint: 'Tidak ada yang disimpan. Laporkan hal ini beserta versi server dan versi paket kliennya.',
  },
  DB_DUMP_ABANDONED: {
    message: 'berkas hasil cadangan tidak diambil semuanya',
    hint: 'Ini akibat kesalahan lain: lihat pesan di atas.',
  },
  DB_DUMP_WRONG_KIND: {
    message: 'hasil dump ini bukan dari basis data PostgreSQL, melainkan {{found}}',
    hint: 'Pilih hasil dump sebuah basis data.',
  },
  DB_ENGINE_UNSUPPORTED: {
    message: 'basis data {{engine}} belum dapat dicadangkan',
    hint: 'Gunakan alat dump basis data itu dengan `backup --stdin-from-command`.',
  },
  DB_FLOAT_ROUNDED: {
    message: 'nilai FLOAT pada {{tables}} hanya dapat disimpan dengan enam digit',
    hint: 'Ubah tabel yang tidak tercakup snapshot menjadi InnoDB, atau gunakan --untransactional accept.',
  },
  DB_INVENTORY_DIFFERS: {
    message: 'hasil cadangan kekurangan {{count}} objek yang ada pada basis data',
    hint: 'Coba lagi. Laporkan bila tetap demikian.',
  },
  DB_LOCKED: {
    message: 'basis data sedang dikunci pihak lain terlalu lama',
    hint: 'Coba lagi setelah perubahan basis data itu selesai.',
  },
  DB_LOCK_TABLE_FULL: {
    message: 'memori server basis data untuk kunci sudah habis',
    hint: 'Naikkan max_locks_per_transaction pada postgresql.conf lalu mulai ulang servernya.',
  },
  DB_LOGIN_METHOD_UNKNOWN: {
    message: 'server basis data meminta cara masuk yang tidak didukung',
    hint: 'Gunakan scram-sha-256 pada pg_hba.conf server.',
  },
  DB_LOGIN_REFUSED: {
    message: 'server basis data menolak proses masuk',
    hint: 'Periksa nama pengguna dan kata sandi, serta siapa yang boleh terhubung dari sini (pg_hba.conf).',
  },
  DB_NAME_UNSUPPORTED: {
    message: 'alat dump tidak dapat melewati bagian dari basis data {{database}}: namanya mengandung titik',
    hint: 'Cadangkan seluruh basis data.',
  },
  DB_OBJECT_CHANGED: {
    message: 'ada yang dihapus atau diubah pada basis data selama proses berjalan',
    hint: 'Coba lagi setelah perubahan basis data itu selesai.',
  },
  DB_OBJECT_MISSING: {
    message: 'basis data tidak memiliki {{object}}, yang diminta untuk dilewati',
    hint: 'Perbaiki daftar yang dilewati: tabel yang berganti nama akan ikut tersimpan tanpa diinginkan.',
  },
  DB_PASSWORD_EXPOSED: {
    message: 'server basis data meminta kata sandi tanpa enkripsi melalui koneksi yang tidak terenkripsi',
    hint: 'Gunakan TLS, atau scram-sha-256 pada pg_hba.conf server.',
  },
  DB_PASSWORD_MISSING: {
    message: 'server basis data meminta kata sandi, tetapi tidak ada yang diberikan',
    hint: 'Simpan kata sandi akun cadangan.',
  },
  DB_PASSWORD_PLACE_EMPTY: {
    message: 'tidak ada kata sandi di {{place}}',
    hint: 'Tulis kata sandi saja di sana, dalam satu baris.',
  },
  DB_PASSWORD_TWICE: {
    message: 'kata sandi basis data disebut di lebih dari satu tempat',
    hint: 'Simpan di berkas yang hanya dapat dibaca oleh Anda, dan hapus dari alamatnya.',
  },
  DB_PASSWORD_UNUSABLE: {
    message: 'nama pengguna atau kata sandi basis data tidak dapat diteruskan ({{where}})',
    hint: 'Pilih yang tanpa baris baru dan kurang dari 1000 karakter.',
  },
  DB_OPTION_UNSUPPORTED: {
    message: '{{option}} tidak berarti bagi basis data {{engine}}',
    hint: 'Hilangkan opsi itu.',
  },
  DB_PRIVILEGE_MISSING: {
    message: 'akun cadangan belum memiliki hak yang diperlukan',
    hint: 'Uji koneksinya: hasilnya menampilkan perintah SQL untuk memberi hak itu.',
  },
  DB_PROTOCOL_ERROR: {
    message: 'server tidak berbicara dengan protokol basis data yang dimaksud',
    hint: 'Periksa alamat dan port; hubungkan langsung tanpa perantara.',
  },
  DB_QUERY_FAILED: { message: 'server basis data menolak sebuah perintah', hint: 'Lihat log server basis data.' },
  DB_RENDER_BINARY: {
    message: 'baris tabel {{table}} terlalu panjang untuk berkas SQL',
    hint: 'Pulihkan hasil dump ke sebuah server.',
  },
  DB_REPLICA_CONFLICT: {
    message: 'replika menghentikan kueri agar dapat mengikuti server utamanya',
    hint: 'Aktifkan hot_standby_feedback pada replika, atau cadangkan server utamanya.',
  },
  DB_REPLICA_STOPPED: {
    message: 'server ini replika yang tidak lagi mengikuti server utamanya',
    hint: 'Jalankan kembali replikasi (SHOW REPLICA STATUS menyebut sebabnya), atau cadangkan server utamanya.',
  },
  DB_RESTORE_NAME_MISSING: {
    message: 'basis data hasil pemulihan memerlukan nama',
    hint: 'Berikan dengan --as; nama itu belum boleh ada.',
  },
  DB_RESTORE_NO_SPACE: {
    message: 'tidak ada ruang untuk memulihkan {{path}}',
    hint: 'Kosongkan ruang di sana, atau pilih tempat lain. Tidak ada sisa yang tertinggal.',
  },
  DB_RESTORE_OBJECT_REFUSED: {
    message: 'server tidak menerima {{object}}: {{said}}',
    hint: 'Tidak ada hasil pemulihan yang disimpan. Pulihkan ke server dari versi yang dicadangkan.',
  },
  DB_RESTORE_REFUSED: {
    message: 'pemulihan tidak dimulai karena ada pemeriksaan rencana yang gagal',
    hint: 'Lihat hasil pemeriksaan rencana; belum ada yang diubah.',
  },
  DB_RESTORE_ROWS_DIFFER: {
    message: 'server menerima {{rows}} baris tabel {{table}}, padahal yang dicadangkan {{expectedRows}}',
    hint: 'Tidak ada yang disimpan. Jalankan `lumbung check`, lalu pulihkan snapshot lain.',
  },
  DB_RESTORE_VALUES_ALTERED: {
    message: 'server tidak mau menyimpan nilai tabel {{table}} sebagaimana adanya',
    hint: 'Tidak ada hasil pemulihan yang disimpan. Pulihkan ke server dari versi yang dicadangkan.',
  },
  DB_ROW_INCOMPLETE: {
    message: 'hasil cadangan berakhir di tengah baris {{row}}',
    hint: 'Tidak ada yang disimpan. Jalankan lagi; jika terulang, periksa log server basis data.',
  },
  DB_ROW_TOO_LARGE: {
    message: 'sebuah baris terlalu besar untuk dikirim atau diterima server basis data',
    hint: 'Tanyakan kepada pengelola aplikasi tentang nilai yang mendekati 1 GB.',
  },
  DB_SCRATCH_FAILED: {
    message: 'server basis data untuk uji pemulihan tidak dapat dijalankan',
    hint: 'Pilih folder kerja lain, atau periksa catatan uji pemulihan.',
  },
  DB_SERVER_ABSENT: {
    message: 'SQLite tidak memiliki server; yang ada hanya basis data',
    hint: 'Lakukan dump pada basis datanya.',
  },
  DB_SERVER_DISK_FULL: {
    message: 'disk server basis data penuh',
    hint: 'Kosongkan ruang pada server basis data terlebih dahulu.',
  },
  DB_SERVER_MISSING: {
    message: 'server basis data untuk uji pemulihan belum terpasang di komputer ini',
    hint: 'Pasang paket {{package}}.',
  },
  DB_SERVER_NOT_AUTHENTIC: {
    message:
      'server basis data tidak dapat membuktikan bahwa ia mengetahui kata sandi: mungkin ada yang menyadap di antaranya',
    hint: 'Periksa alamat server, dan gunakan TLS dengan sertifikat yang diverifikasi.',
  },
  DB_SERVER_TOO_OLD: {
    message: 'server basis data versi {{version}} terlalu lama untuk dicadangkan',
    hint: 'Cadangkan dengan alat bawaannya, dan rencanakan pemutakhirannya.',
  },
  DB_STALLED: {
    message: 'tidak ada data dari server basis data selama {{seconds}} detik',
    hint: 'Periksa server dan jaringan, lalu coba lagi.',
  },
  DB_SWAP_FAILED: {
    message: 'basis data tidak dapat ditukar, dan yang telah dimulai sudah dibatalkan',
    hint: 'Lihat penyebabnya, lalu tukar lagi.',
  },
  DB_SWAP_HALF_DONE: {
    message: 'penukaran basis data terhenti di tengah dan tidak dapat dibatalkan',
    hint: 'Hubungi administrator server sebelum siapa pun memakainya; catatan menyebut setiap perintah yang kurang.',
  },
  DB_SWAP_NAME_MISSING: {
    message: 'basis data yang sedang dipakai harus disebut',
    hint: 'Sebutkan di dalam alamat: itulah yang mundur.',
  },
  DB_SWAP_REFUSED: {
    message: 'basis data hasil pemulihan tidak ditukar dengan yang sedang dipakai: {{reason}}',
    hint: 'Periksa ketiga namanya; belum ada yang diubah.',
  },
  DB_SWAP_WITHOUT_BACKUP: {
    message: 'basis data {{database}} tidak dapat dicadangkan, sehingga tidak ditukar',
    hint: 'Sebabnya disebut di atas; jika tidak terbaca lagi, gunakan --without-backup.',
  },
  DB_TABLES_UNTRANSACTIONAL: {
    message: '{{count}} tabel tidak tercakup snapshot: {{tables}}',
    hint: 'Ubah menjadi InnoDB, atau izinkan tabel dikunci selama dump (`--untransactional lock`), atau terima bahwa tabel dibaca selagi berubah (`--untransactional accept`).',
  },
  DB_TABLE_UNKNOWN: {
    message: 'tabel {{table}} tidak ada pada basis data',
    hint: 'Perbaiki daftar tabel yang barisnya tidak ikut dicadangkan.',
  },
  DB_TEXT_INVALID: {
    message: 'sebuah nama, kata sandi, atau perintah memuat bita nol',
    hint: 'Pilih yang tidak memuatnya.',
  },
  DB_TIMEOUT: {
    message: 'pekerjaan pada basis data melebihi batas waktu {{seconds}} detik',
    hint: 'Periksa apa yang membuat server sibuk, atau beri waktu lebih lama.',
  },
  DB_TLS_UNAVAILABLE: {
    message: 'server basis data tidak menyediakan enkripsi',
    hint: 'Aktifkan pada server (parameter ssl), atau izinkan koneksi tanpa TLS.',
  },
  DB_TLS_UNTRUSTED: {
    message: 'koneksi terenkripsi ke server basis data tidak dapat dipercaya',
    hint: 'Periksa sertifikat server, dan berkas otoritas yang menandatanganinya.',
  },
  DB_TOOL_ABANDONED: {
    message: 'keluaran {{tool}} tidak dibaca sampai akhir',
    hint: 'Ini akibat kesalahan lain: lihat pesan di atas.',
  },
  DB_TOOL_FAILED: {
    message: '{{tool}} gagal dengan kode keluar {{exitCode}}: {{said}}',
    hint: 'Tidak ada yang disimpan. Teks setelah titik dua adalah pesan program itu sendiri.',
  },
  DB_TOOL_INPUT_UNREAD: {
    message: '{{tool}} berakhir sebelum membaca seluruh masukannya',
    hint: 'Jalankan lagi; jika terulang, periksa log server basis data.',
  },
  DB_TOOL_KILLED: {
    message: '{{tool}} dihentikan dari luar ({{signal}})',
    hint: 'Tidak ada yang disimpan. Periksa log sistem: mesin yang kehabisan memori menghentikan program.',
  },
  DB_TOOL_MISSING: {
    message: '{{tool}} belum terpasang',
    hint: 'Pasang paket {{package}}.',
  },
  DB_TOOL_OUTPUT_TOO_LARGE: {
    message: '{{tool}} mengeluarkan lebih dari {{limitBytes}} bita yang dapat diterima',
    hint: 'Periksa apakah programnya benar.',
  },
  DB_TOOL_STALLED: {
    message: '{{tool}} dihentikan: tidak ada data yang bergerak selama {{stallSeconds}} detik',
    hint: 'Tidak ada yang disimpan. Periksa koneksi ke server basis data, penguncian di sana, dan apakah repositori masih menerima data.',
  },
  DB_TOOL_TIMEOUT: {
    message: '{{tool}} dihentikan: tidak selesai dalam {{limitSeconds}} detik',
    hint: 'Tidak ada yang disimpan. Beri waktu lebih, atau cari penyebab lambatnya.',
  },
  DB_TOOL_TOO_OLD: {
    message: '{{tool}} {{toolVersion}} lebih lama dari server, yang berversi {{serverVersion}}',
    hint: 'Pasang paket {{package}}.',
  },
  DB_TOOL_UNUSABLE: {
    message: '{{path}} tidak dapat dijalankan ({{errno}})',
    hint: 'Periksa apakah itu program untuk mesin ini, dan siapa yang boleh menjalankannya.',
  },
  DB_TOO_MANY_CONNECTIONS: {
    message: 'server basis data tidak menerima koneksi lagi',
    hint: 'Naikkan max_connections, atau kurangi jumlah tabel yang dibaca bersamaan.',
  },
  DB_UNREACHABLE: {
    message: 'server basis data tidak dapat dihubungi',
    hint: 'Periksa apakah server berjalan, alamatnya, dan firewall di antaranya.',
  },
  DB_URL_INVALID: {
    message: 'bukan alamat basis data: {{reason}}',
    hint: 'Tulis seperti postgresql://pengguna@host:5432/basisdata, mysql:///basisdata?socket=/run/mysqld/mysqld.sock atau sqlite:/jalur/berkas.',
  },
  DB_WORKSPACE_CHANGED: {
    message: '{{path}} berubah di folder kerja setelah diperiksa',
    hint: 'Periksa disk folder kerja, dan siapa lagi yang menulis di sana.',
  },
  DB_WORKSPACE_FULL: {
    message: 'folder kerja tidak cukup untuk hasil dump',
    hint: 'Kosongkan ruang di sana, atau perbesar batas folder kerja.',
  },
  REDIS_COUNTS_DIFFER: {
    message:
      'basis data {{db}} berisi {{keys}} kunci pada hasil dump, sedangkan di server {{before}} sebelum dan {{after}} sesudahnya',
    hint: 'Lihat log server, lalu ulangi dump. Tidak ada yang disimpan.',
  },
  REDIS_DATABASE_UNKNOWN: {
    message: 'basis data Redis itu tidak ada atau kosong: {{database}}',
    hint: 'Server dicadangkan dengan nama `instance`; pulihkan seluruhnya, atau satu basis data bernomor ke nomor lain.',
  },
  REDIS_NOT_READY: {
    message: 'server Redis belum siap',
    hint: 'Tunggu sampai data selesai dimuat, atau sampai replika menemukan server induknya; lalu coba lagi.',
  },
  REDIS_RDB_CORRUPT: {
    message: 'berkas RDB dari Redis rusak',
    hint: 'Lakukan dump ulang pada server. Bila berkas berasal dari repositori, jalankan `lumbung check`.',
  },
  REDIS_RDB_UNSUPPORTED: {
    message: 'berkas RDB berisi hal yang belum dikenal program ini: {{what}}',
    hint: 'Gunakan versi Lumbung yang lebih baru; sementara itu, simpan berkas RDB server sebagai berkas biasa.',
  },
  REDIS_SCRATCH_FAILED: {
    message: 'server Redis untuk uji pemulihan tidak dapat dijalankan',
    hint: 'Pastikan paket redis-server terpasang, dengan versi yang sama atau lebih baru dari yang dicadangkan.',
  },
  REDIS_SWAP_UNSUPPORTED: {
    message:
      'hanya dua basis data bernomor pada satu server Redis yang dapat ditukar, dan yang lama memakai nomor hasil pemulihan',
    hint: 'Arahkan aplikasi ke server hasil pemulihan, atau pulihkan satu basis data ke nomor lain.',
  },
  REDIS_SYNC_INTERRUPTED: {
    message: 'server Redis memutus koneksi sebelum seluruh data terkirim',
    hint: 'Lihat log server: batas client-output-buffer-limit replica, atau memori untuk fork.',
  },
  REDIS_VALUE_REFUSED: {
    message: 'server Redis menolak sebuah nilai dari {{table}}',
    hint: 'Kosongkan tujuan sebelum mencoba lagi. Kunci yang sudah ada berarti pihak lain sedang menulis ke sana.',
  },
  SQLITE_COPY_INCOMPLETE: {
    message: '{{path}} tidak tersalin sebagaimana aslinya',
    hint: 'Coba lagi, dan periksa disk folder kerja.',
  },
  SQLITE_DAMAGED: {
    message: 'basis data {{path}} rusak',
    hint: 'Pulihkan cadangan baik yang terakhir, atau selamatkan isinya dengan perintah .recover dari sqlite3. Tidak ada yang disimpan.',
  },
  SQLITE_EMPTY: {
    message: 'basis data {{path}} adalah berkas kosong',
    hint: 'Bila aplikasinya belum pernah dijalankan, keluarkan dulu basis data ini dari pencadangan.',
  },
  SQLITE_FAILED: {
    message: 'SQLite tidak dapat mengerjakan perintah pada {{path}}',
    hint: 'Lihat log untuk pesan dari SQLite.',
  },
  SQLITE_HOT_JOURNAL: {
    message: 'aplikasi pemilik {{path}} mati di tengah perubahan',
    hint: 'Jalankan aplikasinya agar perubahan itu dibatalkan, lalu cadangkan.',
  },
  SQLITE_IN_USE: {
    message: '{{path}} sedang dipakai oleh {{program}}',
    hint: 'Hentikan aplikasinya, lalu coba lagi. Belum ada yang diubah.',
  },
  SQLITE_LOCKED: {
    message: '{{path}} sedang dikunci program lain',
    hint: 'Coba lagi saat aplikasi tidak sibuk menulis, atau cari program yang menguncinya.',
  },
  SQLITE_MISSING: {
    message: 'basis data {{path}} tidak ada',
    hint: 'Periksa letak berkasnya.',
  },
  SQLITE_NOT_A_DATABASE: {
    message: '{{path}} bukan basis data SQLite, atau terenkripsi',
    hint: 'Sebutkan berkas lain. Basis data terenkripsi dicadangkan sebagai berkas saat aplikasinya berhenti.',
  },
  SQLITE_QUESTION_TOO_WIDE: {
    message: 'jawaban pertanyaan itu lebih dari {{rowsMax}} baris',
    hint: 'Tanyakan jumlah baris atau total nilai.',
  },
  SQLITE_SIDECARS_UNAVAILABLE: {
    message: '{{path}} tidak dapat dibaca tanpa menulis berkas -wal dan -shm di sampingnya',
    hint: 'Jalankan pencadangan sebagai root, atau sebagai pengguna aplikasi yang boleh menulis di folder itu.',
  },
  SQLITE_SWAP_IMPOSSIBLE: {
    message: '{{path}} berada di sistem berkas yang berbeda dari basis data aktif',
    hint: 'Pulihkan basis data di samping basis data aktif.',
  },
  SQLITE_TABLE_EXISTS: {
    message: 'tujuan sudah memiliki tabel {{table}}',
    hint: 'Ganti nama atau hapus tabel itu dahulu, atau pulihkan ke berkas lain. Belum ada yang diubah.',
  },
  SQLITE_TABLE_MISSING: {
    message: 'hasil dump tidak memiliki tabel {{table}} yang dapat dipulihkan tersendiri',
    hint: 'Pilih dari tabel yang ada. Tabel virtual dipulihkan bersama seluruh basis data.',
  },
  SQLITE_TARGET_EXISTS: {
    message: '{{path}} sudah ada',
    hint: 'Pilih nama lain.',
  },
  SQLITE_UNREADABLE: {
    message: '{{path}} tidak dapat dibaca',
    hint: 'Jalankan pencadangan sebagai pengguna yang boleh membacanya.',
  },
};
