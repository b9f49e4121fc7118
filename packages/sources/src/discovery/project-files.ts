import { type ByteString, byteStringOf, errnoOf } from '@lumbung/stdx';
import type { Environment } from './environment.ts';
import { type DiscoveryFileSystem, type EntryKind, type FolderEntry, isMissing } from './file-system.ts';
import { baseNameOf, isWithin, joinPath, parentOf } from './paths.ts';
import type { DiscoveryFinding, DiscoveryFindingCode } from './warning.ts';

/** A folder with what is in it. */
export interface Folder {
  readonly path: ByteString;
  readonly entries: ReadonlyMap<ByteString, EntryKind>;
}

const FINDINGS_MAX = 1000;
const CACHED_FOLDERS_MAX = 200;
const CONTAINERS_MAX = 1000;

/** Reads files and folders under the roots, bounded, and remembers what could not be read. A link is followed only
 *  when what it leads to lies under a root too: whoever owns an application must not have us read what he cannot. */
export class ProjectFiles {
  readonly findings: DiscoveryFinding[] = [];
  readonly #fileSystem: DiscoveryFileSystem;
  readonly #roots: readonly ByteString[];
  readonly #signal: AbortSignal;
  readonly #entriesMax: number;
  readonly #folders = new Map<ByteString, Folder>();
  readonly #containers = new Map<ByteString, Environment>();

  /** @param roots real paths */
  constructor(
    fileSystem: DiscoveryFileSystem,
    roots: readonly ByteString[],
    limits: { readonly folderEntriesMax: number },
    signal: AbortSignal,
  ) {
    this.#fileSystem = fileSystem;
    this.#roots = roots;
    this.#entriesMax = limits.folderEntriesMax;
    this.#signal = signal;
  }

  find(code: DiscoveryFindingCode, path: ByteString, error?: unknown): void {
    if (this.findings.length >= FINDINGS_MAX) return;
    const errno = errnoOf(error);
    this.findings.push({ code, path, ...(errno === undefined ? {} : { errno }) });
  }

  /** Undefined: it is not there, or cannot be read, which is a finding. */
  async folder(path: ByteString): Promise<Folder | undefined> {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    this.#signal.throwIfAborted();
    // Also where a folder on the way is a link: what lies outside is not even listed.
    const real = await this.realPath(path);
    if (real === undefined) return undefined;
    try {
      const { entries, isWhole } = await this.#fileSystem.list(real, this.#entriesMax);
      if (!isWhole) this.find('FOLDER_TOO_LARGE', path);
      const folder = { path, entries: new Map(entries.map(({ name, kind }: FolderEntry) => [name, kind])) };
      if (this.#folders.size >= CACHED_FOLDERS_MAX) this.#folders.clear();
      this.#folders.set(path, folder);
      return folder;
    } catch (error) {
      if (!isMissing(error)) this.find('FOLDER_UNREADABLE', path, error);
      return undefined;
    }
  }

  /** What lies at `names` below the folder, links resolved; undefined: nothing, or nothing that may be read. */
  async kindAt(folder: ByteString, ...names: readonly string[]): Promise<EntryKind | undefined> {
    const path = joinPath(folder, ...names);
    const kind = (await this.folder(parentOf(path)))?.entries.get(baseNameOf(path));
    if (kind !== 'link') return kind;
    const real = await this.realPath(path);
    if (real === undefined) return undefined;
    try {
      return (await this.#fileSystem.sizeOf(real)).kind;
    } catch (error) {
      if (!isMissing(error)) this.find('FILE_UNREADABLE', path, error);
      return undefined;
    }
  }

  async hasFile(folder: ByteString, ...names: readonly string[]): Promise<boolean> {
    return (await this.kindAt(folder, ...names)) === 'file';
  }

  /** Undefined: nothing there, or it leads out of the roots, which is a finding. */
  async realPath(path: ByteString): Promise<ByteString | undefined> {
    try {
      const real = await this.#fileSystem.realPath(path);
      if (this.isInside(real)) return real;
      this.find(this.isInside(path) ? 'LINK_LEAVES_ROOTS' : 'PATH_OUTSIDE_ROOTS', path);
    } catch (error) {
      if (!isMissing(error)) this.find('FILE_UNREADABLE', path, error);
    }
    return undefined;
  }

  /** A link to a folder outside of the roots is told: an application may lie there. */
  async noteFolderLink(path: ByteString): Promise<void> {
    try {
      const real = await this.#fileSystem.realPath(path);
      if (this.isInside(real) || (await this.#fileSystem.sizeOf(real)).kind !== 'folder') return;
      this.find('LINK_LEAVES_ROOTS', path);
    } catch (error) {
      // Links that lead nowhere or in a circle are common, and nothing is lost by them.
      if (!isMissing(error) && errnoOf(error) !== 'ELOOP') this.find('FILE_UNREADABLE', path, error);
    }
  }

  /** Says what a container is given that has this folder. */
  addContainer(folder: ByteString, environment: Environment): void {
    if (this.#containers.size < CONTAINERS_MAX) this.#containers.set(folder, environment);
  }

  /** What the container is given that has this folder, as far as a Compose file says it. */
  containerEnvironment(path: ByteString): Environment | undefined {
    let folder: ByteString | undefined;
    for (const other of this.#containers.keys()) {
      if (isWithin(path, other) && other.length > (folder?.length ?? -1)) folder = other;
    }
    return folder === undefined ? undefined : this.#containers.get(folder);
  }

  isInside(path: ByteString): boolean {
    return this.#roots.some((root) => isWithin(path, root));
  }

  /** The begin of a file. Undefined: not there, outside, no file, not readable. */
  async read(
    path: ByteString,
    bytesMax: number,
  ): Promise<{ readonly text: ByteString; readonly isWhole: boolean } | undefined> {
    const real = await this.realPath(path);
    return real === undefined ? undefined : this.#read(real, bytesMax);
  }

  async #read(
    real: ByteString,
    bytesMax: number,
  ): Promise<{ readonly text: ByteString; readonly isWhole: boolean } | undefined> {
    this.#signal.throwIfAborted();
    try {
      const { bytes, sizeBytes } = await this.#fileSystem.read(real, bytesMax);
      return { text: byteStringOf(bytes), isWhole: sizeBytes <= bytesMax };
    } catch (error) {
      if (!isMissing(error)) this.find('FILE_UNREADABLE', real, error);
      return undefined;
    }
  }

  /** One named file that the framework itself looks for above its root. Not through a link. */
  async readAbove(
    path: ByteString,
    bytesMax: number,
  ): Promise<{ readonly text: ByteString; readonly isWhole: boolean } | undefined> {
    return this.#read(path, bytesMax);
  }

  async sizeOf(path: ByteString): Promise<number | undefined> {
    try {
      const { kind, sizeBytes } = await this.#fileSystem.sizeOf(path);
      return kind === 'file' ? sizeBytes : undefined;
    } catch (error) {
      if (!isMissing(error)) this.find('FILE_UNREADABLE', path, error);
      return undefined;
    }
  }
}
