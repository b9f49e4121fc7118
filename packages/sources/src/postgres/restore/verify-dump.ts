import { isLumbungError } from '@lumbung/stdx';
import type { Control } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { tableName } from '../../manifest/size-history.ts';
import { runTool } from '../../process/run-tool.ts';
import { failure, remark } from '../../remarks/remark.ts';
import type { Finding } from '../../verify/finding.ts';
import { verifyTree } from '../../verify/verify-tree.ts';
import { archiveCall, archiveControl, findArchiveTool } from '../render/archive-tool.ts';
import { nameKey } from './choose-entries.ts';
import { parseFacts } from './dump-details.ts';
import { readHeldFile } from './held-file.ts';
import { TocArchive, type TocEntry } from './toc-archive.ts';

const TOC_PATH = 'schema/toc.dat';
const LISTING_BYTES_MAX = 256 * 1024 * 1024;

/** Whether a stored tree is what its manifest says, and its definitions are of the tables whose rows it holds. */
export async function* verifyDump(tree: TreeSource, control: Control): AsyncGenerator<Finding> {
  const manifest = yield* verifyTree(tree, control);
  if (manifest?.kind !== 'database') return;
  let toc: Buffer;
  try {
    parseFacts(manifest);
    toc = await readHeldFile(tree, manifest, TOC_PATH, control.signal);
  } catch (error) {
    if (!isLumbungError(error) || error.kind !== 'corruption') throw error;
    // A file that is damaged was found above; that the manifest does not know it, or is not complete, was not.
    if (error.code === 'SOURCE_MANIFEST_INVALID' || error.code === 'DB_DUMP_DAMAGED') {
      yield { code: 'manifest-invalid', severity: 'error', path: 'manifest.json', remark: failure(error) };
    }
    return;
  }
  yield* archiveFindings(toc, manifest, control);
}

async function* archiveFindings(toc: Buffer, manifest: Manifest, control: Control): AsyncGenerator<Finding> {
  try {
    const tool = await findArchiveTool(manifest);
    await runTool(archiveCall(tool, toc, ['--list']), archiveControl(control), LISTING_BYTES_MAX);
  } catch (error) {
    control.signal.throwIfAborted();
    if (!isLumbungError(error)) throw error;
    const isAbsent = error.code === 'DB_TOOL_MISSING' || error.code === 'DB_TOOL_TOO_OLD';
    const [severity, code] = isAbsent
      ? (['warning', 'file-unreadable'] as const)
      : (['error', 'content-invalid'] as const);
    yield { code, severity, path: TOC_PATH, remark: failure(error) };
    if (!isAbsent) return;
  }
  let archive: TocArchive;
  try {
    archive = TocArchive.parse(toc);
  } catch (error) {
    if (!isLumbungError(error)) throw error;
    yield { code: 'content-invalid', severity: 'error', path: TOC_PATH, remark: failure(error) };
    return;
  }
  const { entries, text } = archive;
  const keyOf = ({ schema, tag }: TocEntry) => nameKey(text.read(schema ?? ''), text.read(tag));
  const defined = new Map(entries.filter(({ kind }) => kind === 'TABLE').map((entry) => [keyOf(entry), entry]));
  // Tables of extensions are defined by them.
  const hasExtensions = manifest.extensions.some(({ name }) => name !== 'plpgsql');
  for (const table of manifest.tables) {
    if (hasExtensions || defined.has(nameKey(table.schema ?? '', table.name))) continue;
    yield {
      code: 'inventory-differs',
      severity: 'error',
      table: tableName(table),
      remark: remark('definition-absent'),
    };
  }
  // Of unlogged tables a replica has definitions alone.
  if (manifest.warnings.some(({ code }) => code === 'unlogged-tables')) return;
  const withRows = new Set(manifest.tables.map(({ schema, name }) => nameKey(schema ?? '', name)));
  const left = new Set(manifest.excludedData);
  for (const [key, { schema, tag, definition }] of defined) {
    const name = text.read(`${schema}.${tag}`);
    const isParent = definition?.includes('\nPARTITION BY ') === true;
    if (withRows.has(key) || left.has(name) || isParent) continue;
    yield { code: 'inventory-differs', severity: 'error', table: name, remark: remark('rows-absent') };
  }
}
