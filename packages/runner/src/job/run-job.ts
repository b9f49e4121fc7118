import { type JobResult, type JobSpec, RUN_END_CODES, type RunEndCode, type RunRecord } from '@lumbung/contracts';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { backupDatabases } from './acts/backup-databases.ts';
import { backupFiles } from './acts/backup-files.ts';
import { preflight } from './acts/preflight.ts';
import { verify } from './acts/verify.ts';
import type { JobPorts } from './job-ports.ts';
import { JobFailure, type JobRun, LIMIT_DEFAULTS } from './job-run.ts';
import { JobSecrets } from './job-secrets.ts';
import { TextMask } from './mask-texts.ts';
import { RunBook, type RunEnd } from './run-book.ts';
import { errorOf } from './shown-text.ts';

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

/** A run that was told to end has ended by that, whatever it stumbled over on its way out. */
function endOf(failure: unknown, signal: AbortSignal): RunEnd {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    const code = codeOf(reason);
    const error = errorOf(isLumbungError(reason) ? reason : cancelled());
    if (code === 'RUN_TIME_LIMIT' || code === 'RUN_MEMORY_LIMIT') return { outcome: 'failed', reason: code, error };
    return {
      outcome: code === 'RUN_STALLED' ? 'stalled' : code === 'RUN_LOST' ? 'lost' : 'cancelled',
      reason: code,
      error,
    };
  }
  const error = errorOf(failure);
  return { outcome: 'failed', reason: error.code, error };
}

function codeOf(reason: unknown): RunEndCode {
  if (!isLumbungError(reason)) return 'RUN_CANCELLED';
  return RUN_END_CODES.find((code) => code === reason.code) ?? 'RUN_CANCELLED';
}

function cancelled(): LumbungError {
  return new LumbungError('RUN_CANCELLED', { kind: 'operator', message: 'the run was cancelled' });
}
