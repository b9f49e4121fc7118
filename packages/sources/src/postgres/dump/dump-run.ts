import { LumbungError } from '@lumbung/stdx';
import type { Control, DatabaseDump, DumpPhase } from '../../driver.ts';
import type { EntrySink } from '../../entry/entry-stream.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { manifestDump } from '../../manifest/manifest-dump.ts';
import { withDeadline } from '../wire/deadline.ts';

const NAME_BYTES = 4;
/** Nobody needs to hear of every chunk. */
const TELL_BYTES = 256 * 1024;

/** What all parts of one dump share. */
export class DumpRun {
  readonly control: Control;
  readonly sink: EntrySink;
  /** Aborts with the caller's reason, with the first failure, or when the dump takes longer than it may. */
  readonly signal: AbortSignal;
  /** How the server's list of sessions names all of this dump's. */
  readonly applicationName: string;
  readonly startedAtMs: number;
  expectedBytes = 0;
  #phase: DumpPhase = 'connect';
  #doneBytes = 0;
  #doneRows = 0;
  #toldBytes = 0;

  constructor(control: Control, sink: EntrySink, signal: AbortSignal) {
    this.control = control;
    this.sink = sink;
    this.signal = signal;
    this.applicationName = `lumbung-${control.random.bytes(NAME_BYTES).toString('hex')}`;
    this.startedAtMs = control.clock.nowMs();
  }

  enter(phase: DumpPhase): void {
    this.#phase = phase;
    this.#tell(undefined);
  }

  /** The same bytes, and progress as they pass. */
  async *heard(subject: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#passed(subject, chunk.length);
      yield chunk;
    }
  }

  #passed(subject: string, bytes: number): void {
    this.#doneBytes += bytes;
    if (this.#doneBytes - this.#toldBytes < TELL_BYTES) return;
    this.#toldBytes = this.#doneBytes;
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

/** A dump that may take `control.hardMs`. @throws LumbungError DB_TIMEOUT (transient); what `produce` fails with */
export function toDump(control: Control, produce: (run: DumpRun) => Promise<Manifest>): DatabaseDump {
  return manifestDump(control.signal, (sink) =>
    withDeadline(
      { clock: control.clock, timeoutMs: control.hardMs, signal: sink.signal, onTimeout: () => timeout(control) },
      (signal) => produce(new DumpRun(control, sink, signal)),
    ),
  );
}

function timeout({ hardMs }: Control): LumbungError {
  return new LumbungError('DB_TIMEOUT', {
    kind: 'transient',
    message: 'the dump takes longer than it may',
    context: { seconds: Math.round(hardMs / 1000) },
    hint: 'look what keeps the server busy, or allow more time',
  });
}
