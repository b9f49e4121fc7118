import { LumbungError } from '@lumbung/stdx';
import type { Backend, CallOptions } from '../backend.ts';
import { WrappedBackend } from './wrapped-backend.ts';

/** Reads pass, writes fail with BACKEND_READ_ONLY (operator) before they reach the backend. */
export function readOnly(backend: Backend): Backend {
  return new ReadOnlyBackend(backend);
}

class ReadOnlyBackend extends WrappedBackend {
  override async create(options?: CallOptions): Promise<void> {
    await this.#refuse(options);
  }

  override async save(_file: unknown, _parts: unknown, options?: CallOptions): Promise<void> {
    await this.#refuse(options);
  }

  override async remove(_file: unknown, options?: CallOptions): Promise<void> {
    await this.#refuse(options);
  }

  // Async, so that the refusal is a rejection like every other.
  async #refuse(options: CallOptions | undefined): Promise<never> {
    options?.signal?.throwIfAborted();
    throw new LumbungError('BACKEND_READ_ONLY', {
      kind: 'operator',
      message: `${this.location} was opened for reading only`,
      context: { place: this.location },
      hint: 'open the repository for writing: leave out the option that forbids it',
    });
  }
}
