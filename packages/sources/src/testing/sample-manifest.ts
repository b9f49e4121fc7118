import { createHash } from 'node:crypto';
import { LumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../entry/tree-source.ts';
import { tableDigest } from '../manifest/digest.ts';
import type { Manifest, ManifestTable } from '../manifest/manifest.ts';
import { printManifest } from '../manifest/manifest-file.ts';
import { RowSum } from '../manifest/row-sum.ts';

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** A table of a manifest, with the files it lies in. */
export function sampleTable(
  name: string,
  files: readonly { readonly path: string; readonly text: string }[],
): ManifestTable {
  const segments = files.map(({ path, text }) => ({
    path,
    rows: text.split('\n').length - 1,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
  const sum = new RowSum();
  for (const { text } of files) sum.update(Buffer.from(text));
  return {
    schema: 'public',
    name,
    columns: ['id', 't'],
    generated: [],
    order: ['id'],
    rows: segments.reduce((total, { rows }) => total + rows, 0),
    bytes: segments.reduce((total, { bytes }) => total + bytes, 0),
    sha256: tableDigest(segments),
    rowsum: sum.text(),
    rowBytesMax: sum.rowBytesMax,
    segments,
  };
}

/** A manifest that could be of a small PostgreSQL database. */
export function sampleManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    v: 2,
    kind: 'database',
    engine: 'postgresql',
    product: 'PostgreSQL',
    serverVersion: '15.18',
    toolVersion: 'pg_dump (PostgreSQL) 15.18',
    server: '7333333333333333333',
    database: 'simpeg',
    startedAt: '2026-03-10T16:00:03Z',
    finishedAt: '2026-03-10T16:00:09.250Z',
    method: 'snapshot-copy',
    servedBy: 'primary',
    inventory: { table: 2, view: 1 },
    extensions: [],
    rolesReferenced: ['simpeg'],
    tables: [],
    sequences: [{ schema: 'public', name: 'surat_id_seq', last: '9223372036854775807', called: true }],
    files: [],
    excludedData: [],
    warnings: [],
    details: {},
    ...changes,
  };
}

/** A dump of two tables, one in two files, and a schema; as the bytes of its files. */
export function sampleTree(): Map<string, Buffer> {
  const surat = [
    { path: 'data/public/surat/0000.copy', text: '1\tmasuk\n2\tkeluar\n' },
    { path: 'data/public/surat/0001.copy', text: '3\t\\N\n' },
  ];
  const pegawai = [{ path: 'data/public/pegawai/0000.copy', text: '1\tBudi\n2\tSiti\n3\tMade\n' }];
  const schema = 'CREATE TABLE surat (id int, t text);\n';
  const manifest = sampleManifest({
    tables: [sampleTable('surat', surat), sampleTable('pegawai', pegawai)],
    files: [{ path: 'schema/tables.sql', bytes: schema.length, sha256: sha256(schema) }],
  });
  return new Map([
    ...[...surat, ...pegawai].map(({ path, text }): [string, Buffer] => [path, Buffer.from(text)]),
    ['schema/tables.sql', Buffer.from(schema)],
    ['manifest.json', printManifest(manifest).bytes],
  ]);
}

/** A tree in memory that gives its files in chunks of `chunkBytes`. */
export function memoryTree(files: ReadonlyMap<string, Buffer>, chunkBytes = 5): TreeSource {
  return {
    async *files() {
      for (const [path, { length: sizeBytes }] of files) yield { path, sizeBytes };
    },
    async *read(path) {
      const content = files.get(path);
      if (content === undefined) {
        throw new LumbungError('SOURCE_FILE_MISSING', {
          kind: 'corruption',
          message: `${path} is missing`,
          context: { path },
        });
      }
      for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
    },
  };
}
