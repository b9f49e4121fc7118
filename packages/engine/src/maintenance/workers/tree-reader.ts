import { describeError, LumbungError, textOf, toErrorRecord } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import { type BlobId, idBytes } from '../../format/ids.ts';
import type { BlobType } from '../../format/pack-header.ts';
import { NODE_TYPES, parseTree, scanTree, type TreeNode } from '../../format/tree.ts';
import type { SharedBitset } from '../shared-bitset.ts';
import type { BlobVerifier } from './blob-verifier.ts';
import type { NodeFault, PackStretch, TreeProblem, TreePurpose, TreesVerdict } from './messages.ts';

/** Problems told of one batch of trees. */
const PROBLEMS_MAX = 1000;
const NODE_NAME_SHOWN_MAX = 1024;

export interface TreeSets {
  /** Trees that were found: whoever adds one makes sure that it is read. */
  readonly found: SharedBitset;
  /** Every blob, tree or data, that was referred to: the bit of its first entry. */
  readonly used: SharedBitset;
}

/** Reads trees and notes what they refer to. Used by the threads, and by the main thread for trees that had to be fetched
 *  from another place. */
export class TreeReader {
  readonly #index: BlobIndex;
  readonly #sets: TreeSets;
  readonly #purpose: TreePurpose;
  readonly #knownTypes: ReadonlySet<string> = new Set<string>(NODE_TYPES);
  /** Trees found by the calls so far and not read. */
  readonly pending: number[] = [];
  readonly problems: TreeProblem[] = [];
  problemsOmitted = 0;

  constructor(index: BlobIndex, sets: TreeSets, purpose: TreePurpose) {
    this.#index = index;
    this.#sets = sets;
    this.#purpose = purpose;
  }

  /** Notes what the tree of `entry` refers to.
   *  @param plaintext verified */
  read(entry: number, plaintext: Buffer): void {
    try {
      if (this.#purpose === 'mark') this.#mark(entry, plaintext);
      else this.#examine(entry, plaintext);
    } catch (error) {
      // A bug of ours must not pass for damage.
      if (!(error instanceof LumbungError) || error.kind === 'bug') throw error;
      const record = toErrorRecord(error);
      this.#tell({ kind: 'tree', treeId: this.#index.idOf(entry), message: describeError(error), error: record });
    }
  }

  #mark(entry: number, plaintext: Buffer): void {
    scanTree(plaintext, {
      content: (idHexOffset) => {
        const blob = this.#index.findHexBytes('data', plaintext, idHexOffset);
        if (blob < 0) this.#missing(entry, 'data', idAt(plaintext, idHexOffset));
        else this.#sets.used.add(blob);
      },
      subtree: (idHexOffset) => {
        const tree = this.#index.findHexBytes('tree', plaintext, idHexOffset);
        if (tree < 0) this.#missing(entry, 'tree', idAt(plaintext, idHexOffset));
        else this.#found(tree);
      },
    });
  }

  #examine(entry: number, plaintext: Buffer): void {
    for (const node of parseTree(plaintext)) this.#examineNode(entry, node);
  }

  #examineNode(entry: number, node: TreeNode): void {
    const problem = (fault: NodeFault, message: string): void => {
      const nodeName = textOf(node.name).slice(0, NODE_NAME_SHOWN_MAX);
      this.#tell({ kind: 'node', treeId: this.#index.idOf(entry), fault, message, nodeName });
    };
    if (node.name === '') problem('NAME_MISSING', 'a node has no name');
    if (!this.#knownTypes.has(node.type))
      problem('TYPE_UNKNOWN', `unknown type ${JSON.stringify(node.type).slice(0, 100)}`);
    if (node.type === 'dir') {
      if (node.subtree === undefined) problem('SUBTREE_MISSING', 'a folder names no tree');
      else this.#refer(entry, 'tree', node.subtree, node);
    }
    if (node.type !== 'file') return;
    if (node.content === null) problem('CONTENT_MISSING', 'a file has no list of contents');
    for (const id of node.content ?? []) this.#refer(entry, 'data', id, node);
  }

  #refer(entry: number, type: BlobType, id: BlobId, node: TreeNode): void {
    if (/^0+$/.test(id)) {
      const nodeName = textOf(node.name).slice(0, NODE_NAME_SHOWN_MAX);
      const treeId = this.#index.idOf(entry);
      this.#tell({ kind: 'node', treeId, fault: 'ID_ZERO', message: 'an id is all zeros', nodeName });
      return;
    }
    const blob = this.#index.find(type, idBytes(id));
    if (blob < 0) this.#missing(entry, type, id, node);
    else if (type === 'tree') this.#found(blob);
    else this.#sets.used.add(blob);
  }

  #found(tree: number): void {
    this.#sets.used.add(tree);
    if (this.#sets.found.add(tree)) this.pending.push(tree);
  }

  #missing(entry: number, blobType: BlobType, blobId: BlobId, node?: TreeNode): void {
    const treeId = this.#index.idOf(entry);
    const message = `${blobType} blob ${blobId} is in no index`;
    const nodeName = node === undefined ? undefined : textOf(node.name).slice(0, NODE_NAME_SHOWN_MAX);
    this.#tell({ kind: 'blob', treeId, message, blobId, blobType, ...(nodeName === undefined ? {} : { nodeName }) });
  }

  #tell(problem: TreeProblem): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
    else this.problemsOmitted += 1;
  }
}

/** Reads the trees of `entries` and, while `treesMax` is not reached, those found on the way that lie in the same stretch. */
export function readTreesOfStretch(
  stretch: PackStretch,
  entries: readonly number[],
  options: {
    readonly index: BlobIndex;
    readonly sets: TreeSets;
    readonly purpose: TreePurpose;
    readonly verifier: BlobVerifier;
    readonly treesMax: number;
  },
): TreesVerdict {
  const { index, sets, purpose, verifier, treesMax } = options;
  const reader = new TreeReader(index, sets, purpose);
  const damaged: number[] = [];
  const elsewhere: number[] = [];
  reader.pending.push(...entries);
  let treesDone = 0;
  while (treesDone < treesMax) {
    const entry = reader.pending.pop();
    if (entry === undefined) break;
    const at = index.offsetOf(entry) - stretch.offset;
    const end = at + index.lengthOf(entry);
    if (index.packOf(entry) !== stretch.packNr || at < 0 || end > stretch.bytes.length) {
      elsewhere.push(entry);
      continue;
    }
    const verified = verifier.verify(stretch.bytes.subarray(at, end), index, entry);
    if (typeof verified === 'string') {
      damaged.push(entry);
      continue;
    }
    reader.read(entry, asBuffer(verified.plaintext));
    treesDone += 1;
  }
  return {
    pending: [...elsewhere, ...reader.pending],
    treesDone,
    damaged,
    problems: reader.problems,
    problemsOmitted: reader.problemsOmitted,
  };
}

function idAt(bytes: Buffer, hexOffset: number): BlobId {
  return bytes.toString('latin1', hexOffset, hexOffset + 64) as BlobId; // the scanner has checked the digits
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
