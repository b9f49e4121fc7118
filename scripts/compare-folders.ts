// Is a restored folder the folder that was backed up? Names, types, contents byte for byte, and metadata.
import type { BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';

export interface Comparison {
  readonly files: number;
  readonly bytes: number;
  readonly folders: number;
  /** One sentence each. */
  readonly differences: readonly string[];
  /** Changed or made after the backup began, therefore not compared. */
  readonly changedMeanwhile: readonly string[];
}

export interface CompareOptions {
  readonly source: string;
  readonly restored: string;
  /** Absolute paths under the source that were not backed up. */
  readonly excluded: ReadonlySet<string>;
  readonly backupStartedAtMs: number;
}

const READ_BYTES = 1 << 20;

export async function compareFolders(options: CompareOptions): Promise<Comparison> {
  const comparison = new FolderComparison(options);
  await comparison.folder('');
  return comparison.result();
}

class FolderComparison {
  readonly #options: CompareOptions;
  readonly #differences: string[] = [];
  readonly #changedMeanwhile: string[] = [];
  #files = 0;
  #bytes = 0;
  #folders = 0;

  constructor(options: CompareOptions) {
    this.#options = options;
  }

  result(): Comparison {
    return {
      files: this.#files,
      bytes: this.#bytes,
      folders: this.#folders,
      differences: this.#differences,
      changedMeanwhile: this.#changedMeanwhile,
    };
  }

  async folder(relative: string): Promise<void> {
    const { source, restored, excluded } = this.#options;
    const names = await readdir(path.join(source, relative));
    const wanted = names.filter((name) => !excluded.has(path.join(source, relative, name)));
    const found = new Set(await readdir(path.join(restored, relative)));
    for (const name of wanted.toSorted()) {
      const entry = path.join(relative, name);
      if (found.delete(name)) await this.#entry(entry);
      else if (!(await this.#isChangedMeanwhile(entry))) this.#differences.push(`${entry}: not restored`);
    }
    for (const name of found) this.#differences.push(`${path.join(relative, name)}: restored, but not in the source`);
  }

  async #entry(entry: string): Promise<void> {
    if (await this.#isChangedMeanwhile(entry)) return;
    const [source, restored] = [path.join(this.#options.source, entry), path.join(this.#options.restored, entry)];
    const [wanted, found] = await Promise.all([lstat(source, { bigint: true }), lstat(restored, { bigint: true })]);
    const different = differentMetadata(wanted, found);
    if (different.length > 0) this.#differences.push(`${entry}: differs in ${different.join(', ')}`);
    if (different.includes('type')) return;
    if (wanted.isDirectory()) {
      this.#folders += 1;
      await this.folder(entry);
    } else if (wanted.isSymbolicLink()) {
      if ((await readlink(source)) !== (await readlink(restored))) this.#differences.push(`${entry}: links elsewhere`);
    } else if (wanted.isFile()) {
      this.#files += 1;
      this.#bytes += Number(wanted.size);
      if (!(await areBytesEqual(source, restored))) this.#differences.push(`${entry}: has other bytes`);
    }
  }

  /** A folder is never said to have changed: what is in it is compared one by one. */
  async #isChangedMeanwhile(entry: string): Promise<boolean> {
    const { mtimeMs, ctimeMs, isFolder } = await lstat(path.join(this.#options.source, entry)).then((stat) => ({
      mtimeMs: stat.mtimeMs,
      ctimeMs: stat.ctimeMs,
      isFolder: stat.isDirectory(),
    }));
    const isChanged = !isFolder && Math.max(mtimeMs, ctimeMs) >= this.#options.backupStartedAtMs;
    if (isChanged) this.#changedMeanwhile.push(entry);
    return isChanged;
  }
}

function differentMetadata(wanted: BigIntStats, found: BigIntStats): string[] {
  const typeOf = (stats: BigIntStats): bigint => stats.mode & 0o170000n;
  if (typeOf(wanted) !== typeOf(found)) return ['type'];
  const isRoot = process.getuid?.() === 0;
  const different = [];
  if (!wanted.isSymbolicLink() && wanted.mode !== found.mode) different.push('permissions');
  if (wanted.mtimeNs !== found.mtimeNs) different.push('time');
  // Only root can give a file to another user.
  if (isRoot && (wanted.uid !== found.uid || wanted.gid !== found.gid)) different.push('owner');
  return different;
}

async function areBytesEqual(source: string, restored: string): Promise<boolean> {
  await using sourceFile = await open(source);
  await using restoredFile = await open(restored);
  const [wanted, found] = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)];
  for (;;) {
    const [{ bytesRead: wantedBytes }, { bytesRead: foundBytes }] = await Promise.all([
      sourceFile.read(wanted, 0, READ_BYTES),
      restoredFile.read(found, 0, READ_BYTES),
    ]);
    if (wantedBytes !== foundBytes || !wanted.subarray(0, wantedBytes).equals(found.subarray(0, foundBytes)))
      return false;
    if (wantedBytes === 0) return true;
  }
}
