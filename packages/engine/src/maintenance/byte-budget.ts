/** A gate that lets through as much as fits into a number of bytes, first come first served. Something larger than the whole
 *  budget passes alone. */
export class ByteBudget {
  readonly #bytesMax: number;
  #usedBytes = 0;
  readonly #waiting: { readonly bytes: number; readonly pass: () => void }[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  async run<T>(bytes: number, act: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) {
      await new Promise<void>((pass) => this.#waiting.push({ bytes, pass }));
    } else {
      this.#usedBytes += bytes;
    }
    try {
      return await act();
    } finally {
      this.#usedBytes -= bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#usedBytes += next.bytes;
      next.pass();
    }
  }

  #fits(bytes: number): boolean {
    return this.#usedBytes === 0 || this.#usedBytes + bytes <= this.#bytesMax;
  }
}
