import type { MessagePort } from 'node:worker_threads';
import { assertNever, toErrorRecord } from '@lumbung/stdx';
import { systemRandom } from '@lumbung/stdx/node';
import { BlobIndex } from '../../blob-index/blob-index.ts';
import { MasterKey } from '../../crypto/master-key.ts';
import { Sealer } from '../../crypto/sealer.ts';
import { BlobOpener } from '../../pack/blob-opener.ts';
import { MetadataWriter } from '../node-metadata.ts';
import { isSuperuser, xattrChoiceOf } from '../selection.ts';
import { BlobsWriter } from './blobs-writer.ts';
import { checkFile } from './check-file.ts';
import {
  CONTROL_CANCELLED,
  type RestoreJobRequest,
  type RestoreReply,
  type RestoreRequest,
  type RestoreWorkerData,
} from './messages.ts';
import { SmallFileWriter } from './small-file-writer.ts';

/** Serves requests until it is told to end. Every other request is answered exactly once, in order. */
export function runRestoreWorker(port: MessagePort, data: RestoreWorkerData): void {
  const control = new Int32Array(data.control);
  const isCancelled = (): boolean => Atomics.load(control, CONTROL_CANCELLED) === 1;
  const masterKey = new MasterKey(data.masterKey);
  const index = BlobIndex.attach(data.index);
  const smallFiles = new SmallFileWriter({
    metadataWriter: new MetadataWriter({
      isSuperuser: isSuperuser(),
      isXattrWanted: xattrChoiceOf(data.xattrPatterns),
    }),
    isSparse: data.isSparse,
  });
  const blobs = new BlobsWriter({
    index,
    opener: new BlobOpener(new Sealer(masterKey, systemRandom)),
    smallFiles,
    isCancelled,
  });

  const serve = (request: RestoreJobRequest): RestoreReply => {
    switch (request.kind) {
      case 'blobs':
        return blobs.write(request);
      case 'empty':
        return blobs.writeEmpty(request);
      case 'check':
        return {
          kind: 'check',
          jobId: request.jobId,
          outcomes: request.tasks.map((task) => checkFile(index, task, isCancelled)),
        };
      default:
        return assertNever(request);
    }
  };

  port.on('message', (request: RestoreRequest) => {
    if (request.kind === 'end') {
      port.close();
      return;
    }
    let reply: RestoreReply;
    try {
      reply = serve(request);
    } catch (error) {
      reply = { kind: 'jobFailed', jobId: request.jobId, error: toErrorRecord(error) };
    }
    port.postMessage(reply);
  });
}
