import type { Backend, CallOptions } from '../backend.ts';
import { WrappedBackend } from './wrapped-backend.ts';

/** Writes succeed and change nothing: what was "saved" is neither listed nor loaded. Reads pass. */
export function dryRun(backend: Backend): Backend {
  return new DryRunBackend(backend);
}

class DryRunBackend extends WrappedBackend {
  override async create(options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
  }

  override async save(_file: unknown, _parts: unknown, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
  }

  override async remove(_file: unknown, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
  }
}
