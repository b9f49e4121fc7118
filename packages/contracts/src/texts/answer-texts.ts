// What people read for the codes with which rules answer.
import type { ActivityRefusal } from '../activity/words.ts';
import type { LocalizedText } from '../language/language.ts';
import type { RetentionAct, RetentionReason } from '../retention/words.ts';

export const RETENTION_ACT_TEXTS = {
  keep: { id: 'Disimpan', en: 'Kept' },
  hold: { id: 'Ditahan', en: 'Held' },
  trash: { id: 'Dipindahkan ke tempat sampah', en: 'Moved to the trash' },
  'restore-from-trash': { id: 'Dikembalikan dari tempat sampah', en: 'Brought back from the trash' },
  remove: { id: 'Dihapus permanen', en: 'Removed for good' },
} as const satisfies Record<RetentionAct, LocalizedText>;

export const RETENTION_REASON_TEXTS = {
  pinned: { id: 'Dikunci (kunci retensi)', en: 'Pinned' },
  'time-in-future': { id: 'Waktunya lebih lambat dari sekarang', en: 'Its time is later than now' },
  'time-contradicted': {
    id: 'Waktunya bertentangan dengan waktu diterima',
    en: 'Its time contradicts the time it was received',
  },
  'current-month': { id: 'Bulan berjalan', en: 'Current month' },
  'recent-days': { id: 'Masih dalam hari-hari terakhir', en: 'Among the most recent days' },
  'month-keeper': { id: 'Cadangan bulanan', en: 'The backup of its month' },
  'year-keeper': { id: 'Cadangan tahunan', en: 'The backup of its year' },
  'month-without-verified-copy': {
    id: 'Bulan itu belum mempunyai cadangan terverifikasi',
    en: 'Its month has no verified backup',
  },
  'year-without-verified-copy': {
    id: 'Tahun itu belum mempunyai cadangan terverifikasi',
    en: 'Its year has no verified backup',
  },
  'later-copy-awaits-verdict': {
    id: 'Cadangan yang lebih baru masih menunggu verifikasi',
    en: 'A later backup still awaits its verification',
  },
  'verdict-awaited': { id: 'Masih menunggu verifikasi', en: 'It still awaits its verification' },
  'no-verified-copy-this-month': {
    id: 'Bulan ini belum ada cadangan terverifikasi: semua penghapusan berhenti',
    en: 'No verified backup this month: all deletion stops',
  },
  'asset-retired': { id: 'Sudah pensiun: menunggu keputusan petugas', en: 'Retired: a person decides' },
  'size-anomaly': { id: 'Ukuran tidak wajar: perlu diperiksa', en: 'Its size is unusual: somebody must look' },
  incident: { id: 'Ada insiden: semua penghapusan berhenti', en: 'An incident: all deletion stops' },
  'trash-time-not-over': { id: 'Masa tunggu di tempat sampah belum selesai', en: 'Its time in the trash is not over' },
  'month-has-keeper': { id: 'Bulan itu sudah mempunyai cadangan bulanan', en: 'Its month has its backup' },
  'year-has-keeper': { id: 'Tahun itu sudah mempunyai cadangan tahunan', en: 'Its year has its backup' },
  'beyond-retention': { id: 'Masa retensi sudah berakhir', en: 'Beyond retention' },
  'trash-time-over': { id: 'Masa tunggu di tempat sampah sudah selesai', en: 'Its time in the trash is over' },
  'only-verified-of-month': {
    id: 'Satu-satunya cadangan terverifikasi bulan itu',
    en: 'The only verified backup of its month',
  },
  'only-verified-of-year': {
    id: 'Satu-satunya cadangan terverifikasi tahun itu',
    en: 'The only verified backup of its year',
  },
  'wanted-again': { id: 'Diperlukan lagi menurut kebijakan', en: 'Wanted again by the policy' },
} as const satisfies Record<RetentionReason, LocalizedText>;

export const ACTIVITY_REFUSAL_TEXTS = {
  'wrong-date': { id: 'Bukan bagian dari tanggal kegiatan ini', en: 'It does not belong to the date of this activity' },
  'already-final': {
    id: 'Hasil teknis kegiatan ini sudah final',
    en: 'The technical result of this activity is final',
  },
  'time-goes-back': { id: 'Waktu selesai mendahului waktu mulai', en: 'The end is earlier than the begin' },
  'part-unknown': { id: 'Objek itu tidak termasuk dalam kegiatan ini', en: 'The asset is not part of this activity' },
  'run-known': { id: 'Pelaksanaan itu sudah tercatat', en: 'The run is recorded already' },
  'run-unknown': { id: 'Pelaksanaan itu tidak dikenal', en: 'The run is not known' },
  'run-ended': { id: 'Pelaksanaan itu sudah selesai', en: 'The run has ended already' },
  'step-not-begun': { id: 'Langkah itu belum dimulai', en: 'The step has not begun' },
  'work-not-settled': { id: 'Pekerjaan hari ini belum selesai', en: 'The work of the date is not done' },
  'already-reported': { id: 'Laporan sudah dikirim', en: 'The report was sent already' },
  'not-reported': { id: 'Belum ada laporan untuk diketahui', en: 'There is no report to acknowledge' },
  'already-acknowledged': { id: 'Laporan sudah diketahui', en: 'The report was acknowledged already' },
  'not-acknowledged': { id: 'Laporan belum diketahui', en: 'The report is not acknowledged' },
  'already-closed': { id: 'Kegiatan sudah ditutup', en: 'The activity is closed' },
  'acknowledger-is-reporter': {
    id: 'Yang melaporkan tidak boleh mengetahui laporannya sendiri',
    en: 'Who reported may not acknowledge the same report',
  },
  'role-may-not': { id: 'Peran Anda tidak berwenang untuk itu', en: 'Your role may not do that' },
  'note-missing': { id: 'Catatan perbaikan wajib diisi', en: 'A note is needed: what is to be corrected' },
} as const satisfies Record<ActivityRefusal, LocalizedText>;
