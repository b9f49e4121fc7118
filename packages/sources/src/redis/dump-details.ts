import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import { sha256Hex } from '../manifest/digest.ts';
import type { Manifest, ManifestTable } from '../manifest/manifest.ts';
import type { RdbDbSummary, RdbSummary } from './rdb/rdb-digest.ts';

/** The one name under which a server is dumped: an RDB file holds all of its numbered databases. */
export const INSTANCE = 'instance';
export const RDB_PATH = 'data/dump.rdb';

const count = z.int().nonnegative();
const sum = z.string().regex(/^[0-9a-f]{32}$/);
const detailsSchema = z.strictObject({
  rdbProduct: z.enum(['redis', 'valkey']),
  rdbVersion: count,
  checksum: z.enum(['verified', 'absent']),
  replicationId: z.string().max(100),
  replicationOffset: z.string().max(30),
  functions: count,
  functionsSum: sum,
  dbs: z
    .array(
      z.strictObject({
        db: count,
        keys: count,
        persistentKeys: count,
        keysByKind: z.record(z.string().max(20), count),
        sum,
      }),
    )
    .max(100_000),
});

/** What the manifest of a Redis dump says beyond the common part, under `redis`. */
export type RedisDetails = z.infer<typeof detailsSchema>;

export function detailsOf(
  summary: RdbSummary,
  { replicationId, replicationOffset }: { readonly replicationId: string; readonly replicationOffset: string },
): RedisDetails {
  return {
    rdbProduct: summary.product,
    rdbVersion: summary.version,
    checksum: summary.checksum,
    replicationId,
    replicationOffset,
    functions: summary.functions,
    functionsSum: summary.functionsSum,
    dbs: summary.dbs.map(({ keysByKind, ...db }) => ({ ...db, keysByKind: { ...keysByKind } })),
  };
}

/** @throws LumbungError SOURCE_MANIFEST_INVALID (corruption) */
export function parseDetails(manifest: Manifest): RedisDetails {
  const parsed = detailsSchema.safeParse(manifest.details['redis']);
  if (parsed.success) return parsed.data;
  throw new LumbungError('SOURCE_MANIFEST_INVALID', {
    kind: 'corruption',
    message: 'the manifest is not one of a Redis dump',
    context: { problem: z.prettifyError(parsed.error).slice(0, 300) },
  });
}

/** A numbered database as a table of the manifest: rows are keys, and the digest is of keys, values and times. */
export function tableOfDb({ db, keys, sum: keysSum }: RdbDbSummary): ManifestTable {
  return {
    name: tableNameOf(db),
    columns: [],
    generated: [],
    order: null,
    rows: keys,
    bytes: 0,
    sha256: sha256Hex(`${keys} ${keysSum}\n`),
    segments: [],
  };
}

export function tableNameOf(db: number): string {
  return `db${db}`;
}
