import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo } from '@lumbung/backend';

const LOCKS = 'locks';

/**
 * A backend whose operations, but for those on lock files, can be held back for a while: nothing may be written or removed
 * while it is uncertain whether the own lock still exists. Once it is lost, nothing may be written or removed at all.
 *
 * States: open → frozen → open again, or halted for good. Reading is possible when open and when halted.
 */
export class FreezableBackend implements Backend {
  readonly #inner: Backend;
  #thaw: Promise<void> | undefined;
  #halted: { readonly reason: unknown } | undefined;

  constructor(inner: Backend) {
    this.#inner = inner;
  }

  get location(): string {
    return this.#inner.location;
  }

  get properties(): BackendProperties {
    return this.#inner.properties;
  }

  /** From now on only lock files are reachable, until the returned function is called. Not to be nested. */
  freeze(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#thaw = promise;
    return () => {
      this.#thaw = undefined;
      resolve();
    };
  }

  /** From now on every save and removal outside of the locks, those that wait too, rejects with `reason`. */
  halt(reason: unknown): void {
    this.#halted ??= { reason };
  }

  async create(options?: CallOptions): Promise<void> {
    await this.#pass('', options);
    await this.#inner.create(options);
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    if (this.#thaw !== undefined) await this.#pass(file.folder, options);
    this.#refuseWhenHalted(file.folder);
    await this.#inner.save(file, parts, options);
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    if (this.#thaw !== undefined) await this.#pass(file.folder, options);
    return this.#inner.load(file, range, options);
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    if (this.#thaw !== undefined) await this.#pass(file.folder, options);
    return this.#inner.stat(file, options);
  }

  async *list(folder: string, options?: CallOptions): AsyncIterable<FileInfo> {
    await this.#pass(folder, options);
    yield* this.#inner.list(folder, options);
  }

  async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    if (this.#thaw !== undefined) await this.#pass(file.folder, options);
    this.#refuseWhenHalted(file.folder);
    await this.#inner.remove(file, options);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #refuseWhenHalted(folder: string): void {
    if (this.#halted !== undefined && folder !== LOCKS) throw this.#halted.reason;
  }

  /** Waits for the thaw; rejects with the signal's reason when that comes first. */
  async #pass(folder: string, options: CallOptions | undefined): Promise<void> {
    const thaw = this.#thaw;
    if (thaw === undefined || folder === LOCKS) return;
    const signal = options?.signal;
    if (signal === undefined) return thaw;
    signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => {
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([thaw, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    signal.throwIfAborted();
  }
}
