import { hmacSha256, isSame, sha256 } from '../crypto/digest.ts';
import type { AuditEventRow } from '../store/rows/work.ts';
import { canonicalJson } from './canonical-json.ts';

/** What the first event follows. */
export const GENESIS = '0'.repeat(64);

/** What happened, before it has its place in the chain. */
export interface AuditEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `account:acc_…`, `token:tok_…`, `system`. */
  readonly actor: string;
  /** `restore.approve`. */
  readonly action: string;
  /** `application:app_…`: what it was done to. */
  readonly subject: string;
  /** Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where the chain ends. */
export interface AuditHead {
  /** 0: there is no event. */
  readonly seq: number;
  readonly hash: string;
}
export const EMPTY_HEAD: AuditHead = { seq: 0, hash: GENESIS };

/** The row of an event that follows `head`. @see docs/design/audit.md */
export function link(event: AuditEvent, head: AuditHead, key: Uint8Array): AuditEventRow {
  const { at, actor, action, subject } = event;
  const unhashed = { seq: head.seq + 1, at, actor, action, subject, detail: canonicalJson(event.detail) };
  const hash = hashOf({ ...unhashed, previous_hash: head.hash });
  return { ...unhashed, previous_hash: head.hash, hash, mac: macOf(hash, key) };
}

/** What is hashed: a text from which every field can be read back, so that no two events have the same. */
export function hashOf(row: Omit<AuditEventRow, 'hash' | 'mac'>): string {
  const { seq, at, actor, action, subject, detail, previous_hash: previous } = row;
  return sha256(canonicalJson({ action, actor, at, detail, form: 1, previous, seq, subject }));
}

function macOf(hash: string, key: Uint8Array): string {
  return hmacSha256(key, `lumbung audit event 1 ${hash}`);
}

/** Seals where the chain ends, so that a tail cannot be cut off and the note of it put right without the key. */
export function headMac(head: AuditHead, key: Uint8Array): string {
  return hmacSha256(key, `lumbung audit head 1 ${head.seq} ${head.hash}`);
}

export const FAULTS = ['missing', 'changed', 'unlinked', 'mac', 'cut', 'head'] as const;
/** `missing`: no event of this number. `changed`: its content does not fit its hash. `unlinked`: it does not follow the one
 *  before. `mac`: its hash was not made by this installation. `cut`: the events from here on are gone. `head`: the note of
 *  the chain's end was changed. */
export type AuditFault = (typeof FAULTS)[number];

/** What is wrong with `row` as the one after `head`; undefined: nothing. Without a key whoever could write everything could
 *  have made another chain. */
export function faultOf(row: AuditEventRow, head: AuditHead, key: Uint8Array | undefined): AuditFault | undefined {
  if (row.seq !== head.seq + 1) return 'missing';
  if (row.previous_hash !== head.hash) return 'unlinked';
  if (hashOf(row) !== row.hash) return 'changed';
  if (key !== undefined && !isSame(macOf(row.hash, key), row.mac)) return 'mac';
  return undefined;
}
