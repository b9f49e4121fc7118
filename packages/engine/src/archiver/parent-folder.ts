import type { ByteString } from '@lumbung/stdx';
import { compareInstants, type Instant, instantOf, parseTimestamp } from '../format/timestamp.ts';
import { TreeScanner } from '../format/tree-scanner.ts';

export interface NodePlace {
  readonly nodeStart: number;
  readonly nodeEnd: number;
}

/**
 * A folder as the parent snapshot has it, read once in name order beside the folder on disk. Nothing is parsed that is
 * not asked for: of an unchanged tree only names and the text of nodes are looked at.
 *
 * Bytes that are no tree end it, once `onUnreadable` was told why: nothing more is found in it, and it is equal to
 * nothing. A parent may cost speed, never the backup.
 */
export class ParentFolder {
  readonly treeId: string;
  readonly #bytes: Buffer;
  readonly #onUnreadable: (error: unknown) => void;
  #scanner: TreeScanner | undefined;
  #name: ByteString | undefined;
  #nodeCount = 0;

  constructor(treeId: string, bytes: Buffer, onUnreadable: (error: unknown) => void) {
    this.treeId = treeId;
    this.#bytes = bytes;
    this.#onUnreadable = onUnreadable;
    try {
      this.#scanner = new TreeScanner(bytes);
    } catch (error) {
      this.#giveUp(error);
    }
    this.#advance();
  }

  /** Moves to `name` and says whether it is there. Names must be asked for in ascending order, as trees store them;
   *  in a tree that is out of order a node may be missed, which costs a read of the file and nothing else. */
  seek(name: ByteString): boolean {
    while (this.#name !== undefined && this.#name < name) this.#advance();
    return this.#name === name;
  }

  /** Counts all nodes; -1 for what is no tree. Ends the use of the folder. */
  countAll(): number {
    while (this.#name !== undefined) this.#advance();
    return this.#scanner === undefined ? -1 : this.#nodeCount;
  }

  /** The present node as it is stored, as a byte string. */
  get text(): string {
    return this.#read((scanner) => this.#bytes.toString('latin1', scanner.nodeStart, scanner.nodeEnd), '');
  }

  /** Where the present node lies. */
  get place(): NodePlace | undefined {
    return this.#read(({ nodeStart, nodeEnd }) => ({ nodeStart, nodeEnd }), undefined);
  }

  /** A node as it is stored, as a byte string. */
  textAt({ nodeStart, nodeEnd }: NodePlace): string {
    return this.#bytes.toString('latin1', nodeStart, nodeEnd);
  }

  get isFile(): boolean {
    return this.#read((scanner) => scanner.type() === 'file', false);
  }

  get isFolder(): boolean {
    return this.#read((scanner) => scanner.type() === 'dir', false);
  }

  /** -1 when it cannot be read. */
  get sizeBytes(): number {
    return this.#read((scanner) => scanner.size(), -1);
  }

  get inode(): string {
    return this.#read((scanner) => scanner.inode(), '');
  }

  isSameTime(which: 'mtime' | 'ctime', instant: Instant): boolean {
    return this.#read((scanner) => compareInstants(instantOf(parseTimestamp(scanner[which]())), instant) === 0, false);
  }

  /** @param head a byte string, or its bytes */
  beginsWith(head: string | Buffer): boolean {
    return this.#read((scanner) => scanner.headMatches(head), false);
  }

  /** Ids of the content, as hex. */
  get contentIds(): readonly string[] {
    return this.#read(
      (scanner) => scanner.contentIdOffsets().map((at) => this.#bytes.toString('latin1', at, at + 64)),
      [],
    );
  }

  get subtreeId(): string | undefined {
    return this.#read((scanner) => {
      const at = scanner.subtreeIdOffset();
      return at < 0 ? undefined : this.#bytes.toString('latin1', at, at + 64);
    }, undefined);
  }

  #advance(): void {
    this.#name = this.#read((scanner) => {
      if (!scanner.next()) return undefined;
      this.#nodeCount += 1;
      return scanner.name();
    }, undefined);
  }

  #read<T>(act: (scanner: TreeScanner) => T, otherwise: T): T {
    if (this.#scanner === undefined) return otherwise;
    try {
      return act(this.#scanner);
    } catch (error) {
      this.#giveUp(error);
      return otherwise;
    }
  }

  #giveUp(error: unknown): void {
    this.#scanner = undefined;
    this.#name = undefined;
    this.#onUnreadable(error);
  }
}
