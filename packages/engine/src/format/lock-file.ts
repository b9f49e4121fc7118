import * as z from 'zod';
import { goJsonObject, parseDocument } from './json-document.ts';
import { isTimestampText, parseTimestamp, type Timestamp } from './timestamp.ts';

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

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const number = z
  .int()
  .min(0)
  .nullish()
  .transform((value) => value ?? 0);

const schema = z.object({
  time: z.string().refine(isTimestampText, 'not a time').transform(parseTimestamp),
  exclusive: z.boolean(),
  hostname: text,
  username: text,
  pid: z
    .int()
    .nullish()
    .transform((value) => value ?? 0),
  uid: number,
  gid: number,
});

/** @throws LumbungError LOCK_INVALID (corruption) */
export function parseLock(json: Uint8Array): LockFile {
  const { exclusive, ...rest } = parseDocument(json, { schema, code: 'LOCK_INVALID', what: 'a lock file' });
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
