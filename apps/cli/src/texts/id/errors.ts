import { idServerErrors } from '@lumbung/contracts/texts';
import type { ErrorCatalogue } from '../texts.ts';
import { idDatabaseErrors } from './database-errors.ts';
import { idJobErrors } from './job-errors.ts';
import { idProcedureErrors } from './procedure-errors.ts';
import { idStateErrors } from './state-errors.ts';
import { idStorageErrors } from './storage-errors.ts';

/** What errors say to people. Only the words of another program, `{{detail}}`, stay as they are, between quotes. */
export const idErrors: ErrorCatalogue = {
  ...idStorageErrors,
  ...idDatabaseErrors,
  ...idJobErrors,
  ...idProcedureErrors,
  ...idStateErrors,
  ...idServerErrors,
  ARGUMENT_INVALID: { message: '`{{value}}` tidak termasuk: {{expected}}', hint: 'Lihat bantuan perintah itu.' },
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
