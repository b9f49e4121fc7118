import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo } from '../backend.ts';

/** A backend that does what another does; wrappers override what they change. */
export class WrappedBackend implements Backend {
  protected readonly inner: Backend;

  constructor(inner: Backend) {
    this.inner = inner;
  }

  get location(): string {
    return this.inner.location;
  }

  get properties(): BackendProperties {
    return this.inner.properties;
  }

  async create(options?: CallOptions): Promise<void> {
    await this.inner.create(options);
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    await this.inner.save(file, parts, options);
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    return await this.inner.load(file, range, options);
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    return await this.inner.stat(file, options);
  }

  list(folder: string, options?: CallOptions): AsyncIterable<FileInfo> {
    return this.inner.list(folder, options);
  }

  async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    await this.inner.remove(file, options);
  }

  async close(): Promise<void> {
    await this.inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
