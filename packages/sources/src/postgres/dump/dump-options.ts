import type { DumpOptions } from '../../driver.ts';

const LOCK_TIMEOUT_MS = 60_000;

export interface PostgresDumpOptions extends DumpOptions {
  /** How long somebody who alters a table may keep us waiting. */
  readonly lockTimeoutMs?: number;
  /** Tables above this size are cut into several files where that is possible. */
  readonly segmentBytes?: number;
  /** A table with a row whose text may be longer is copied in binary. */
  readonly textRowBytesMax?: number;
}

export function lockTimeoutOf(options: PostgresDumpOptions): number {
  return options.lockTimeoutMs ?? LOCK_TIMEOUT_MS;
}
