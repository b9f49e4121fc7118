import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { bytesOf, LumbungError, textOf, toErrorRecord } from '@lumbung/stdx';
import { ZipFile } from 'yazl';
import { posixModeOf } from '../format/go-mode.ts';
import { instantOf } from '../format/timestamp.ts';
import type { NodeType, TreeNode } from '../format/tree.ts';
import type { DumpChunk } from './content-windows.ts';
import type { DumpItem, SkippedItem } from './dump-steps.ts';
import type { PacedWriter } from './paced-writer.ts';

export interface ZipOptions {
  readonly writer: PacedWriter;
  readonly onItemDone: () => void;
  readonly onSkipped: (item: SkippedItem) => void;
}

/** True for nodes that a zip archive can hold. */
export function hasZipEntry(node: TreeNode): boolean {
  return node.type === 'file' || node.type === 'dir' || node.type === 'symlink';
}

/** Writes a zip archive. Links are members that hold their target, marked as links as Info-ZIP does. Names that are not
 *  UTF-8 lose what is not: the format has no other way; owners and attributes are not recorded. */
export async function writeZip(chunks: AsyncIterable<DumpChunk<DumpItem>>, options: ZipOptions): Promise<void> {
  const { writer, onItemDone, onSkipped } = options;
  const zip = new ZipFile();
  const failed = new Promise<never>((_, reject) => {
    zip.once('error', reject);
  });
  failed.catch(() => undefined); // thrown by whoever waits below
  const output = pump(zip, writer);
  output.catch(() => undefined); // awaited at the end, or thrown by whoever waits below
  const orFailed = <T>(wait: Promise<T>): Promise<T> => Promise.race([wait, failed, output.then(() => failed)]);

  try {
    await addMembers(zip, chunks, { orFailed, onItemDone, onSkipped });
    zip.end();
    await Promise.race([output, failed]);
  } catch (error) {
    // The pump above waits for more; yazl's output is a PassThrough.
    (zip.outputStream as PassThrough).destroy();
    throw error;
  }
}

interface MemberOptions extends Omit<ZipOptions, 'writer'> {
  readonly orFailed: <T>(wait: Promise<T>) => Promise<T>;
}

async function addMembers(
  zip: ZipFile,
  chunks: AsyncIterable<DumpChunk<DumpItem>>,
  { orFailed, onItemDone, onSkipped }: MemberOptions,
): Promise<void> {
  let member: PassThrough | undefined;
  for await (const chunk of chunks) {
    switch (chunk.kind) {
      case 'begin':
        member = beginMember(zip, chunk.item, onSkipped);
        break;
      case 'data':
        if (member !== undefined && !member.write(chunk.bytes)) await orFailed(once(member, 'drain'));
        break;
      case 'end':
        if (member !== undefined) {
          const ended = once(member, 'end');
          member.end();
          // One member after the other: yazl would hold what waits behind it in memory.
          await orFailed(ended);
          member = undefined;
        }
        onItemDone();
        break;
    }
  }
}

async function pump(zip: ZipFile, writer: PacedWriter): Promise<void> {
  // Binary unless an encoding was set, and none was.
  for await (const bytes of zip.outputStream) await writer.write(bytes as Buffer);
}

/** Answers the stream that takes the content of a file. */
function beginMember(zip: ZipFile, item: DumpItem, onSkipped: ZipOptions['onSkipped']): PassThrough | undefined {
  const { node, path, contentBytes } = item;
  const name = textOf(path);
  if (name.includes('\\')) {
    onSkipped({ path, error: toErrorRecord(nameUnsupported(name)) });
    return undefined;
  }
  const options = { mtime: dateOf(node), mode: (FORMAT_BITS[node.type] ?? 0) | posixModeOf(node.mode) };
  if (node.type === 'dir') {
    zip.addEmptyDirectory(name, options);
    return undefined;
  }
  if (node.type === 'symlink') {
    zip.addBuffer(node.linkTarget === undefined ? Buffer.alloc(0) : bytesOf(node.linkTarget), name, {
      ...options,
      compress: false,
    });
    return undefined;
  }
  const member = new PassThrough();
  zip.addReadStream(member, name, { ...options, size: contentBytes });
  return member;
}

/** S_IFMT of what a zip archive can hold. */
const FORMAT_BITS: Readonly<Partial<Record<NodeType, number>>> = { file: 0o100000, dir: 0o040000, symlink: 0o120000 };

/** Zip times begin in 1980; what is older is told as that. */
function dateOf(node: TreeNode): Date {
  const milliseconds = instantOf(node.mtime).seconds * 1000;
  return new Date(Math.max(milliseconds, ZIP_EPOCH_MS));
}

const ZIP_EPOCH_MS = Date.UTC(1980, 0, 1);

function nameUnsupported(name: string): LumbungError {
  return new LumbungError('DUMP_NAME_UNSUPPORTED', {
    kind: 'operator',
    message: `a zip archive cannot hold this name: ${name.slice(0, 1024)}`,
    context: { name: name.slice(0, 1024) },
    hint: 'a backslash would be read as a slash; use a tar archive',
  });
}
