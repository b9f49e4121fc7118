import { open } from 'node:fs/promises';
import { errnoOf } from '@lumbung/stdx';

/** A file system that cannot sync a folder says so in one of these ways; there is nothing to wait for then. */
const CANNOT = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOENT', 'EINVAL', 'EACCES']);

interface Turn {
  readonly done: Promise<void>;
}

/**
 * Makes renames durable, one sync for many: a sync that begins after a rename covers it, so whoever renames while one
 * is under way waits for the next, together with all others who came meanwhile.
 */
export class FolderSync {
  readonly #running = new Map<string, Turn>();
  readonly #waiting = new Map<string, Turn>();

  /** Resolves when everything that was renamed into `folder` before the call is durable. */
  async sync(folder: string): Promise<void> {
    const waiting = this.#waiting.get(folder);
    if (waiting !== undefined) return await waiting.done;
    const running = this.#running.get(folder);
    if (running === undefined) return await this.#start(folder).done;
    const turn: Turn = {
      done: running.done
        // The failure of the turn before is told to those who waited for it.
        .catch(() => undefined)
        .then(() => {
          this.#waiting.delete(folder);
          return this.#start(folder).done;
        }),
    };
    this.#waiting.set(folder, turn);
    return await turn.done;
  }

  #start(folder: string): Turn {
    const done = syncFolder(folder).finally(() => {
      if (this.#running.get(folder) === turn) this.#running.delete(folder);
    });
    const turn: Turn = { done };
    this.#running.set(folder, turn);
    return turn;
  }
}

async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!CANNOT.has(errnoOf(error) ?? '')) throw error;
  }
}
