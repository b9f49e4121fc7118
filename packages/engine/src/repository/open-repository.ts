import type { Backend } from '@lumbung/backend';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { RepositoryCache } from '../cache/repository-cache.ts';
import { parsePolynomial } from '../chunker/polynomial.ts';
import type { CompressionMode } from '../compression/compressor.ts';
import { Sealer } from '../crypto/sealer.ts';
import { parseConfig, type RepositoryConfig } from '../format/config-file.ts';
import type { VerifyMode } from '../pack/pack-builder.ts';
import { openKey } from './keys.ts';
import { CONFIG_FILE } from './layout.ts';
import type { RepositoryPorts } from './ports.ts';
import { Repository } from './repository.ts';

export const PACK_SIZE_BYTES_DEFAULT = 16 * 2 ** 20;
const PACK_SIZE_BYTES_MIN = 4 * 2 ** 20;
const PACK_SIZE_BYTES_MAX = 128 * 2 ** 20;
/** A config has about 155 bytes; other clients add keys of their own. */
const CONFIG_BYTES_MAX = 2 ** 20;

/** The latest version of the repository format that is known. */
const VERSION_MAX = 2;

export interface OpenOptions {
  readonly password: Uint8Array;
  /** Id, or begin of the id, of the key to try first. */
  readonly keyHint?: string | undefined;
  readonly ports: RepositoryPorts;
  readonly compression?: CompressionMode | undefined;
  /** 4 to 128 MiB. */
  readonly packSizeBytes?: number | undefined;
  /** Without it, nothing is cached on disk. */
  readonly cache?: { readonly baseDirectory: string } | undefined;
  readonly verify?: VerifyMode | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a repository.
 *  @throws LumbungError REPOSITORY_MISSING (operator), PASSWORD_WRONG (operator), KEY_MISSING, KEY_FILE_INVALID, CONFIG_DAMAGED
 *  (corruption), REPOSITORY_VERSION_UNSUPPORTED (operator), PACK_SIZE_INVALID (operator), BACKEND_* */
export async function openRepository(backend: Backend, options: OpenOptions): Promise<Repository> {
  const { password, keyHint, ports, signal } = options;
  const packSizeBytes = checkedPackSize(options.packSizeBytes ?? PACK_SIZE_BYTES_DEFAULT);
  const sealedConfig = await loadSealedConfig(backend, signal);
  const { id: keyId, masterKey } = await openKey(backend, { password, keyHint, ports, signal });
  const config = openConfig(sealedConfig, new Sealer(masterKey, ports.random), backend);
  const cache =
    options.cache === undefined
      ? undefined
      : await RepositoryCache.open({
          baseDirectory: options.cache.baseDirectory,
          repositoryId: config.id,
          clock: ports.clock,
          random: ports.random,
          keepsFiles: !backend.properties.isLocal,
        });
  return new Repository({
    backend,
    config,
    keyId,
    masterKey,
    ports,
    compression: options.compression ?? 'auto',
    packSizeBytes,
    verify: options.verify ?? 'sampled',
    cache,
  });
}

export function checkedPackSize(packSizeBytes: number): number {
  if (packSizeBytes >= PACK_SIZE_BYTES_MIN && packSizeBytes <= PACK_SIZE_BYTES_MAX) return packSizeBytes;
  throw new LumbungError('PACK_SIZE_INVALID', {
    kind: 'operator',
    message: 'the pack size must be 4 to 128 MiB',
    context: { packSizeBytes },
    hint: 'give --pack-size a number from 4 to 128',
  });
}

async function loadSealedConfig(backend: Backend, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    const { sizeBytes } = await backend.stat(CONFIG_FILE, { signal });
    if (sizeBytes > CONFIG_BYTES_MAX) throw configDamaged(backend, `it has ${sizeBytes} bytes`);
    return await backend.load(CONFIG_FILE, undefined, { signal });
  } catch (error) {
    if (!isLumbungError(error, 'BACKEND_FILE_MISSING')) throw error;
    throw new LumbungError('REPOSITORY_MISSING', {
      kind: 'operator',
      message: `there is no repository at ${backend.location}`,
      context: { repository: backend.location },
      hint: 'check the address; "repo init" makes a new repository',
      cause: error,
    });
  }
}

function openConfig(sealed: Buffer, sealer: Sealer, backend: Backend): RepositoryConfig {
  let config: RepositoryConfig;
  try {
    config = parseConfig(sealer.open(sealed));
    if (config.version > VERSION_MAX) throw versionUnsupported(config.version);
    parsePolynomial(config.chunkerPolynomial);
  } catch (cause) {
    if (isLumbungError(cause, 'REPOSITORY_VERSION_UNSUPPORTED')) throw cause;
    throw configDamaged(backend, sealed.length === 0 ? 'it is empty' : 'it cannot be opened or makes no sense', cause);
  }
  return config;
}

function versionUnsupported(version: number): LumbungError {
  return new LumbungError('REPOSITORY_VERSION_UNSUPPORTED', {
    kind: 'operator',
    message: `the repository has version ${version}; versions 1 to ${VERSION_MAX} are known`,
    context: { version },
    hint: 'use a newer release of this program',
  });
}

function configDamaged(backend: Backend, problem: string, cause?: unknown): LumbungError {
  return new LumbungError('CONFIG_DAMAGED', {
    kind: 'corruption',
    message: `the config of the repository is damaged: ${problem}`,
    context: { repository: backend.location },
    hint: 'restore the file "config" from a copy of the repository',
    cause,
  });
}
