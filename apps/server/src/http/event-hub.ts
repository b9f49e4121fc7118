// What happened lately, held in memory for those who look: live pages. It is no record; whoever missed too much is told to
// read everything again.
import type { EventSource, ServerEvent } from './event-stream.ts';

/** The type of the event that says: what came before is not known any more, read again. */
export const RESET = 'reset';

interface HeldEvent<Subject> {
  readonly sequence: number;
  readonly type: string;
  readonly data: unknown;
  readonly subject: Subject;
}

/** @template Subject what a listener is chosen by: the agency an event belongs to, a run */
export class EventHub<Subject> {
  readonly #heldMax: number;
  /** Of this start of the server: ids of another one are not ours. */
  readonly #epoch: string;
  #held: HeldEvent<Subject>[] = [];
  #sequence = 0;
  readonly #waiting = new Set<() => void>();

  constructor({ epoch, heldMax = 1000 }: { readonly epoch: string; readonly heldMax?: number }) {
    this.#epoch = epoch;
    this.#heldMax = heldMax;
  }

  publish(type: string, data: unknown, subject: Subject): void {
    this.#sequence += 1;
    this.#held.push({ sequence: this.#sequence, type, data, subject });
    // Cut in halves: an array that is shifted each time costs its whole length each time.
    if (this.#held.length > this.#heldMax * 2) this.#held = this.#held.slice(-this.#heldMax);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Events for one listener. A slow one holds nothing here but its place; when that is no longer held it gets RESET.
   *  @param isFor asked for each event at the moment it is sent: rights may have changed since the listener came */
  source(isFor: (subject: Subject) => boolean): EventSource {
    return { events: (lastEventId, signal) => this.#listen(lastEventId, signal, isFor) };
  }

  async *#listen(
    lastEventId: string | undefined,
    signal: AbortSignal,
    isFor: (subject: Subject) => boolean,
  ): AsyncGenerator<ServerEvent> {
    let seen = lastEventId === undefined ? this.#sequence : this.#sequenceOf(lastEventId);
    while (!signal.aborted) {
      const oldest = this.#held[0]?.sequence ?? this.#sequence + 1;
      if (seen === undefined || seen + 1 < oldest) {
        seen = this.#sequence;
        yield { id: this.#idOf(seen), type: RESET, data: {} };
        continue;
      }
      const next = this.#held[seen + 1 - oldest];
      if (next === undefined) {
        await this.#wait(signal);
        continue;
      }
      seen = next.sequence;
      if (isFor(next.subject)) yield { id: this.#idOf(seen), type: next.type, data: next.data };
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }

  /** How many listeners wait. */
  get listeners(): number {
    return this.#waiting.size;
  }

  #idOf(sequence: number): string {
    return `${this.#epoch}-${sequence}`;
  }

  /** Undefined: not an id of this start, or of the future. */
  #sequenceOf(id: string): number | undefined {
    const match = /^(.+)-(\d{1,15})$/.exec(id);
    const sequence = Number(match?.[2]);
    return match?.[1] === this.#epoch && sequence <= this.#sequence ? sequence : undefined;
  }
}
