// The table of contents that pg_dump writes (toc.dat), as far as it must be known here: its head.
// Format: src/bin/pg_dump/pg_backup_archiver.c of PostgreSQL, WriteHead and WriteInt.
import { LumbungError } from '@lumbung/stdx';

const MAGIC = 'PGDMP';
/** A directory says that it is a tar, whose contents it holds. */
const FORMAT_TAR = 3;
const VERSION_COMPRESSION_AS_BYTE = 15;
/** Second, minute, hour, day, month and year since 1900 of 2000-01-01, and no daylight saving. */
const FIXED_MOMENT = [0, 0, 0, 1, 0, 100, 0];

/**
 * Sets the moment in the head to a fixed one, in place: it is all that differs between two dumps of one schema.
 *
 * @throws LumbungError DB_ARCHIVE_UNKNOWN (operator): not such a file
 */
export function fixTocMoment(toc: Buffer): void {
  const head = toc.subarray(0, 128);
  const [major = 0, minor = 0] = [head[5], head[6]];
  const integerBytes = head[8] ?? 0;
  if (head.toString('latin1', 0, 5) !== MAGIC || major !== 1 || head[10] !== FORMAT_TAR || integerBytes !== 4) {
    throw unknownForm();
  }
  // An integer is a byte for its sign, then its bytes, the lowest first.
  const compressionBytes = minor >= VERSION_COMPRESSION_AS_BYTE ? 1 : 1 + integerBytes;
  let at = 11 + compressionBytes;
  if (at + FIXED_MOMENT.length * (1 + integerBytes) > toc.length) throw unknownForm();
  for (const value of FIXED_MOMENT) {
    toc[at] = 0;
    toc.writeUInt32LE(value, at + 1);
    at += 1 + integerBytes;
  }
}

/** The numbers of the catalogue entries that `pg_restore --list` names: `215; 1259 16389 TABLE public t postgres`. */
export function listedObjects(listing: string): ReadonlySet<string> {
  return new Set([...listing.matchAll(/^\d+; (\d+) (\d+) /gm)].map(([, catalogue, oid]) => `${catalogue}/${oid}`));
}

export function unknownForm(): LumbungError {
  return new LumbungError('DB_ARCHIVE_UNKNOWN', {
    kind: 'operator',
    message: 'pg_dump wrote no table of contents, or one of an unknown form',
    hint: 'use pg_dump of a version this program knows, 10 to 18',
  });
}
