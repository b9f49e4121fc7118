import v8 from 'node:v8';

/** What V8 may hold beside its objects before it looks through all of them. */
const ROOM_BYTES = 64 * 2 ** 20;
const GROWTH_PERCENT_MIN = 40;

let expectedBy = 0;

/**
 * Says that very many bytes will pass through buffers of a moment each, until what this answers is disposed of.
 *
 * V8 counts the memory of buffers as if it were its own old objects, and lets them grow by a part of what the last look
 * through all of them left, the smaller the longer such looks take. Beside a small heap, on a busy machine, that was one for
 * every 11 MB that passed, on two threads and for nothing: a quarter of the processor time of a backup of streams. With
 * more room its small collections free the buffers long before. The flag is obeyed by a heap that exists already; it is
 * one for all threads of the process.
 */
export function expectPassingBuffers(): Disposable {
  if (expectedBy === 0) {
    const { used_heap_size: usedBytes } = v8.getHeapStatistics();
    setGrowth(Math.max(GROWTH_PERCENT_MIN, Math.ceil((100 * ROOM_BYTES) / usedBytes)));
  }
  expectedBy += 1;
  let isDisposed = false;
  return {
    [Symbol.dispose]: () => {
      if (isDisposed) return;
      isDisposed = true;
      expectedBy -= 1;
      if (expectedBy === 0) setGrowth(0);
    },
  };
}

/** Zero: as V8 thinks best. */
function setGrowth(percent: number): void {
  v8.setFlagsFromString(`--heap-growing-percent=${percent}`);
}
