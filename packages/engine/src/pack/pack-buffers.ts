/** Buffers of closed packs, to be filled again: a fresh one of 16 MiB costs 4,000 page faults. */
export class PackBuffers {
  readonly #idle: ArrayBuffer[] = [];
  readonly #idleMax: number;

  constructor(idleMax: number) {
    this.#idleMax = idleMax;
  }

  /** At least `sizeBytes`, filled with anything. */
  take(sizeBytes: number): Buffer<ArrayBuffer> {
    const foundAt = this.#idle.findIndex((buffer) => buffer.byteLength >= sizeBytes);
    const found = foundAt < 0 ? undefined : this.#idle.splice(foundAt, 1)[0];
    return found === undefined ? Buffer.allocUnsafeSlow(sizeBytes) : Buffer.from(found);
  }

  /** Hands a buffer (or a view that begins at its begin) back; nobody else may use it any more. */
  give(bytes: Uint8Array): void {
    const { buffer } = bytes;
    if (this.#idle.length < this.#idleMax && buffer instanceof ArrayBuffer && bytes.byteOffset === 0)
      this.#idle.push(buffer);
  }
}
