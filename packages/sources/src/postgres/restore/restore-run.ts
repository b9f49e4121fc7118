import type { Target } from '../../connection/target.ts';
import type { Control, DumpPhase } from '../../driver.ts';
import type { RunControl } from '../../process/tool-call.ts';
import { isBusy, maintenanceDatabaseOf, ofApplication, openSession, type PostgresSession } from '../session.ts';

const NAME_BYTES = 4;

/** What all parts of one restore share. */
export class RestoreRun {
  readonly target: Target;
  readonly control: Control;
  readonly signal: AbortSignal;
  /** How the server's list of sessions names all of this restore's. */
  readonly applicationName: string;
  readonly #expectedBytes: number;
  #phase: DumpPhase = 'restore';
  #doneBytes = 0;
  #doneRows = 0;

  constructor(target: Target, control: Control, signal: AbortSignal, expectedBytes = 0) {
    this.target = target;
    this.control = control;
    this.signal = signal;
    this.applicationName = `lumbung-${control.random.bytes(NAME_BYTES).toString('hex')}`;
    this.#expectedBytes = expectedBytes;
  }

  sessionOptions(database: string) {
    const { target, control, signal, applicationName } = this;
    return { target, control, signal, applicationName, database };
  }

  /** A session that asks about the server as a whole, and makes databases. */
  async openAdmin(): Promise<PostgresSession> {
    return await openSession(this.sessionOptions(maintenanceDatabaseOf(this.target)));
  }

  /** For tools: silent while they build an index, which the server's list of sessions shows. */
  runControl(): RunControl {
    const { clock, stallMs, hardMs } = this.control;
    const options = this.sessionOptions(maintenanceDatabaseOf(this.target));
    return {
      signal: this.signal,
      clock,
      stallMs,
      hardMs,
      isServerBusy: () => isBusy(options, ofApplication(this.applicationName)),
    };
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
      ...(this.#expectedBytes === 0 ? {} : { expectedBytes: this.#expectedBytes }),
    });
  }
}
