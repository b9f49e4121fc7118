import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { damaged, readHeldFile } from './held-file.ts';

const name = z.string().max(1024);
const optionalName = name.nullable();

const databaseFacts = z.object({
  owner: name,
  encoding: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  collate: optionalName,
  ctype: optionalName,
  provider: z.enum(['libc', 'icu', 'builtin']),
  locale: optionalName,
  icuRules: z.string().nullable().default(null),
  publicOwner: optionalName.default(null),
  connectionLimit: z.int(),
  tablespace: name,
  acl: z.array(name).max(10_000),
  comment: z.string().nullable(),
  settings: z.array(z.object({ role: optionalName, setting: z.string() })).max(10_000),
});

const largeObjects = z
  .array(
    z.object({
      oid: z.int().min(1).max(0xffff_ffff),
      owner: name,
      acl: z.array(name).max(10_000),
      comment: z.string().nullable(),
    }),
  )
  .max(10_000_000);

/** Of a manifest, what `CREATE DATABASE` and those after it need. */
export type RestoredFacts = z.output<typeof databaseFacts>;
export type RestoredLargeObject = z.output<typeof largeObjects>[number];

/** @throws LumbungError DB_DUMP_WRONG_KIND (operator), SOURCE_MANIFEST_INVALID (corruption) */
export function parseFacts(manifest: Manifest): RestoredFacts {
  if (manifest.engine !== 'postgresql' || manifest.kind !== 'database') {
    throw new LumbungError('DB_DUMP_WRONG_KIND', {
      kind: 'operator',
      message: `this is no dump of a PostgreSQL database but of a ${manifest.kind} of ${manifest.engine}`,
      context: { found: `${manifest.engine} ${manifest.kind}`, wanted: 'postgresql database' },
      hint: 'choose the dump of a database',
    });
  }
  const parsed = databaseFacts.safeParse(manifest.details['database']);
  if (parsed.success) return parsed.data;
  throw new LumbungError('SOURCE_MANIFEST_INVALID', {
    kind: 'corruption',
    message: 'the manifest of the dump is damaged: it does not say what the database was like',
    context: { problem: `details.database: ${parsed.error.issues[0]?.path.join('.') ?? ''}` },
  });
}

export async function readLargeObjects(
  tree: TreeSource,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<RestoredLargeObject[]> {
  const path = 'lo/objects.json';
  if (!manifest.files.some((file) => file.path === path)) return [];
  const bytes = await readHeldFile(tree, manifest, path, signal);
  try {
    return largeObjects.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw damaged(path, error);
  }
}

/** The major version in `15.18` or `pg_dump (PostgreSQL) 15.18`; 0 when there is none. */
export function majorOf(version: string | undefined): number {
  const [, first = '0', second = '0'] = /(\d{1,3})(?:\.(\d{1,3}))?/.exec(version ?? '') ?? [];
  return Number(first) >= 10 ? Number(first) : Number(`${first}.${second}`);
}
