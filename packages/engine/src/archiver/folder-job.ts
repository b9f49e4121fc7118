import type { ByteString } from '@lumbung/stdx';
import type { ParentFolder } from './parent-folder.ts';

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
  readonly #texts: (string | undefined)[] = [];
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
    this.#texts.push(text);
  }

  /** Keeps the place of an entry whose node comes later; hand it to `settle`. */
  reserve(): number {
    this.#pendingCount += 1;
    return this.#texts.push(undefined) - 1;
  }

  /** Fills a reserved place; undefined leaves the entry out. */
  settle(place: number, text: string | undefined): void {
    this.#texts[place] = text;
    this.#countDown();
  }

  endWalk(): void {
    this.#countDown();
  }

  /** The nodes in name order, and their number. */
  takeNodes(): readonly string[] {
    return this.#texts.filter((text) => text !== undefined);
  }

  #countDown(): void {
    this.#pendingCount -= 1;
    if (this.#pendingCount === 0) this.#onComplete(this);
  }
}
