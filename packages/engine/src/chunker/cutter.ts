import { assert } from '@lumbung/stdx';
import type { ChunkerParams } from './chunker-params.ts';
import { KERNEL_WASM_BASE64 } from './kernel-wasm.ts';
import { chunkerTables, DIGEST_SHIFT, WINDOW_BYTES } from './tables.ts';

const PAGE_BYTES = 64 * 1024;
const TABLE_BYTES = 256 * 8;
/** Memory map, as the kernel expects it: tables below 8 KiB, then the caller's buffer, then room for bytes that lie elsewhere. */
const LEAVE_TABLE_AT = 1024;
const MOD_TABLE_AT = LEAVE_TABLE_AT + TABLE_BYTES;
const BUFFER_AT = 8192;
/** Bytes that are not in the kernel's memory are looked at in pieces of this size. */
const VISIT_BYTES = 256 * 1024;

const NOT_FOUND = -1;

interface Kernel {
  scan(from: number, to: number, mask: bigint): number;
}

let compiled: WebAssembly.Module | undefined;

function instantiate(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM_BASE64, 'base64'));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const { scan } = exports;
  assert(typeof scan === 'function', 'the kernel has a scan');
  return { scan: (...args) => Number(Reflect.apply(scan, undefined, args)) | 0 };
}

/**
 * Finds where content is cut. The answer depends on the bytes alone, never on how they were handed in.
 * Not to be shared between threads.
 *
 * @see docs/design/repository-format.md#chunker
 */
export class Cutter {
  readonly #params: ChunkerParams;
  readonly #bufferBytes: number;
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: Uint8Array;
  readonly #mask: bigint;
  #kernel: Kernel | undefined;

  /** @param options.bufferBytes size of the buffer that `createBuffer` gives out; content read into it is cut where it
   *  lies, other content is copied for the look */
  constructor(params: ChunkerParams, options: { readonly bufferBytes?: number } = {}) {
    this.#params = params;
    this.#bufferBytes = options.bufferBytes ?? 0;
    const pages = Math.ceil((BUFFER_AT + this.#bufferBytes + VISIT_BYTES + WINDOW_BYTES) / PAGE_BYTES);
    // Memory that could grow would move, and take every view of it away.
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#mask = (1n << BigInt(params.averageBits)) - 1n;
  }

  /** The buffer in the kernel's memory; the same one each time. */
  createBuffer(): Buffer {
    return Buffer.from(this.#memory.buffer, BUFFER_AT, this.#bufferBytes);
  }

  /**
   * Length of the chunk that begins where `window` does.
   *
   * @param lengthBytes how much of the window is content
   * @param isLast the content ends with the window
   * @param scannedBytes how much of the same chunk earlier calls have looked at without finding a cut
   * @returns -1 when the window ends before the chunk does and more content must be seen
   */
  next(window: Uint8Array, lengthBytes: number, isLast: boolean, scannedBytes = 0): number {
    const { minBytes, maxBytes } = this.#params;
    const limit = Math.min(lengthBytes, maxBytes);
    // The byte at minBytes - 1 is the first after which a cut is allowed.
    const from = Math.max(minBytes - 1, scannedBytes);
    if (from < limit) {
      const place = this.#scan(window, from, limit);
      if (place !== NOT_FOUND) return place + 1;
    }
    if (limit === maxBytes) return maxBytes;
    return isLast && lengthBytes > 0 ? lengthBytes : -1;
  }

  /** First candidate in [from, to) of the window. */
  #scan(window: Uint8Array, from: number, to: number): number {
    if (window.buffer === this.#memory.buffer) {
      const base = window.byteOffset;
      const place = this.#run(base + from, base + to);
      return place === NOT_FOUND ? NOT_FOUND : place - base;
    }
    const visitAt = BUFFER_AT + this.#bufferBytes;
    for (let at = from; at < to; at += VISIT_BYTES) {
      const end = Math.min(to, at + VISIT_BYTES);
      this.#bytes.set(window.subarray(at - WINDOW_BYTES, end), visitAt);
      const place = this.#run(visitAt + WINDOW_BYTES, visitAt + WINDOW_BYTES + end - at);
      if (place !== NOT_FOUND) return place - visitAt - WINDOW_BYTES + at;
    }
    return NOT_FOUND;
  }

  #run(from: number, to: number): number {
    this.#kernel ??= this.#prepareKernel();
    return this.#kernel.scan(from, to, this.#mask);
  }

  /** Made at the first long file: most trees have few. */
  #prepareKernel(): Kernel {
    const { out, mod } = chunkerTables(this.#params.polynomial);
    const leaveTable = new BigUint64Array(this.#memory.buffer, LEAVE_TABLE_AT, 256);
    const modTable = new BigUint64Array(this.#memory.buffer, MOD_TABLE_AT, 256);
    modTable.set(mod);
    // A digest loses its oldest byte one step before it is shifted. Both are linear, so the byte's share is shifted
    // beforehand and comes off in the same step.
    for (let byte = 0; byte < 256; byte += 1) {
      const share = out[byte] ?? 0n;
      leaveTable[byte] = ((share << 8n) ^ (mod[Number(share >> BigInt(DIGEST_SHIFT))] ?? 0n)) & (2n ** 64n - 1n);
    }
    return instantiate(this.#memory);
  }
}
