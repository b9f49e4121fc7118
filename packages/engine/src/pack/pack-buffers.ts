/** Where a builder gets the memory of its packs. */
export interface PackMemory {
  /** At least `sizeBytes`, filled with anything. */
  take(sizeBytes: number): Buffer;
  /** Hands a buffer (or a view that begins at its begin) back; nobody else may use it any more. */
  give(bytes: Uint8Array): void;
}

/** Buffers of closed packs, to be filled again: a fresh one of 16 MiB costs 4,000 page faults. */
export class PackBuffers implements PackMemory {
  readonly #idle: ArrayBuffer[] = [];
  readonly #idleMax: number;

  constructor(idleMax: number) {
    this.#idleMax = idleMax;
  }

  take(sizeBytes: number): Buffer<ArrayBuffer> {
    const foundAt = this.#idle.findIndex((buffer) => buffer.byteLength >= sizeBytes);
    const found = foundAt < 0 ? undefined : this.#idle.splice(foundAt, 1)[0];
    return found === undefined ? Buffer.allocUnsafeSlow(sizeBytes) : Buffer.from(found);
  }

  give(bytes: Uint8Array): void {
    const { buffer } = bytes;
    if (!(buffer instanceof ArrayBuffer) || bytes.byteOffset !== 0) return;
    if (this.#idle.length < this.#idleMax) this.#idle.push(buffer);
    // Given back to the system at once: the collector sees a small object and would let many of them wait.
    else buffer.transfer(0);
  }
}

/**
 * Memory for one pack that is filled and one that is under way, shared with the thread that stores it: never copied, never
 * collected. Whoever hands a pack over waits until the one before it is stored, and then calls `swap`.
 */
export class AlternatingPackBuffers implements PackMemory {
  #filling: SharedArrayBuffer | undefined;
  #underWay: SharedArrayBuffer | undefined;

  take(sizeBytes: number): Buffer {
    if (this.#filling === undefined || this.#filling.byteLength < sizeBytes) {
      this.#filling = new SharedArrayBuffer(sizeBytes);
    }
    return Buffer.from(this.#filling);
  }

  give(): void {
    // What a builder outgrew is forgotten: the larger one has taken its place.
  }

  /** The pack that was filled is under way from now on; the memory of the one before it is filled next. */
  swap(): void {
    [this.#filling, this.#underWay] = [this.#underWay, this.#filling];
  }
}
