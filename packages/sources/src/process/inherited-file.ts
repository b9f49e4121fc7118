import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** In memory on every Linux, so that the text never reaches a disk. */
const MEMORY_FOLDER = '/dev/shm';

/**
 * An open file without a name that holds `text`, to be inherited by a child as a descriptor. A pipe would do if Node gave
 * one: what it calls a pipe is a socket, which cannot be opened again as `/dev/fd/3`.
 *
 * @param privateFolder taken when the machine has no folder in memory
 * @returns a descriptor at the beginning of the text, which the caller closes
 */
export function openInheritedFile(text: string, privateFolder: string): number {
  const folder = makeFolder(privateFolder);
  try {
    const file = path.join(folder, 'inherited');
    const writing = openSync(file, 'wx', 0o600);
    try {
      const reading = openSync(file, 'r');
      // Before the text: from here on no name leads to it.
      rmSync(folder, { recursive: true });
      try {
        writeFileSync(writing, text);
        return reading;
      } catch (error) {
        ftruncateSync(writing);
        closeSync(reading);
        throw error;
      }
    } finally {
      closeSync(writing);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeFolder(privateFolder: string): string {
  try {
    return mkdtempSync(path.join(MEMORY_FOLDER, 'lumbung-'));
  } catch {
    // Absent, full or not ours to write: the private folder is as good, only not in memory.
    return mkdtempSync(path.join(privateFolder, 'inherited-'));
  }
}
