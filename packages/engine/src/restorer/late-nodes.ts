import { linkSync, symlinkSync } from 'node:fs';
import { type ByteString, bytesOf, fsPath, LumbungError } from '@lumbung/stdx';
import { makeDevice, makeFifo } from '@lumbung/stdx/node';
import type { TreeNode } from '../format/tree.ts';
import { joinPath } from '../snapshot/resolve-tree.ts';
import { type ExistingFile, existingFileAt, judgeOverwrite, removeExisting } from './existing-file.ts';
import type { MetadataWriter, NodeMetadata } from './node-metadata.ts';
import { removeTree } from './remove-tree.ts';
import type { OverwritePolicy } from './restore-options.ts';
import type { RestoreTally } from './restore-tally.ts';
import { shownPath } from './selection.ts';
import type { TargetFolder } from './target-folder.ts';
import { yieldToOthers } from './yield-to-others.ts';

const S_IFBLK = 0o060000;
const S_IFCHR = 0o020000;
const MODE_AT_FIRST = 0o600;
/** System calls between two looks at the signal. */
const BATCH_NODES = 256;

export interface LateNode {
  readonly folder: TargetFolder;
  readonly node: TreeNode;
  readonly metadata: NodeMetadata;
}

/** The place of a file's first name, for its further names. */
export interface FirstName {
  readonly folder: TargetFolder;
  readonly name: ByteString;
  readonly content: TreeNode['content'];
}

export interface LateNodesOptions {
  readonly tally: RestoreTally;
  readonly metadataWriter: MetadataWriter;
  readonly overwrite: OverwritePolicy;
  readonly deletesExtra: boolean;
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * What is made when all files have their content: links, special files, further names of files; then what the snapshot
 * lacks is removed; then folders, children first, get their metadata.
 *
 * Links come this late for safety too: while files are written, no link of this restore exists that a path of a hostile
 * tree could lead through.
 */
export class LateNodes {
  readonly #options: LateNodesOptions;
  readonly #nodes: LateNode[] = [];
  readonly #names: Array<LateNode & { readonly first: FirstName }> = [];
  readonly #folders: Array<{ readonly folder: TargetFolder; readonly metadata: NodeMetadata }> = [];
  readonly #extra: ByteString[] = [];
  #mayDelete = true;

  constructor(options: LateNodesOptions) {
    this.#options = options;
  }

  addNode(node: LateNode): void {
    this.#options.tally.expect(0);
    this.#nodes.push(node);
  }

  addName(node: LateNode, first: FirstName): void {
    this.#options.tally.expect(0);
    this.#names.push({ ...node, first });
  }

  /** Parents before children. */
  addFolder(folder: TargetFolder, metadata: NodeMetadata): void {
    this.#folders.push({ folder, metadata });
  }

  addExtra(path: ByteString): void {
    this.#extra.push(path);
  }

  /** A name was unsafe: which files of the target the snapshot lacks is no longer certain. */
  forbidDeletion(): void {
    this.#mayDelete = false;
  }

  /** @throws the signal's reason */
  async make(): Promise<void> {
    await this.#forEach(this.#nodes, (late) =>
      this.#makeNode(late, (existing) => {
        this.#clear(late.folder.pathOf(late.node.name), existing);
        createSpecial(late);
        return 'made';
      }),
    );
    await this.#forEach(this.#names, (late) => this.#makeName(late));
    if (this.#mayDelete) await this.#forEach(this.#extra, (path) => this.#removeExtra(path));
    await this.#forEach(this.#folders.reverse(), ({ folder, metadata }) => this.#finishFolder(folder, metadata));
  }

  /** Makes one node where nothing is, or where the policy lets what is there go. */
  #makeNode(late: LateNode, make: (existing: ExistingFile | undefined) => 'made' | 'was there'): void {
    const { tally, overwrite, isDryRun, metadataWriter } = this.#options;
    const { folder, node, metadata } = late;
    const path = folder.pathOf(node.name);
    const location = joinPath(folder.location, node.name);
    try {
      const existing = folder.isFresh ? undefined : existingFileAt(path);
      if (judgeOverwrite(overwrite, existing, node) === 'skip') {
        tally.skipped(location, node.type, 0);
        return;
      }
      if (!isDryRun && make(existing) === 'made') {
        const prunesXattrs = folder.hasDefaultAccessList;
        const failure =
          node.type === 'file'
            ? metadataWriter.applyByOpening(path, metadata, { isFolder: false, prunesXattrs })
            : metadataWriter.applyToPath(path, metadata, { isLink: node.type === 'symlink', prunesXattrs });
        if (failure !== undefined) tally.failed(location, failure);
      }
      tally.done('restored', location, node.type, 0);
    } catch (error) {
      tally.failed(location, error);
    }
  }

  #makeName(late: LateNode & { readonly first: FirstName }): void {
    const { folder, node, first } = late;
    const path = folder.pathOf(node.name);
    const firstPath = first.folder.pathOf(first.name);
    this.#makeNode(late, (existing) => {
      const target = existingFileAt(firstPath);
      // It was left as it was, by the policy or a failure: what is there is not the file that this is a name of.
      if (target?.type !== 'file') throw firstNameMissing(joinPath(first.folder.location, first.name));
      // The same inode already: nothing to replace, and its metadata was set with its first name.
      if (existing !== undefined && existing.inode === target.inode && existing.device === target.device)
        return 'was there';
      this.#clear(path, existing);
      linkSync(fsPath(firstPath), fsPath(path));
      return 'made';
    });
  }

  #clear(path: ByteString, existing: ExistingFile | undefined): void {
    if (existing !== undefined) removeExisting(path, existing, this.#options.deletesExtra);
  }

  #removeExtra(path: ByteString): void {
    const { tally, isDryRun, signal } = this.#options;
    try {
      removeTree(path, { onRemoved: (removed) => tally.deleted(removed), isDryRun, signal });
    } catch (error) {
      signal.throwIfAborted();
      tally.failed(path, error);
    }
  }

  #finishFolder(folder: TargetFolder, metadata: NodeMetadata): void {
    const { tally, isDryRun, metadataWriter } = this.#options;
    if (!isDryRun) {
      const failure = metadataWriter.applyByOpening(folder.path, metadata, {
        isFolder: true,
        prunesXattrs: !folder.isFresh || folder.hasDefaultAccessList,
      });
      if (failure !== undefined) tally.failed(folder.location, failure);
    }
    tally.done('restored', folder.location, 'dir', 0);
  }

  async #forEach<T>(items: readonly T[], act: (item: T) => void): Promise<void> {
    const { signal, tally } = this.#options;
    for (const [itemIdx, item] of items.entries()) {
      if (itemIdx % BATCH_NODES === BATCH_NODES - 1) {
        tally.status();
        await yieldToOthers();
      }
      signal.throwIfAborted();
      act(item);
    }
  }
}

function firstNameMissing(location: ByteString): LumbungError {
  return new LumbungError('RESTORE_LINK_BROKEN', {
    kind: 'operator',
    message: `the file that this is another name of was not restored: ${shownPath(location)}`,
    context: { first: shownPath(location) },
    hint: 'see what became of that file; restoring without it, by --exclude, makes this one a file of its own',
  });
}

function createSpecial({ folder, node }: LateNode): void {
  const path = folder.pathOf(node.name);
  switch (node.type) {
    case 'symlink':
      symlinkSync(bytesOf(node.linkTarget ?? ('' as ByteString)), fsPath(path)); // empty is a byte string
      return;
    case 'dev':
      makeDevice(path, S_IFBLK | MODE_AT_FIRST, node.device ?? 0n);
      return;
    case 'chardev':
      makeDevice(path, S_IFCHR | MODE_AT_FIRST, node.device ?? 0n);
      return;
    case 'fifo':
      makeFifo(path, MODE_AT_FIRST);
      return;
    default:
      throw new LumbungError('NODE_TYPE_UNSUPPORTED', {
        kind: 'corruption',
        message: `a node of type ${JSON.stringify(node.storedType ?? node.type)} cannot be restored`,
        context: { type: node.storedType ?? node.type },
        hint: 'old versions recorded such nodes for what they did not understand; nothing else is missing',
      });
  }
}
