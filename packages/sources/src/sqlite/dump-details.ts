import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Manifest, ManifestTable } from '../manifest/manifest.ts';
import type { InspectedDatabase, InspectedTable } from './agent/messages.ts';

export const DATABASE_PATH = 'data/database.sqlite';

const count = z.int().nonnegative();
const detailsSchema = z.strictObject({
  pageSizeBytes: count,
  pages: count,
  encoding: z.string().max(20),
  userVersion: z.int(),
  applicationId: z.int(),
  journalMode: z.enum(['wal', 'rollback']),
  autoVacuum: z.enum(['none', 'full', 'incremental']),
  schemaSha256: z.string().regex(/^[0-9a-f]{64}$/),
  integrity: z.enum(['full', 'limited', 'none']),
  virtualTables: z.array(z.strictObject({ name: z.string(), module: z.string() })),
  uid: count,
  gid: count,
  mode: count.max(0o7777),
});

/** What the manifest of a SQLite dump says beyond the common part, under `sqlite`. */
export type SqliteDetails = z.infer<typeof detailsSchema>;

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

export function detailsOf(inspected: InspectedDatabase, { uid, gid, mode }: FileOwner): SqliteDetails {
  const { pageSizeBytes, pages, encoding, userVersion, applicationId, journalMode, autoVacuum } = inspected.header;
  return {
    ...{ pageSizeBytes, pages, encoding, userVersion, applicationId, journalMode, autoVacuum },
    schemaSha256: inspected.schemaSha256,
    integrity: inspected.integrity,
    virtualTables: inspected.virtualTables,
    ...{ uid, gid, mode },
  };
}

/** @throws LumbungError SOURCE_MANIFEST_INVALID (corruption) */
export function parseDetails(manifest: Manifest): SqliteDetails {
  const parsed = detailsSchema.safeParse(manifest.details['sqlite']);
  if (parsed.success) return parsed.data;
  throw new LumbungError('SOURCE_MANIFEST_INVALID', {
    kind: 'corruption',
    message: 'the manifest is not one of a SQLite dump',
    context: { problem: z.prettifyError(parsed.error).slice(0, 300) },
  });
}

export function tableOf({ name, columns, generated, rows, sha256 }: InspectedTable): ManifestTable {
  return { name, columns, generated, order: null, rows, bytes: 0, sha256, segments: [] };
}
