import type { ErrorCatalogue } from '../texts.ts';

/** Of what is typed in a procedure, a register or a request: see errors.ts. */
export const idProcedureErrors: ErrorCatalogue = {
  ID_INVALID: {
    message: '{{text}} bukan pengenal (id) yang sah',
    hint: 'Salin pengenal seperti yang ditampilkan, tanpa spasi.',
  },
  LOCAL_DATE_INVALID: {
    message: '{{text}} bukan tanggal',
    hint: 'Tulis hari yang memang ada sebagai tahun-bulan-tanggal, misalnya 2026-03-05.',
  },
  MONTH_INVALID: { message: '{{text}} bukan bulan', hint: 'Tulis tahun-bulan, misalnya 2026-03.' },
  TIME_OF_DAY_INVALID: {
    message: '{{text}} bukan waktu',
    hint: 'Tulis jam dan menit menurut jam 24, misalnya 08:30.',
  },
  TIME_ZONE_UNKNOWN: {
    message: '{{text}} bukan zona waktu yang dikenal',
    hint: 'Tulis nama dari basis data IANA, misalnya Asia/Makassar, Asia/Jakarta, atau Asia/Jayapura.',
  },
};
