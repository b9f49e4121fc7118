const HOUR_MS = 3_600_000;
/** A clock that is off by more than this is not a clock that is set a little wrong. */
const CONTRADICTION_MS_MAX = 48 * HOUR_MS;

/** When data was read, as somebody claims, and when it reached us. Epoch milliseconds. */
export interface Dating {
  readonly claimedAt: number;
  /** Absent: our own clock timed it, there is nothing to compare. */
  readonly receivedAt?: number | undefined;
}

/** `future`: later than now. `contradicted`: more than 48 h away from when we received it. Neither proves anything: the
 *  copy is kept and flagged, it is never a keeper, and it is no sign that backups go on. */
export function judgeDating({ claimedAt, receivedAt }: Dating, nowMs: number): 'sound' | 'future' | 'contradicted' {
  if (claimedAt > nowMs) return 'future';
  if (receivedAt !== undefined && Math.abs(claimedAt - receivedAt) > CONTRADICTION_MS_MAX) return 'contradicted';
  return 'sound';
}
