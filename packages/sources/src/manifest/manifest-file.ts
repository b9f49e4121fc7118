import { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import type { SourceEntry } from '../entry/source-entry.ts';
import type { TreeSource } from '../entry/tree-source.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256Hex, tableDigest } from './digest.ts';
import { MANIFEST_VERSION, type Manifest, type ManifestTable, manifestSchema } from './manifest.ts';

export const MANIFEST_PATH = 'manifest.json';
/** Of 100,000 tables. */
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;

export interface PrintedManifest {
  readonly bytes: Buffer;
  /** What an office writes into its log book for the whole dump. */
  readonly sha256: string;
}

/**
 * The bytes of `manifest.json`. Checked like one that is read, so that nothing is stored that could not be read back.
 *
 * @throws LumbungError SOURCE_MANIFEST_INVALID
 */
export function printManifest(manifest: Manifest): PrintedManifest {
  const bytes = Buffer.from(canonicalJson(checked(manifest)));
  if (bytes.length > MANIFEST_BYTES_MAX) throw invalid(`it has more than ${MANIFEST_BYTES_MAX} bytes`);
  return { bytes, sha256: sha256Hex(bytes) };
}

/** The last entry of a dump. */
export function manifestEntry({ bytes }: PrintedManifest): SourceEntry {
  return { path: MANIFEST_PATH, open: () => Readable.from([bytes], { objectMode: false }) };
}

/**
 * A manifest of an untrusted tree: bounded, of a version we know, and at one with itself.
 *
 * @throws LumbungError SOURCE_MANIFEST_INVALID (corruption), SOURCE_MANIFEST_VERSION_UNKNOWN (operator)
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.byteLength > MANIFEST_BYTES_MAX) throw invalid(`it has more than ${MANIFEST_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  const version: unknown = typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined;
  if (typeof version === 'number' && version > MANIFEST_VERSION) {
    throw new LumbungError('SOURCE_MANIFEST_VERSION_UNKNOWN', {
      kind: 'operator',
      message: `the manifest of the dump has version ${version}, which this program does not know`,
      context: { version },
      hint: 'use the version of this program that made the dump, or a newer one',
    });
  }
  return checked(value);
}

/** @throws LumbungError SOURCE_FILE_MISSING, SOURCE_MANIFEST_INVALID (corruption), SOURCE_MANIFEST_VERSION_UNKNOWN */
export async function readManifest(tree: TreeSource, signal?: AbortSignal): Promise<Manifest> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of tree.read(MANIFEST_PATH, signal)) {
    bytes += chunk.byteLength;
    if (bytes > MANIFEST_BYTES_MAX) throw invalid(`it has more than ${MANIFEST_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return parseManifest(Buffer.concat(chunks));
}

function checked(value: unknown): Manifest {
  let parsed: ReturnType<typeof manifestSchema.safeParse>;
  try {
    parsed = manifestSchema.safeParse(value);
  } catch (error) {
    // Values nested so deep that no stack holds them.
    throw invalid('it cannot be checked', error);
  }
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const problem = contradiction(parsed.data);
  if (problem !== undefined) throw invalid(problem);
  return parsed.data;
}

/** What a schema cannot see. */
function contradiction(manifest: Manifest): string | undefined {
  if ((manifest.kind === 'database') !== (manifest.database !== undefined)) return 'database: of a server, or missing';
  if (manifest.warnings.some((warning) => 'message' in warning !== (manifest.v === 1)))
    return 'warnings: of another version';
  const paths = new Set([MANIFEST_PATH]);
  for (const { path } of [...manifest.tables.flatMap(({ segments }) => segments), ...manifest.files]) {
    if (paths.has(path)) return `${path}: named twice`;
    paths.add(path);
  }
  const tables = new Set<string>();
  for (const table of manifest.tables) {
    const key = JSON.stringify([table.schema, table.name]);
    if (tables.has(key)) return `table ${key}: named twice`;
    tables.add(key);
    const problem = tableContradiction(table);
    if (problem !== undefined) return `table ${key}: ${problem}`;
  }
  return undefined;
}

function tableContradiction({ segments, rows, bytes, sha256 }: ManifestTable): string | undefined {
  // Its rows lie in a file of the whole database: only the engine's driver can find them.
  if (segments.length === 0) return undefined;
  const sum = (pick: (segment: (typeof segments)[number]) => number) =>
    segments.reduce((total, segment) => total + pick(segment), 0);
  if (sum((segment) => segment.rows) !== rows) return 'its files do not have its rows';
  if (sum((segment) => segment.bytes) !== bytes) return 'its files do not have its bytes';
  return tableDigest(segments) === sha256 ? undefined : 'its files do not have its digest';
}

function invalid(problem: string, cause?: unknown): LumbungError {
  return new LumbungError('SOURCE_MANIFEST_INVALID', {
    kind: 'corruption',
    message: `the manifest of the dump is damaged: ${problem}`,
    context: { problem },
    cause,
  });
}
