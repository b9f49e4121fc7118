import { sha256 } from '../../manifest/digest.ts';
import { VALUE_KINDS, type ValueKind, type ValueSink } from './rdb-value.ts';
import { type RdbKey, type RdbProduct, walkRdb } from './walk-rdb.ts';

const SCRATCH_BYTES = 64 * 1024;
/** A part longer than this stands in the digest as its own digest. */
const PART_BYTES_MAX = SCRATCH_BYTES / 4;
const LANES = 4;

export interface RdbDbSummary {
  readonly db: number;
  readonly keys: number;
  /** Of these the ones that never expire. */
  readonly persistentKeys: number;
  readonly keysByKind: Readonly<Partial<Record<ValueKind, number>>>;
  /** Of all keys with their values and times, whatever their order and encoding: 32 hexadecimal digits. */
  readonly sum: string;
}

export interface RdbSummary {
  readonly product: RdbProduct;
  readonly version: number;
  readonly checksum: 'verified' | 'absent';
  readonly sizeBytes: number;
  readonly serverVersion: string;
  /** Names of function libraries are in their code. */
  readonly functions: number;
  readonly functionsSum: string;
  readonly dbs: readonly RdbDbSummary[];
}

export interface SummarizeOptions {
  /** Keys and fields that expire at this moment or before are left out, as if they had. Undefined: none is. */
  readonly expiredAtMs?: number;
  readonly onKey?: (key: RdbKey) => void;
}

/**
 * Counts and digests what an RDB file holds. Two files have the same sums when they hold the same keys, values and times,
 * also when one server stored them differently from the other.
 *
 * @throws LumbungError REDIS_RDB_CORRUPT, REDIS_RDB_UNSUPPORTED, as `walkRdb`
 */
export async function summarizeRdb(
  source: AsyncIterable<Uint8Array>,
  { expiredAtMs = Number.NEGATIVE_INFINITY, onKey }: SummarizeOptions = {},
): Promise<RdbSummary> {
  const value = new ValueDigest(expiredAtMs);
  const dbs = new Map<number, DbDigest>();
  const functions = new LaneSum();
  let header: { readonly product: RdbProduct; readonly version: number } | undefined;
  let end: { readonly checksum: 'verified' | 'absent'; readonly sizeBytes: number } | undefined;
  let serverVersion = '';
  let functionCount = 0;
  for await (const record of walkRdb(source, { sinkFor: () => value.begin() })) {
    switch (record.kind) {
      case 'header':
        header = record;
        break;
      case 'aux':
        if (record.name === 'redis-ver' || record.name === 'valkey-ver') serverVersion = record.value.slice(0, 64);
        break;
      case 'function':
        functionCount += 1;
        functions.add(sha256(record.code));
        break;
      case 'key': {
        onKey?.(record);
        const { expireAtMs } = record;
        if ((expireAtMs !== undefined && expireAtMs <= expiredAtMs) || value.isGone) break;
        let db = dbs.get(record.db);
        if (db === undefined) dbs.set(record.db, (db = new DbDigest(record.db)));
        db.add(record, value.end(record));
        break;
      }
      case 'end':
        end = record;
        break;
      default:
        record satisfies never;
    }
  }
  // The walk gives both or throws.
  const { product, version } = header ?? { product: 'redis', version: 0 };
  const { checksum, sizeBytes } = end ?? { checksum: 'absent', sizeBytes: 0 };
  return {
    product,
    version,
    checksum,
    sizeBytes,
    serverVersion,
    functions: functionCount,
    functionsSum: functions.hex(),
    dbs: [...dbs.values()].sort((a, b) => a.db - b.db).map((db) => db.summary()),
  };
}

/** 128 bits that grow by 128 bits of each digest: the order does not matter, a key that comes twice does. */
class LaneSum {
  readonly #lanes = new Uint32Array(LANES);

  add(digest: Buffer): void {
    let carry = 0;
    for (let lane = 0; lane < LANES; lane += 1) {
      const total = (this.#lanes[lane] ?? 0) + digest.readUInt32LE(lane * 4) + carry;
      this.#lanes[lane] = total;
      carry = total > 0xffffffff ? 1 : 0;
    }
  }

  clear(): void {
    this.#lanes.fill(0);
  }

  writeTo(bytes: Buffer, at: number): number {
    for (let lane = 0; lane < LANES; lane += 1) bytes.writeUInt32LE(this.#lanes[lane] ?? 0, at + lane * 4);
    return at + LANES * 4;
  }

  hex(): string {
    const bytes = Buffer.alloc(LANES * 4);
    this.writeTo(bytes, 0);
    return bytes.toString('hex');
  }
}

/** Parts with their lengths, one after the other, hashed 64 KiB at a time. */
class PartsDigest {
  readonly #scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
  #at = 0;
  #state: Buffer | undefined;

  clear(): void {
    this.#at = 0;
    this.#state = undefined;
  }

  add(part: Uint8Array): void {
    const isLong = part.length > PART_BYTES_MAX;
    const content = isLong ? sha256(part) : part;
    if (this.#at + 5 + content.length > SCRATCH_BYTES) this.#flush();
    this.#scratch.writeUInt8(isLong ? 1 : 0, this.#at);
    this.#scratch.writeUInt32LE(part.length, this.#at + 1);
    this.#scratch.set(content, this.#at + 5);
    this.#at += 5 + content.length;
  }

  #flush(): void {
    const bytes = this.#scratch.subarray(0, this.#at);
    this.#state = sha256(this.#state === undefined ? bytes : Buffer.concat([this.#state, bytes]));
    this.#at = 0;
  }

  end(): Buffer {
    this.#flush();
    return this.#state ?? sha256(Buffer.alloc(0));
  }
}

class ValueDigest implements ValueSink {
  readonly #expiredAtMs: number;
  readonly #ordered = new PartsDigest();
  readonly #element = new PartsDigest();
  readonly #unordered = new LaneSum();
  readonly #record = Buffer.alloc(1 + 9 + 32 + LANES * 4);
  readonly #timeBytes = Buffer.alloc(8);
  #livingFields = 0;
  #expiredFields = 0;

  constructor(expiredAtMs: number) {
    this.#expiredAtMs = expiredAtMs;
  }

  begin(): this {
    this.#ordered.clear();
    this.#unordered.clear();
    this.#livingFields = 0;
    this.#expiredFields = 0;
    return this;
  }

  /** Every field has expired, and so the key is gone. */
  get isGone(): boolean {
    return this.#expiredFields > 0 && this.#livingFields === 0;
  }

  ordered(part: Uint8Array): void {
    this.#ordered.add(part);
  }

  unordered(parts: readonly Uint8Array[], expireAtMs?: number): void {
    if (expireAtMs !== undefined && expireAtMs <= this.#expiredAtMs) {
      this.#expiredFields += 1;
      return;
    }
    this.#livingFields += 1;
    this.#element.clear();
    for (const part of parts) this.#element.add(part);
    if (expireAtMs !== undefined) {
      this.#timeBytes.writeDoubleLE(expireAtMs);
      this.#element.add(this.#timeBytes);
    }
    this.#unordered.add(this.#element.end());
  }

  /** The digest of the key with its value. */
  end({ key, valueKind, expireAtMs }: RdbKey): Buffer {
    const record = this.#record;
    record.writeUInt8(VALUE_KINDS.indexOf(valueKind), 0);
    record.writeUInt8(expireAtMs === undefined ? 0 : 1, 1);
    record.writeDoubleLE(expireAtMs ?? 0, 2);
    record.set(this.#ordered.end(), 10);
    this.#unordered.writeTo(record, 42);
    return sha256(Buffer.concat([record, key]));
  }
}

class DbDigest {
  readonly db: number;
  readonly #sum = new LaneSum();
  readonly #keysByKind: Partial<Record<ValueKind, number>> = {};
  #keys = 0;
  #persistentKeys = 0;

  constructor(db: number) {
    this.db = db;
  }

  add({ valueKind, expireAtMs }: RdbKey, digest: Buffer): void {
    this.#sum.add(digest);
    this.#keys += 1;
    if (expireAtMs === undefined) this.#persistentKeys += 1;
    this.#keysByKind[valueKind] = (this.#keysByKind[valueKind] ?? 0) + 1;
  }

  summary(): RdbDbSummary {
    return {
      db: this.db,
      keys: this.#keys,
      persistentKeys: this.#persistentKeys,
      keysByKind: this.#keysByKind,
      sum: this.#sum.hex(),
    };
  }
}
