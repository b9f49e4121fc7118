import type { JobResult, JobSpec, RunRecord } from '@lumbung/contracts';
import { assertNever } from '@lumbung/stdx';
import { backupDatabases } from './acts/backup-databases.ts';
import { backupFiles } from './acts/backup-files.ts';
import { browse } from './acts/browse.ts';
import { catalogue } from './acts/catalogue.ts';
import { check } from './acts/check.ts';
import { copy } from './acts/copy.ts';
import { initRepository, testDestination } from './acts/destinations.ts';
import { discover } from './acts/discover.ts';
import { download } from './acts/download.ts';
import { drill } from './acts/drill.ts';
import { preflight } from './acts/preflight.ts';
import { restoreDatabase } from './acts/restore-database.ts';
import { restoreFiles } from './acts/restore-files.ts';
import { retention } from './acts/retention.ts';
import { statistics } from './acts/statistics.ts';
import { swapDatabase } from './acts/swap-database.ts';
import { verify } from './acts/verify.ts';
import type { JobPorts } from './job-ports.ts';
import { JobFailure, type JobRun, LIMIT_DEFAULTS } from './job-run.ts';
import { JobSecrets } from './job-secrets.ts';
import { TextMask } from './mask-texts.ts';
import { RunBook, type RunEnd } from './run-book.ts';
import { endOf } from './run-end.ts';

/**
 * Does one job, once: preflight, act, verification; and says what became of it. It never rejects: whatever goes wrong is
 * in the record, beside what was done before.
 *
 * A signal that aborts ends it cleanly: programs are ended, locks given back, work folders emptied. Its reason says why: an
 * error of one of the codes `RUN_…`; any other is taken for a person's wish.
 */
export async function runJob(
  spec: JobSpec,
  ports: JobPorts,
  { signal }: { readonly signal: AbortSignal },
): Promise<RunRecord> {
  const mask = new TextMask();
  const book = new RunBook(spec, { clock: ports.clock, mask, emit: (event) => ports.onEvent(event) });
  const secrets = new JobSecrets(ports.secrets, mask);
  const run: JobRun = { ports, secrets, book, limits: { ...LIMIT_DEFAULTS, ...spec.limits }, signal };
  const { hostname } = ports.identity;
  const { programVersion } = ports;
  try {
    signal.throwIfAborted();
    const result = await act(spec, run);
    const end: RunEnd = { outcome: book.hasWarnings ? 'warned' : 'succeeded' };
    return book.record(end, { result, hostname, programVersion });
  } catch (thrown) {
    const result = thrown instanceof JobFailure ? thrown.result : undefined;
    const failure = thrown instanceof JobFailure ? thrown.failure : thrown;
    return book.record(endOf(failure, signal), { result, hostname, programVersion });
  }
}

async function act(spec: JobSpec, run: JobRun): Promise<JobResult> {
  switch (spec.kind) {
    case 'preflight':
      return await preflight(spec, run);
    case 'backupDatabases':
      return await backupDatabases(spec, run);
    case 'backupFiles':
      return await backupFiles(spec, run);
    case 'verify':
      return await verify(spec, run);
    case 'drill':
      return await drill(spec, run);
    case 'restoreFiles':
      return await restoreFiles(spec, run);
    case 'restoreDatabase':
    case 'restoreTable':
      return await restoreDatabase(spec, run);
    case 'swapDatabase':
      return await swapDatabase(spec, run);
    case 'retention':
      return await retention(spec, run);
    case 'check':
      return await check(spec, run);
    case 'copy':
      return await copy(spec, run);
    case 'statistics':
      return await statistics(spec, run);
    case 'catalogue':
      return await catalogue(spec, run);
    case 'browse':
      return await browse(spec, run);
    case 'download':
      return await download(spec, run);
    case 'discover':
      return await discover(spec, run);
    case 'initRepository':
      return await initRepository(spec, run);
    case 'testDestination':
      return await testDestination(spec, run);
    default:
      return assertNever(spec);
  }
}
