import type { Backend } from '@lumbung/backend';
import { MemBackend } from '@lumbung/backend/mem';
import { parsePolynomial } from '../chunker/polynomial.ts';
import type { CompressionMode } from '../compression/compressor.ts';
import type { KdfParams } from '../crypto/kdf.ts';
import { initRepository } from '../repository/init-repository.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';
import { type OpenOptions, openRepository } from '../repository/open-repository.ts';
import type { Identity, RepositoryPorts } from '../repository/ports.ts';
import type { Repository } from '../repository/repository.ts';
import { ManualClock } from './manual-clock.ts';
import { SeededRandom } from './seeded-random.ts';

export const TEST_PASSWORD: Uint8Array = Buffer.from('correct horse');
export const TEST_POLYNOMIAL = parsePolynomial('3da3358b4dc173');
export const TEST_IDENTITY: Identity = { hostname: 'lab', username: 'tester', uid: 1000, gid: 1000, pid: 4711 };

/** A key that takes no time to derive, and protects nothing. */
export function cheapKdf(random = new SeededRandom(7)): KdfParams {
  return { n: 2, r: 1, p: 1, salt: random.bytes(64) };
}

export interface TestRepositoryOptions {
  readonly backend?: Backend;
  readonly version?: 1 | 2;
  readonly compression?: CompressionMode;
  readonly packSizeBytes?: number;
  readonly seed?: number;
  readonly clock?: ManualClock;
  readonly identity?: Partial<Identity>;
}

export interface TestRepository {
  readonly repository: Repository;
  /** Where it lives: a MemBackend unless another one was handed in. */
  readonly backend: Backend;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly ports: RepositoryPorts;
  /** Opens it again, as a new process would; other options or another backend (a wrapper, a clone) may be given. */
  reopen(options?: Partial<OpenOptions> & { readonly backend?: Backend }): Promise<Repository>;
}

/** A new, empty repository in memory: fixed polynomial, fixed clock, repeatable chance. */
export async function createTestRepository(options: TestRepositoryOptions = {}): Promise<TestRepository> {
  const backend = options.backend ?? new MemBackend({ layout: REPOSITORY_LAYOUT });
  const clock = options.clock ?? new ManualClock();
  const random = new SeededRandom(options.seed ?? 1);
  const ports: RepositoryPorts = { clock, random, identity: { ...TEST_IDENTITY, ...options.identity } };
  const repository = await initRepository(backend, {
    password: TEST_PASSWORD,
    ports,
    kdf: cheapKdf(),
    chunkerPolynomial: TEST_POLYNOMIAL,
    version: options.version,
    compression: options.compression,
    packSizeBytes: options.packSizeBytes,
  });
  return {
    repository,
    backend,
    clock,
    random,
    ports,
    reopen: ({ backend: other = backend, ...open } = {}) =>
      openRepository(other, {
        password: TEST_PASSWORD,
        ports,
        compression: options.compression,
        packSizeBytes: options.packSizeBytes,
        ...open,
      }),
  };
}
