import type { ErrorText } from './error-text.ts';
import type { enServerErrors } from './server-errors-en.ts';

/** Yang disampaikan galat server, menurut kodenya. */
export const idServerErrors = {
  ACCESS_REFUSED: {
    message: 'akun ini tidak berwenang melakukan tindakan tersebut',
    hint: 'Bila ini tugas Anda, mintalah peran tersebut kepada administrator.',
  },
  ACCOUNT_DISABLED: { message: 'akun dinonaktifkan', hint: 'Aktifkan dahulu akunnya.' },
  ACCOUNT_OWN: {
    message: 'akun sendiri tidak dapat dinonaktifkan',
    hint: 'Mintalah administrator lain melakukannya.',
  },
  ACCOUNT_PASSWORD_WRONG: { message: 'kata sandi salah', hint: 'Ketik kata sandi akun ini yang berlaku sekarang.' },
  ACCOUNT_UNKNOWN: { message: 'akun tersebut tidak ada', hint: 'Lihat daftar akun.' },
  ADMIN_LAST: {
    message: 'ini akun terakhir yang berperan sebagai administrator',
    hint: 'Berikan dahulu peran itu kepada akun lain.',
  },
  AGENCY_UNKNOWN: { message: 'perangkat daerah tersebut tidak ada', hint: 'Lihat daftar perangkat daerah.' },
  ANSWER_LATE: { message: 'jawaban terlalu lama', hint: 'Coba lagi nanti.' },
  APPROVAL_NOT_NEEDED: {
    message: 'tindakan tersebut tidak memerlukan persetujuan orang kedua',
    hint: 'Lakukan tanpa persetujuan.',
  },
  APPROVAL_NOT_YOURS: {
    message:
      'akun ini tidak dapat memutuskannya: akun ini yang mengajukan, sudah memutuskan, atau tidak memiliki peran untuk itu',
    hint: 'Mintalah orang lain memutuskannya.',
  },
  APPROVAL_OVER: {
    message:
      'persetujuan tidak berlaku untuk tindakan ini: sudah dipakai, ditolak, ditarik, kedaluwarsa, atau untuk hal lain',
    hint: 'Ajukan permintaan persetujuan yang baru.',
  },
  APPROVAL_UNKNOWN: { message: 'persetujuan tersebut tidak ada', hint: 'Lihat daftar persetujuan.' },
  BODY_MALFORMED: { message: 'isi permintaan tidak dapat dibaca', hint: 'Kirim satu dokumen JSON dalam UTF-8.' },
  BODY_MEDIA_TYPE_UNKNOWN: {
    message: 'isi permintaan bukan {{wanted}}',
    hint: 'Kirim sebagai {{wanted}} dalam UTF-8, dan nyatakan pada Content-Type.',
  },
  BODY_TOO_LARGE: {
    message: 'isi permintaan melebihi {{bytesMax}} bita',
    hint: 'Kirim lebih sedikit dalam satu permintaan.',
  },
  BUG_AUTH_REFUSED: { message: 'pustaka login menolak hal yang sudah diperiksa' },
  CURSOR_MALFORMED: {
    message: 'penanda halaman bukan milik daftar ini',
    hint: 'Kirim persis seperti yang diberikan, atau kosongkan untuk mulai dari halaman pertama.',
  },
  DEVICE_CODE_OVER: {
    message: 'kode sudah dipakai, sudah lewat, atau tidak pernah ada',
    hint: 'Jalankan `lumbung login` lagi untuk mendapat kode baru.',
  },
  DEVICE_DENIED: {
    message: 'login ditolak pada halaman web',
    hint: 'Mulai lagi, lalu setujui di halaman tersebut.',
  },
  ENDPOINT_UNKNOWN: { message: 'tidak ada apa-apa di alamat ini', hint: 'Lihat halaman API di /api.' },
  HOST_UNKNOWN: {
    message: 'server ini tidak dikenal dengan nama tersebut',
    hint: 'Buka alamat yang ada di pengaturan, atau isi LUMBUNG_BASE_URL dengan alamat ini.',
  },
  IDEMPOTENCY_ANSWER_NOT_KEPT: {
    message: 'ini sudah dilakukan, dan jawabannya hanya ditampilkan sekali',
    hint: 'Periksa apakah hasilnya sudah sesuai; untuk melakukannya lagi, kirim kunci baru.',
  },
  IDEMPOTENCY_KEY_MALFORMED: {
    message: 'kunci idempotensi terdiri atas 8 sampai 128 aksara ASCII yang terlihat',
    hint: 'Kirim UUID acak.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    message: 'kunci idempotensi ini sudah dipakai untuk permintaan lain',
    hint: 'Kirim kunci baru untuk setiap permintaan baru.',
  },
  IDEMPOTENCY_UNDER_WAY: {
    message: 'permintaan dengan kunci idempotensi ini sedang berjalan, atau terputus',
    hint: 'Periksa apakah sudah terlaksana sebelum mengirimnya dengan kunci baru.',
  },
  LISTEN_FAILED: {
    message: 'tidak dapat mendengarkan di {{place}} ({{errno}})',
    hint: 'Pilih porta lain pada LUMBUNG_LISTEN, atau hentikan program yang memakainya.',
  },
  LOGIN_BLOCKED: {
    message: 'terlalu banyak login yang gagal; percobaan berikutnya dapat dilakukan {{waitSeconds}} detik lagi',
    hint: 'Tunggu, lalu coba lagi. Administrator dapat mengirim tautan untuk memilih kata sandi baru.',
  },
  LOGIN_CODE_REFUSED: {
    message: 'kode tidak berlaku',
    hint: 'Tunggu kode berikutnya, lalu ketik kode itu. Pastikan jam telepon sudah benar.',
  },
  LOGIN_NAME_NEEDED: {
    message: 'akun memerlukan alamat pos-el atau nama pengguna',
    hint: 'Pertahankan salah satunya.',
  },
  LOGIN_NAME_TAKEN: {
    message: '{{name}} sudah dipakai akun lain',
    hint: 'Pilih alamat pos-el atau nama pengguna lain.',
  },
  LOGIN_OVER: { message: 'login ini sudah berakhir', hint: 'Mulai lagi dengan kata sandi.' },
  LOGIN_PROVIDER_SILENT: {
    message: 'layanan login terpusat tidak menjawab sebagaimana mestinya',
    hint: 'Coba lagi nanti, atau masuk dengan kata sandi.',
  },
  LOGIN_PROVIDER_UNKNOWN: {
    message: 'cara masuk tersebut tidak ada',
    hint: 'Pilih salah satu yang ada pada halaman login.',
  },
  LOGIN_REFUSED: {
    message: 'nama dan kata sandi tidak cocok',
    hint: 'Periksa keduanya. Administrator dapat mengirim tautan untuk memilih kata sandi baru.',
  },
  METHOD_UNKNOWN: { message: 'alamat ini hanya melayani {{methods}}', hint: 'Lihat halaman API di /api.' },
  ORIGIN_REFUSED: {
    message: 'permintaan datang dari halaman situs lain',
    hint: 'Buka Lumbung sendiri, lalu ulangi tindakan itu di sana.',
  },
  PASSWORD_HASH_DAMAGED: {
    message: 'bentuk tersimpan suatu kata sandi tidak dapat dibaca',
    hint: 'Mintalah administrator mengirim tautan kata sandi baru untuk akun tersebut.',
  },
  PASSWORD_LINK_OVER: {
    message: 'tautan sudah dipakai, sudah lewat, atau tidak pernah ada',
    hint: 'Mintalah tautan baru kepada administrator.',
  },
  PASSWORD_WEAK: {
    message: 'kata sandi terlalu mudah ditebak',
    hint: 'Pakai sedikitnya {{charsMin}} aksara, misalnya empat kata yang tidak berkaitan; jangan nama Anda, dan jangan yang dipilih banyak orang.',
  },
  PROXY_INVALID: {
    message: '{{entry}} bukan alamat dan bukan jaringan',
    hint: 'Tulis alamat seperti 10.0.0.5, atau jaringan seperti 10.0.0.0/8.',
  },
  RATE_EXCEEDED: {
    message: 'terlalu banyak permintaan; permintaan berikutnya dapat dikirim {{waitSeconds}} detik lagi',
    hint: 'Tunggu, lalu coba lagi.',
  },
  REQUEST_INVALID: { message: 'permintaan tidak sesuai', hint: 'Perbaiki isian yang disebutkan.' },
  REVISION_CONFLICT: {
    message: 'sementara itu orang lain sudah mengubahnya',
    hint: 'Baca lagi, lihat perbedaannya, lalu ulangi perubahan Anda.',
  },
  REVISION_MALFORMED: {
    message: 'If-Match bukan ETag dari server ini',
    hint: 'Kirim ETag dari yang Anda baca sebagai If-Match.',
  },
  REVISION_NEEDED: {
    message: 'perubahan harus menyebut revisi yang diubah',
    hint: 'Kirim ETag dari yang Anda baca sebagai If-Match.',
  },
  ROLE_HELD: {
    message: 'akun sudah memiliki peran tersebut',
    hint: 'Cabut dahulu untuk memberinya batas waktu lain.',
  },
  ROLE_OVER: {
    message: 'peran itu akan berakhir sebelum dimulai',
    hint: 'Pilih batas waktu yang akan datang.',
  },
  ROLE_UNKNOWN: { message: 'akun tidak memiliki peran tersebut', hint: 'Baca lagi data akunnya.' },
  SECOND_FACTOR_HELD: {
    message: 'akun sudah memiliki faktor kedua',
    hint: 'Hapus dahulu untuk memasang yang lain.',
  },
  SECOND_FACTOR_NEEDED: {
    message: 'peran akun ini mewajibkan faktor kedua, tetapi belum terpasang',
    hint: 'Pasang di pengaturan akun Anda dengan aplikasi seperti Google Authenticator atau Aegis.',
  },
  SECOND_FACTOR_NOT_SET: { message: 'akun belum memiliki faktor kedua', hint: 'Pasang dahulu.' },
  SECOND_PERSON_NEEDED: {
    message: 'tindakan ini memerlukan persetujuan orang kedua',
    hint: 'Ajukan persetujuan, lalu sertakan nomornya setelah disetujui.',
  },
  SERVER_FAULT: {
    message: 'terjadi kesalahan yang tidak semestinya; tercatat sebagai {{requestId}}',
    hint: 'Coba lagi. Bila tetap demikian, sampaikan nomor ini kepada administrator.',
  },
  SERVER_NOT_READY: { message: 'belum siap: {{parts}}', hint: 'Tunggu, atau lihat catatan server.' },
  SESSION_UNKNOWN: { message: 'sesi tersebut tidak ada', hint: 'Lihat daftar sesi.' },
  SETUP_CODE_REFUSED: {
    message: 'itu bukan kode server ini, atau sudah lewat',
    hint: 'Ketik kode yang dicetak server saat terakhir dijalankan. Menjalankan ulang mencetak kode baru.',
  },
  SETUP_DONE: {
    message: 'Lumbung sudah pernah disiapkan',
    hint: 'Silakan masuk. Yang belum punya akun memintanya kepada administrator.',
  },
  SIGN_IN_NEEDED: { message: 'ini memerlukan akun', hint: 'Silakan masuk, atau kirim token.' },
  TOKEN_REFUSED: {
    message: 'token tidak berlaku: tidak dikenal, kedaluwarsa, atau sudah dicabut',
    hint: 'Buat yang baru di pengaturan akun Anda, atau jalankan `lumbung login`.',
  },
  TOKEN_UNKNOWN: {
    message: 'token tersebut tidak ada, atau sudah dicabut',
    hint: 'Lihat daftar token.',
  },
} as const satisfies Readonly<Record<keyof typeof enServerErrors, ErrorText>>;
