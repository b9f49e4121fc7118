import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo, Layout } from '../backend.ts';
import { fileMissing, fileTruncated } from '../driver-errors.ts';
import { checkFolder, checkHandle, resolveRange } from '../file-name.ts';

/** Files in memory: for tests, and the plainest reading of what a backend is. */
export class MemBackend implements Backend {
  readonly location: string;
  readonly properties: BackendProperties = {
    hasAtomicReplace: true,
    connectionsMax: 8,
    isLocal: true,
    hasPromptListings: true,
  };
  readonly #layout: Layout;
  readonly #files: Map<string, Buffer>;

  constructor(options: {
    readonly layout: Layout;
    readonly location?: string;
    readonly files?: ReadonlyMap<string, Buffer>;
  }) {
    this.#layout = options.layout;
    this.location = options.location ?? 'mem:';
    this.#files = new Map(options.files);
  }

  /** Another backend with the same files; what happens to one does not reach the other. */
  clone(): MemBackend {
    return new MemBackend({ layout: this.#layout, location: this.location, files: this.#files });
  }

  /** Every file by `folder/name`, or `name` at the root. */
  files(): ReadonlyMap<string, Buffer> {
    return this.#files;
  }

  /** Puts a file there as it is, for tests that damage one. */
  put(file: FileHandle, content: Uint8Array): void {
    this.#files.set(keyOf(file), Buffer.from(content));
  }

  async create(options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    checkHandle(file, this.#layout);
    options?.signal?.throwIfAborted();
    this.#files.set(keyOf(file), Buffer.concat(parts));
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    options?.signal?.throwIfAborted();
    const content = this.#get(file);
    const found = resolveRange(range, content.length);
    if (found === undefined) throw fileTruncated(`${this.location}${keyOf(file)}`, content.length);
    return Buffer.from(content.subarray(found.offset, found.offset + found.length));
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    options?.signal?.throwIfAborted();
    return { name: file.name, sizeBytes: this.#get(file).length };
  }

  async *list(folder: string, options?: CallOptions): AsyncGenerator<FileInfo> {
    checkFolder(folder, this.#layout);
    options?.signal?.throwIfAborted();
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const [key, content] of [...this.#files]) {
      options?.signal?.throwIfAborted();
      const name = key.slice(prefix.length);
      if (key.startsWith(prefix) && !name.includes('/')) yield { name, sizeBytes: content.length };
    }
  }

  async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    checkHandle(file, this.#layout);
    options?.signal?.throwIfAborted();
    this.#files.delete(keyOf(file));
  }

  async close(): Promise<void> {
    // Memory needs no goodbye.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #get(file: FileHandle): Buffer {
    checkHandle(file, this.#layout);
    const content = this.#files.get(keyOf(file));
    if (content === undefined) throw fileMissing(`${this.location}${keyOf(file)}`);
    return content;
  }
}

function keyOf({ folder, name }: FileHandle): string {
  return folder === '' ? name : `${folder}/${name}`;
}
