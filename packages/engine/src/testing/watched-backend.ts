import type { Backend, ByteRange, CallOptions, FileHandle, FileInfo } from '@lumbung/backend';
import { MemBackend } from '@lumbung/backend/mem';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';

/** For tests: a backend in memory whose every operation can be watched, held up, failed or answered wrongly. */
export class WatchedBackend implements Backend {
  readonly inner: Backend;
  /** `save locks`, `load data` … in the order of their begin. */
  readonly operations: string[] = [];
  readonly loads: { readonly file: FileHandle; readonly range: ByteRange | undefined }[] = [];
  beforeEach: ((operation: string, signal: AbortSignal | undefined, file: FileHandle) => Promise<void>) | undefined;
  afterSave: ((file: FileHandle) => Promise<void>) | undefined;
  afterRemove: ((file: FileHandle) => Promise<void>) | undefined;
  /** Changes what a load returns. */
  tamper: ((file: FileHandle, bytes: Buffer) => Buffer) | undefined;
  properties: { hasAtomicReplace: boolean; connectionsMax: number; isLocal: boolean; hasPromptListings: boolean };

  constructor(inner: Backend = new MemBackend({ layout: REPOSITORY_LAYOUT })) {
    this.inner = inner;
    this.properties = { ...inner.properties };
  }

  get location(): string {
    return this.inner.location;
  }

  async create(options?: CallOptions): Promise<void> {
    await this.inner.create(options);
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    await this.#note('save', file, options);
    await this.inner.save(file, parts, options);
    await this.afterSave?.(file);
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    await this.#note('load', file, options);
    this.loads.push({ file, range });
    const bytes = await this.inner.load(file, range, options);
    return this.tamper === undefined ? bytes : this.tamper(file, bytes);
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    await this.#note('stat', file, options);
    return this.inner.stat(file, options);
  }

  async *list(folder: string, options?: CallOptions): AsyncIterable<FileInfo> {
    await this.#note('list', { folder, name: '' }, options);
    yield* this.inner.list(folder, options);
  }

  async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    await this.#note('remove', file, options);
    await this.inner.remove(file, options);
    await this.afterRemove?.(file);
  }

  async close(): Promise<void> {
    await this.inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #note(verb: string, file: FileHandle, options: CallOptions | undefined): Promise<void> {
    options?.signal?.throwIfAborted();
    const operation = `${verb} ${file.folder}`;
    this.operations.push(operation);
    await this.beforeEach?.(operation, options?.signal, file);
    options?.signal?.throwIfAborted();
  }
}
