import { assert, assertNever, LumbungError, type Random } from '@lumbung/stdx';
import type { BlobIndex } from '../../blob-index/blob-index.ts';
import { MasterKey } from '../../crypto/master-key.ts';
import { Sealer } from '../../crypto/sealer.ts';
import { SharedBitset } from '../shared-bitset.ts';
import { BlobMover } from './blob-mover.ts';
import { BlobVerifier } from './blob-verifier.ts';
import type { JobAnswer, PackMessage, WorkerRequest, WorkerSetup } from './messages.ts';
import { verifyPack } from './pack-verifier.ts';
import { readTreesOfStretch } from './tree-reader.ts';

export type JobRequest = Exclude<WorkerRequest, { readonly kind: 'index' | 'end' }>;

/** What one thread does with packs: one job after the other, in the order in which they come. */
export class PackWorker {
  readonly #sealer: Sealer;
  readonly #verifier: BlobVerifier;
  readonly #mover: BlobMover | undefined;
  #index: BlobIndex | undefined;

  constructor(setup: WorkerSetup, parts: { readonly random: Random; readonly onPack: (pack: PackMessage) => void }) {
    this.#sealer = new Sealer(new MasterKey(setup.masterKey), parts.random);
    this.#verifier = new BlobVerifier(this.#sealer);
    const { target } = setup;
    if (target === undefined) return;
    this.#mover = new BlobMover(target, {
      sealer: target.masterKey === undefined ? this.#sealer : new Sealer(new MasterKey(target.masterKey), parts.random),
      verifier: this.#verifier,
      index: () => this.#indexNow(),
      onPack: parts.onPack,
    });
  }

  useIndex(index: BlobIndex): void {
    this.#index = index;
  }

  async do(request: JobRequest): Promise<JobAnswer> {
    switch (request.kind) {
      case 'verify': {
        const tools = { index: this.#indexNow(), sealer: this.#sealer, verifier: this.#verifier };
        const bytes = asBuffer(request.bytes);
        const verdict = await verifyPack({ packNr: request.packNr, bytes }, tools);
        release(bytes);
        return { kind: 'verify', verdict };
      }
      case 'trees': {
        const verdict = readTreesOfStretch(request.stretch, request.entries, {
          index: this.#indexNow(),
          sets: { found: SharedBitset.attach(request.found), used: SharedBitset.attach(request.used) },
          purpose: request.purpose,
          verifier: this.#verifier,
          treesMax: request.treesMax,
        });
        return { kind: 'trees', verdict };
      }
      case 'move': {
        const verdict = this.#moverNow().move(request.stretch, request.entries);
        release(request.stretch.bytes);
        return { kind: 'move', verdict };
      }
      case 'finishMove':
        return { kind: 'finishMove', finished: { rests: this.#moverNow().takeRests() } };
      default:
        return assertNever(request);
    }
  }

  #indexNow(): BlobIndex {
    assert(this.#index !== undefined, 'the index comes before the first job');
    return this.#index;
  }

  #moverNow(): BlobMover {
    if (this.#mover !== undefined) return this.#mover;
    throw new LumbungError('BUG_ASSERTION', {
      kind: 'bug',
      message: 'this worker was given no target to move blobs to',
    });
  }
}

/** Gives the memory of bytes that were handed over back now. The collector sees a small object and lets megabytes behind it
 *  wait: 420 MB at the peak of a check instead of 320. */
function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
