// What people read for the codes of states, outcomes and roles: one word where one is enough.
import type { AdministrativeState, TechnicalState } from '../activity/states.ts';
import type { AssetState } from '../assets/asset.ts';
import type { LocalizedText } from '../language/language.ts';
import type { Role } from '../people/role.ts';
import type { DueReason, Outcome, Verification } from '../runs/outcome.ts';

export const TECHNICAL_STATE_TEXTS = {
  scheduled: { id: 'Terjadwal', en: 'Scheduled' },
  preparing: { id: 'Persiapan', en: 'Preparing' },
  postponed: { id: 'Tertunda', en: 'Postponed' },
  running: { id: 'Sedang berjalan', en: 'Running' },
  succeeded: { id: 'Berhasil', en: 'Succeeded' },
  partly: { id: 'Sebagian berhasil', en: 'Partly succeeded' },
  failed: { id: 'Gagal', en: 'Failed' },
  missed: { id: 'Terlewat', en: 'Missed' },
} as const satisfies Record<TechnicalState, LocalizedText>;

export const ADMINISTRATIVE_STATE_TEXTS = {
  unreported: { id: 'Belum dilaporkan', en: 'Not reported' },
  reported: { id: 'Dilaporkan', en: 'Reported' },
  acknowledged: { id: 'Diketahui', en: 'Acknowledged' },
  returned: { id: 'Dikembalikan', en: 'Returned' },
  closed: { id: 'Selesai', en: 'Closed' },
} as const satisfies Record<AdministrativeState, LocalizedText>;

export const OUTCOME_TEXTS = {
  succeeded: { id: 'Berhasil', en: 'Succeeded' },
  warned: { id: 'Berhasil dengan catatan', en: 'Succeeded with remarks' },
  failed: { id: 'Gagal', en: 'Failed' },
  cancelled: { id: 'Dibatalkan', en: 'Cancelled' },
  stalled: { id: 'Macet', en: 'Stalled' },
  lost: { id: 'Terputus', en: 'Lost' },
  missed: { id: 'Terlewat', en: 'Missed' },
} as const satisfies Record<Outcome, LocalizedText>;

export const VERIFICATION_TEXTS = {
  pending: { id: 'Belum diverifikasi', en: 'Not verified yet' },
  verified: { id: 'Terverifikasi', en: 'Verified' },
  revoked: { id: 'Verifikasi dicabut', en: 'Verification revoked' },
} as const satisfies Record<Verification, LocalizedText>;

export const DUE_REASON_TEXTS = {
  scheduled: { id: 'Sesuai jadwal', en: 'As scheduled' },
  'catch-up': { id: 'Susulan', en: 'Caught up' },
  'new-asset': { id: 'Pertama kali', en: 'For the first time' },
  'week-would-fail': { id: 'Untuk memenuhi target minggu ini', en: 'To reach this week’s number' },
  retry: { id: 'Percobaan ulang', en: 'Tried again' },
  manual: { id: 'Atas permintaan petugas', en: 'Asked for by a person' },
} as const satisfies Record<DueReason, LocalizedText>;

export const ASSET_STATE_TEXTS = {
  trial: { id: 'Uji coba', en: 'Trial' },
  active: { id: 'Aktif', en: 'Active' },
  retired: { id: 'Pensiun', en: 'Retired' },
} as const satisfies Record<AssetState, LocalizedText>;

export const ROLE_TEXTS = {
  admin: { id: 'Admin sistem', en: 'System administrator' },
  operator: { id: 'Pelaksana', en: 'Operator' },
  recipient: { id: 'Penerima laporan', en: 'Recipient of reports' },
  overseer: { id: 'Pengawas', en: 'Overseer' },
  leader: { id: 'Pimpinan', en: 'Leader' },
  auditor: { id: 'Auditor', en: 'Auditor' },
  owner: { id: 'Pemilik aplikasi', en: 'Application owner' },
} as const satisfies Record<Role, LocalizedText>;
