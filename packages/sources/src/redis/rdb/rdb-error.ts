import { LumbungError } from '@lumbung/stdx';

export function corruptRdb(reason: string, atBytes?: number): LumbungError {
  const where = atBytes === undefined ? '' : ` near byte ${atBytes}`;
  return new LumbungError('REDIS_RDB_CORRUPT', {
    kind: 'corruption',
    message: `the RDB file is damaged${where}: ${reason}`,
    context: { reason, atBytes },
  });
}

export function unsupportedRdb(what: string): LumbungError {
  return new LumbungError('REDIS_RDB_UNSUPPORTED', {
    kind: 'operator',
    message: `the RDB file holds what this program does not know: ${what}`,
    context: { what },
  });
}
