import { assertNever, type ByteString, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { BlobId } from '../format/ids.ts';
import { isSafeName, type TreeNode } from '../format/tree.ts';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { joinPath } from '../snapshot/resolve-tree.ts';
import { type CursorStep, TreeCursor } from '../snapshot/tree-cursor.ts';
import type { ContentRestorer } from './content-restorer.ts';
import { existingFileAt, judgeOverwrite, removeExisting } from './existing-file.ts';
import { contentOf, type FileItem } from './file-item.ts';
import type { FirstName, LateNodes } from './late-nodes.ts';
import { type MetadataChoices, metadataOf } from './node-metadata.ts';
import { namesIn } from './remove-tree.ts';
import type { OverwritePolicy } from './restore-options.ts';
import type { RestoreTally } from './restore-tally.ts';
import { type Selection, shownPath } from './selection.ts';
import type { TargetFolder } from './target-folder.ts';
import { yieldToOthers } from './yield-to-others.ts';

/** Nodes between two turns of everything else on this thread: about a millisecond. */
const NODES_PER_TURN = 128;

export interface RestoreWalkOptions {
  readonly indexed: IndexedRepository;
  readonly tally: RestoreTally;
  readonly content: ContentRestorer;
  readonly late: LateNodes;
  readonly selection: Selection;
  readonly metadataChoices: MetadataChoices;
  readonly overwrite: OverwritePolicy;
  readonly deletesExtra: boolean;
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
}

/** A folder of the snapshot that the walk is in. */
interface Frame {
  readonly folder: TargetFolder;
  /** All names of the snapshot's folder; only kept where something may be deleted. */
  readonly names: ReadonlySet<ByteString> | undefined;
  /** Names met so far; only kept where a name comes twice. */
  readonly met: Set<ByteString> | undefined;
}

/** Walks a tree and hands every selected node to whom makes it. Folders are made on the way. */
export class RestoreWalk {
  readonly #options: RestoreWalkOptions;
  readonly #frames: Frame[] = [];
  readonly #firstNames = new Map<string, FirstName>();
  /** Folders that could not be made: told once, however many nodes are in them. */
  readonly #brokenFolders = new WeakSet<TargetFolder>();

  constructor(options: RestoreWalkOptions) {
    this.#options = options;
  }

  /** @throws what reading the root throws, BACKEND_* where trying again may help, and the signal's reason */
  async walk(treeId: BlobId, root: TargetFolder): Promise<void> {
    const { indexed, content, signal, tally } = this.#options;
    this.#ensure(root);
    const cursor = await TreeCursor.open(indexed, treeId);
    this.#frames.push(this.#frameOf(root, cursor.siblings));
    let nodes = 0;
    for (let step = cursor.next(); step !== undefined; step = cursor.next()) {
      nodes += 1;
      if (nodes % NODES_PER_TURN === 0) {
        content.pump();
        tally.status();
        await yieldToOthers();
        signal.throwIfAborted();
      }
      if (step.kind === 'leave') this.#leave();
      else {
        const folder = this.#visit(step);
        if (folder !== undefined) await this.#enter(cursor, step, folder);
      }
      if (!content.hasRoom) await content.waitForRoom();
    }
    this.#leave();
  }

  /** Hands the node on. Answers the folder in the target if it is one whose nodes are to be visited. */
  #visit({ node, path }: CursorStep): TargetFolder | undefined {
    const { tally, late, selection } = this.#options;
    const frame = this.#frames.at(-1);
    if (frame === undefined) return undefined;
    if (!isSafeName(node.name)) {
      late.forbidDeletion();
      tally.failed(path, unsafeName(node.name));
      return undefined;
    }
    if (frame.met !== undefined) {
      if (frame.met.has(node.name)) {
        tally.failed(path, nameTwice(path));
        return undefined;
      }
      frame.met.add(node.name);
    }
    if (node.type === 'dir') return this.#visitFolder(frame.folder, node, path);
    if (node.type === 'socket' || !(selection.isAll || selection.isSelected(path))) return undefined;
    if (!this.#makes(frame.folder)) return undefined;
    if (node.type === 'file') this.#visitFile(frame.folder, node, path);
    else late.addNode({ folder: frame.folder, node, metadata: metadataOf(node, this.#options.metadataChoices) });
    return undefined;
  }

  #visitFolder(parent: TargetFolder, node: TreeNode, path: ByteString): TargetFolder | undefined {
    const { selection, tally } = this.#options;
    const isSelected = selection.isAll || selection.isSelected(path);
    if (!isSelected && !selection.mayHoldSelected(path)) return undefined;
    const folder = parent.child(node);
    // Not selected itself, it is made when something below it is.
    if (!isSelected) return folder;
    tally.expect(0);
    return this.#makes(folder) ? folder : undefined;
  }

  async #enter(cursor: TreeCursor, step: CursorStep, folder: TargetFolder): Promise<void> {
    const { tally, signal } = this.#options;
    try {
      await cursor.enter(step);
    } catch (error) {
      signal.throwIfAborted();
      if (!isLumbungError(error) || !isDamage(error)) throw error;
      tally.failed(step.path, error);
      return;
    }
    this.#frames.push(this.#frameOf(folder, cursor.siblings));
  }

  #leave(): void {
    const frame = this.#frames.pop();
    if (frame?.names === undefined || !frame.folder.isEnsured || frame.folder.isFresh) return;
    const { selection, late, tally } = this.#options;
    const { folder, names } = frame;
    try {
      for (const name of namesIn(folder.path)) {
        if (names.has(name)) continue;
        if (selection.isAll || selection.isSelected(joinPath(folder.location, name)))
          late.addExtra(folder.pathOf(name));
      }
    } catch (error) {
      tally.failed(folder.location, error);
    }
  }

  #frameOf(folder: TargetFolder, nodes: readonly TreeNode[]): Frame {
    return {
      folder,
      names: this.#options.deletesExtra ? new Set(nodes.map(({ name }) => name)) : undefined,
      met: isAscending(nodes) ? undefined : new Set(),
    };
  }

  /** False: the folder cannot be made, which has been told. */
  #makes(folder: TargetFolder): boolean {
    if (this.#brokenFolders.has(folder)) return false;
    try {
      this.#ensure(folder);
      return true;
    } catch (error) {
      if (this.#brokenFolders.has(folder)) return false;
      this.#brokenFolders.add(folder);
      this.#options.tally.failed(folder.location, error);
      return false;
    }
  }

  #ensure(folder: TargetFolder): void {
    const { isDryRun, late, metadataChoices } = this.#options;
    folder.ensure(isDryRun ? 'look' : 'make', (ensured) => {
      if (ensured.node !== undefined) late.addFolder(ensured, metadataOf(ensured.node, metadataChoices));
    });
  }

  #visitFile(folder: TargetFolder, node: TreeNode, path: ByteString): void {
    const { indexed, tally, late, metadataChoices } = this.#options;
    try {
      const metadata = metadataOf(node, metadataChoices);
      const first = this.#firstNameOf(folder, node);
      if (first !== undefined) {
        late.addName({ folder, node, metadata }, first);
        return;
      }
      const content = contentOf(indexed.index, node);
      if (content.contentBytes !== node.size) tally.warn(path, sizeWrong(node.size, content.contentBytes));
      this.#restoreFile({ folder, node, metadata, ...content });
    } catch (error) {
      tally.failed(path, error);
    }
  }

  #restoreFile(item: FileItem): void {
    const { content, tally, overwrite, deletesExtra, isDryRun } = this.#options;
    const { folder, node } = item;
    const path = folder.pathOf(node.name);
    const existing = folder.isFresh ? undefined : existingFileAt(path);
    const verdict = judgeOverwrite(overwrite, existing, node);
    switch (verdict) {
      case 'skip':
        tally.skipped(joinPath(folder.location, node.name), 'file', item.contentBytes);
        return;
      case 'trust':
        content.keep(item);
        return;
      case 'compare':
        if (existing !== undefined) content.compare(item, existing);
        return;
      case 'replace':
        if (existing !== undefined && !isDryRun) removeExisting(path, existing, deletesExtra);
        content.create(item);
        return;
      case 'create':
        content.create(item);
        return;
      default:
        assertNever(verdict);
    }
  }

  /** The name under which the same file was restored before, if it was. Content decides too: numbers of inodes that were
   *  reused between two file systems must not make one file of two. */
  #firstNameOf(folder: TargetFolder, node: TreeNode): FirstName | undefined {
    if (node.links <= 1) return undefined;
    const key = `${node.deviceId}:${node.inode}`;
    const first = this.#firstNames.get(key);
    if (first === undefined) {
      this.#firstNames.set(key, { folder, name: node.name, content: node.content });
      return undefined;
    }
    return isSameContent(first.content, node.content) ? first : undefined;
  }
}

function isAscending(nodes: readonly TreeNode[]): boolean {
  for (let nodeIdx = 1; nodeIdx < nodes.length; nodeIdx += 1) {
    const before = nodes[nodeIdx - 1];
    const here = nodes[nodeIdx];
    if (before !== undefined && here !== undefined && before.name >= here.name) return false;
  }
  return true;
}

function isSameContent(a: TreeNode['content'], b: TreeNode['content']): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((id, idIdx) => id === b[idIdx]));
}

function unsafeName(name: ByteString): LumbungError {
  return new LumbungError('NODE_NAME_UNSAFE', {
    kind: 'corruption',
    message: `not a name of a file: ${JSON.stringify(shownPath(name))}`,
    context: { name: shownPath(name) },
    hint: 'this snapshot was damaged or made to write outside the target; nothing is deleted in this run',
  });
}

function nameTwice(path: ByteString): LumbungError {
  return new LumbungError('NODE_NAME_TWICE', {
    kind: 'corruption',
    message: `the snapshot has two files of this name: ${shownPath(path)}`,
    context: { path: shownPath(path) },
    hint: 'the first one is restored',
  });
}

function sizeWrong(nodeBytes: number, contentBytes: number): LumbungError {
  return new LumbungError('NODE_SIZE_WRONG', {
    kind: 'corruption',
    message: `the snapshot says ${nodeBytes} bytes, the content has ${contentBytes}; the content was restored`,
    context: { nodeBytes, contentBytes },
    hint: 'old versions recorded wrong sizes of files that changed while they were read',
  });
}
