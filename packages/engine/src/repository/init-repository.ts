import type { Backend } from '@lumbung/backend';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { createPolynomial, type Polynomial, parsePolynomial, polynomialHex } from '../chunker/polynomial.ts';
import type { CompressionMode } from '../compression/compressor.ts';
import type { KdfParams } from '../crypto/kdf.ts';
import { createMasterKey } from '../crypto/master-key.ts';
import { Sealer } from '../crypto/sealer.ts';
import { encodeConfig, type RepositoryConfig } from '../format/config-file.ts';
import { isIdText } from '../format/ids.ts';
import { createKey, passwordEmpty } from './keys.ts';
import { CONFIG_FILE } from './layout.ts';
import { checkedPackSize, PACK_SIZE_BYTES_DEFAULT } from './open-repository.ts';
import type { RepositoryPorts } from './ports.ts';
import { Repository } from './repository.ts';

export interface InitOptions {
  readonly password: Uint8Array;
  readonly allowEmptyPassword?: boolean | undefined;
  readonly ports: RepositoryPorts;
  /** 2 by default; 1 has no compression. */
  readonly version?: 1 | 2 | undefined;
  /** That of another repository, so that copies between the two deduplicate; by default a new one. */
  readonly chunkerPolynomial?: Polynomial | undefined;
  /** By default calibrated on this machine. */
  readonly kdf?: KdfParams | undefined;
  readonly compression?: CompressionMode | undefined;
  readonly packSizeBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Makes a new repository: folders, a key, then the config, which is what makes it one.
 *  @throws LumbungError REPOSITORY_EXISTS (operator): there is a config, a key or a snapshot; PASSWORD_EMPTY (operator) */
export async function initRepository(backend: Backend, options: InitOptions): Promise<Repository> {
  const { password, allowEmptyPassword, ports, kdf, signal, version = 2 } = options;
  if (password.length === 0 && allowEmptyPassword !== true) throw passwordEmpty();
  const packSizeBytes = checkedPackSize(options.packSizeBytes ?? PACK_SIZE_BYTES_DEFAULT);
  await refuseWhenOccupied(backend, signal);
  await backend.create({ signal });
  const masterKey = createMasterKey(ports.random);
  const keyId = await createKey(backend, { masterKey, password, allowEmptyPassword, kdf, ports, signal });
  const polynomial = options.chunkerPolynomial ?? createPolynomial(ports.random);
  const config: RepositoryConfig = {
    version,
    id: ports.random.bytes(32).toString('hex'),
    chunkerPolynomial: polynomialHex(polynomial),
    extra: {},
  };
  parsePolynomial(config.chunkerPolynomial);
  await backend.save(CONFIG_FILE, [new Sealer(masterKey, ports.random).seal(encodeConfig(config))], { signal });
  return new Repository({
    backend,
    config,
    keyId,
    masterKey,
    ports,
    compression: options.compression ?? 'auto',
    packSizeBytes,
    verify: 'sampled',
  });
}

/** Replaces the config, for an upgrade. Call it under an exclusive lock. On a backend that cannot replace a file in one step the
 *  old config is removed first: keep a copy.
 *  @returns the repository with the new config */
export async function replaceConfig(
  repository: Repository,
  config: RepositoryConfig,
  signal?: AbortSignal,
): Promise<Repository> {
  const { backend, sealer } = repository;
  const sealed = sealer.seal(encodeConfig(config));
  if (!backend.properties.hasAtomicReplace) await backend.remove(CONFIG_FILE, { signal });
  // From here on a cancellation would leave a repository without config.
  await backend.save(CONFIG_FILE, [sealed]);
  const { keyId, masterKey, ports, compression, packSizeBytes, verify, cache } = repository;
  return new Repository({ backend, config, keyId, masterKey, ports, compression, packSizeBytes, verify, cache });
}

async function refuseWhenOccupied(backend: Backend, signal: AbortSignal | undefined): Promise<void> {
  if (await exists(backend, signal)) throw repositoryExists(backend, 'a config');
  for (const [folder, what] of [
    ['keys', 'a key'],
    ['snapshots', 'a snapshot'],
  ] as const) {
    for await (const { name } of backend.list(folder, { signal })) {
      if (isIdText(name)) throw repositoryExists(backend, what);
    }
  }
}

async function exists(backend: Backend, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await backend.stat(CONFIG_FILE, { signal });
    return true;
  } catch (error) {
    if (isLumbungError(error, 'BACKEND_FILE_MISSING')) return false;
    throw error;
  }
}

function repositoryExists(backend: Backend, what: string): LumbungError {
  return new LumbungError('REPOSITORY_EXISTS', {
    kind: 'operator',
    message: `${backend.location} already holds ${what} of a repository`,
    context: { repository: backend.location },
    hint: 'choose another place, or use the repository that is there',
  });
}
