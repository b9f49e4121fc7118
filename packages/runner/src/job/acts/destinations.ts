import { lstat, rmdir } from 'node:fs/promises';
import type { Backend } from '@lumbung/backend';
import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import { CONFIG_FILE, parsePolynomial } from '@lumbung/engine';
import { isLumbungError } from '@lumbung/stdx';
import { openBackendAt } from '../../open-backend.ts';
import { parseRepositoryAddress } from '../../repository-address.ts';
import { CheckSeries, pass } from '../check-series.ts';
import { freeBytesAt, judgeFreeSpace } from '../free-space.ts';
import { makeRepository, storageOptionsOf, withRepository } from '../job-repository.ts';
import type { JobRun } from '../job-run.ts';
import { countOf } from '../run-book.ts';
import { clipped } from '../shown-text.ts';
import { type StorageSpeeds, testStorage } from '../storage-test.ts';

/** Of another machine's clock, before it is worth a warning. */
const CLOCK_DIFFERENCE_MS_MAX = 5 * 60_000;

/** @throws LumbungError REPOSITORY_EXISTS, PASSWORD_EMPTY, DESTINATION_SPACE_SHORT (operator), BACKEND_* */
export async function initRepository(spec: JobSpecOf<'initRepository'>, run: JobRun): Promise<JobResult> {
  const { book, limits } = run;
  const { address } = spec.repository;
  book.step('preflight', address);
  const space = new CheckSeries(run, 'destination', address);
  await space.ask('free-space', () => judgeFreeSpace(address, { freeBytesMin: limits.freeBytesMin }));
  if (space.failure !== undefined) throw space.failure;
  const { like } = spec;
  const polynomial =
    like === undefined
      ? undefined
      : await withRepository(run, like, { lock: 'none' }, async ({ repository }) =>
          Promise.resolve(parsePolynomial(repository.config.chunkerPolynomial)),
        );
  book.step('open', address);
  const repository = await makeRepository(run, spec.repository, polynomial);
  try {
    const { config, backend } = repository;
    return { kind: 'initRepository', repositoryId: config.id, location: clipped(backend.location) };
  } finally {
    await repository.backend.close();
  }
}

/**
 * Whether copies could go somewhere: writes, reads back, compares, deletes; how fast it is, and what is free. A folder that was
 * not there is not there afterwards.
 *
 * @throws LumbungError STORAGE_READS_DIFFER (corruption), DESTINATION_SPACE_SHORT, REPOSITORY_ADDRESS_INVALID (operator), BACKEND_*
 */
export async function testDestination(spec: JobSpecOf<'testDestination'>, run: JobRun): Promise<JobResult> {
  const { book, limits, ports, signal } = run;
  const { address, testBytes } = spec;
  const beganMs = ports.clock.monotonicMs();
  book.step('preflight', address);
  const checks = new CheckSeries(run, 'destination', address);
  await checks.ask('free-space', () =>
    judgeFreeSpace(address, { expectedBytes: testBytes, freeBytesMin: limits.freeBytesMin }),
  );
  if (checks.failure !== undefined) throw checks.failure;
  const leaveAsFound = await placeAsFound(address);
  const backend = await openBackendAt(address, storageOptionsOf(run, {}));
  try {
    const state = await stateOf(backend, signal);
    book.step('read', address);
    let speeds: StorageSpeeds | undefined;
    await checks.ask('writes', async () => {
      speeds = await testStorage(backend, { bytes: testBytes }, run);
      return pass(`${testBytes} bytes were written, read back and removed`);
    });
    if (checks.failure !== undefined || speeds === undefined) throw checks.failure ?? new Error('no answer');
    const { writeMs, readMs, clockDifferenceMs } = speeds;
    if (clockDifferenceMs !== undefined && Math.abs(clockDifferenceMs) > CLOCK_DIFFERENCE_MS_MAX) {
      const seconds = Math.round(clockDifferenceMs / 1000);
      const message = `the clock of the storage differs from ours by ${seconds} seconds`;
      book.warn({ code: 'STORAGE_CLOCK_DIFFERS', message, values: { seconds } });
    }
    const freeBytes = await freeBytesAt(address);
    return {
      kind: 'testDestination',
      location: clipped(backend.location),
      state,
      writeBytesPerSecond: perSecond(testBytes, writeMs),
      readBytesPerSecond: perSecond(testBytes, readMs),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      ...(clockDifferenceMs === undefined ? {} : { clockDifferenceMs }),
      durationMs: ports.clock.monotonicMs() - beganMs,
    };
  } finally {
    await backend.close();
    await leaveAsFound();
  }
}

async function stateOf(backend: Backend, signal: AbortSignal): Promise<'repository' | 'empty'> {
  try {
    await backend.stat(CONFIG_FILE, { signal });
    return 'repository';
  } catch (error) {
    if (isLumbungError(error, 'BACKEND_FILE_MISSING')) return 'empty';
    throw error;
  }
}

/** What removes the folder again that the test made. */
async function placeAsFound(address: string): Promise<() => Promise<void>> {
  const parsed = parseRepositoryAddress(address, '/');
  const isThere = await lstat(parsed.path).then(
    () => true,
    () => false,
  );
  return async () => {
    // Somebody may have put something into it meanwhile: then it is theirs.
    if (!isThere) await rmdir(parsed.path).catch(() => undefined);
  };
}

function perSecond(bytes: number, ms: number): number {
  return countOf((bytes * 1000) / Math.max(ms, 0.001));
}
