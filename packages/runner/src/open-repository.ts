import { type InitOptions, initRepository, type OpenOptions, openRepository, type Repository } from '@lumbung/engine';
import { openBackendAt, type StorageOptions } from './open-backend.ts';

export type RepositoryAtOptions = StorageOptions & OpenOptions;
export type NewRepositoryOptions = StorageOptions & InitOptions;

/** Opens the repository at `address`. Close it with its backend: `await repository.backend.close()`.
 *  @throws what `openBackendAt` and the engine's `openRepository` throw: REPOSITORY_MISSING, PASSWORD_WRONG … */
export async function openRepositoryAt(address: string, options: RepositoryAtOptions): Promise<Repository> {
  const backend = await openBackendAt(address, options);
  try {
    return await openRepository(backend, options);
  } catch (error) {
    await backend.close();
    throw error;
  }
}

/** Makes a new repository at `address`.
 *  @throws what `openBackendAt` and the engine's `initRepository` throw: REPOSITORY_EXISTS, PASSWORD_EMPTY … */
export async function initRepositoryAt(address: string, options: NewRepositoryOptions): Promise<Repository> {
  const backend = await openBackendAt(address, options);
  try {
    return await initRepository(backend, options);
  } catch (error) {
    await backend.close();
    throw error;
  }
}
