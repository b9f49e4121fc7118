import type { RepositoryPlace } from '@lumbung/contracts';
import { initRepository, type Lock, type LockMode, type Polynomial, type Repository } from '@lumbung/engine';
import { LumbungError } from '@lumbung/stdx';
import { openBackendAt, type StorageOptions } from '../open-backend.ts';
import { openRepositoryAt } from '../open-repository.ts';
import { lockForJob } from './job-lock.ts';
import type { JobRun } from './job-run.ts';
import { errorOf } from './shown-text.ts';

export interface HeldRepository {
  readonly repository: Repository;
  readonly lock: Lock | 'unlocked';
  /** The run's signal and the loss of the lock in one. */
  readonly run: JobRun;
}

/** `none` is for whoever only looks, or whose act takes a lock of its own. */
export type LockNeed = LockMode | 'none';

/**
 * Opens a repository, takes a lock, acts, and gives both back, whatever happens.
 *
 * @throws LumbungError REPOSITORY_UNEXPECTED (operator); REPOSITORY_BUSY (transient); what `openRepositoryAt` fails with
 */
export async function withRepository<T>(
  run: JobRun,
  place: RepositoryPlace,
  options: { readonly lock: LockNeed; readonly cache?: 'use' | 'past' },
  act: (held: HeldRepository) => Promise<T>,
): Promise<T> {
  const { ports, signal, book } = run;
  book.step('open', place.address);
  const password = await run.secrets.resolve(place.password);
  const isCached = options.cache !== 'past' && ports.cacheFolder !== undefined;
  const repository = await openRepositoryAt(place.address, {
    ...storageOptionsOf(run, place),
    password: Buffer.from(password.reveal()),
    ports,
    signal,
    ...(isCached && ports.cacheFolder !== undefined ? { cache: { baseDirectory: ports.cacheFolder } } : {}),
  });
  try {
    refuseAnother(repository, place);
    if (options.lock === 'none') return await act({ repository, lock: 'unlocked', run });
    book.step('lock', place.address);
    await using lock = await lockForJob(repository, options.lock, run);
    return await act({ repository, lock, run: { ...run, signal: AbortSignal.any([signal, lock.signal]) } });
  } finally {
    await repository.backend.close();
  }
}

/** @throws LumbungError REPOSITORY_EXISTS (operator); what the backend fails with */
export async function makeRepository(
  run: JobRun,
  place: RepositoryPlace,
  chunkerPolynomial: Polynomial | undefined,
): Promise<Repository> {
  const { ports, signal } = run;
  const password = await run.secrets.resolve(place.password);
  const backend = await openBackendAt(place.address, storageOptionsOf(run, place));
  try {
    return await initRepository(backend, {
      password: Buffer.from(password.reveal()),
      ports,
      signal,
      chunkerPolynomial,
    });
  } catch (error) {
    await backend.close();
    throw error;
  }
}

export function storageOptionsOf(
  { ports, book }: JobRun,
  {
    uploadBytesPerSecond,
    downloadBytesPerSecond,
  }: Pick<RepositoryPlace, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'>,
): StorageOptions {
  return {
    ports,
    // Addresses of jobs are absolute; a relative one would depend on where the service was started.
    workingDirectory: '/',
    uploadBytesPerSecond,
    downloadBytesPerSecond,
    onRetry: ({ delayMs, error }) => book.waiting('storage-unavailable', delayMs, errorOf(error)),
  };
}

/** @throws LumbungError REPOSITORY_UNEXPECTED (operator) */
function refuseAnother({ config, backend }: Repository, { repositoryId }: RepositoryPlace): void {
  if (repositoryId === undefined || config.id === repositoryId) return;
  throw new LumbungError('REPOSITORY_UNEXPECTED', {
    kind: 'operator',
    message: `another repository lies at ${backend.location}: ${config.id} instead of ${repositoryId}`,
    context: { repository: backend.location, found: config.id, expected: repositoryId },
    hint: 'look whether the right disk is mounted there; if the repository was made anew, register it again',
  });
}
