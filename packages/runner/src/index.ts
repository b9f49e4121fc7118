export { openBackendAt, type StorageOptions } from './open-backend.ts';
export {
  initRepositoryAt,
  type NewRepositoryOptions,
  openRepositoryAt,
  type RepositoryAtOptions,
} from './open-repository.ts';
export { parseRepositoryAddress, type RepositoryAddress } from './repository-address.ts';
