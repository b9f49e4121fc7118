import { corruptRdb, unsupportedRdb } from './rdb-error.ts';
import { RdbInput, type Reading } from './rdb-input.ts';
import { readModuleParts, type ValueKind, type ValueSink, valueTypeOf } from './rdb-value.ts';

export type RdbProduct = 'redis' | 'valkey';

export type RdbRecord =
  | { readonly kind: 'header'; readonly product: RdbProduct; readonly version: number }
  /** What the server says about itself: `redis-ver`, `ctime` … */
  | { readonly kind: 'aux'; readonly name: string; readonly value: string }
  | { readonly kind: 'function'; readonly code: Uint8Array }
  | RdbKey
  | { readonly kind: 'end'; readonly checksum: 'verified' | 'absent'; readonly sizeBytes: number };

export interface RdbKey {
  readonly kind: 'key';
  readonly db: number;
  readonly key: Uint8Array;
  readonly valueKind: ValueKind;
  readonly expireAtMs?: number;
  /** Seconds, where the server evicts what was not used for long. */
  readonly idleSeconds?: number;
  /** Where it evicts what is seldom used. */
  readonly frequency?: number;
  /** The type and the serialized value, when asked for: with a version and a checksum it is what RESTORE takes. */
  readonly serialized?: Uint8Array;
}

export interface WalkOptions {
  /** Takes the parts of a key's value. Called before its record is given. */
  readonly sinkFor?: (key: Uint8Array, kind: ValueKind) => ValueSink;
  readonly withSerialized?: boolean;
}

const NO_SINK: ValueSink = { ordered: () => undefined, unordered: () => undefined };
const REDIS_MAGIC = 'REDIS';
const VALKEY_MAGIC = 'VALKEY';
const CHECKSUM_BYTES = 8;
const VERSION_WITH_CHECKSUM = 5;
/** The newest of Redis that was read; Valkey goes its own way from 80 on. */
const REDIS_VERSION_MAX = 12;
const VALKEY_VERSIONS = { min: 80, max: 80 } as const;
const DB_COUNT_MAX = 2 ** 31;

const OPCODE = {
  slotImport: 243,
  slotInfo: 244,
  function: 245,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  sizeHint: 251,
  expireAtMs: 252,
  expireAtSeconds: 253,
  selectDb: 254,
  end: 255,
} as const;

/**
 * Walks an RDB file from its first byte to its last: versions 1 to 12 of Redis, 80 of Valkey. `end` comes only when the
 * end marker was there, the checksum is right, and nothing follows. One string of the file at a time is in memory.
 *
 * @throws LumbungError REDIS_RDB_CORRUPT (corruption), REDIS_RDB_UNSUPPORTED (operator)
 * @see redis, rdb.c, rdb.h; valkey, rdb.h
 */
export async function* walkRdb(
  source: AsyncIterable<Uint8Array>,
  options: WalkOptions = {},
): AsyncGenerator<RdbRecord, void, void> {
  const input = new RdbInput(source);
  try {
    const header = await input.run(readHeader(input));
    yield header;
    const walker = new RdbWalker(input, header.product, options);
    for (;;) {
      const record = await input.run(walker.readRecord());
      if (record === undefined) break;
      yield record;
    }
    yield await readEnd(input, header.version);
  } finally {
    await input.close();
  }
}

function* readHeader(input: RdbInput): Reading<Extract<RdbRecord, { kind: 'header' }>> {
  const text = Buffer.from(yield* input.bytes(9)).toString('latin1');
  const product = text.startsWith(VALKEY_MAGIC) ? 'valkey' : text.startsWith(REDIS_MAGIC) ? 'redis' : undefined;
  const digits = text.slice(product === 'valkey' ? VALKEY_MAGIC.length : REDIS_MAGIC.length);
  if (product === undefined || !/^\d+$/.test(digits)) throw corruptRdb('it does not begin as one');
  const version = Number(digits);
  const isKnown =
    product === 'valkey'
      ? version >= VALKEY_VERSIONS.min && version <= VALKEY_VERSIONS.max
      : version >= 1 && version <= REDIS_VERSION_MAX;
  if (!isKnown) throw unsupportedRdb(`version ${version} of ${product}`);
  return { kind: 'header', product, version };
}

async function readEnd(input: RdbInput, version: number): Promise<RdbRecord> {
  let checksum: 'verified' | 'absent' = 'absent';
  if (version >= VERSION_WITH_CHECKSUM) {
    const actual = input.checksum();
    const stored = Buffer.from(await input.run(input.bytes(CHECKSUM_BYTES)));
    // Zero: the server was told not to make one (rdbchecksum no).
    if (stored.some((byte) => byte !== 0)) {
      if (!stored.equals(actual)) throw corruptRdb('its checksum differs from its content');
      checksum = 'verified';
    }
  }
  await input.expectEnd();
  return { kind: 'end', checksum, sizeBytes: input.atBytes };
}

class RdbWalker {
  readonly #input: RdbInput;
  readonly #product: RdbProduct;
  readonly #options: WalkOptions;
  #db = 0;

  constructor(input: RdbInput, product: RdbProduct, options: WalkOptions) {
    this.#input = input;
    this.#product = product;
    this.#options = options;
  }

  /** Undefined: the end marker. What a key is preceded by comes with it. */
  *readRecord(): Reading<Exclude<RdbRecord, { kind: 'header' | 'end' }> | undefined> {
    const input = this.#input;
    let traits: Pick<RdbKey, 'expireAtMs' | 'idleSeconds' | 'frequency'> = {};
    for (;;) {
      const opcode = yield* input.byte();
      switch (opcode) {
        case OPCODE.end:
          if (Object.keys(traits).length > 0) throw corruptRdb('a key is missing', input.atBytes);
          return undefined;
        case OPCODE.selectDb:
          this.#db = yield* input.length();
          if (this.#db >= DB_COUNT_MAX) throw corruptRdb('an impossible database number', input.atBytes);
          break;
        case OPCODE.sizeHint:
          yield* skipLengths(input, 2);
          break;
        case OPCODE.slotInfo:
          yield* skipLengths(input, 3);
          break;
        case OPCODE.slotImport:
          if (this.#product !== 'valkey') throw unsupportedRdb('opcode 243');
          throw unsupportedRdb('a slot that is being moved between servers');
        case OPCODE.expireAtMs:
          traits = { ...traits, expireAtMs: this.#momentOf(yield* input.int64()) };
          break;
        case OPCODE.expireAtSeconds:
          traits = { ...traits, expireAtMs: (yield* input.int32()) * 1000 };
          break;
        case OPCODE.idle:
          traits = { ...traits, idleSeconds: yield* input.length() };
          break;
        case OPCODE.frequency:
          traits = { ...traits, frequency: yield* input.byte() };
          break;
        case OPCODE.aux: {
          const name = textOf(yield* input.string());
          return { kind: 'aux', name, value: textOf(yield* input.string()) };
        }
        case OPCODE.function:
          return { kind: 'function', code: Buffer.from(yield* input.string()) };
        case OPCODE.moduleAux:
          yield* skipLengths(input, 3);
          yield* readModuleParts(input, NO_SINK);
          break;
        default:
          return { ...(yield* this.#readKey(opcode)), ...traits };
      }
    }
  }

  *#readKey(type: number): Reading<RdbKey> {
    const input = this.#input;
    const { kind: valueKind, read } = valueTypeOf(type, this.#product);
    const key = Buffer.from(yield* input.string());
    const sink = this.#options.sinkFor?.(key, valueKind) ?? NO_SINK;
    const record = { kind: 'key', db: this.#db, key, valueKind } as const;
    if (this.#options.withSerialized !== true) {
      yield* read(input, sink);
      return record;
    }
    input.keep();
    yield* read(input, sink);
    return { ...record, serialized: Buffer.concat([Uint8Array.of(type), input.kept()]) };
  }

  #momentOf(value: bigint): number {
    const ms = Number(value);
    if (!Number.isSafeInteger(ms)) throw corruptRdb('an impossible time', this.#input.atBytes);
    return ms;
  }
}

function* skipLengths(input: RdbInput, count: number): Reading<void> {
  for (let left = count; left > 0; left -= 1) yield* input.wideLength();
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
