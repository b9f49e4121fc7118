import { open } from 'node:fs/promises';
import { errnoOf } from '@lumbung/stdx';

/** A file system that cannot sync a folder says so in one of these ways; there is nothing to wait for then. */
const CANNOT = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOENT', 'EINVAL', 'EACCES']);

/**
 * Makes what happened to the names in a folder durable, one sync for many callers.
 *
 * A sync writes every change that was made before it began, whoever made it. So a caller may share a sync that begins
 * after its own rename, but never one that is under way already: that one may have passed the rename's place. Whoever
 * comes while a sync runs therefore waits for the next, together with all others who came meanwhile; no caller waits
 * for more than the one that runs and one more.
 *
 * A failed sync fails all who share it; the next callers start another. (Linux reports a lost write to one sync only,
 * so a success after a failure would prove nothing for the callers of the failed one.)
 */
export class FolderSync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #syncFolder: (folder: string) => Promise<void>;

  constructor(syncFolder = openAndSync) {
    this.#syncFolder = syncFolder;
  }

  /** Resolves when everything that was renamed in `folder` before the call is durable. */
  async sync(folder: string): Promise<void> {
    const running = this.#running.get(folder);
    if (running === undefined) return await this.#start(folder);
    let waiting = this.#waiting.get(folder);
    if (waiting === undefined) {
      waiting = this.#startAfter(running, folder);
      this.#waiting.set(folder, waiting);
    }
    return await waiting;
  }

  #start(folder: string): Promise<void> {
    const running = this.#syncFolder(folder).finally(() => {
      // The next has taken its place already where somebody waited for it.
      if (this.#running.get(folder) === running) this.#running.delete(folder);
    });
    this.#running.set(folder, running);
    return running;
  }

  async #startAfter(running: Promise<void>, folder: string): Promise<void> {
    try {
      await running;
    } catch {
      // Told to those who shared it.
    }
    this.#waiting.delete(folder);
    await this.#start(folder);
  }
}

async function openAndSync(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!CANNOT.has(errnoOf(error) ?? '')) throw error;
  }
}
