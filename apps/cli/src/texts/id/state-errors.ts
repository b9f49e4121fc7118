import type { ErrorCatalogue } from '../texts.ts';

/** Of the server's own state: see errors.ts. */
export const idStateErrors: ErrorCatalogue = {
  BUG_NOT_CANONICAL: { message: 'sebuah nilai tidak memiliki bentuk baku' },
  BUG_STORE_INSIDE_TRANSACTION: { message: 'sebuah transaksi bertanya ke basis data di luar dirinya' },
  DATA_FOLDER_IN_USE: {
    message: 'folder data {{path}} sedang dipakai proses lain',
    messageWith: { pid: 'folder data {{path}} sedang dipakai proses {{pid}}' },
    hint: 'Lumbung sudah berjalan. Hentikan dahulu, atau arahkan LUMBUNG_DATA ke folder lain.',
  },
  DATA_FOLDER_ON_NETWORK: {
    message: 'folder data {{path}} berada di {{fileSystem}}, tempat data Lumbung tidak aman',
    hint: 'Arahkan LUMBUNG_DATA ke folder di disk mesin ini; repositori boleh tetap di tempatnya.',
  },
  DATA_FOLDER_UNUSABLE: {
    message: 'folder data {{path}} tidak dapat dipakai',
    hint: 'Pastikan itu folder yang boleh ditulisi Lumbung, dan disknya masih memiliki ruang.',
  },
  MASTER_KEY_EXPOSED: {
    message: 'kunci induk {{path}} dapat dibaca selain oleh pemiliknya',
    hint: 'Jalankan `chmod 600 {{path}}`. Bila kunci itu mungkin sudah dilihat orang lain, gantilah.',
  },
  MASTER_KEY_GIVEN: {
    message: 'kunci induk berasal dari lingkungan (environment), sehingga tidak dapat diganti oleh Lumbung',
    hint: 'Isi LUMBUNG_MASTER_KEY dengan kunci baru, koma, lalu kunci lama, dan jalankan kembali; setelah itu hapus kunci lama.',
  },
  MASTER_KEY_INVALID: {
    message: 'isi {{place}} bukan kunci induk',
    hint: 'Kunci induk terdiri atas 43 huruf, angka, - dan _, seperti tertulis di berkas pemulihan.',
  },
  MASTER_KEY_UNREADABLE: {
    message: 'kunci induk {{path}} tidak dapat dibaca atau ditulis',
    hint: 'Pastikan berkas dan foldernya milik Lumbung, dan disknya masih memiliki ruang.',
  },
  SECRET_DAMAGED: {
    message: 'rahasia {{secret}} tidak dapat dibuka: isinya diubah di basis data',
    hint: 'Masukkan kembali, dan cari tahu siapa yang menulis ke basis data.',
  },
  SECRET_KEY_UNKNOWN: {
    message: 'rahasia {{secret}} disegel dengan kunci induk {{key}}, yang tidak ada di sini',
    hint: 'Kembalikan kunci induk milik data ini: ada di berkas pemulihan dan di dalam cadangan.',
  },
  SECRET_UNKNOWN: {
    message: 'rahasia {{secret}} tidak ada',
    hint: 'Masukkan kembali kata sandi atau kunci di tempat pemakaiannya.',
  },
  SECRET_TOO_LONG: {
    message: 'rahasia paling panjang {{bytesMax}} bita',
    hint: 'Pastikan itu kata sandi, kunci, atau token, bukan berkas.',
  },
  SETTINGS_CONTRADICT: { message: '{{first}} dan {{second}} sama-sama diisi', hint: 'Hapus salah satunya.' },
  SETTING_INVALID: {
    message: 'pengaturan {{setting}} tidak benar; yang diharapkan: {{expected}}',
    hint: 'Perbaiki variabel itu, atau hapus.',
  },
  STATE_FILE_CUT: {
    message: 'data hasil ekspor terputus di baris {{line}}, sebelum akhirnya',
    hint: 'Ekspor kembali, dan salin berkasnya sampai habis.',
  },
  STATE_FILE_DAMAGED: {
    message: 'data hasil ekspor berbeda dari yang ditulis: sidik atau jumlahnya tidak cocok',
    hint: 'Salin kembali berkasnya dari tempat ekspor, atau ekspor kembali.',
  },
  STATE_FILE_INVALID: {
    message: 'baris {{line}} bukan baris data hasil ekspor',
    hint: 'Ekspor kembali dengan `lumbung state export`, dan impor berkas itu apa adanya.',
  },
  STATE_SCHEMA_DIFFERS: {
    message: 'data hasil ekspor berbentuk {{found}}; Lumbung ini membaca {{known}}',
    hint: 'Ekspor dan impor dengan versi Lumbung yang sama, baru kemudian tingkatkan versinya.',
  },
  STATE_TARGET_NOT_EMPTY: {
    message: 'sudah ada data: tabel {{table}} tidak kosong',
    hint: 'Impor ke folder data yang baru, atau ke basis data yang kosong.',
  },
  STORE_BUSY: {
    message: 'basis data Lumbung terlalu lama dipegang pihak lain',
    hint: 'Coba lagi; bila berulang, cari program lain yang memakai basis data itu.',
  },
  STORE_CLOSED: { message: 'basis data Lumbung sudah ditutup' },
  STORE_DAMAGED: {
    message: 'basis data Lumbung rusak',
    hint: 'Hentikan Lumbung, simpan berkasnya, lalu pulihkan cadangan terakhir aplikasi lumbung.',
  },
  STORE_DUPLICATE: {
    message: 'yang bernama sama sudah ada',
    hint: 'Pilih nama lain, atau ubah yang sudah ada.',
  },
  STORE_FULL: {
    message: 'tidak ada ruang lagi untuk data Lumbung',
    hint: 'Sediakan ruang di disk folder data atau basis data. Yang sudah dinyatakan tersimpan tidak hilang.',
  },
  STORE_LOGIN_REFUSED: {
    message: 'PostgreSQL menolak login atau yang harus dilakukan Lumbung',
    hint: 'Periksa pengguna, kata sandi, dan nama basis data di LUMBUNG_DATABASE; pengguna itu harus memiliki basis data atau skemanya.',
  },
  STORE_MIGRATION_FAILED: { message: 'basis data tidak dapat dibawa ke {{schema}}; tidak ada yang diubah di dalamnya' },
  STORE_NOT_OURS: {
    message: 'basis data berisi tabel program lain ({{table}})',
    hint: 'Beri Lumbung basis data sendiri.',
  },
  STORE_POSTGRES_UNFIT: {
    message: 'PostgreSQL {{version}} dengan pengodean {{encoding}} tidak dapat memuat data Lumbung',
    hint: 'Gunakan PostgreSQL {{versionMin}} atau yang lebih baru, dan basis data dengan pengodean UTF8.',
  },
  STORE_READ_ONLY: {
    message: 'basis data Lumbung tidak dapat ditulisi',
    hint: 'Periksa pemilik folder data, dan pastikan PostgreSQL bukan server siaga (standby).',
  },
  STORE_SCHEMA_NEWER: {
    message: 'data ditulis oleh Lumbung yang lebih baru ({{found}}); versi ini mengenal {{known}}',
    hint: 'Jalankan kembali versi yang lebih baru: versi lama tidak memahami isinya.',
  },
  STORE_UNREACHABLE: {
    message: 'basis data Lumbung tidak menjawab',
    hint: 'Pastikan basis data berjalan dan LUMBUNG_DATABASE menunjuk kepadanya; untuk SQLite, pastikan disknya berfungsi.',
  },
  ACTIVITY_CHANGED: { message: 'kegiatan {{date}} diubah pada saat yang sama', hint: 'Coba lagi.' },
  ACTIVITY_REFUSED: {
    message: 'kegiatan {{date}} tidak mengizinkan ini ({{refusal}})',
    hint: 'Lihat keadaan kegiatan sekarang, lalu putuskan kembali.',
  },
  ACTIVITY_UNREADABLE: {
    message: 'data kegiatan {{date}} tidak dapat dipahami',
    hint: 'Mungkin ditulis oleh versi yang lebih baru; gunakan versi itu.',
  },
  ASSET_DEFINITION_INVALID: {
    message: 'data {{assetId}} tidak dapat dipahami pada {{place}}',
    hint: 'Mungkin ditulis oleh versi yang lebih baru; atau simpan kembali.',
  },
  FACT_UNREADABLE: {
    message: 'data {{key}} tidak dapat dipahami',
    hint: 'Mungkin ditulis oleh versi yang lebih baru; gunakan versi itu.',
  },
  HOLIDAYS_UNREADABLE: {
    message: 'kalender hari libur yang tersimpan tidak dapat dipahami',
    hint: 'Mungkin ditulis oleh versi yang lebih baru; gunakan versi itu.',
  },
  PROCEDURE_MISSING: { message: 'tidak ada SOP yang berlaku' },
  PROCEDURE_UNREADABLE: {
    message: 'SOP versi {{number}} tidak dapat dipahami pada {{place}}',
    hint: 'Mungkin ditulis oleh versi yang lebih baru; gunakan versi itu.',
  },
  WORKER_HEARTBEAT_FAILED: {
    message: 'proses pekerja tidak dapat melaporkan bahwa dirinya berjalan',
    hint: 'Proses berlanjut; periksa basis data bila ini terulang.',
  },
};
