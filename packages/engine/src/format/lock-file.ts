import * as z from 'zod';
import { optionalOwner, optionalText, timestamp } from './document-schemas.ts';
import { goJsonObject, parseDocument } from './json-document.ts';
import type { Timestamp } from './timestamp.ts';

/** Who works on the repository, since when, and whether others may. */
export interface LockFile {
  readonly time: Timestamp;
  readonly isExclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

const schema = z.object({
  time: timestamp,
  exclusive: z.boolean(),
  hostname: optionalText,
  username: optionalText,
  pid: z
    .int()
    .nullish()
    .transform((value) => value ?? 0),
  uid: optionalOwner,
  gid: optionalOwner,
});

const KNOWN = ['time', 'exclusive', 'hostname', 'username', 'pid', 'uid', 'gid'];

/** @throws LumbungError LOCK_INVALID (corruption) */
export function parseLock(json: Uint8Array): LockFile {
  const { value } = parseDocument(json, KNOWN, {
    schema,
    code: 'LOCK_INVALID',
    what: 'a lock file',
    hint: 'when nothing else works on the repository, run lumbung unlock --remove-all',
  });
  const { exclusive, ...rest } = value;
  return { ...rest, isExclusive: exclusive };
}

export function encodeLock(lock: LockFile): Buffer {
  return Buffer.from(
    goJsonObject([
      { key: 'time', text: lock.time },
      { key: 'exclusive', flag: lock.isExclusive },
      { key: 'hostname', text: lock.hostname },
      { key: 'username', text: lock.username },
      { key: 'pid', number: lock.pid },
      { key: 'uid', number: lock.uid === 0 ? undefined : lock.uid },
      { key: 'gid', number: lock.gid === 0 ? undefined : lock.gid },
    ]),
  );
}
