import type { Backend } from '@lumbung/backend';
import { openLocalBackend } from '@lumbung/backend/local';
import { limitConnections, limitRate, type RetryEvent, readOnly, withRetry } from '@lumbung/backend/wrappers';
import { CONFIG_FILE, REPOSITORY_LAYOUT } from '@lumbung/engine';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import { parseRepositoryAddress, type RepositoryAddress } from './repository-address.ts';

/** How a repository's storage is reached. */
export interface StorageOptions {
  readonly ports: { readonly clock: Clock; readonly random: Random };
  /** Where relative addresses start. */
  readonly workingDirectory: string;
  /** Undefined: as fast as it goes. */
  readonly uploadBytesPerSecond?: number | undefined;
  readonly downloadBytesPerSecond?: number | undefined;
  /** Nothing is ever written or removed. */
  readonly isReadOnly?: boolean | undefined;
  /** restic's `-o`: `local.connections` and the like, for the driver of this address. Those of other drivers are passed over,
   *  so that one set of options may serve several repositories. */
  readonly driverOptions?: ReadonlyMap<string, string> | undefined;
  /** Told before an act is repeated that failed for a passing reason. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

const CONNECTIONS_MAX = 1024;

/** A refresh of the lock must not wait behind uploads: a lock that is not refreshed in time is lost. */
const UNLIMITED_FOLDERS = ['locks'];

/**
 * The storage at `address`, by the driver that its scheme names: bounded in connections and rate, repeating what fails for a
 * passing reason. Nothing is created; the folder need not exist yet.
 *
 * @throws LumbungError REPOSITORY_ADDRESS_INVALID, REPOSITORY_DRIVER_MISSING, DRIVER_OPTION_INVALID (operator), BACKEND_*
 */
export async function openBackendAt(address: string, options: StorageOptions): Promise<Backend> {
  const { ports, uploadBytesPerSecond, downloadBytesPerSecond, isReadOnly = false, onRetry } = options;
  const { clock, random } = ports;
  const parsed = parseRepositoryAddress(address, options.workingDirectory);
  const connections = connectionsOf(parsed, options.driverOptions);
  const driver = await openDriver(parsed, random);
  // Retrying is the outermost: what waits for its next attempt must not hold a connection that others need.
  const limited = limitRate(
    limitConnections(driver, connections ?? driver.properties.connectionsMax, { unlimitedFolders: UNLIMITED_FOLDERS }),
    { uploadBytesPerSecond, downloadBytesPerSecond, clock },
  );
  const backend = withRetry(limited, { clock, random, ...(onRetry === undefined ? {} : { onRetry }) });
  return isReadOnly ? readOnly(backend) : backend;
}

async function openDriver(address: RepositoryAddress, random: Random): Promise<Backend> {
  return await openLocalBackend({ path: address.path, layout: REPOSITORY_LAYOUT, random, modeFile: CONFIG_FILE });
}

function connectionsOf(
  address: RepositoryAddress,
  driverOptions: ReadonlyMap<string, string> = new Map(),
): number | undefined {
  let connections: number | undefined;
  for (const [name, value] of driverOptions) {
    const [driver, key] = name.split('.', 2);
    if (driver !== address.driver) continue;
    if (key !== 'connections') throw optionInvalid(name, value);
    connections = Number(value);
    if (!Number.isInteger(connections) || connections < 1 || connections > CONNECTIONS_MAX)
      throw optionInvalid(name, value);
  }
  return connections;
}

function optionInvalid(name: string, value: string): LumbungError {
  return new LumbungError('DRIVER_OPTION_INVALID', {
    kind: 'operator',
    message: `not an option of this storage: ${name}=${value}`,
    context: { name, value },
    hint: `a folder knows local.connections, a number from 1 to ${CONNECTIONS_MAX}`,
  });
}
