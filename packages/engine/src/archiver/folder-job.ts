import type { ByteString } from '@lumbung/stdx';
import type { NodePlace, ParentFolder } from './parent-folder.ts';

/**
 * One folder on its way into the snapshot. It is walked once; its tree can be written when the walk is over and every
 * entry has its node.
 *
 * States: walking (`endWalk` not called) → waiting (entries are read by workers or are folders themselves) → complete
 * (`onComplete` ran, once).
 */
export class FolderJob {
  /** Place in the snapshot, `/` at the top. */
  readonly snapshotPath: ByteString;
  readonly parent: ParentFolder | undefined;
  /** Every node so far equals the parent's node of the same name, byte for byte. */
  isSameAsParent: boolean;
  /** Texts, places of nodes in the parent, and gaps for what is not known yet. */
  readonly #nodes: (string | NodePlace | undefined)[] = [];
  readonly #onComplete: (job: FolderJob) => void;
  #pendingCount = 1; // the walk itself

  constructor(options: {
    readonly snapshotPath: ByteString;
    readonly parent: ParentFolder | undefined;
    readonly onComplete: (job: FolderJob) => void;
  }) {
    this.snapshotPath = options.snapshotPath;
    this.parent = options.parent;
    this.isSameAsParent = options.parent !== undefined;
    this.#onComplete = options.onComplete;
  }

  /** A node that is known at once. */
  add(text: string): void {
    this.#nodes.push(text);
  }

  /** The node that the parent is at. Its text is made only when it is needed, which in a folder without changes is never. */
  addParentNode(): void {
    this.#nodes.push(this.parent?.place);
  }

  /** Keeps the place of an entry whose node comes later; hand it to `settle`. */
  reserve(): number {
    this.#pendingCount += 1;
    return this.#nodes.push(undefined) - 1;
  }

  /** Fills a reserved place; undefined leaves the entry out. */
  settle(place: number, text: string | undefined): void {
    this.#nodes[place] = text;
    this.#countDown();
  }

  endWalk(): void {
    this.#countDown();
  }

  get nodeCount(): number {
    return this.#nodes.reduce((count, node) => count + (node === undefined ? 0 : 1), 0);
  }

  /** The nodes in name order. */
  takeNodes(): readonly string[] {
    const texts: string[] = [];
    for (const node of this.#nodes) {
      if (typeof node === 'string') texts.push(node);
      else if (node !== undefined && this.parent !== undefined) texts.push(this.parent.textAt(node));
    }
    return texts;
  }

  #countDown(): void {
    this.#pendingCount -= 1;
    if (this.#pendingCount === 0) this.#onComplete(this);
  }
}
