import type { ErrorCatalogue } from '../texts.ts';

/** What errors say to people. Only the words of another program, `{{detail}}`, stay as they are, between quotes. */
export const idErrors: ErrorCatalogue = {
  ARGUMENT_INVALID: { message: '`{{value}}` tidak termasuk: {{expected}}', hint: 'Lihat bantuan perintah itu.' },
  BACKEND_ACCESS_DENIED: {
    message: '{{place}}: akses ditolak',
    hint: 'Periksa pemilik berkas repositori, dan sebagai siapa Lumbung dijalankan.',
  },
  BACKEND_FILE_GIVEN_UP: {
    message: '{{place}} tidak dapat dimuat dan belum dicoba lagi',
    hint: 'Periksa sambungan ke repositori, lalu mulai lagi.',
  },
  BACKEND_FILE_MISSING: {
    message: '{{place}} tidak ada',
    hint: 'Periksa alamat repositori. Jika sebagian terhapus, jalankan `lumbung check`.',
  },
  BACKEND_FILE_TRUNCATED: {
    message: '{{place}} lebih pendek daripada seharusnya ({{sizeBytes}} bita)',
    hint: 'Jalankan `lumbung check`.',
  },
  BACKEND_NAME_INVALID: { message: 'penyimpanan diminta membuka tempat yang tidak mungkin ada' },
  BACKEND_NOT_A_FILE: {
    message: '{{place}} bukan berkas',
    hint: 'Repositori diubah dengan tangan: pindahkan benda itu dan jalankan `lumbung check`.',
  },
  BACKEND_NOT_A_FOLDER: {
    message: '{{place}} bukan folder',
    hint: 'Sebutkan folder untuk repositori. Ada berkas, atau tautan melingkar, di tempat folder seharusnya.',
  },
  BACKEND_NO_SPACE: {
    message: '{{place}}: ruang sudah habis',
    hint: 'Kosongkan sebagian ruang, atau pindahkan repositori ke disk yang lebih besar. Yang telah tersimpan tidak hilang.',
  },
  BACKEND_RANGE_INVALID: { message: 'penyimpanan diminta membaca bita yang tidak mungkin ada' },
  BACKEND_READ_ONLY: {
    message: '{{place}} tidak dapat ditulisi',
    hint: 'Kaitkan agar dapat ditulisi, atau tinggalkan opsi yang melarangnya. Disk yang tiba-tiba hanya-baca mungkin mulai rusak.',
  },
  BACKEND_UNAVAILABLE: {
    message: '{{place}} tidak menjawab sebagaimana mestinya: {{errno}}',
    hint: 'Periksa log sistem untuk galat pada disk atau berbagi jaringan.',
  },
  BACKUP_EMPTY: {
    message: 'tidak ada yang dicadangkan: tidak ada berkas yang terbaca',
    hint: 'Lihat pesan di atas; periksa jalur, pola, dan izin.',
  },
  BACKUP_NO_TARGET: {
    message: 'tidak ada yang dicadangkan: tidak ada jalur yang disebut',
    hint: 'Sebutkan paling sedikit satu berkas atau folder.',
  },
  BACKUP_STREAM_EMPTY: {
    message: 'masukan kosong; tidak ada yang dicadangkan',
    hint: 'Periksa perintah yang seharusnya menghasilkan data itu.',
  },
  BACKUP_STREAM_PATH_INVALID: {
    message: 'aliran tidak dapat disimpan sebagai {{path}}',
    hint: 'Gunakan jalur biasa seperti dumps/site.sql, dan setiap jalur hanya sekali.',
  },
  BACKUP_TARGETS_MISSING: {
    message: 'tidak ada yang dicadangkan: {{path}} tidak ada',
    hint: 'Periksa ejaan jalur itu.',
  },
  BACKUP_TARGET_CONFLICT: {
    message: 'dua jalur akan menempati tempat yang sama di dalam snapshot: {{path}}',
    hint: 'Cadangkan satu per satu, atau sebutkan folder induk bersamanya.',
  },
  BACKUP_TARGET_MISSING: { message: '{{path}} tidak ada', hint: 'Periksa ejaan jalur itu.' },
  BLOB_DAMAGED: {
    message: 'potongan {{blob}} rusak: {{fault}}',
    hint: 'Jalankan `lumbung check --read-data`; perintah itu menunjukkan cara memperbaikinya.',
  },
  BLOB_LENGTH_WRONG: {
    message: 'panjang sebuah potongan tidak sesuai catatannya, {{expectedBytes}} bita',
    hint: 'Jalankan `lumbung check --read-data`.',
  },
  BLOB_MISSING: {
    message: 'potongan {{blob}} hilang: tidak ada indeks yang menyebutnya',
    hint: 'Jalankan `lumbung repair index`, mungkin hanya indeks yang kurang. Jika tidak menolong, cadangkan lagi berkas yang terdampak.',
  },
  BLOB_VERIFY_FAILED: {
    message: 'data tidak terbaca kembali tepat setelah dienkripsi; tidak ada yang disimpan',
    hint: 'Uji memori komputer ini. Jika memorinya sehat, laporkan hal ini.',
  },
  BUG_CONNECTION_BUSY: { message: 'terjadi hal yang seharusnya mustahil' },
  BUG_ASSERTION: { message: 'terjadi hal yang seharusnya mustahil' },
  BUG_DUMP_FILES_OPEN: { message: 'pencadangan berakhir sebelum isinya dibaca' },
  BUG_DUMP_READ_TWICE: { message: 'isi hasil cadangan diminta dua kali' },
  BUG_NO_POLYNOMIAL: { message: 'terjadi hal yang seharusnya mustahil' },
  BUG_ROOT_UNFINISHED: { message: 'terjadi hal yang seharusnya mustahil' },
  BUG_SQLITE_AGENT_SILENT: {
    message: 'proses SQLite milik Lumbung berakhir tanpa jawaban',
  },
  BUG_TIMESTAMP: { message: 'terjadi hal yang seharusnya mustahil' },
  BUG_UNREACHABLE: { message: 'terjadi hal yang seharusnya mustahil' },
  BUG_WORKER_FAILED: { message: 'terjadi hal yang seharusnya mustahil' },
  BYTE_SIZE_INVALID: {
    message: 'bukan ukuran: {{text}}',
    hint: 'Tulis bilangan dengan satuan k, m, g, atau t, misalnya 500M.',
  },
  CANCELLED: { message: 'dibatalkan' },
  COMMAND_FAILED: {
    message: 'perintah {{program}} gagal; tidak ada snapshot yang ditulis',
    messageWith: {
      exitCode: 'perintah {{program}} berakhir dengan kode {{exitCode}}; tidak ada snapshot yang ditulis',
      signalName: 'perintah {{program}} dihentikan oleh {{signalName}}; tidak ada snapshot yang ditulis',
      errno: 'perintah {{program}} tidak dapat dijalankan: {{errno}}; tidak ada snapshot yang ditulis',
    },
    hint: 'Jalankan perintah itu dengan tangan untuk melihat pesannya.',
  },
  COMMAND_MISSING: {
    message: 'tidak ada perintah yang disebut',
    hint: 'Tuliskan di belakang --, misalnya `lumbung backup --stdin-from-command -- mysqldump site`.',
  },
  COMMAND_QUOTES_OPEN: {
    message: 'perintah itu memuat tanda kutip yang tidak ditutup',
    hint: 'Tutup setiap tanda kutip.',
  },
  CONFIG_DAMAGED: {
    message: 'berkas config repositori {{repository}} rusak',
    hint: 'Kembalikan berkas `config` dari salinan repositori.',
  },
  CONFIG_INVALID: {
    message: 'berkas config repositori rusak',
    hint: 'Kembalikan berkas `config` dari salinan repositori.',
  },
  CONFIG_POLYNOMIAL_INVALID: {
    message: 'berkas config repositori menyebut polinomial yang tidak dapat memotong isi: {{polynomial}}',
    hint: 'Kembalikan berkas `config` dari salinan repositori.',
  },
  COPY_SAME_REPOSITORY: {
    message: 'sumber dan tujuan adalah repositori yang sama: {{repository}}',
    hint: 'Sebutkan repositori lain dengan --to atau --from-repo.',
  },
  COPY_SOURCE_INCOMPLETE: {
    message: 'sumber tidak memiliki isi yang diperlukan sebuah snapshot',
    hint: 'Jalankan `lumbung check` pada sumber. Snapshot lain dapat disalin dengan menyebut ID-nya.',
  },
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
  DB_CLOCK_DIFFERS: {
    message: 'jam server basis data berbeda dengan jam mesin ini',
    hint: 'Selaraskan keduanya dengan server waktu.',
  },
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
  DB_EXTENSION_MISSING: {
    message: 'ekstensi yang diperlukan hasil dump belum terpasang di server',
    hint: 'Pasang paket yang disebut pemeriksaan itu di server basis data.',
  },
  DB_EXTENSION_NEEDS_CARE: {
    message: 'ada ekstensi yang harus dipasang dan dimuat lebih dahulu di server tujuan pemulihan',
    hint: 'Simpan paketnya agar siap dipakai.',
  },
  DB_EXTENSION_VERSION_DIFFERS: {
    message: 'versi ekstensi akan berbeda dari yang dicadangkan',
    hint: 'Pastikan aplikasi dapat bekerja dengan versi itu.',
  },
  DB_FLOAT_ROUNDED: {
    message: 'nilai FLOAT pada {{tables}} hanya dapat disimpan dengan enam digit',
    hint: 'Ubah tabel yang tidak tercakup snapshot menjadi InnoDB, atau gunakan --untransactional accept.',
  },
  DB_INVENTORY_DIFFERS: {
    message: 'hasil cadangan kekurangan {{count}} objek yang ada pada basis data',
    hint: 'Coba lagi. Laporkan bila tetap demikian.',
  },
  DB_LOCALE_MISSING: {
    message: 'server tidak memiliki enkode atau kolasi dari hasil dump',
    hint: 'Pasang lokal itu di server (paket locales-all), lalu jalankan ulang PostgreSQL.',
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
  DB_NOT_ENCRYPTED: {
    message: 'koneksi ke basis data tidak dienkripsi',
    hint: 'Gunakan TLS dengan sertifikat yang diverifikasi.',
  },
  DB_NOT_VERIFIED: {
    message: 'identitas server basis data tidak diperiksa',
    hint: 'Gunakan TLS dengan sertifikat yang diverifikasi.',
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
  DB_REPLICA_BEHIND: {
    message: 'replika tertinggal terlalu jauh dari server utamanya',
    hint: 'Periksa mengapa replika tidak mengikuti, atau cadangkan server utamanya.',
  },
  DB_REPLICA_CONFLICT: {
    message: 'replika menghentikan kueri agar dapat mengikuti server utamanya',
    hint: 'Aktifkan hot_standby_feedback pada replika, atau cadangkan server utamanya.',
  },
  DB_REPLICA_STOPPED: {
    message: 'server ini replika yang tidak lagi mengikuti server utamanya',
    hint: 'Jalankan kembali replikasi (SHOW REPLICA STATUS menyebut sebabnya), atau cadangkan server utamanya.',
  },
  DB_RESTORE_COLLATION_UNKNOWN: {
    message: 'server tidak mengenal sebuah collation dari cadangan',
    hint: 'Pulihkan ke server dari vendor dan versi yang dicadangkan; atau ubah dahulu tabelnya di sana, lalu cadangkan lagi.',
  },
  DB_RESTORE_DEFINER_MISSING: {
    message: 'akun yang menjalankan view, rutin, trigger, atau event tidak ada di server',
    hint: 'Buat akun itu, atau serahkan miliknya kepada akun lain.',
  },
  DB_RESTORE_DEFINER_REFUSED: {
    message: 'akun ini tidak boleh membuat objek yang berjalan sebagai akun lain',
    hint: 'Beri hak SET USER (MariaDB) atau SET_ANY_DEFINER (MySQL), atau serahkan semuanya kepada satu akun.',
  },
  DB_RESTORE_ENGINE_UNKNOWN: {
    message: 'server tidak memiliki storage engine yang dipakai cadangan',
    hint: 'Pasang di sana, atau pulihkan ke server lain.',
  },
  DB_RESTORE_FUNCTIONS_UNTRUSTED: {
    message: 'server hanya menerima fungsi dan trigger dari administrator karena mencatat perubahannya',
    hint: 'Setel log_bin_trust_function_creators = 1 di sana, atau pulihkan sebagai administrator.',
  },
  DB_RESTORE_INTO_REPLICA: {
    message: 'server ini replika yang tidak menerima perubahan dari pihak lain',
    hint: 'Pulihkan ke server primer.',
  },
  DB_RESTORE_NAMES_COLLIDE: {
    message: 'bagi server beberapa nama dalam cadangan adalah nama yang sama',
    hint: 'Pulihkan ke server dengan lower_case_table_names = 0.',
  },
  DB_RESTORE_NAMES_FOLDED: {
    message: 'server mengubah semua nama tabel menjadi huruf kecil',
    hint: 'Pulihkan ke server dengan lower_case_table_names = 0 jika aplikasi menulisnya dengan cara lain.',
  },
  DB_RESTORE_NAMES_ITSELF: {
    message: 'rutin, trigger, atau event menyebut nama basis data yang dicadangkan, dan akan tetap menunjuk ke sana',
    hint: 'Jangan memanggilnya di basis data hasil pemulihan selama basis data yang lain masih ada.',
  },
  DB_RESTORE_NAME_MISSING: {
    message: 'basis data hasil pemulihan memerlukan nama',
    hint: 'Berikan dengan --as; nama itu belum boleh ada.',
  },
  DB_RESTORE_NAME_TAKEN: {
    message: 'nama basis data hasil pemulihan tidak dapat dipakai: sudah ada atau tidak sah',
    hint: 'Pilih nama lain. Pemulihan tidak pernah menimpa basis data yang ada.',
  },
  DB_RESTORE_NO_SPACE: {
    message: 'tidak ada ruang untuk memulihkan {{path}}',
    hint: 'Kosongkan ruang di sana, atau pilih tempat lain. Tidak ada sisa yang tertinggal.',
  },
  DB_RESTORE_OBJECT_REFUSED: {
    message: 'server tidak menerima {{object}}: {{said}}',
    hint: 'Tidak ada hasil pemulihan yang disimpan. Pulihkan ke server dari versi yang dicadangkan.',
  },
  DB_RESTORE_PACKET_TOO_SMALL: {
    message: 'sebuah baris cadangan lebih panjang daripada yang diterima server (max_allowed_packet)',
    hint: 'Naikkan max_allowed_packet di sana.',
  },
  DB_RESTORE_READ_ONLY: {
    message: 'server tidak menerima penulisan (read_only)',
    hint: 'Pulihkan ke server utamanya.',
  },
  DB_RESTORE_REFUSED: {
    message: 'pemulihan tidak dimulai karena ada pemeriksaan rencana yang gagal',
    hint: 'Lihat hasil pemeriksaan rencana; belum ada yang diubah.',
  },
  DB_RESTORE_ROWS_DIFFER: {
    message: 'server menerima {{rows}} baris tabel {{table}}, padahal yang dicadangkan {{expectedRows}}',
    hint: 'Tidak ada yang disimpan. Jalankan `lumbung check`, lalu pulihkan snapshot lain.',
  },
  DB_RESTORE_SERVER_DIFFERS: {
    message: 'server berasal dari vendor lain, atau lebih tua, daripada yang dicadangkan',
    hint: 'Pulihkan ke server dari vendor dan versi yang dicadangkan, atau yang lebih baru.',
  },
  DB_RESTORE_SERVER_OLDER: {
    message: 'versi server lebih lama daripada server yang dicadangkan',
    hint: 'Pulihkan ke server dengan versi yang sama atau lebih baru.',
  },
  DB_RESTORE_VALUES_ALTERED: {
    message: 'server tidak mau menyimpan nilai tabel {{table}} sebagaimana adanya',
    hint: 'Tidak ada hasil pemulihan yang disimpan. Pulihkan ke server dari versi yang dicadangkan.',
  },
  DB_ROLE_MISSING: {
    message: 'peran yang disebut dalam hasil dump tidak ada di server',
    hint: 'Buat dengan perintah di samping pemeriksaan ini, atau jadikan satu peran pemilik semuanya.',
  },
  DB_ROLE_PASSWORDS_HIDDEN: {
    message: 'akun cadangan tidak boleh membaca kata sandi peran basis data',
    hint: 'Beri hak pg_read_all_data, atau atur ulang kata sandinya setelah bencana.',
  },
  DB_ROWS_HIDDEN: {
    message: 'kebijakan pada basis data dapat menyembunyikan baris dari akun cadangan',
    hint: 'Beri akun cadangan atribut BYPASSRLS.',
  },
  DB_ROWS_UNORDERED: {
    message: 'ada tabel besar tanpa urutan tetap sehingga tersimpan ulang setiap kali berubah',
    hint: 'Beri kunci utama, atau jangan sertakan baris sesi dan tembolok.',
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
  DB_SWAP_REFUSED: {
    message: 'basis data hasil pemulihan tidak ditukar dengan yang sedang dipakai',
    hint: 'Periksa ketiga namanya; belum ada yang diubah.',
  },
  DB_TABLES_UNTRANSACTIONAL: {
    message: '{{count}} tabel tidak tercakup snapshot: {{tables}}',
    hint: 'Ubah menjadi InnoDB, atau izinkan tabel dikunci selama dump, atau terima bahwa tabel dibaca selagi berubah.',
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
  DB_VERSION_UNTESTED: {
    message: 'server basis data lebih baru daripada yang sudah diuji dengan Lumbung',
    hint: 'Segera uji pemulihannya, dan cari versi Lumbung yang lebih baru.',
  },
  DB_WORKSPACE_CHANGED: {
    message: '{{path}} berubah di folder kerja setelah diperiksa',
    hint: 'Periksa disk folder kerja, dan siapa lagi yang menulis di sana.',
  },
  DB_WORKSPACE_FULL: {
    message: 'folder kerja tidak cukup untuk hasil dump',
    hint: 'Kosongkan ruang di sana, atau perbesar batas folder kerja.',
  },
  DRIVER_OPTION_INVALID: {
    message: 'penyimpanan ini tidak memiliki opsi {{name}}={{value}}',
    hint: 'Folder mengenal local.connections, sebuah bilangan kecil.',
  },
  DUMP_NAME_UNSUPPORTED: { message: 'arsip zip tidak dapat memuat nama {{name}}', hint: 'Gunakan --archive tar.' },
  DUMP_NOT_A_FILE: {
    message: '{{path}} tidak dapat dikeluarkan: jenisnya {{type}}',
    hint: 'Sebutkan berkas atau folder.',
  },
  DUMP_TARGET_CLOSED: { message: 'pembaca keluaran berhenti membaca' },
  DUMP_TO_TERMINAL: {
    message: 'arsip akan memenuhi terminal dengan tanda yang tak terbaca',
    hint: 'Gunakan --target BERKAS, atau alirkan keluarannya ke berkas atau program.',
  },
  DUMP_TYPE_UNSUPPORTED: {
    message: 'arsip jenis ini tidak dapat memuat butir berjenis {{type}}',
    hint: 'Gunakan --archive tar.',
  },
  DURATION_INVALID: {
    message: 'bukan rentang waktu: {{text}}',
    hint: 'Tulis bilangan dengan satuan y, m, d, dan h, misalnya 1y6m atau 7d12h.',
  },
  EACCES: { message: 'akses ditolak' },
  EBUSY: { message: 'sedang dipakai' },
  EDQUOT: { message: 'kuota Anda sudah habis' },
  EIO: { message: 'disk melaporkan galat' },
  EISDIR: { message: 'itu folder' },
  ELOOP: { message: 'melalui tautan yang melingkar' },
  EMFILE: { message: 'terlalu banyak berkas yang terbuka' },
  ENAMETOOLONG: { message: 'namanya terlalu panjang' },
  ENOENT: { message: 'tidak ada' },
  ENOSPC: { message: 'ruang sudah habis' },
  ENOTDIR: { message: 'sebagian jalurnya bukan folder' },
  ECONNREFUSED: { message: 'tidak ada yang menjawab di sana' },
  ECONNRESET: { message: 'sambungannya terputus' },
  EEXIST: { message: 'sudah ada' },
  EFBIG: { message: 'berkasnya akan terlalu besar' },
  EHOSTDOWN: { message: 'komputer tujuan mati' },
  EHOSTUNREACH: { message: 'komputer tujuan tidak terjangkau' },
  EINVAL: { message: 'sistem berkas tidak menerimanya' },
  ENFILE: { message: 'terlalu banyak berkas yang terbuka di komputer ini' },
  ENODEV: { message: 'perangkatnya tidak ada' },
  ENOMEM: { message: 'memori tidak cukup' },
  ENOTEMPTY: { message: 'foldernya tidak kosong' },
  ENOTSUP: { message: 'sistem berkas tidak mendukungnya' },
  ENXIO: { message: 'perangkatnya tidak ada' },
  EPIPE: { message: 'pembacanya sudah pergi' },
  ETIMEDOUT: { message: 'tidak menjawab pada waktunya' },
  ETXTBSY: { message: 'sedang dijalankan' },
  EPERM: { message: 'tidak diizinkan' },
  EROFS: { message: 'sistem berkas tidak dapat ditulisi' },
  ERRNO_EACCES: {
    message: '{{path}}: akses ditolak',
    hint: 'Periksa siapa yang boleh membaca dan menulisnya, dan sebagai siapa Lumbung dijalankan.',
  },
  ERRNO_EDQUOT: {
    message: '{{path}}: kuota Anda sudah habis',
    hint: 'Kosongkan sebagian ruang, lalu jalankan lagi perintahnya.',
  },
  ERRNO_EEXIST: { message: '{{path}} sudah ada', hint: 'Sebutkan jalur lain, atau pindahkan yang ada.' },
  ERRNO_EIO: { message: '{{path}}: disk melaporkan galat', hint: 'Periksa log sistem; disk mungkin mulai rusak.' },
  ERRNO_EISDIR: { message: '{{path}} adalah folder, padahal diperlukan berkas', hint: 'Sebutkan berkas.' },
  ERRNO_ELOOP: { message: '{{path}} melalui tautan yang melingkar', hint: 'Sebutkan jalur tanpa tautan itu.' },
  ERRNO_EMFILE: { message: 'terlalu banyak berkas yang terbuka', hint: 'Naikkan batasnya dengan `ulimit -n`.' },
  ERRNO_ENAMETOOLONG: { message: 'ada nama yang terlalu panjang di {{path}}', hint: 'Gunakan yang lebih pendek.' },
  ERRNO_ENOENT: { message: '{{path}} tidak ada', hint: 'Periksa ejaan jalur itu.' },
  ERRNO_ENOSPC: {
    message: '{{path}}: ruang sudah habis',
    hint: 'Kosongkan sebagian ruang, lalu jalankan lagi perintahnya.',
  },
  ERRNO_ENOTDIR: { message: 'sebagian dari {{path}} bukan folder', hint: 'Periksa ejaan jalur itu.' },
  ERRNO_ENOTEMPTY: { message: 'folder {{path}} tidak kosong', hint: 'Pindahkan isinya.' },
  ERRNO_ETXTBSY: {
    message: '{{path}} sedang dijalankan',
    hint: 'Akhiri program yang menjalankannya.',
  },
  ERRNO_OTHER: {
    message: 'sistem operasi melaporkan {{errno}}',
    messageWith: { path: '{{path}}: sistem operasi melaporkan {{errno}}' },
    hint: 'Periksa log sistem, lalu jalankan lagi perintahnya.',
  },
  ERRNO_EPERM: {
    message: '{{path}}: tidak diizinkan',
    hint: 'Periksa siapa yang boleh membaca dan menulisnya, dan sebagai siapa Lumbung dijalankan.',
  },
  ERRNO_EROFS: {
    message: '{{path}} berada di sistem berkas yang tidak dapat ditulisi',
    hint: 'Kaitkan agar dapat ditulisi. Disk yang tiba-tiba hanya-baca mungkin mulai rusak.',
  },
  ESTALE: { message: 'berbagi jaringan berubah sementara itu' },
  FILE_UNREADABLE: {
    message: '{{path}} tidak terbaca',
    messageWith: { errno: '{{path}} tidak terbaca: {{errno}}' },
    hint: 'Periksa jalurnya dan siapa yang boleh membacanya.',
  },
  FORGET_GROUP_WOULD_VANISH: {
    message: 'aturan itu akan menghapus seluruh {{snapshots}} snapshot dari satu kelompok; tidak ada yang dihapus',
    messageWith: {
      host: 'aturan itu akan menghapus seluruh {{snapshots}} snapshot dari satu kelompok (host {{host}}); tidak ada yang dihapus',
      paths: 'aturan itu akan menghapus seluruh {{snapshots}} snapshot dari {{paths}}; tidak ada yang dihapus',
      tags: 'aturan itu akan menghapus seluruh {{snapshots}} snapshot dengan tag {{tags}}; tidak ada yang dihapus',
    },
    hint: 'Simpan paling sedikit satu, misalnya dengan --keep-last 1. Untuk menghapus satu kelompok, pilih dengan --host, --tag, atau --path dan tambahkan --unsafe-allow-remove-all.',
  },
  FORGET_POLICY_EMPTY: {
    message: 'tidak ada aturan tentang apa yang disimpan, jadi tidak ada yang dihapus',
    hint: 'Sebutkan apa yang disimpan, misalnya --keep-daily 7, atau sebutkan ID snapshot.',
  },
  FORGET_REMOVE_ALL_UNFILTERED: {
    message: 'semua snapshot hanya boleh dihapus dari yang dipilih oleh penyaring',
    hint: 'Tambahkan --host, --tag, atau --path.',
  },
  ID_INVALID: { message: 'bukan ID: {{text}}', hint: 'ID terdiri atas 64 karakter, 0 sampai 9 dan a sampai f.' },
  ID_MISSING: { message: '`{{kind}}` yang mana? Tidak ada ID yang disebut', hint: 'Cari dengan `lumbung list`.' },
  INDEX_INVALID: { message: 'sebuah berkas indeks repositori rusak', hint: 'Jalankan `lumbung repair index`.' },
  KEY_AMBIGUOUS: { message: '{{count}} kunci berawalan {{key}}', hint: 'Sebutkan lebih banyak karakter dari ID itu.' },
  KEY_FILE_INVALID: {
    message: 'sebuah kunci repositori rusak',
    hint: 'Kembalikan berkasnya dari salinan repositori, atau gunakan kata sandi kunci lain.',
  },
  KEY_IN_USE: {
    message: 'kunci {{key}} adalah kunci yang membuka repositori; kunci itu tidak dapat menghapus dirinya',
    hint: 'Buka repositori dengan kata sandi lain, atau ganti kata sandi ini dengan `lumbung key passwd`.',
  },
  KEY_KDF_INVALID: {
    message: 'sebuah kunci repositori meminta perhitungan yang mustahil: {{reason}}',
    hint: 'Gunakan kata sandi kunci lain.',
  },
  KEY_MISSING: {
    message: 'repositori {{repository}} tidak memiliki kunci: tidak seorang pun dapat membukanya',
    hint: 'Kembalikan folder `keys` dari salinan repositori.',
  },
  KEY_UNKNOWN: { message: 'repositori tidak memiliki kunci {{key}}', hint: 'Lihat `lumbung key list`.' },
  KEY_VERIFY_FAILED: {
    message: 'kunci baru {{key}} tidak dapat dibuka setelah disimpan; kunci itu dihapus lagi',
    hint: 'Coba lagi. Jika terulang, uji memori komputer ini dan laporkan.',
  },
  LIST_PATH_RELATIVE: {
    message: 'bukan jalur mutlak: {{path}}',
    hint: 'Jalur di dalam snapshot diawali garis miring.',
  },
  LOCK_CONFLICT: {
    message: 'repositori dikunci oleh proses {{pid}} di {{hostname}} (pengguna {{username}}) sejak {{since}}',
    hint: 'Tunggu sampai selesai, atau gunakan --retry-lock 10m. `lumbung unlock` menghapus penguncian yang pemegangnya sudah tidak ada.',
    hintWith: {
      isStale: 'Penguncian ini tidak lagi dipegang siapa pun: hapus dengan `lumbung unlock`, lalu mulai lagi.',
    },
  },
  LOCK_INVALID: {
    message: 'sebuah penguncian tidak terbaca, jadi tidak diketahui apakah repositori sedang dipakai',
    hint: 'Jika tidak ada yang memakainya, jalankan `lumbung unlock --remove-all`.',
  },
  LOCK_LOST: {
    message: 'penguncian {{repository}} tidak dapat diperbarui tepat waktu; semua pekerjaan dihentikan',
    hint: 'Cari tahu mengapa repositori tak terjangkau, atau komputer tertidur; lalu jalankan lagi perintahnya.',
  },
  LOCK_RELEASE_TIMEOUT: {
    message: 'penguncian tidak dapat dihapus tepat waktu',
    hint: 'Jalankan `lumbung unlock` setelah repositori terjangkau lagi.',
  },
  LOCK_REQUIRED: { message: 'tindakan ini memerlukan penguncian jenis {{needed}} dan memegang {{held}}' },
  MIGRATION_REFUSED: {
    message: 'repositori memiliki {{count}} kesalahan; tidak ada yang diubah',
    hint: 'Jalankan `lumbung check` dan perbaiki dahulu.',
  },
  NEW_PASSWORD_NOT_GIVEN: {
    message: 'kata sandi baru tidak diberikan, dan tidak ada terminal untuk menanyakannya',
    hint: 'Gunakan --new-password-file.',
  },
  NODE_CONTENT_MISSING: {
    message: 'snapshot tidak menyebut isi berkas ini',
    hint: 'Jalankan `lumbung check`. `lumbung repair snapshots` mengeluarkan yang tidak dapat dipulihkan.',
  },
  NODE_NAME_TWICE: { message: 'snapshot memuat dua berkas bernama {{path}}', hint: 'Yang pertama dipulihkan.' },
  NODE_NAME_UNSAFE: {
    message: 'ada nama di dalam snapshot yang bukan nama berkas',
    hint: 'Snapshot itu rusak, atau dibuat untuk menulis di luar tujuan. Butir itu dilewati.',
  },
  NODE_SIZE_WRONG: {
    message: 'snapshot menyebut {{nodeBytes}} bita, isinya {{contentBytes}}; isinya dipulihkan',
    hint: 'Versi lama mencatat ukuran yang salah untuk berkas yang berubah saat dibaca.',
  },
  NODE_TYPE_UNSUPPORTED: {
    message: 'butir berjenis {{type}} tidak dapat dipulihkan',
    hint: 'Butir itu dilewati; yang lain dipulihkan.',
  },
  NO_LOCK_REFUSED: {
    message: 'perintah ini mengubah repositori dan tidak dapat berjalan tanpa penguncian',
    hint: 'Tinggalkan --no-lock, atau tambahkan --dry-run bila perintahnya memiliki opsi itu.',
  },
  OBJECT_ID_INVALID: {
    message: 'bukan ID: {{id}}',
    hint: 'ID terdiri atas paling banyak 64 karakter, 0 sampai 9 dan a sampai f; awalannya sudah cukup.',
  },
  OBJECT_AMBIGUOUS: {
    message: '{{count}} ID jenis `{{kind}}` berawalan {{prefix}}',
    hint: 'Sebutkan lebih banyak karakter dari ID itu.',
  },
  OBJECT_NOT_FOUND: {
    message: 'tidak ada ID jenis `{{kind}}` yang berawalan {{prefix}}',
    hint: 'Lihat `lumbung list`.',
  },
  OPTIONS_CONFLICT: {
    message: '{{first}} dan {{second}} tidak dapat dipakai bersama',
    hint: 'Tinggalkan salah satunya.',
  },
  OPTION_INVALID: { message: '{{option}} tidak menerima `{{value}}`', hint: 'Yang diterima: {{expected}}.' },
  PACKS_NOT_NAMED: {
    message: 'tidak ada pack yang disebut',
    hint: 'Sebutkan pack yang dinyatakan rusak oleh `lumbung check --read-data`.',
  },
  PACK_HEADER_INVALID: {
    message: 'kepala sebuah pack rusak',
    hint: 'Jalankan `lumbung repair packs` untuk pack itu: yang masih dikenal indeks diselamatkan.',
  },
  PACK_NOT_FOUND: { message: 'tidak ada pack berawalan {{ids}}', hint: 'Lihat `lumbung list packs`.' },
  PACK_SIZE_INVALID: {
    message: 'ukuran pack harus 4 sampai 128 MiB',
    hint: 'Beri --pack-size bilangan dari 4 sampai 128.',
  },
  PACK_UNKNOWN: {
    message: 'tidak ada pack {{pack}}, dan tidak ada indeks yang menyebutnya',
    hint: 'Bandingkan ID-nya dengan keluaran `lumbung check`.',
  },
  PACK_WORKER_DIED: {
    message: 'sebuah utas kerja berakhir sebelum pekerjaannya selesai',
    hint: 'Jika memori kurang, tutup program lain; jika tidak, laporkan hal ini.',
  },
  PARENT_CONTENT_MISSING: {
    message: 'snapshot sebelumnya menyebut isi yang tidak ada di repositori; berkas ini dibaca ulang',
    hint: 'Jalankan `lumbung check` untuk melihat kekurangan snapshot itu.',
  },
  PARENT_TREE_UNREADABLE: {
    message: 'sebuah folder dari snapshot sebelumnya tidak terbaca, jadi berkasnya dibaca ulang',
    hint: 'Jalankan `lumbung check` untuk melihat kekurangan snapshot itu.',
  },
  PASSWORD_COMMAND_FAILED: {
    message: 'perintah kata sandi kosong',
    messageWith: {
      exitCode: 'perintah kata sandi berakhir dengan kode {{exitCode}}',
      signalName: 'perintah kata sandi dihentikan oleh {{signalName}}',
      errno: 'perintah kata sandi tidak dapat dijalankan: {{errno}}',
    },
    hint: 'Jalankan dengan tangan; perintah itu harus mencetak kata sandi dan berakhir dengan kode 0.',
  },
  PASSWORD_EMPTY: {
    message: 'kata sandi kosong tidak melindungi apa pun',
    hint: 'Berikan kata sandi, atau gunakan --insecure-no-password jika memang itu yang diinginkan.',
  },
  PASSWORD_FILE_UNREADABLE: {
    message: 'berkas kata sandi {{path}} tidak terbaca',
    messageWith: { errno: 'berkas kata sandi {{path}} tidak terbaca: {{errno}}' },
    hint: 'Periksa jalurnya dan siapa yang boleh membacanya.',
  },
  PASSWORD_MISMATCH: { message: 'kedua kata sandi berbeda', hint: 'Ketik kata sandi yang sama dua kali.' },
  PASSWORD_NOT_GIVEN: {
    message: 'kata sandi tidak diberikan, dan tidak ada terminal untuk menanyakannya',
    messageWith: {
      repository: 'kata sandi {{repository}} tidak diberikan, dan tidak ada terminal untuk menanyakannya',
    },
    hint: 'Gunakan {{option}}, atau isi variabel {{variable}}.',
  },
  PASSWORD_WRONG: {
    message: 'kata sandi tidak cocok dengan kunci mana pun di {{repository}}',
    hint: 'Periksa kata sandi, berkasnya, atau perintahnya; di dalam berkas, periksa juga ganti baris atau spasi tambahan.',
  },
  PATTERN_INVALID: {
    message: 'bukan pola: {{pattern}} ({{reason}})',
    hint: 'Tutup setiap [, beri karakter di belakang setiap garis miring terbalik, dan kutip polanya untuk shell Anda.',
  },
  PLAN_NOT_EXECUTABLE: { message: 'rencana ini hanya untuk dibaca: {{obstacle}}' },
  PLAN_SPENT: { message: 'rencana ini sudah dijalankan' },
  POSIX_UNAVAILABLE: {
    message: 'metadata berkas di luar kemampuan Node tidak terjangkau pada {{platform}} {{arch}}',
    hint: 'Jalankan Lumbung di Linux (x64 atau arm64), dan pasang beserta paket opsionalnya.',
  },
  PRUNE_INDEX_INCOMPLETE: {
    message: 'indeks tidak memuat semua yang diperlukan snapshot, jadi tidak ada yang dihapus',
    hint: 'Jalankan `lumbung repair index`. Jika tidak menolong, jalankan `lumbung check` dan `lumbung repair snapshots` sebelum merapikan.',
  },
  PRUNE_LIMIT_INVALID: {
    message: 'bukan batas untuk data tak terpakai',
    hint: 'Tulis persentase dari 0 sampai di bawah 100, sebuah ukuran, atau `unlimited`.',
  },
  PRUNE_PACK_MISSING: {
    message: 'pack {{pack}} hilang, padahal diperlukan snapshot; tidak ada yang dihapus',
    hint: 'Kembalikan berkas itu dari salinan repositori jika ada. Jika tidak, jalankan `lumbung repair index`, lalu `lumbung repair snapshots`.',
  },
  PRUNE_PACK_SIZE_WRONG: {
    message: 'pack {{pack}} berukuran {{sizeBytes}} bita, menurut indeks {{expectedBytes}}; tidak ada yang dihapus',
    hint: 'Jalankan `lumbung check --read-data`, lalu `lumbung repair packs` untuk pack itu atau `lumbung repair index`.',
  },
  PRUNE_REPACK_INCOMPLETE: {
    message: 'tidak semua yang diperlukan dikemas ulang, jadi tidak ada lagi yang dihapus',
    hint: 'Repositori tetap utuh; laporkan hal ini.',
  },
  PRUNE_TREE_UNREADABLE: {
    message: 'folder {{tree}} tidak terbaca, jadi kebutuhannya tidak diketahui; tidak ada yang dihapus',
    hint: 'Jalankan `lumbung check` untuk melihat yang rusak, lalu `lumbung repair snapshots`.',
  },
  READ_DATA_SELECTION_INVALID: {
    message: 'bukan bagian repositori yang dapat dibaca',
    hint: 'Tulis 1/5, 10%, atau 2G.',
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
  REPOSITORY_ADDRESS_INVALID: {
    message: 'bukan alamat repositori: {{address}} ({{reason}})',
    hint: 'Sebutkan folder; folder yang namanya memuat titik dua ditulis local:NAMA.',
  },
  REPOSITORY_DRIVER_MISSING: {
    message: 'versi ini tidak dapat menjangkau repositori jenis {{scheme}}:',
    hint: 'Gunakan folder: disk lokal, atau NAS atau server yang dikaitkan sebagai folder.',
  },
  REPOSITORY_EXISTS: {
    message: 'sudah ada repositori, atau sebagiannya, di {{repository}}',
    hint: 'Pilih tempat lain, atau gunakan repositori yang ada di sana.',
  },
  REPOSITORY_FILE_DAMAGED: {
    message: 'berkas {{folder}}/{{id}} di dalam repositori rusak',
    hint: 'Jalankan `lumbung check` untuk melihat akibatnya, atau kembalikan berkas itu dari salinan repositori.',
  },
  REPOSITORY_MISSING: {
    message: 'tidak ada repositori di {{repository}}',
    hint: 'Periksa alamatnya. `lumbung init` membuat repositori baru.',
  },
  REPOSITORY_NOT_NAMED: {
    message: 'repositori belum disebut',
    hint: 'Gunakan --repo atau variabel LUMBUNG_REPOSITORY.',
  },
  REPOSITORY_VERSION_UNSUPPORTED: {
    message: 'format repositori versi {{version}}, yang belum dikenal di sini',
    hint: 'Gunakan rilis Lumbung yang lebih baru.',
  },
  RESTORE_FOLDER_IN_THE_WAY: {
    message: 'ada folder berisi yang menghalangi: {{path}}',
    hint: 'Pindahkan, atau biarkan --delete menghapus yang tidak ada di dalam snapshot.',
  },
  RESTORE_INTERRUPTED: {
    message: 'berkas ini sedang diubah ketika pemulihan berhenti: sebagian isinya baru',
    hint: 'Jalankan pemulihan lagi.',
  },
  RESTORE_LINK_BROKEN: {
    message: 'berkas yang juga bernama ini tidak dipulihkan: {{first}}',
    hint: 'Lihat apa yang terjadi pada berkas itu. Dengan mengecualikannya (--exclude), yang ini menjadi berkas tersendiri.',
  },
  RESTORE_NOT_A_FILE: {
    message: 'yang tadinya berkas kini bukan',
    hint: 'Jangan biarkan program lain menulis di tujuan selama pemulihan.',
  },
  RESTORE_NO_SPACE: {
    message: 'ruang di tujuan sudah habis',
    hint: 'Kosongkan ruang, lalu ulangi pemulihan yang sama dengan --overwrite if-changed: yang sudah lengkap tidak dibaca lagi.',
  },
  RESTORE_OPTIONS_CONFLICT: {
    message: '{{one}} dan {{other}} tidak dapat dipakai bersama',
    hint: 'Berikan salah satu saja.',
  },
  RESTORE_TARGET_INVALID: {
    message: 'tujuan bukan folder: {{path}}',
    hint: 'Sebutkan folder, atau jalur tempat folder dapat dibuat.',
  },
  RESTORE_VERIFY_FAILED: {
    message: '{{path}} terbaca berbeda dari yang ditulis',
    hint: 'Disk tujuan mungkin mulai rusak, atau ada program lain yang menulis di sana. Pulihkan lagi, di tempat lain bila perlu.',
  },
  RESTORE_WORKERS_INVALID: { message: 'bukan jumlah utas kerja: {{workerCount}}', hint: 'Gunakan 1 sampai {{max}}.' },
  REWRITE_FILTERS_MIXED: {
    message: 'pola yang dikecualikan dan pola yang disertakan tidak dapat dipakai bersama',
    hint: 'Gunakan salah satu jenis.',
  },
  REWRITE_NOTHING_TO_DO: {
    message: 'tidak ada yang dikerjakan: tidak ada pola, host baru, atau waktu baru',
    hint: 'Gunakan --exclude, --include, --new-host, --new-time, atau --snapshot-summary.',
  },
  SEAL_BROKEN: {
    message: 'data terenkripsi rusak, atau dienkripsi dengan kunci lain: {{reason}}',
    hint: 'Jalankan `lumbung check --read-data`.',
  },
  SNAPSHOT_AMBIGUOUS: {
    message: '{{count}} snapshot berawalan {{prefix}}',
    hint: 'Sebutkan lebih banyak karakter dari ID itu.',
  },
  SNAPSHOT_INVALID: { message: 'sebuah snapshot rusak', hint: 'Jalankan `lumbung check`.' },
  SNAPSHOT_NOT_FOUND: {
    message: 'tidak ada snapshot yang cocok',
    messageWith: { prefix: 'tidak ada ID snapshot yang berawalan {{prefix}}' },
    hint: 'Lihat `lumbung snapshots`; --host, --tag, dan --path mempersempit arti `latest`.',
  },
  SNAPSHOT_SPEC_INVALID: {
    message: 'bukan snapshot: {{spec}}',
    hint: 'Sebutkan snapshot dengan ID-nya, awalannya, atau `latest`; folder di dalamnya menyusul setelah titik dua.',
  },
  SOURCE_FILE_DAMAGED: {
    message: '{{path}} dalam hasil cadangan tidak sama dengan aslinya',
    hint: 'Pulihkan snapshot lain, dan jalankan `lumbung check` dengan --read-data.',
  },
  SOURCE_FILE_MISSING: {
    message: 'hasil cadangan tidak memiliki berkas {{path}}',
    hint: 'Gunakan snapshot lain, dan jalankan `lumbung check`.',
  },
  SOURCE_MANIFEST_INVALID: {
    message: 'manifes hasil cadangan rusak',
    hint: 'Gunakan snapshot lain, dan jalankan `lumbung check` dengan --read-data.',
  },
  SOURCE_MANIFEST_VERSION_UNKNOWN: {
    message: 'hasil cadangan dibuat oleh Lumbung versi lebih baru (versi manifes {{version}})',
    hint: 'Gunakan versi yang membuatnya, atau yang lebih baru.',
  },
  SOURCE_REPLACED: { message: '{{path}} diganti berkas lain selagi dicadangkan', hint: 'Jalankan pencadangan lagi.' },
  SOURCE_REPOSITORY_NOT_NAMED: {
    message: 'repositori yang satunya belum disebut',
    hint: 'Gunakan --from-repo.',
    hintWith: { isCopy: 'Gunakan --to untuk menyalin ke sana, atau --from-repo untuk menyalin dari sana.' },
  },
  SOURCE_TOO_DEEP: { message: 'folder bersarang terlalu dalam di {{path}}', hint: 'Sebutkan folder yang lebih dalam.' },
  SOURCE_TYPE_CHANGED: { message: '{{path}} berganti jenis selagi dicadangkan', hint: 'Jalankan pencadangan lagi.' },
  SOURCE_TYPE_UNKNOWN: { message: '{{path}} berjenis yang tidak dapat disimpan', hint: 'Kecualikan dengan --exclude.' },
  SOURCE_XATTR_UNREADABLE: {
    message: 'atribut {{attribute}} milik {{path}} tidak terbaca',
    hint: 'Jalankan sebagai pengguna yang boleh membacanya.',
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
  TAG_CHANGE_EMPTY: {
    message: 'tidak ada yang diubah: tidak ada tag yang ditetapkan, ditambah, atau dihapus',
    hint: 'Gunakan --set, --add, atau --remove.',
  },
  TARGET_MISSING: { message: 'folder tujuan belum disebut', hint: 'Gunakan --target FOLDER.' },
  TIMESTAMP_INVALID: {
    message: 'bukan waktu: {{text}}',
    hint: 'Berkas yang memuatnya rusak; jalankan `lumbung check`.',
  },
  TREE_INVALID: {
    message: 'sebuah folder di dalam repositori rusak',
    hint: 'Jalankan `lumbung check --read-data`.',
  },
  TREE_LOOP: {
    message: 'sebuah folder di dalam snapshot memuat dirinya sendiri: {{path}}',
    hint: 'Snapshot itu rusak atau dibuat dengan tangan; jalankan `lumbung check`.',
  },
  TREE_ORDER_BROKEN: { message: 'isi sebuah folder tidak berurutan' },
  TREE_PATH_MISSING: { message: 'snapshot tidak memuat {{missing}}', hint: 'Lihat isinya dengan `lumbung ls`.' },
  TREE_PATH_NOT_FILE: {
    message: '{{path}} bukan berkas di dalam snapshot',
    hint: 'Sebutkan sebuah berkas. Tautan tidak diikuti.',
  },
  TREE_PATH_NOT_FOLDER: { message: '{{path}} bukan folder di dalam snapshot', hint: 'Sebutkan folder yang memuatnya.' },
  TREE_SUBTREE_MISSING: {
    message: 'snapshot kehilangan isi folder {{path}}',
    hint: 'Jalankan `lumbung check`, lalu `lumbung repair snapshots`.',
  },
  TREE_TOO_DEEP: {
    message: 'folder bersarang terlalu dalam di {{path}}',
    hint: 'Snapshot itu rusak atau dibuat dengan tangan; jalankan `lumbung check`.',
  },
  TREE_UNSTABLE: {
    message: 'folder {{path}} tidak dapat ditulis ulang tanpa kehilangan sesuatu; snapshot-nya dibiarkan',
    hint: 'Folder itu ditulis oleh versi atau klien lain, dan dapat dipulihkan apa adanya.',
  },
  UNEXPECTED: { message: 'terjadi hal yang tidak terduga; pesan asli program: “{{detail}}”' },
  UNPACKED_ENCODING_UNKNOWN: {
    message: 'sebuah berkas repositori ditulis dengan cara yang tidak dikenal ({{first}})',
    hint: 'Mungkin ditulis oleh program yang lebih baru.',
  },
  UPGRADE_NOT_NEEDED: {
    message: 'format repositori sudah versi {{version}}',
    hint: 'Tidak ada yang perlu dikerjakan.',
  },
  USAGE_ARGUMENTS_TOO_MANY: {
    message: '`{{command}}` tidak mengenal `{{words}}`',
    hint: 'Lihat `{{command}} --help`.',
  },
  USAGE_ARGUMENT_MISSING: { message: '<{{name}}> belum disebut', hint: 'Lihat `{{command}} --help`.' },
  USAGE_COMMAND_UNKNOWN: {
    message: 'tidak ada perintah {{name}}',
    hint: 'Lihat `{{command}} --help`.',
    hintWith: { near: 'Maksud Anda `{{near}}`?' },
  },
  USAGE_OPTION_UNKNOWN: {
    message: 'tidak ada opsi {{option}}',
    hint: 'Lihat `{{command}} --help`.',
    hintWith: { near: 'Maksud Anda `{{near}}`?' },
  },
  USAGE_SWITCH_VALUE: {
    message: '{{flag}} adalah sakelar dan tidak menerima `{{value}}`',
    hint: 'Tinggalkan nilainya, atau tulis =true atau =false.',
  },
  USAGE_VALUE_MISSING: { message: '{{option}} memerlukan nilai', hint: 'Lihat `{{command}} --help`.' },
  ZSTD_BROKEN: {
    message: 'data termampatkan tidak terbaca',
    hint: 'Jalankan `lumbung check --read-data`.',
  },
  STDIN_WITH_PATHS: {
    message: 'yang dicadangkan masukan standar atau jalur, tidak keduanya',
    hint: 'Hilangkan --stdin, atau jalurnya.',
  },
};
