import type { ByteString } from '@lumbung/stdx';
import { compareInstants, type Instant } from '../format/timestamp.ts';
import type { InodeStats } from './inode-table.ts';
import { contentText, type NodeHeadWriter } from './node-text.ts';
import type { ParentFolder } from './parent-folder.ts';

export type FileVerdict =
  /** Content and metadata are those of the parent's node. */
  | { readonly kind: 'same' }
  /** Content is the parent's; the node is new. */
  | { readonly kind: 'unchanged'; readonly text: string }
  /** Must be read. `isKnown`: the parent has a file of this name. */
  | { readonly kind: 'read'; readonly isKnown: boolean };

const NANOSECONDS = 1_000_000_000n;

export interface FileChangeParts {
  readonly headWriter: NodeHeadWriter;
  readonly hasBlob: (id: string) => boolean;
  readonly attributesText: (path: ByteString) => string;
  readonly onContentMissing: (path: ByteString) => void;
  /** When the parent backup began; undefined when it does not say. */
  readonly parentBegan: Instant | undefined;
  readonly ignoreCtime: boolean;
  readonly ignoreInode: boolean;
}

/** Decides from the inode alone whether a file must be read again. */
export class FileChange {
  readonly #parts: FileChangeParts;

  constructor(parts: FileChangeParts) {
    this.#parts = parts;
  }

  judge(options: {
    readonly path: ByteString;
    readonly nameJson: ByteString;
    readonly stats: InodeStats;
    /** The head of its node, where it is written already. */
    readonly head?: Buffer | undefined;
    readonly parent: ParentFolder | undefined;
  }): FileVerdict {
    const { path, nameJson, stats, parent } = options;
    if (parent === undefined) return { kind: 'read', isKnown: false };
    const { headWriter, onContentMissing } = this.#parts;
    const head = options.head ?? headWriter.write(nameJson, 'file', stats, Number(stats.size));
    const isSameHead = parent.beginsWith(head);
    if (!isSameHead && !this.#isSameContent(stats, parent)) return { kind: 'read', isKnown: true };
    const ids = parent.contentIds;
    // A parent that lost the list must not make an empty file of one that is not.
    if (ids.length === 0 && stats.size > 0n) return { kind: 'read', isKnown: true };
    if (!ids.every(this.#parts.hasBlob)) {
      onContentMissing(path);
      return { kind: 'read', isKnown: true };
    }
    // Attributes cannot change without the inode's change time: where it is older than the parent backup, the parent
    // has read them as they are. Where it is not, they may have been set right after they were read.
    if (isSameHead && this.#isOlderThanParent(stats)) return { kind: 'same' };
    const text =
      (typeof head === 'string' ? head : head.toString('latin1')) + this.#parts.attributesText(path) + contentText(ids);
    return text === parent.text ? { kind: 'same' } : { kind: 'unchanged', text };
  }

  #isSameContent(stats: InodeStats, parent: ParentFolder): boolean {
    const { ignoreCtime, ignoreInode } = this.#parts;
    return (
      parent.sizeBytes === Number(stats.size) &&
      parent.isSameTime('mtime', instantOfNs(stats.mtimeNs)) &&
      (ignoreCtime || ignoreInode || parent.isSameTime('ctime', instantOfNs(stats.ctimeNs))) &&
      (ignoreInode || parent.inode === stats.ino.toString())
    );
  }

  #isOlderThanParent(stats: InodeStats): boolean {
    const { parentBegan, ignoreCtime, ignoreInode } = this.#parts;
    if (parentBegan === undefined || ignoreCtime || ignoreInode) return false;
    // A full second of distance: change times come from a coarser clock than the one that stamped the snapshot.
    const changed = instantOfNs(stats.ctimeNs);
    return compareInstants({ seconds: changed.seconds + 1, nanoseconds: changed.nanoseconds }, parentBegan) < 0;
  }
}

function instantOfNs(total: bigint): Instant {
  let seconds = total / NANOSECONDS;
  let nanoseconds = total % NANOSECONDS;
  if (nanoseconds < 0n) {
    seconds -= 1n;
    nanoseconds += NANOSECONDS;
  }
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
}
