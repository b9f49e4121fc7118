import { LumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { readVerified } from '../../verify/read-verified.ts';
import type { SchemaKind } from '../splitter/schema-units.ts';
import type { DumpDetails } from './dump-details.ts';

/** Of one file: held as a whole. */
const SCHEMA_BYTES_MAX = 512 * 1024 * 1024;

/** One object of a stored dump. */
export interface StoredObject {
  readonly kind: SchemaKind;
  readonly name: string;
  /** Of a trigger. */
  readonly table?: string;
  /** For the client, its characters bytes. */
  readonly sql: string;
}

/**
 * Every object of the dump, in the order of the manifest: by file, and in it as they are loaded.
 *
 * @throws LumbungError SOURCE_FILE_DAMAGED, SOURCE_FILE_MISSING, DB_DUMP_DAMAGED (corruption)
 */
export async function readStoredSchema(
  tree: TreeSource,
  manifest: Manifest,
  details: DumpDetails,
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  const objects: StoredObject[] = [];
  let path = '';
  let content = '';
  for (const { kind, name, table, file, offset, bytes } of details.objects) {
    if (file !== path) {
      const stored = files.get(file);
      if (stored === undefined) throw dumpDamaged(`${file} is not in it`);
      if (stored.bytes > SCHEMA_BYTES_MAX) throw dumpDamaged(`${file} is larger than a schema can be`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of readVerified(tree, stored, signal)) chunks.push(chunk);
      content = Buffer.concat(chunks).toString('latin1');
      path = file;
    }
    if (offset + bytes > content.length) throw dumpDamaged(`${kind} ${name} is not in ${file}`);
    const sql = content.slice(offset, offset + bytes);
    objects.push({ kind, name, ...(table === undefined ? {} : { table }), sql });
  }
  return objects;
}

export function dumpDamaged(problem: string): LumbungError {
  return new LumbungError('DB_DUMP_DAMAGED', {
    kind: 'corruption',
    message: `the dump is damaged: ${problem}`,
    context: { problem },
    hint: 'verify the repository, and restore an older dump',
  });
}
