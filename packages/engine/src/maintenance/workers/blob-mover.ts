import type { BlobIndex } from '../../blob-index/blob-index.ts';
import { Compressor } from '../../compression/compressor.ts';
import type { Sealer } from '../../crypto/sealer.ts';
import type { BlobType } from '../../format/pack-header.ts';
import { type FinishedPack, PackBuilder, type UnfinishedPack } from '../../pack/pack-builder.ts';
import type { BlobVerifier, VerifiedBlob } from './blob-verifier.ts';
import type { MoveTarget, MoveVerdict, PackStretch } from './messages.ts';

/**
 * Takes verified blobs out of packs and packs them anew for the target, which is the same repository (prune, repair) or another
 * one (copy). What is stored already as the target wants it is not made again: sealed bytes go over as they are under the same
 * key, frames are sealed again under another one. Compressing costs ten times as much as all other steps together, so only
 * blobs that must be compressed are.
 */
export class BlobMover {
  readonly #target: MoveTarget;
  readonly #index: () => BlobIndex;
  readonly #verifier: BlobVerifier;
  readonly #builders: Readonly<Record<BlobType, PackBuilder>>;
  readonly #compressors: Readonly<Record<BlobType, Compressor>>;
  readonly #onPack: (pack: FinishedPack) => void;
  readonly #keepsSeal: boolean;
  readonly #keepsFrame: boolean;
  readonly #id = Buffer.alloc(32);

  /** @param parts `sealer`: of the target; `index`: the one that entries refer to */
  constructor(
    target: MoveTarget,
    parts: {
      readonly sealer: Sealer;
      readonly verifier: BlobVerifier;
      readonly index: () => BlobIndex;
      readonly onPack: (pack: FinishedPack) => void;
    },
  ) {
    this.#target = target;
    this.#index = parts.index;
    this.#verifier = parts.verifier;
    this.#onPack = parts.onPack;
    const options = { sealer: parts.sealer, targetSizeBytes: target.packSizeBytes, verify: target.verify };
    this.#builders = { data: new PackBuilder(options), tree: new PackBuilder(options) };
    this.#compressors = {
      data: new Compressor(target.version === 1 ? 'off' : target.compression),
      tree: target.version === 1 ? new Compressor('off') : new Compressor(target.compression, { always: true }),
    };
    this.#keepsSeal = target.masterKey === undefined;
    // The stronger modes were asked for because they make blobs smaller: what another mode compressed does not do.
    const wantsStronger = target.compression === 'max' || target.compression === 'better';
    this.#keepsFrame = target.version >= 2 && (this.#keepsSeal || !wantsStronger);
  }

  /** Moves the blobs of `entries`, in the order of their offsets. */
  move(stretch: PackStretch, entries: readonly number[]): MoveVerdict {
    const index = this.#index();
    const sorted = [...entries].sort((a, b) => index.offsetOf(a) - index.offsetOf(b));
    const damaged: number[] = [];
    let bytesMoved = 0;
    for (const entry of sorted) {
      const at = index.offsetOf(entry) - stretch.offset;
      const sealed = stretch.bytes.subarray(at, at + index.lengthOf(entry));
      const verified = this.#verifier.verify(sealed, index, entry);
      if (typeof verified === 'string') {
        damaged.push(entry);
        continue;
      }
      this.#add(index, entry, sealed, verified);
      bytesMoved += sealed.length;
    }
    return { blobsMoved: sorted.length - damaged.length, bytesMoved, damaged };
  }

  #add(index: BlobIndex, entry: number, sealed: Uint8Array, blob: VerifiedBlob): void {
    const type = index.typeOf(entry);
    const builder = this.#builders[type];
    index.copyIdTo(entry, this.#id, 0);
    const isKept = blob.frame === undefined ? !this.#mustCompress(type, blob.plaintext.length) : this.#keepsFrame;
    if (isKept && this.#keepsSeal) {
      builder.addSealed({ type, id: this.#id, sealed, uncompressedBytes: index.uncompressedOf(entry) });
    } else {
      const compressed = isKept ? blob.frame : this.#compress(type, blob.plaintext);
      builder.add({ type, id: this.#id, plaintext: blob.plaintext, compressed });
    }
    if (builder.isFull()) this.#onPack(builder.finish());
  }

  #mustCompress(type: BlobType, plainBytes: number): boolean {
    if (this.#target.version === 1 || plainBytes === 0) return false;
    return type === 'tree' || this.#target.compressData;
  }

  #compress(type: BlobType, plaintext: Uint8Array): Uint8Array | undefined {
    return plaintext.length === 0 ? undefined : this.#compressors[type].compress(plaintext);
  }

  /** What is in packs that are not full, without headers. */
  takeRests(): UnfinishedPack[] {
    return [this.#builders.data, this.#builders.tree]
      .filter((builder) => builder.blobCount > 0)
      .map((builder) => builder.takeUnfinished());
  }
}
