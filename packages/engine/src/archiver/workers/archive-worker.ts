import type { MessagePort } from 'node:worker_threads';
import { assertNever, LumbungError, toErrorRecord } from '@lumbung/stdx';
import { readPosixNames, systemRandom } from '@lumbung/stdx/node';
import { BlobIndex } from '../../blob-index/blob-index.ts';
import { SharedBlobSet } from '../../blob-index/shared-blob-set.ts';
import { Cutter } from '../../chunker/cutter.ts';
import { parsePolynomial } from '../../chunker/polynomial.ts';
import { Compressor } from '../../compression/compressor.ts';
import { MasterKey } from '../../crypto/master-key.ts';
import { Sealer } from '../../crypto/sealer.ts';
import { localZone } from '../../format/timestamp.ts';
import { AlternatingPackBuffers } from '../../pack/pack-buffers.ts';
import { PackBuilder } from '../../pack/pack-builder.ts';
import { isVanished, NodeHeadWriter } from '../node-text.ts';
import { BlobSaver } from './blob-saver.ts';
import { FileArchiver } from './file-archiver.ts';
import {
  type ArchiveReply,
  type ArchiveRequest,
  type ArchiveWorkerData,
  CONTROL_CANCELLED,
  CONTROL_FIRST_WORKER,
} from './messages.ts';

/** How long a worker that waits for room looks away before it checks for cancellation again. */
const ROOM_CHECK_MS = 200;

/** Serves requests until `finish`. Every request is answered exactly once, in order. */
export function runArchiveWorker(port: MessagePort, data: ArchiveWorkerData): void {
  const control = new Int32Array(data.control);
  const inFlightIdx = CONTROL_FIRST_WORKER + data.workerNr;
  const isCancelled = (): boolean => Atomics.load(control, CONTROL_CANCELLED) === 1;
  const buffers = new AlternatingPackBuffers();
  const builder = new PackBuilder({
    buffers,
    sealer: new Sealer(new MasterKey(data.masterKey), systemRandom),
    targetSizeBytes: data.packSizeBytes,
    verify: data.verify,
  });
  const knownBlobs = SharedBlobSet.attach(data.knownBlobs);

  const post = (reply: ArchiveReply, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(reply, transfer);
  };

  const handOver = (): void => {
    // Packs wait in memory until they are stored: the producer stands still while too many do.
    while (Atomics.load(control, inFlightIdx) > 0) {
      // Not a byte more: the memory to be filled next is still being stored.
      if (isCancelled()) throw new LumbungError('CANCELLED', { kind: 'operator', message: 'cancelled' });
      Atomics.wait(control, inFlightIdx, 1, ROOM_CHECK_MS);
    }
    const { id, bytes, blobs } = builder.finish();
    Atomics.add(control, inFlightIdx, 1);
    post({ kind: 'pack', workerNr: data.workerNr, id, bytes, blobs });
    buffers.swap();
  };

  const { polynomialHex, minBytes, maxBytes, averageBits } = data.chunker;
  // Half a chunk more than the largest, so that what lies behind a cut is seldom moved.
  const cutter = new Cutter(
    { polynomial: parsePolynomial(polynomialHex), minBytes, maxBytes, averageBits },
    { bufferBytes: maxBytes + maxBytes / 2 },
  );
  const saver = new BlobSaver({
    index: BlobIndex.attach(data.index),
    knownBlobs,
    compressor: new Compressor(data.compression),
    builder,
    onPackFull: handOver,
  });
  const archiver = new FileArchiver({
    cutter,
    minChunkBytes: minBytes,
    maxChunkBytes: maxBytes,
    saver,
    headWriter: new NodeHeadWriter({ zone: localZone(), names: readPosixNames(), withAtime: data.withAtime }),
    buffer: cutter.createBuffer(),
    isCancelled,
  });

  const serve = (request: ArchiveRequest): void => {
    switch (request.kind) {
      case 'files':
        post({
          kind: 'files',
          jobId: request.jobId,
          outcomes: request.files.map((task) =>
            isCancelled() ? { kind: 'vanished' as const } : archiver.archive(task),
          ),
        });
        return;
      case 'cut':
      case 'chunks':
      case 'bytes':
        try {
          if (request.kind === 'cut') post(archiver.cut(request));
          else if (request.kind === 'chunks') post(archiver.storeFileChunks(request));
          else post(archiver.storeBytes(request), [request.buffer]);
        } catch (error) {
          if (saver.hasFailed) throw error;
          post({ kind: 'jobFailed', jobId: request.jobId, error: toErrorRecord(error), isVanished: isVanished(error) });
        }
        return;
      case 'segment':
        knownBlobs.addSegment(request.segment);
        return;
      case 'finish': {
        if (isCancelled()) {
          port.close();
          return;
        }
        const { bytes, blobs } = builder.takeUnfinished();
        post({ kind: 'finished', workerNr: data.workerNr, bytes, blobs });
        port.close();
        return;
      }
      default:
        assertNever(request);
    }
  };

  port.on('message', (request: ArchiveRequest) => {
    try {
      serve(request);
    } catch (error) {
      post({ kind: 'broken', error: toErrorRecord(error) });
    }
  });
}
