import { forEachParallel } from '@lumbung/stdx';
import type { PackedBlob } from '../format/pack-header.ts';
import type { BlobWriter } from '../repository/blob-writer.ts';
import { isDamage } from '../repository/file-damage.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { planRangedReads, type RangedRead } from '../repository/ranged-reads.ts';
import type { Repository } from '../repository/repository.ts';
import { ByteBudget } from './byte-budget.ts';
import type { MoveTarget, PackMessage } from './workers/messages.ts';
import { keyBytesOf, PackPool } from './workers/pack-pool.ts';

/** Bytes of packs that are read but not yet packed anew. */
const BYTES_IN_FLIGHT_MAX = 96 * 2 ** 20;
/** Full packs that wait to be stored before reading goes on. */
const PACKS_WAITING_MAX = 3;

/** Blobs of one pack. */
export interface PackPart {
  readonly packNr: number;
  readonly entries: readonly number[];
}

export interface MoveOptions {
  /** Each blob once. Asked for as the work goes on. */
  readonly parts: Iterable<PackPart>;
  /** Of the target. What was moved is durable after its `flush`. */
  readonly writer: BlobWriter;
  readonly target: Repository;
  /** Compress file contents that are stored without compression. */
  readonly compressData: boolean;
  readonly workerCount: number;
  readonly signal: AbortSignal;
  readonly onMoved?: ((blobs: number, bytes: number) => void) | undefined;
}

/**
 * Copies blobs into new packs of `target`: of the same repository or of another. Every blob is opened, decompressed and hashed on
 * the way, so damage is never copied; a damaged blob is taken from another place where it lies.
 *
 * @throws LumbungError BLOB_DAMAGED (corruption): no place is left; BACKEND_*
 */
export async function moveBlobs(source: IndexedRepository, options: MoveOptions): Promise<void> {
  const { writer, signal, workerCount } = options;
  const saves = new PackSaves(writer);
  const target = moveTargetOf(source.repository, options);
  const { index } = source;
  await using pool = new PackPool(source.repository, {
    workerCount,
    index,
    target,
    onPack: (pack) => saves.begin(pack),
  });
  const budget = new ByteBudget(BYTES_IN_FLIGHT_MAX);
  const { isLocal, connectionsMax } = source.repository.backend.properties;
  const readsInFlightMax = Math.max(1, Math.min(connectionsMax, pool.jobsInFlightMax + 1));
  try {
    await forEachParallel(readsOf(source, options.parts, isLocal), readsInFlightMax, async ({ packNr, read }) => {
      signal.throwIfAborted();
      await saves.untilFew(PACKS_WAITING_MAX);
      const damaged = await budget.run(read.lengthBytes, () => moveRead(source, pool, { packNr, read, options }));
      for (const entry of damaged) await moveFromElsewhere(source, entry, options);
    });
    const finished = await pool.runOnEach({ kind: 'finishMove' });
    for (const {
      finished: { rests },
    } of finished) {
      for (const { bytes, blobs } of rests) await writer.saveUnfinished({ bytes: asBuffer(bytes), blobs });
    }
  } finally {
    await saves.settle();
  }
  saves.throwFailure();
}

function* readsOf(
  source: IndexedRepository,
  parts: Iterable<PackPart>,
  isLocal: boolean,
): Generator<{ readonly packNr: number; readonly read: RangedRead }> {
  for (const { packNr, entries } of parts) {
    for (const read of planRangedReads(source.index, entries, isLocal)) yield { packNr, read };
  }
}

/** Returns the blobs that are damaged there. */
async function moveRead(
  source: IndexedRepository,
  pool: PackPool,
  work: { readonly packNr: number; readonly read: RangedRead; readonly options: MoveOptions },
): Promise<readonly number[]> {
  const { packNr, read, options } = work;
  let bytes: Buffer;
  try {
    const range = { offset: read.offset, length: read.lengthBytes };
    bytes = await source.repository.loadPackRange(source.index.packId(packNr), range, { signal: options.signal });
  } catch (error) {
    options.signal.throwIfAborted();
    if (isDamage(error)) return read.entries;
    throw error;
  }
  const { verdict } = await pool.run({
    kind: 'move',
    stretch: { packNr, offset: read.offset, bytes },
    entries: read.entries,
  });
  options.onMoved?.(verdict.blobsMoved, verdict.bytesMoved);
  return verdict.damaged;
}

async function moveFromElsewhere(source: IndexedRepository, entry: number, options: MoveOptions): Promise<void> {
  const { index } = source;
  const type = index.typeOf(entry);
  const id = index.idOf(entry);
  const plaintext = await source.loadBlob(type, id, options.signal);
  // By force: in a prune the damaged copies are still in the index.
  const { storedBytes } = await options.writer.save(type, plaintext, { id, force: true });
  options.onMoved?.(1, storedBytes);
}

function moveTargetOf(source: Repository, options: MoveOptions): MoveTarget {
  const { target, compressData } = options;
  const isSameKey =
    target.masterKey.encrypt.equals(source.masterKey.encrypt) &&
    target.masterKey.macK.equals(source.masterKey.macK) &&
    target.masterKey.macR.equals(source.masterKey.macR);
  return {
    masterKey: isSameKey ? undefined : keyBytesOf(target),
    version: target.config.version,
    compression: target.compression,
    packSizeBytes: target.packSizeBytes,
    verify: target.verify,
    compressData,
  };
}

/** Packs on their way into the target. */
class PackSaves {
  readonly #writer: BlobWriter;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(writer: BlobWriter) {
    this.#writer = writer;
  }

  begin(pack: PackMessage): void {
    const { id, bytes } = pack;
    const blobs: readonly PackedBlob[] = pack.blobs;
    const save: Promise<void> = this.#writer
      .savePack({ id, bytes: asBuffer(bytes), blobs })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(save));
    this.#underWay.add(save);
  }

  async untilFew(count: number): Promise<void> {
    while (this.#underWay.size >= count) await Promise.race(this.#underWay);
    this.throwFailure();
  }

  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
