import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import {
  assertNever,
  type ByteString,
  byteStringOfText,
  fsPath,
  LumbungError,
  textOf,
  toErrorRecord,
} from '@lumbung/stdx';
import type { KnownNodeType as NodeType } from '../format/tree.ts';
import type { BackupProgress } from './backup-progress.ts';
import type { FileChange } from './file-change.ts';
import type { FileStore } from './file-store.ts';
import { FolderJob } from './folder-job.ts';
import type { InodeStats } from './inode-table.ts';
import {
  extendedAttributesText,
  isFolder,
  isVanished,
  linkTargetText,
  type NodeHeadWriter,
  nameJsonOf,
  nodeTypeOf,
} from './node-text.ts';
import { ParentFolder } from './parent-folder.ts';
import type { Selection } from './selection.ts';
import type { FolderListing, SourcesAhead } from './sources-ahead.ts';
import { joinPath, splitPath, type TargetNode } from './targets.ts';

/** Entries handled before other work (worker replies, signals) gets its turn. */
const ENTRIES_PER_TURN = 256;

/** A folder deeper than any path the kernel can open is a fault of ours, not of the disk. */
const DEPTH_MAX = 4096;

export interface SourceWalkerParts {
  readonly selection: Selection;
  readonly progress: BackupProgress;
  readonly headWriter: NodeHeadWriter;
  readonly files: FileStore;
  readonly change: FileChange;
  /** The bytes of a tree of the parent snapshot; undefined when it cannot be had (a warning was sent). */
  readonly loadParentTree: (id: string) => Buffer | undefined | Promise<Buffer | undefined>;
  /** The bytes are there and are no tree. */
  readonly onParentUnreadable: (error: unknown) => void;
  /** Stores a folder's tree and says what its id is. */
  readonly saveTree: (job: FolderJob) => string;
  readonly workingDirectory: ByteString;
  /** Listings that were made before. */
  readonly ahead: SourcesAhead | undefined;
  readonly signal: AbortSignal;
}

interface Entry {
  readonly job: FolderJob;
  readonly name: ByteString;
  /** Absolute, on disk. */
  readonly path: ByteString;
  readonly isExplicit: boolean;
  /** With one-file-system: the device the target lies on. */
  readonly device: bigint | undefined;
  readonly depth: number;
  /** Read before, with the folder's listing. */
  readonly stats?: InodeStats | undefined;
  readonly head?: Buffer | undefined;
}

const ROOT = byteStringOfText('/');

/** Walks the sources depth first in name order, once: what has not changed is settled on the spot, what has goes to
 *  the workers, and each folder's tree is written when the last of its entries is known. */
export class SourceWalker {
  readonly #parts: SourceWalkerParts;
  #entriesThisTurn = 0;

  constructor(parts: SourceWalkerParts) {
    this.#parts = parts;
  }

  /** Ends when the walk is over; the root tree may still wait for workers: `onRoot` says when it is written. */
  async walk(
    root: TargetNode,
    parentTreeId: string | undefined,
    onRoot: (treeId: string, job: FolderJob) => void,
  ): Promise<void> {
    const parent = parentTreeId === undefined ? undefined : await this.#openParent(parentTreeId);
    const job = new FolderJob({
      snapshotPath: ROOT,
      parent,
      onComplete: (done) => {
        onRoot(this.#parts.saveTree(done), done);
      },
    });
    await this.#walkTargets(root, job, 0);
    job.endWalk();
  }

  async #walkTargets(node: TargetNode, job: FolderJob, depth: number): Promise<void> {
    const names = [...node.children.keys()].sort();
    const leftOut = this.#leftOutByMarkers(node);
    for (const name of names) {
      const child = node.children.get(name);
      if (child === undefined || leftOut.has(child)) continue;
      if (child.sourcePath !== undefined) {
        const path = this.#absolute(child.sourcePath);
        this.#reportMissingTargets(child, path);
        await this.#archive({
          job,
          name,
          path,
          isExplicit: child.isExplicit,
          device: this.#allowedDevice(path, child.isExplicit),
          depth,
        });
      } else await this.#passThrough(name, child, job, depth);
    }
  }

  /** Entries that stand for their folder, as with the target `.`, obey its markers as if it were walked. */
  #leftOutByMarkers(node: TargetNode): ReadonlySet<TargetNode> {
    const folders = new Map<ByteString, Map<ByteString, TargetNode>>();
    for (const child of node.children.values()) {
      if (child.sourcePath === undefined) continue;
      const { folder, name } = splitPath(this.#absolute(child.sourcePath));
      let entries = folders.get(folder);
      if (entries === undefined) {
        entries = new Map();
        folders.set(folder, entries);
      }
      entries.set(name, child);
    }
    const leftOut = new Set<TargetNode>();
    for (const [folder, entries] of folders) {
      const kept = new Set(this.#parts.selection.keptNames(folder, [...entries.keys()]));
      for (const [name, child] of entries) if (!child.isExplicit && !kept.has(name)) leftOut.add(child);
    }
    return leftOut;
  }

  /** Targets below something that is no folder. */
  #reportMissingTargets(node: TargetNode, path: ByteString): void {
    for (const [name, child] of node.children) {
      const childPath = joinPath(path, name);
      if (child.sourcePath !== undefined) this.#reportMissingTarget(childPath);
      this.#reportMissingTargets(child, childPath);
    }
  }

  /** A folder above a target: in the snapshot with its own metadata and nothing but the way to the target. */
  async #passThrough(name: ByteString, node: TargetNode, job: FolderJob, depth: number): Promise<void> {
    const path = this.#absolute(node.folderPath ?? name);
    let stats: InodeStats;
    try {
      stats = statSync(fsPath(path), { bigint: true });
    } catch (error) {
      if (isVanished(error)) this.#reportMissingTarget(path);
      else this.#parts.progress.itemFailed(path, toErrorRecord(error));
      return;
    }
    if (!isFolder(stats)) {
      this.#reportMissingTargets(node, path);
      return;
    }
    const attributes = extendedAttributesText(path, () => {
      // Attributes of a folder that is only passed through are a courtesy: the target does not depend on them.
    });
    const head = this.#parts.headWriter.write(nameJsonOf(name), 'dir', stats, 0) + attributes;
    const child = await this.#beginFolder({ job, name, head });
    await this.#walkTargets(node, child, depth + 1);
    child.endWalk();
  }

  async #archive(entry: Entry): Promise<void> {
    const { selection, progress, files } = this.#parts;
    const { path, isExplicit } = entry;
    this.#entriesThisTurn += 1;
    if (this.#entriesThisTurn >= ENTRIES_PER_TURN || !files.hasRoom) await this.#takeTurn();
    if (!isExplicit && selection.hasPatterns && selection.isExcludedByName(path)) {
      progress.excluded(path);
      return;
    }
    let { stats } = entry;
    try {
      stats ??= lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
    } catch (error) {
      progress.itemFailed(path, toErrorRecord(error));
      return;
    }
    if (stats === undefined) {
      if (isExplicit) this.#reportMissingTarget(path);
      return;
    }
    const type = nodeTypeOf(stats);
    if (type === undefined) {
      progress.itemFailed(path, toErrorRecord(unknownType(path)));
      return;
    }
    const isElsewhere = entry.device !== undefined && stats.dev !== entry.device;
    const isExcluded =
      !isExplicit && ((isElsewhere && type !== 'dir') || (type === 'file' && selection.isTooLarge(Number(stats.size))));
    if (isExcluded) {
      progress.excluded(path);
      return;
    }
    await this.#archiveAs(type, entry, stats, isElsewhere);
  }

  async #archiveAs(type: NodeType, entry: Entry, stats: InodeStats, isElsewhere: boolean): Promise<void> {
    switch (type) {
      case 'file':
        this.#archiveFile(entry, stats);
        break;
      case 'dir':
        await this.#archiveFolder(entry, stats, isElsewhere);
        break;
      case 'symlink':
      case 'dev':
      case 'chardev':
      case 'fifo':
        this.#archiveSpecial(type, entry, stats);
        break;
      case 'socket':
        // A socket is an address of a running process: there is nothing to restore.
        break;
      default:
        assertNever(type);
    }
  }

  #archiveFile({ job, name, path, head }: Entry, stats: InodeStats): void {
    const { files, change, progress } = this.#parts;
    const nameJson = nameJsonOf(name);
    const snapshotPath = joinPath(job.snapshotPath, name);
    progress.foundFile(Number(stats.size));
    const parent = job.parent?.seek(name) === true && job.parent.isFile ? job.parent : undefined;
    const verdict = change.judge({ path, nameJson, stats, head, parent });
    switch (verdict.kind) {
      case 'same':
      case 'unchanged':
        if (verdict.kind === 'same') job.addParentNode();
        else {
          job.isSameAsParent = false;
          job.add(verdict.text);
        }
        progress.endFile(snapshotPath, 'unchanged', Number(stats.size), NO_BYTES);
        return;
      case 'read':
        job.isSameAsParent = false;
        files.archive({
          job,
          place: job.reserve(),
          path,
          nameJson,
          snapshotPath,
          stats,
          action: verdict.isKnown ? 'modified' : 'new',
        });
        return;
      default:
        assertNever(verdict);
    }
  }

  #archiveSpecial(type: 'symlink' | 'dev' | 'chardev' | 'fifo', { job, name, path }: Entry, stats: InodeStats): void {
    const { headWriter, progress } = this.#parts;
    try {
      const head = headWriter.write(nameJsonOf(name), type, stats, 0);
      const link = type === 'symlink' ? linkTargetText(readlinkSync(fsPath(path), { encoding: 'buffer' })) : '';
      const attributes = this.#attributes(path);
      const device = type === 'dev' || type === 'chardev' ? `"device":${stats.rdev},` : '';
      const text = `${head}${link}${attributes}${stats.rdev === 0n ? '' : device}"content":null}`;
      this.#compareWithParent(job, name, text);
      job.add(text);
    } catch (error) {
      if (!isVanished(error)) progress.itemFailed(path, toErrorRecord(error));
    }
  }

  async #archiveFolder(entry: Entry, stats: InodeStats, isElsewhere: boolean): Promise<void> {
    const { progress, headWriter } = this.#parts;
    const { job, name, path } = entry;
    if (entry.depth >= DEPTH_MAX) {
      progress.itemFailed(path, toErrorRecord(tooDeep(path)));
      return;
    }
    let listing: FolderListing;
    try {
      // A mount point of another file system stays as the empty folder it is underneath.
      listing = isElsewhere ? EMPTY_LISTING : (this.#parts.ahead?.take(path) ?? this.#list(path));
    } catch (error) {
      if (!isVanished(error)) progress.itemFailed(path, toErrorRecord(error));
      return;
    }
    const head = headWriter.write(nameJsonOf(name), 'dir', stats, 0) + this.#attributes(path);
    const child = await this.#beginFolder({ job, name, head });
    for (const [childIdx, childName] of listing.names.entries()) {
      await this.#archive({
        job: child,
        name: childName,
        path: joinPath(path, childName),
        isExplicit: false,
        device: entry.device,
        depth: entry.depth + 1,
        stats: listing.statsOf(childIdx),
        head: listing.headOf(childIdx),
      });
    }
    child.endWalk();
  }

  #list(path: ByteString): FolderListing {
    // latin1 gives one character a byte: the names as byte strings.
    const names = readdirSync(fsPath(path), { encoding: 'latin1' }) as ByteString[];
    return listingOf([...this.#parts.selection.keptNames(path, names)].sort());
  }

  /** Opens a folder's place in its parent. Its node is written when its tree is. */
  async #beginFolder({ job, name, head }: { job: FolderJob; name: ByteString; head: string }): Promise<FolderJob> {
    const { progress, saveTree } = this.#parts;
    const place = job.reserve();
    const isKnown = job.parent?.seek(name) === true;
    const previousText = isKnown && job.parent?.isFolder === true ? job.parent.text : undefined;
    const previousTree = previousText === undefined ? undefined : job.parent?.subtreeId;
    const snapshotPath = joinPath(job.snapshotPath, name);
    const opened = previousTree === undefined ? undefined : this.#openParent(previousTree);
    return new FolderJob({
      snapshotPath,
      parent: opened instanceof Promise ? await opened : opened,
      onComplete: (done) => {
        const text = `${head}"content":null,"subtree":"${saveTree(done)}"}`;
        const isSame = text === previousText;
        if (!isSame) job.isSameAsParent = false;
        progress.endFolder(snapshotPath, isSame ? 'unchanged' : previousText === undefined ? 'new' : 'modified');
        job.settle(place, text);
      },
    });
  }

  #openParent(treeId: string): ParentFolder | undefined | Promise<ParentFolder | undefined> {
    const open = (bytes: Buffer | undefined): ParentFolder | undefined =>
      bytes === undefined ? undefined : new ParentFolder(treeId, bytes, this.#parts.onParentUnreadable);
    const bytes = this.#parts.loadParentTree(treeId);
    return bytes instanceof Promise ? bytes.then(open) : open(bytes);
  }

  #compareWithParent(job: FolderJob, name: ByteString, text: string): void {
    if (job.parent?.seek(name) !== true || job.parent.text !== text) job.isSameAsParent = false;
  }

  #attributes(path: ByteString): string {
    return extendedAttributesText(path, (attribute, error) => {
      this.#parts.progress.itemFailed(
        path,
        toErrorRecord(
          new LumbungError('SOURCE_XATTR_UNREADABLE', {
            kind: 'operator',
            message:
              attribute === undefined
                ? `the attributes of ${textOf(path)} cannot be read`
                : `attribute ${textOf(attribute)} of ${textOf(path)} cannot be read`,
            context: { path: textOf(path), attribute: attribute === undefined ? '' : textOf(attribute) },
            cause: error,
          }),
        ),
      );
    });
  }

  #allowedDevice(path: ByteString, isExplicit: boolean): bigint | undefined {
    if (!this.#parts.selection.isOneFileSystem) return undefined;
    // An entry of a target like `.` must lie where the target does, which is the folder that holds it.
    const from = isExplicit ? path : splitPath(path).folder;
    try {
      return (isExplicit ? lstatSync : statSync)(fsPath(from), { bigint: true }).dev;
    } catch {
      return undefined; // the same failure is told when the entry itself is looked at
    }
  }

  #reportMissingTarget(path: ByteString): void {
    this.#parts.progress.itemFailed(
      path,
      toErrorRecord(
        new LumbungError('BACKUP_TARGET_MISSING', {
          kind: 'operator',
          message: `${textOf(path)} does not exist`,
          context: { path: textOf(path) },
          hint: 'check the spelling of the path',
        }),
      ),
    );
  }

  #absolute(path: ByteString): ByteString {
    return path.startsWith('/') ? path : joinPath(this.#parts.workingDirectory, path);
  }

  async #takeTurn(): Promise<void> {
    this.#entriesThisTurn = 0;
    this.#parts.progress.tick();
    await yieldToEvents();
    this.#parts.signal.throwIfAborted();
    await this.#parts.files.waitForRoom();
  }
}

/** Names whose inodes are looked at in their turn. */
function listingOf(names: readonly ByteString[]): FolderListing {
  return { names, statsOf: () => undefined, headOf: () => undefined };
}

const EMPTY_LISTING = listingOf([]);
const NO_BYTES = { blobs: 0, plainBytes: 0, storedBytes: 0 } as const;

function unknownType(path: ByteString): LumbungError {
  return new LumbungError('SOURCE_TYPE_UNKNOWN', {
    kind: 'operator',
    message: `${textOf(path)} is of a kind that cannot be stored`,
    context: { path: textOf(path) },
  });
}

function tooDeep(path: ByteString): LumbungError {
  return new LumbungError('SOURCE_TOO_DEEP', {
    kind: 'operator',
    message: 'folders are nested too deeply',
    context: { path: textOf(path) },
  });
}
