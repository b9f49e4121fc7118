import { RUN_END_CODES, type RunEndCode } from '@lumbung/contracts';
import { isLumbungError, LumbungError, type LumbungErrorOptions } from '@lumbung/stdx';
import type { RunEnd } from './run-book.ts';
import { errorOf } from './shown-text.ts';

const REASONS: Readonly<Record<RunEndCode, LumbungErrorOptions>> = {
  RUN_CANCELLED: { kind: 'operator', message: 'the run was cancelled', hint: 'start it again when it suits' },
  RUN_SHUTDOWN: {
    kind: 'transient',
    message: 'the run was ended because the service stops',
    hint: 'it is done again by itself',
  },
  RUN_STALLED: {
    kind: 'transient',
    message: 'the run was ended: it made no progress for too long',
    hint: 'look at the source, the storage and the network between them',
  },
  RUN_TIME_LIMIT: {
    kind: 'transient',
    message: 'the run was ended: it did not finish in the time it may take',
    hint: 'look why it takes so long, or allow it more time',
  },
  RUN_MEMORY_LIMIT: {
    kind: 'operator',
    message: 'the run was ended: it took more memory than it may',
    hint: 'allow it more memory, or fewer workers',
  },
  RUN_LOST: {
    kind: 'transient',
    message: 'the process of the run ended without a word',
    hint: 'it is done again by itself; if it happens again, look into the log of the machine for a lack of memory',
  },
};

/** Why a run is ended from outside: the reason that its signal aborts with. */
export function runEndError(code: RunEndCode, context: LumbungError['context'] = {}): LumbungError {
  return new LumbungError(code, { ...REASONS[code], context });
}

/** How a run ended that failed by itself. */
export function failedBy(failure: unknown): RunEnd {
  const error = errorOf(failure);
  return { outcome: 'failed', reason: error.code, error };
}

/** How a run ended that failed. One that was told to end has ended by that, whatever it stumbled over on its way out. */
export function endOf(failure: unknown, signal: AbortSignal): RunEnd {
  if (!signal.aborted) return failedBy(failure);
  const reason: unknown = signal.reason;
  return endedBy(isLumbungError(reason) ? reason : runEndError('RUN_CANCELLED'));
}

/** How a run ended that was ended from outside. */
export function endedBy(reason: LumbungError): RunEnd {
  const code = RUN_END_CODES.find((each) => each === reason.code) ?? 'RUN_CANCELLED';
  const error = errorOf(reason);
  switch (code) {
    case 'RUN_TIME_LIMIT':
    case 'RUN_MEMORY_LIMIT':
      return { outcome: 'failed', reason: code, error };
    case 'RUN_STALLED':
      return { outcome: 'stalled', reason: code, error };
    case 'RUN_LOST':
      return { outcome: 'lost', reason: code, error };
    case 'RUN_CANCELLED':
    case 'RUN_SHUTDOWN':
      return { outcome: 'cancelled', reason: code, error };
  }
}
