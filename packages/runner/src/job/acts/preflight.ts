import type { JobResult, JobSpecOf } from '@lumbung/contracts';
import {
  instantOf,
  loadReadableSnapshots,
  lockRepository,
  millisecondsOf,
  type Repository,
  type SnapshotRecord,
} from '@lumbung/engine';
import type { ProbeReport } from '@lumbung/sources';
import { isLumbungError } from '@lumbung/stdx';
import { CheckSeries, pass } from '../check-series.ts';
import { judgeClock, judgeSnapshotTimes } from '../clock-checks.ts';
import { databasePlaceOf } from '../database-place.ts';
import { checkFileSources } from '../file-source-checks.ts';
import { freeBytesAt, judgeFreeSpace } from '../free-space.ts';
import { withRepository } from '../job-repository.ts';
import { databaseControl, JobFailure, type JobRun } from '../job-run.ts';
import { errorOfRemark, recordOfRemark } from '../remark-record.ts';
import { countOf } from '../run-book.ts';
import { clipped } from '../shown-text.ts';
import { testStorage } from '../storage-test.ts';

type Spec = JobSpecOf<'preflight'>;
type Result = Extract<JobResult, { kind: 'preflight' }>;
type DatabaseSource = Extract<Spec['sources'][number], { kind: 'databases' }>;

const TEST_BYTES = 64 * 1024;

/**
 * Asks everything that decides whether the day's copies can be made, and goes on after a no: all that is wrong is known at
 * once. Nothing is changed but a small file that is written, read and removed where copies go.
 *
 * @throws LumbungError the first answer that was no, with the result
 */
export async function preflight(spec: Spec, run: JobRun): Promise<JobResult> {
  run.book.step('preflight');
  const failures: Error[] = [];
  const end = ({ failure }: CheckSeries): void => {
    if (failure !== undefined) failures.push(failure);
  };
  const machine = new CheckSeries(run, 'machine', run.ports.identity.hostname);
  await machine.ask('clock', () => judgeClock(run.ports.clock.nowMs(), spec.lastKnownAt));
  end(machine);

  const sources: Result['sources'][number][] = [];
  const total = spec.sources.length + spec.destinations.length;
  for (const [sourceIdx, source] of spec.sources.entries()) {
    run.signal.throwIfAborted();
    run.book.progress({ doneItems: sourceIdx, totalItems: total, item: source.subject });
    const checks = new CheckSeries(run, 'source', source.subject);
    if (source.kind === 'files') {
      await checkFileSources(checks, source);
      sources.push({ kind: 'files', subject: clipped(source.subject), paths: source.paths.length });
    } else {
      const probed = await probeDatabases(source, checks, run);
      if (probed !== undefined) sources.push(probed);
    }
    end(checks);
  }
  const destinations: Result['destinations'][number][] = [];
  for (const [destinationIdx, destination] of spec.destinations.entries()) {
    run.signal.throwIfAborted();
    run.book.progress({
      doneItems: spec.sources.length + destinationIdx,
      totalItems: total,
      item: destination.subject,
    });
    run.book.step('preflight', destination.subject);
    const checks = new CheckSeries(run, 'destination', destination.subject);
    const probed = await probeDestination(destination, checks, run);
    if (probed !== undefined) destinations.push(probed);
    end(checks);
  }
  const result: Result = { kind: 'preflight', sources, destinations };
  const [first] = failures;
  if (first !== undefined) throw new JobFailure(first, result);
  return result;
}

async function probeDatabases(
  { server, databases, subject }: DatabaseSource,
  checks: CheckSeries,
  run: JobRun,
): Promise<Result['sources'][number] | undefined> {
  let report: ProbeReport | undefined;
  await checks.ask('server', async () => {
    const { driver, target } = await databasePlaceOf(run, server);
    report = await driver.probe(target, databaseControl<never>(run));
    return pass(`${report.product} ${report.serverVersion} answers`);
  });
  if (report === undefined) return undefined;
  const others =
    databases === 'all' ? [] : report.databases.map(({ name }) => name).filter((name) => !databases.includes(name));
  for (const { id, database, durationMs, result, remark } of report.checks) {
    // Of databases that are somebody else's business.
    if (database !== undefined && others.includes(database)) continue;
    const name = database === undefined ? id : `${id} ${database}`.slice(0, 1200);
    checks.add({ id: name, durationMs }, { result, ...recordOfRemark(remark), error: errorOfRemark(remark) });
  }
  if (databases !== 'all' && report.engine !== 'sqlite' && report.engine !== 'redis') {
    const there = new Set(report.databases.map(({ name }) => name));
    for (const name of databases) {
      const verdict = there.has(name)
        ? pass(`the database ${name} is there`)
        : ({
            result: 'fail',
            code: 'DB_DATABASE_MISSING',
            message: `there is no database ${name} on the server`,
            context: { database: name },
            hint: 'look whether it was renamed or removed, and whether the account may see it',
          } as const);
      checks.add({ id: `database ${name}`.slice(0, 1200), durationMs: 0 }, verdict);
    }
  }
  return {
    kind: 'databases',
    subject: clipped(subject),
    engine: report.engine,
    product: clipped(report.product),
    serverVersion: clipped(report.serverVersion),
    ...(report.toolVersion === undefined ? {} : { toolVersion: clipped(report.toolVersion) }),
    serverIdentity: clipped(report.serverIdentity),
    role: report.role,
    databases: report.databases
      .filter(({ name }) => !others.includes(name))
      .map(({ name, sizeBytes, tables }) => ({ name, bytes: countOf(sizeBytes), tables: countOf(tables) })),
  };
}

async function probeDestination(
  { repository: place, expectedBytes }: Spec['destinations'][number],
  checks: CheckSeries,
  run: JobRun,
): Promise<Result['destinations'][number] | undefined> {
  await checks.ask('free-space', () =>
    judgeFreeSpace(place.address, { expectedBytes, freeBytesMin: run.limits.freeBytesMin }),
  );
  let found: Result['destinations'][number] | undefined;
  const freeBytes = await freeBytesAt(place.address).catch(() => undefined);
  const isOpen = await checks.ask('opens', async () => {
    await withRepository(run, place, { lock: 'none' }, async ({ repository }) => {
      const snapshots = await askRepository(repository, checks, run);
      found = {
        subject: clipped(place.address),
        repositoryId: repository.config.id,
        ...(freeBytes === undefined ? {} : { freeBytes }),
        snapshots,
      };
    });
    return pass('the repository can be opened');
  });
  return isOpen ? found : undefined;
}

async function askRepository(repository: Repository, checks: CheckSeries, run: JobRun): Promise<number> {
  const { signal, ports } = run;
  let snapshots: readonly SnapshotRecord[] = [];
  let unreadable = 0;
  await checks.ask('snapshots', async () => {
    snapshots = await loadReadableSnapshots(repository, () => (unreadable += 1), signal);
    if (unreadable === 0) return pass(`${snapshots.length} snapshots`);
    return {
      result: 'warn',
      code: 'SNAPSHOT_UNREADABLE',
      message: `${unreadable} snapshots cannot be read`,
      hint: 'check the repository',
    };
  });
  await checks.ask('snapshot-times', () =>
    judgeSnapshotTimes(
      ports.clock.nowMs(),
      snapshots.map(({ time }) => millisecondsOf(instantOf(time))),
    ),
  );
  await checks.ask('lock', async () => {
    try {
      const lock = await lockRepository(repository, { kind: 'shared', signal });
      await lock.release();
      return pass('nobody keeps others from writing');
    } catch (error) {
      if (!isLumbungError(error, 'LOCK_CONFLICT')) throw error;
      const isStale = error.context['isStale'] === true;
      return isStale
        ? pass('locked by a process that is gone: the next copy removes the lock')
        : { result: 'warn', code: error.code, message: error.message, hint: 'copies wait until it is done' };
    }
  });
  await checks.ask('writes', async () => {
    const { writeMs, readMs } = await testStorage(repository.backend, { bytes: TEST_BYTES }, run);
    return pass(`${TEST_BYTES} bytes written in ${Math.round(writeMs)} ms and read in ${Math.round(readMs)} ms`);
  });
  return snapshots.length;
}
