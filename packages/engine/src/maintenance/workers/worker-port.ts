import { parentPort, type Transferable, workerData } from 'node:worker_threads';
import { assert, toErrorRecord } from '@lumbung/stdx';
import { systemRandom } from '@lumbung/stdx/node';
import { BlobIndex } from '../../blob-index/blob-index.ts';
import type { JobAnswer, WorkerReply, WorkerRequest, WorkerSetup } from './messages.ts';
import { PackWorker } from './pack-worker.ts';

/** Connects a PackWorker with the port of this thread. */
export function runPackWorker(): void {
  const port = parentPort;
  assert(port !== null, 'this file is the entry of a worker thread');
  const reply = (message: WorkerReply, transfer: readonly Transferable[]): void => port.postMessage(message, transfer);
  const worker = new PackWorker(workerData as WorkerSetup, {
    // The one who starts the thread types it.
    random: systemRandom,
    onPack: (pack) => reply({ kind: 'pack', pack }, buffersOf([pack.bytes])),
  });
  // One after the other: jobs share buffers.
  let last = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(async () => {
      if (request.kind === 'end') {
        port.close();
        return;
      }
      if (request.kind === 'index') {
        worker.useIndex(BlobIndex.attach(request.index));
        return;
      }
      const { jobId } = request;
      try {
        const answer = await worker.do(request);
        reply({ kind: 'answer', jobId, answer }, transferableOf(answer));
      } catch (error) {
        reply({ kind: 'failed', jobId, error: toErrorRecord(error) }, []);
      }
    });
  });
}

function transferableOf(answer: JobAnswer): ArrayBuffer[] {
  return answer.kind === 'finishMove' ? buffersOf(answer.finished.rests.map(({ bytes }) => bytes)) : [];
}

/** What may be handed over: whole buffers that nobody else has a part of. */
function buffersOf(views: readonly Uint8Array[]): ArrayBuffer[] {
  return views.flatMap(({ buffer, byteOffset }) => (buffer instanceof ArrayBuffer && byteOffset === 0 ? [buffer] : []));
}
