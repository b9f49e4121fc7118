import path from 'node:path';
import { openLocalBackend } from '@lumbung/backend/local';
import { CONFIG_FILE, openRepository, REPOSITORY_LAYOUT, type Repository } from '@lumbung/engine';
import { createTestRepository, ManualClock, SeededRandom, TEST_PASSWORD } from '@lumbung/engine/testing';
import { isProcessAlive, systemRandom } from '@lumbung/stdx/node';
import { identity } from './disk-identity.ts';
import { scratchFolder } from './scratch.ts';

let seed = 100;

export interface DiskRepository {
  readonly folder: string;
  readonly repository: Repository;
}

export interface DiskRepositoryOptions {
  readonly version?: 1 | 2;
  readonly packSizeBytes?: number;
}

/** A new repository in a folder of its own, which stock clients can open; its key takes no time to derive. */
export async function makeDiskRepository(options: DiskRepositoryOptions = {}): Promise<DiskRepository> {
  const folder = path.join(scratchFolder(), 'repository');
  const { repository } = await createTestRepository({
    backend: await openBackend(folder),
    clock: clockOfToday(),
    seed: (seed += 1),
    identity,
    ...options,
  });
  return { folder, repository };
}

/** Opens a repository as a new process would, whoever made it. */
export async function openOnDisk(
  folder: string,
  options: { readonly password?: Uint8Array; readonly packSizeBytes?: number } = {},
): Promise<Repository> {
  return openRepository(await openBackend(folder), {
    password: options.password ?? TEST_PASSWORD,
    packSizeBytes: options.packSizeBytes,
    ports: { clock: clockOfToday(), random: new SeededRandom((seed += 1)), identity, isProcessAlive },
  });
}

/** Its short sleeps pass at once, so that taking a lock costs no time. */
function clockOfToday(): ManualClock {
  return new ManualClock({ startMs: Date.now() });
}

function openBackend(folder: string) {
  return openLocalBackend({ path: folder, layout: REPOSITORY_LAYOUT, random: systemRandom, modeFile: CONFIG_FILE });
}
