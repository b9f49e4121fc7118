import { Semaphore } from '@lumbung/stdx';
import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo } from '../backend.ts';
import { WrappedBackend } from './wrapped-backend.ts';

export interface ConnectionLimitOptions {
  /** Acts in these folders wait for nobody: the refresh of a lock must not starve behind uploads. */
  readonly unlimitedFolders?: readonly string[];
}

/** At most `connectionsMax` acts are under way at once, first come first served. A listing counts while it fetches, not
 *  while its reader thinks: a reader that loads what it lists would else wait for itself. */
export function limitConnections(
  backend: Backend,
  connectionsMax: number,
  { unlimitedFolders = [] }: ConnectionLimitOptions = {},
): Backend {
  return new ConnectionLimitedBackend(backend, connectionsMax, new Set(unlimitedFolders));
}

class ConnectionLimitedBackend extends WrappedBackend {
  readonly #connectionsMax: number;
  readonly #gate: Semaphore;
  readonly #unlimitedFolders: ReadonlySet<string>;

  constructor(inner: Backend, connectionsMax: number, unlimitedFolders: ReadonlySet<string>) {
    super(inner);
    this.#connectionsMax = connectionsMax;
    this.#gate = new Semaphore(connectionsMax);
    this.#unlimitedFolders = unlimitedFolders;
  }

  override get properties(): BackendProperties {
    return { ...this.inner.properties, connectionsMax: this.#connectionsMax };
  }

  override async create(options?: CallOptions): Promise<void> {
    await this.#gate.run(() => this.inner.create(options), options?.signal);
  }

  override async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    await this.#through(file.folder, () => this.inner.save(file, parts, options), options);
  }

  override async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    return await this.#through(file.folder, () => this.inner.load(file, range, options), options);
  }

  override async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    return await this.#through(file.folder, () => this.inner.stat(file, options), options);
  }

  override async *list(folder: string, options?: CallOptions): AsyncGenerator<FileInfo> {
    const listing = this.inner.list(folder, options)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.#through(folder, () => listing.next(), options);
        if (step.done === true) return;
        yield step.value;
      }
    } finally {
      await listing.return?.();
    }
  }

  override async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    await this.#through(file.folder, () => this.inner.remove(file, options), options);
  }

  async #through<T>(folder: string, act: () => Promise<T>, options: CallOptions | undefined): Promise<T> {
    return this.#unlimitedFolders.has(folder) ? await act() : await this.#gate.run(act, options?.signal);
  }
}
