import type { ErrorCatalogue } from '../texts.ts';

/** Of jobs that run by themselves: see errors.ts. */
export const idJobErrors: ErrorCatalogue = {
  BUG_NO_SNAPSHOT: { message: 'pencadangan berakhir tanpa cuplikan' },
  CHECK_FAILED: { message: 'ada pemeriksaan awal yang tidak lulus', hint: 'Perbaiki hal yang disebut hasilnya.' },
  CHECK_WARNED: { message: 'ada hasil pemeriksaan awal yang perlu dilihat', hint: 'Lihat hal yang disebut hasilnya.' },
  CLOCK_WRONG: {
    message: 'jam mesin ini salah: menunjukkan {{date}}',
    hint: 'Setel jam dan hubungkan dengan server waktu. Salinan bertanggal salah terhitung pada hari yang salah.',
  },
  COPY_ADOPTED: {
    message: 'diambil alih dari percobaan yang hilang; apa yang tidak terbaca olehnya tidak diketahui',
    hint: 'Lihat salinan berikutnya, yang menyebut apa yang tidak terbaca.',
  },
  COPY_DAMAGED: {
    message: 'salinan tersimpan {{snapshot}} tidak utuh: {{reason}}',
    hint: 'Buat salinan baru, lalu periksa repositori dan disk tempatnya berada.',
  },
  DB_NONE: {
    message: 'server {{server}} tidak mempunyai basis data',
    hint: 'Periksa apakah akun melihat basis data yang seharusnya.',
  },
  DB_RESTORE_DIFFERS: {
    message: 'basis data hasil pemulihan {{database}} tidak sama dengan yang dicadangkan: {{reason}}',
    hint: 'Jangan digunakan. Lihat temuannya, lalu pulihkan dari cuplikan lain.',
  },
  DESTINATION_SPACE_SHORT: {
    message: 'ruang tujuan cadangan tidak cukup: {{freeBytes}} bita kosong, diperkirakan perlu {{neededBytes}}',
    hint: 'Kosongkan ruang atau tambahkan disk. Salinan lama dilepas menurut retensi prosedur.',
  },
  DOWNLOAD_INCOMPLETE: {
    message: 'unduhan tidak utuh: {{reason}}',
    hint: 'Buang yang sudah diterima, lalu coba lagi.',
  },
  DOWNLOAD_LEFT_OUT: {
    message: '{{item}} tidak dapat dimuat dalam arsip jenis ini',
    hint: 'Pilih jenis arsip lain, atau unduh tersendiri.',
  },
  DRILL_FAILED: {
    message: 'salinan tidak dapat dipulihkan untuk pembuktian: {{reason}}',
    hint: 'Simpan salinan yang lebih lama, buat salinan baru, lalu uji.',
  },
  DRILL_NOT_TESTABLE: { message: 'salinan tidak dapat diuji di mesin ini', hint: 'Pasang apa yang disebut alasannya.' },
  FILE_PATH_INVALID: { message: 'bukan jalur: kosong atau memuat karakter NUL', hint: 'Tulis ulang.' },
  FILE_PATH_RELATIVE: { message: '{{path}} bukan jalur absolut', hint: 'Tulis jalur lengkap, mulai dari akar.' },
  ITEM_NOT_RESTORED: {
    message: '{{item}} tidak dapat dipulihkan: {{reason}}',
    hint: 'Perbaiki penghalangnya, lalu pulihkan lagi.',
  },
  ITEM_RESTORED_PARTLY: {
    message: '{{item}} dipulihkan, tetapi tidak seluruh sifatnya: {{reason}}',
    hint: 'Periksa apakah itu penting; isinya ada.',
  },
  ITEM_UNREAD: { message: '{{item}} tidak terbaca: {{reason}}', hint: 'Berikan hak baca kepada akun layanan.' },
  JOB_SPEC_INVALID: { message: 'pekerjaan diuraikan dengan keliru ({{place}})' },
  JOB_URL_WITH_PASSWORD: {
    message: 'alamat server basis data {{server}} memuat kata sandi',
    hint: 'Keluarkan kata sandi dari alamat dan simpan sebagai rahasia.',
  },
  OUTPUT_MISSING: { message: 'unduhan tanpa tujuan keluaran' },
  PACK_NOT_REMOVED: {
    message: 'berkas repositori tidak dapat dihapus: {{reason}}',
    hint: 'Akan dicoba lagi dengan sendirinya.',
  },
  REPAIR_INDEX_ADVISED: { message: 'indeks repositori sebaiknya diperbaiki', hint: 'Jalankan `lumbung repair index`.' },
  REPOSITORY_BUSY: {
    message:
      'repositori terus dipakai pihak lain: proses {{pid}} di {{hostname}} (pengguna {{username}}) sejak {{since}}',
    hint: 'Akan dicoba lagi dengan sendirinya. Jika tidak ada yang memakai repositori, jalankan `lumbung unlock`.',
  },
  REPOSITORY_DAMAGED: {
    message: 'repositori di {{repository}} rusak: {{reason}}',
    hint: 'Jangan hapus apa pun. Periksa disk dan salinan lain, lalu perbaiki dengan `lumbung repair`.',
  },
  REPOSITORY_UNEXPECTED: {
    message: 'ada repositori lain di {{repository}}: {{found}}, bukan {{expected}}',
    hint: 'Periksa apakah disk yang benar terpasang di sana. Jika repositori dibuat baru, daftarkan lagi.',
  },
  RESTORE_EXTRA_UNSELECTED: {
    message: 'yang tidak ada dalam cuplikan hanya dihapus dari folder yang dipilih',
    hint: 'Pilih foldernya, atau biarkan yang sudah ada.',
  },
  RESTORE_INCOMPLETE: {
    message: '{{count}} butir tidak dapat dipulihkan: {{item}}: {{reason}}',
    hint: 'Lihat butirnya, perbaiki penghalangnya, lalu pulihkan lagi.',
  },
  RESTORE_NOTHING_SELECTED: {
    message: 'tidak ada isi cuplikan yang terpilih: tidak ada yang dipulihkan',
    hint: 'Pilih jalur yang ada dalam cuplikan.',
  },
  RETENTION_CONTRADICTS: { message: 'cuplikan {{snapshot}} diminta dihapus sekaligus dipertahankan' },
  RETENTION_INCOMPLETE: {
    message: '{{count}} cuplikan tidak dapat dihapus: {{reason}}',
    hint: 'Akan dicoba lagi dengan sendirinya. Periksa apakah penyimpanan mengizinkan penghapusan.',
  },
  RETENTION_KEEPER_MISSING: {
    message: 'cuplikan {{snapshot}} yang harus dipertahankan tidak ada atau tidak terbaca; tidak ada yang dihapus',
    hint: 'Periksa repositori. Retensi berlanjut setelah salinannya terverifikasi lagi.',
  },
  RUN_CANCELLED: { message: 'pelaksanaan dibatalkan', hint: 'Jalankan lagi bila sudah sesuai.' },
  RUN_LOST: {
    message: 'proses pelaksanaan berakhir tanpa kabar',
    hint: 'Akan dilakukan lagi dengan sendirinya. Jika terulang, lihat log mesin: mungkin memori habis.',
  },
  RUN_MEMORY_LIMIT: {
    message: 'pelaksanaan dihentikan: memakai memori lebih dari yang diizinkan',
    hint: 'Izinkan memori lebih besar, atau kurangi pekerja.',
  },
  RUN_NOT_STARTED: {
    message: 'proses untuk pelaksanaan tidak dapat dijalankan',
    hint: 'Periksa apakah mesin masih mempunyai memori dan proses.',
  },
  RUN_RECORD_INVALID: {
    message: 'catatan pelaksanaan tidak terbaca ({{place}})',
    hint: 'Mungkin ditulis versi yang lebih baru; gunakan versi itu.',
  },
  RUN_SHUTDOWN: {
    message: 'pelaksanaan dihentikan karena layanan berhenti',
    hint: 'Akan dilakukan lagi dengan sendirinya.',
  },
  RUN_STALLED: {
    message: 'pelaksanaan dihentikan: terlalu lama tanpa kemajuan',
    hint: 'Periksa sumber, penyimpanan, dan jaringan di antaranya.',
  },
  RUN_TIME_LIMIT: {
    message: 'pelaksanaan dihentikan: tidak selesai dalam waktu yang diizinkan',
    hint: 'Periksa mengapa begitu lama, atau izinkan waktu lebih panjang.',
  },
  SECRET_MISSING: { message: 'tidak ada rahasia {{name}}', hint: 'Simpan lagi.' },
  SIZE_FEWER_FILES: {
    message: '{{item}}: {{files}} berkas, biasanya {{usualFiles}}',
    hint: 'Periksa apakah memang dihapus. Sampai itu jelas, tidak ada salinan lama yang dilepas.',
  },
  SIZE_GROWN: {
    message: '{{item}}: {{bytes}} bita, biasanya {{usualBytes}}',
    hint: 'Periksa apa yang bertambah. Sampai itu jelas, tidak ada salinan lama yang dilepas.',
  },
  SIZE_SHRUNK: {
    message: '{{item}}: {{bytes}} bita, biasanya {{usualBytes}}',
    hint: 'Periksa apakah ada data yang hilang. Sampai itu jelas, tidak ada salinan lama yang dilepas.',
  },
  SIZE_TABLE_EMPTIED: {
    message: 'tabel {{item}} kosong, biasanya {{usualRows}} baris',
    hint: 'Periksa apakah memang dikosongkan. Sampai itu jelas, tidak ada salinan lama yang dilepas.',
  },
  SIZE_TABLE_SHRUNK: {
    message: 'tabel {{item}}: {{rows}} baris, biasanya {{usualRows}}',
    hint: 'Periksa apakah ada baris yang hilang. Sampai itu jelas, tidak ada salinan lama yang dilepas.',
  },
  SIZE_TABLE_VANISHED: {
    message: 'tabel {{item}} tidak ada lagi; sebelumnya {{usualRows}} baris',
    hint: 'Periksa apakah memang dihapus. Sampai itu jelas, tidak ada salinan lama yang dilepas.',
  },
  SNAPSHOT_FROM_FUTURE: {
    message: 'cuplikan terbaru bertanggal sesudah sekarang',
    hint: 'Hubungkan semua mesin dengan server waktu. Salinan dari masa depan disimpan, tetapi tidak membuktikan apa pun.',
  },
  SNAPSHOT_NO_DUMP: {
    message: 'cuplikan {{snapshot}} bukan hasil cadangan basis data',
    hint: 'Pilih cuplikan basis data.',
  },
  SNAPSHOT_UNREADABLE: { message: 'ada cuplikan repositori yang tidak terbaca', hint: 'Jalankan `lumbung check`.' },
  SOURCE_EMPTY: {
    message: '{{path}} kosong: tidak ada yang dicadangkan',
    hint: 'Periksa apakah disk terpasang, dan apakah pengecualian masih menyisakan sesuatu.',
  },
  SOURCE_IS_LINK: {
    message: '{{path}} adalah tautan: cadangan akan memuat tautannya, bukan isinya',
    hint: 'Sebutkan folder yang dituju tautan itu.',
  },
  SOURCE_MISSING: {
    message: '{{path}} tidak ada',
    hint: 'Periksa apakah disk terpasang dan jalurnya masih benar.',
  },
  SOURCE_NO_FILES: { message: '{{path}} bukan folder dan bukan berkas', hint: 'Sebutkan folder atau berkas.' },
  SOURCE_REQUIRED_UNREAD: {
    message: '{{path}} tidak terbaca, dan tanpanya ini bukan cadangan aplikasi: {{reason}}',
    hint: 'Berikan hak baca kepada akun layanan.',
  },
  SOURCE_UNREADABLE: {
    message: '{{path}} tidak terbaca: {{errno}}',
    hint: 'Berikan hak baca kepada akun layanan.',
  },
  STORAGE_CLOCK_DIFFERS: {
    message: 'jam penyimpanan berbeda {{seconds}} detik dari jam mesin ini',
    hint: 'Hubungkan keduanya dengan server waktu.',
  },
  STORAGE_READS_DIFFER: {
    message: 'yang ditulis ke {{repository}} terbaca kembali berbeda',
    hint: 'Jangan percayai penyimpanan ini: periksa disk, memori, dan kabelnya.',
  },
  SWAPPED_WITHOUT_BACKUP: {
    message: 'basis data {{database}} ditukar tanpa cadangannya',
    hint: 'Simpan yang lama sampai yang baru terbukti baik.',
  },
  WORK_SPACE_SHORT: {
    message: 'perlu {{neededBytes}} bita di {{folder}}, hanya {{freeBytes}} yang kosong',
    hint: 'Kosongkan ruang di sana, atau sebutkan folder kerja lain.',
  },
};
