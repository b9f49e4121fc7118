import type { BlobIndex } from '../blob-index/blob-index.ts';
import { sha256 } from '../crypto/sha256.ts';
import { parseBlobId } from '../format/ids.ts';
import type { BlobWriter } from '../repository/blob-writer.ts';
import type { BackupProgress } from './backup-progress.ts';
import type { FolderJob } from './folder-job.ts';

export interface TreeStoreParts {
  readonly index: BlobIndex;
  /** Undefined in a dry run: trees are counted and forgotten. */
  readonly writer: BlobWriter | undefined;
  readonly progress: BackupProgress;
  readonly onFailure: (error: unknown) => void;
}

/** Writes folders' trees. Ids are known at once, storing goes on behind; `finish` waits for it. */
export class TreeStore {
  readonly #parts: TreeStoreParts;
  readonly #saves = new Set<Promise<void>>();
  readonly #counted = new Set<string>();

  constructor(parts: TreeStoreParts) {
    this.#parts = parts;
  }

  /** The id of the folder's tree, in hex. A folder whose every node is the parent's has the parent's tree. */
  save(job: FolderJob): string {
    if (job.isSameAsParent && job.parent !== undefined && job.parent.countAll() === job.nodeCount) {
      return job.parent.treeId;
    }
    const nodes = job.takeNodes();
    // Node texts are byte strings: latin1 writes them as the bytes they are.
    return this.saveBytes(Buffer.from(`{"nodes":[${nodes.join(',')}]}\n`, 'latin1'));
  }

  saveBytes(bytes: Buffer): string {
    const idBytes = sha256(bytes);
    const id = idBytes.toString('hex');
    const { index, writer, progress, onFailure } = this.#parts;
    if (writer === undefined) {
      if (index.find('tree', idBytes) < 0 && !this.#counted.has(id)) {
        this.#counted.add(id);
        progress.addTree({ blobs: 1, plainBytes: bytes.length, storedBytes: 0 });
      }
      return id;
    }
    const save: Promise<void> = writer
      .save('tree', bytes, { id: parseBlobId(id) })
      .then(({ isNew, storedBytes }) => {
        if (isNew) progress.addTree({ blobs: 1, plainBytes: bytes.length, storedBytes });
      })
      .catch(onFailure)
      .finally(() => {
        this.#saves.delete(save);
      });
    this.#saves.add(save);
    return id;
  }

  async finish(): Promise<void> {
    while (this.#saves.size > 0) await Promise.all(this.#saves);
  }
}
