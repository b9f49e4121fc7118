import type { ErrorCatalogue } from '../texts.ts';

/** Of the server's own state: see errors.ts. */
export const idStateErrors: ErrorCatalogue = {
  BUG_STORE_INSIDE_TRANSACTION: { message: 'sebuah transaksi bertanya ke basis data di luar dirinya' },
  SETTINGS_CONTRADICT: { message: '{{first}} dan {{second}} sama-sama diisi', hint: 'Hapus salah satunya.' },
  SETTING_INVALID: {
    message: 'pengaturan {{setting}} tidak benar; yang diharapkan: {{expected}}',
    hint: 'Perbaiki variabel itu, atau hapus.',
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
};
