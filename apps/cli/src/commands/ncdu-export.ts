import { goJsonObject, type ListedNode, type SnapshotRecord, snapshotFields } from '@lumbung/engine';
import { ncduItemJson } from './ls-json.ts';

/** Writes nodes, as they come depth first, as the nested lists of the NCDU export format. */
export class NcduExport {
  readonly #write: (text: string) => Promise<void> | undefined;
  readonly #snapshot: SnapshotRecord;
  /** Lists that are open: the root's is the first. */
  #depth = 0;

  constructor(write: (text: string) => Promise<void> | undefined, snapshot: SnapshotRecord) {
    this.#write = write;
    this.#snapshot = snapshot;
  }

  async begin(): Promise<void> {
    await this.#write(`[1, 2, ${goJsonObject(snapshotFields(this.#snapshot))}, [{"name":"/"}`);
  }

  async node(node: ListedNode): Promise<void> {
    const isFolder = node.node.type === 'dir';
    const closing = ']'.repeat(Math.max(0, this.#depth - (node.depth - 1)));
    this.#depth = node.depth - 1 + (isFolder ? 1 : 0);
    await this.#write(`${closing},\n${isFolder ? '[' : ''}${ncduItemJson(node)}`);
  }

  async end(): Promise<void> {
    await this.#write(`${']'.repeat(this.#depth)}]]\n`);
    this.#depth = 0;
  }
}
