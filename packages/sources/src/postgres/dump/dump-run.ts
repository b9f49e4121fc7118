import { type Clock, LumbungError } from '@lumbung/stdx';
import type { Control, DatabaseDump, DumpPhase } from '../../driver.ts';
import type { SourceEntry } from '../../entry/source-entry.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { manifestEntry, printManifest } from '../../manifest/manifest-file.ts';
import { EntryLedger } from './entry-ledger.ts';

const NAME_BYTES = 4;

/** What all parts of one dump share: the first failure ends them all. */
export class DumpRun {
  readonly control: Control;
  /** Aborts with the caller's reason, with the first failure, or when it takes longer than it may. */
  readonly signal: AbortSignal;
  readonly ledger: EntryLedger;
  /** How the server's list of sessions names all of this dump's. */
  readonly applicationName: string;
  readonly startedAtMs: number;
  readonly #stop = new AbortController();
  #phase: DumpPhase = 'connect';
  #doneBytes = 0;
  #doneRows = 0;
  expectedBytes = 0;

  constructor(control: Control) {
    this.control = control;
    this.signal = AbortSignal.any([control.signal, this.#stop.signal]);
    this.ledger = new EntryLedger((error) => this.fail(error));
    this.applicationName = `lumbung-${control.random.bytes(NAME_BYTES).toString('hex')}`;
    this.startedAtMs = control.clock.nowMs();
  }

  fail(error: unknown): void {
    this.#stop.abort(error);
  }

  enter(phase: DumpPhase): void {
    this.#phase = phase;
    this.#tell(undefined);
  }

  passed(subject: string, bytes: number): void {
    this.#doneBytes += bytes;
    this.#tell(subject);
  }

  finished(rows: number): void {
    this.#doneRows += rows;
  }

  #tell(subject: string | undefined): void {
    this.control.progress({
      phase: this.#phase,
      ...(subject === undefined ? {} : { subject }),
      doneBytes: this.#doneBytes,
      doneRows: this.#doneRows,
      ...(this.expectedBytes === 0 ? {} : { expectedBytes: this.expectedBytes }),
    });
  }
}

/**
 * A dump from what yields its entries and returns its manifest. The manifest comes last, after everything was read; a
 * failure of any part is what the iteration throws, whichever part noticed it first.
 */
export function toDump(
  control: Control,
  produce: (run: DumpRun) => AsyncGenerator<SourceEntry, Manifest>,
): DatabaseDump {
  const manifest = Promise.withResolvers<Manifest>();
  // Whoever only iterates hears of a failure there.
  manifest.promise.catch(() => undefined);
  return { entries: entriesOf(control, produce, manifest), manifest: manifest.promise };
}

async function* entriesOf(
  control: Control,
  produce: (run: DumpRun) => AsyncGenerator<SourceEntry, Manifest>,
  outcome: PromiseWithResolvers<Manifest>,
): AsyncGenerator<SourceEntry> {
  const run = new DumpRun(control);
  const over = new AbortController();
  const timer = limitTime(run, control.clock, control.hardMs, over.signal);
  try {
    const manifest = yield* produce(run);
    const printed = printManifest(manifest);
    outcome.resolve(manifest);
    yield manifestEntry(printed);
  } catch (error) {
    // What broke a session is thrown by whoever used it; why it was broken stands in the signal.
    const reason: unknown = run.signal.aborted ? run.signal.reason : error;
    outcome.reject(reason);
    throw reason;
  } finally {
    over.abort();
    await timer;
    outcome.reject(
      new LumbungError('DB_DUMP_ABANDONED', {
        kind: 'transient',
        message: 'the dump was left before its end',
        context: { path: 'manifest.json' },
      }),
    );
  }
}

async function limitTime(run: DumpRun, clock: Clock, hardMs: number, over: AbortSignal): Promise<void> {
  if (!Number.isFinite(hardMs)) return;
  try {
    await clock.sleep(hardMs, over);
  } catch {
    return; // Over in time.
  }
  run.fail(
    new LumbungError('DB_TIMEOUT', {
      kind: 'transient',
      message: 'the dump takes longer than it may',
      context: { seconds: Math.round(hardMs / 1000) },
      hint: 'look what keeps the server busy, or allow more time',
    }),
  );
}
