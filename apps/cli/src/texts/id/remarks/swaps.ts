import type { RemarkTexts } from '../../remarks.ts';

/** Yang masih harus dikerjakan sendiri setelah dua basis data ditukar. */
export const idSwapRemarks = {
  'old-closed': { message: 'tidak ada yang dapat terhubung lagi ke {{database}}; untuk melihat isinya:' },
  'replication-stays': {
    message: 'publikasi, langganan, slot replikasi, dan pekerjaan pg_cron tetap pada basis data lama',
  },
  'pooler-reconnect': { message: 'perantara seperti PgBouncer harus diminta terhubung ulang (`RECONNECT`)' },
  'encoding-of-backup': { message: 'penyandian dan kolasinya dari cadangan: {{encoding}}, {{collation}}' },
  'rights-stay': {
    message: 'hak tetap pada nama {{database}}; atas {{kept}} hanya akun yang berhak di mana-mana yang memilikinya',
  },
  'event-sleeps': { message: 'event {{event}} tidur; untuk membangunkannya:' },
  'old-events-sleep': { message: 'event milik {{database}} tidak berjalan lagi' },
  'routine-right-lost': { message: 'satu hak atas sebuah routine ikut hilang; untuk memberikannya lagi:' },
  'routine-rights-unasked': { message: 'tidak boleh ditanyakan apakah hak atas masing-masing routine hilang' },
  'emptied-remains': { message: 'basis data {{database}} masih ada, karena masih ada isinya' },
  'old-in-number': {
    message: 'isi sebelumnya kini ada di basis data {{database}}; jika tidak diperlukan lagi, di dalam redis-cli:',
  },
  'journals-moved': {
    message: 'basis data lama rusak: jurnalnya dipindahkan bersamanya, tidak dimasukkan ke dalamnya',
  },
  'owner-to-be-given': { message: 'basis data itu kini milik {{owner}}; untuk mengembalikannya:' },
} as const satisfies RemarkTexts;
