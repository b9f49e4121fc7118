import type { ByteString } from '@lumbung/stdx';
import { compareInstants, type Instant, instantOf, parseTimestamp } from '../format/timestamp.ts';
import { TreeScanner } from '../format/tree-scanner.ts';

/**
 * A folder as the parent snapshot has it, read once in name order beside the folder on disk. Nothing is parsed that is
 * not asked for: of an unchanged tree only names and the text of nodes are looked at.
 */
export class ParentFolder {
  readonly treeId: string;
  readonly #bytes: Buffer;
  #scanner: TreeScanner;
  #name: ByteString | undefined;
  #nodeCount = 0;

  constructor(treeId: string, bytes: Buffer) {
    this.treeId = treeId;
    this.#bytes = bytes;
    this.#scanner = new TreeScanner(bytes);
    this.#advance();
  }

  /** Nodes passed so far; after `seek` beyond the last name: all of them. */
  get nodeCount(): number {
    return this.#nodeCount;
  }

  /** Moves to `name` and says whether it is there. Names must be asked for in ascending order, as trees store them;
   *  in a tree that is out of order a node may be missed, which costs a read of the file and nothing else. */
  seek(name: ByteString): boolean {
    while (this.#name !== undefined && this.#name < name) this.#advance();
    return this.#name === name;
  }

  /** Counts the nodes that are left. Ends the use of the folder. */
  countAll(): number {
    while (this.#name !== undefined) this.#advance();
    return this.#nodeCount;
  }

  /** The present node as it is stored, as a byte string. */
  get text(): string {
    return this.#bytes.toString('latin1', this.#scanner.nodeStart, this.#scanner.nodeEnd);
  }

  get isFile(): boolean {
    return this.#scanner.type() === 'file';
  }

  get isFolder(): boolean {
    return this.#scanner.type() === 'dir';
  }

  get sizeBytes(): number {
    return this.#scanner.size();
  }

  get inode(): string {
    return this.#scanner.inode();
  }

  get mtime(): Instant {
    return instantOf(parseTimestamp(this.#scanner.mtime()));
  }

  get ctime(): Instant {
    return instantOf(parseTimestamp(this.#scanner.ctime()));
  }

  isSameTime(which: 'mtime' | 'ctime', instant: Instant): boolean {
    return compareInstants(this[which], instant) === 0;
  }

  beginsWith(head: string): boolean {
    return this.#scanner.headMatches(head);
  }

  /** Ids of the content, as hex. */
  get contentIds(): readonly string[] {
    return this.#scanner.contentIdOffsets().map((at) => this.#bytes.toString('latin1', at, at + 64));
  }

  get subtreeId(): string | undefined {
    const at = this.#scanner.subtreeIdOffset();
    return at < 0 ? undefined : this.#bytes.toString('latin1', at, at + 64);
  }

  #advance(): void {
    if (this.#scanner.next()) {
      this.#name = this.#scanner.name();
      this.#nodeCount += 1;
    } else this.#name = undefined;
  }
}
