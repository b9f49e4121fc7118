import type { JobResult, JobSpec, RunRecord } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';
import { backupDatabases } from './acts/backup-databases.ts';
import { backupFiles } from './acts/backup-files.ts';
import { preflight } from './acts/preflight.ts';
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
    default:
      throw new LumbungError('JOB_KIND_UNSUPPORTED', {
        kind: 'operator',
        message: `jobs of the kind ${spec.kind} cannot be done yet`,
        context: { kind: spec.kind },
      });
  }
}
