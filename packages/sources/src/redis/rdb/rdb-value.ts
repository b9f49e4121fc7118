import {
  intsetElements,
  listpackElements,
  type PackedElements,
  ziplistElements,
  zipmapElements,
} from './packed-values.ts';
import { corruptRdb, unsupportedRdb } from './rdb-error.ts';
import type { RdbInput, Reading } from './rdb-input.ts';

export const VALUE_KINDS = ['string', 'list', 'set', 'zset', 'hash', 'stream', 'module'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/** Takes a value apart, whatever its encoding: the same value arrives the same way. Parts are valid during the call. */
export interface ValueSink {
  /** Elements whose order is part of the value. */
  ordered(part: Uint8Array): void;
  /** An element of a set, a pair of a hash, in any order. With `expireAtMs` it goes away by itself. */
  unordered(parts: readonly Uint8Array[], expireAtMs?: number): void;
}

interface ValueType {
  readonly kind: ValueKind;
  read(input: RdbInput, sink: ValueSink): Reading<void>;
}

const NODE_PLAIN = 1;
const NODE_PACKED = 2;
const STREAM_ID_BYTES = 16;

/** By the number in the file. Numbers from 22 on mean one thing in Redis and another in Valkey. */
const TYPES: Readonly<Record<number, ValueType>> = {
  0: { kind: 'string', read: readString },
  1: { kind: 'list', read: readPlainList },
  2: { kind: 'set', read: readPlainSet },
  3: { kind: 'zset', read: (input, sink) => readPlainSortedSet(input, sink, readTextScore) },
  4: { kind: 'hash', read: readPlainHash },
  5: { kind: 'zset', read: (input, sink) => readPlainSortedSet(input, sink, readBinaryScore) },
  7: { kind: 'module', read: readModule },
  9: { kind: 'hash', read: (input, sink) => readPackedHash(input, sink, zipmapElements) },
  10: { kind: 'list', read: (input, sink) => readPackedList(input, sink, ziplistElements) },
  11: { kind: 'set', read: (input, sink) => readPackedSet(input, sink, intsetElements) },
  12: { kind: 'zset', read: (input, sink) => readPackedSortedSet(input, sink, ziplistElements) },
  13: { kind: 'hash', read: (input, sink) => readPackedHash(input, sink, ziplistElements) },
  14: { kind: 'list', read: readQuicklist },
  15: { kind: 'stream', read: (input, sink) => readStream(input, sink, 1) },
  16: { kind: 'hash', read: (input, sink) => readPackedHash(input, sink, listpackElements) },
  17: { kind: 'zset', read: (input, sink) => readPackedSortedSet(input, sink, listpackElements) },
  18: { kind: 'list', read: readQuicklist2 },
  19: { kind: 'stream', read: (input, sink) => readStream(input, sink, 2) },
  20: { kind: 'set', read: (input, sink) => readPackedSet(input, sink, listpackElements) },
  21: { kind: 'stream', read: (input, sink) => readStream(input, sink, 3) },
};
const REDIS_TYPES: Readonly<Record<number, ValueType>> = {
  24: { kind: 'hash', read: readExpiringHash },
  25: { kind: 'hash', read: readPackedExpiringHash },
};
const VALKEY_TYPES: Readonly<Record<number, ValueType>> = {
  22: { kind: 'hash', read: readValkeyExpiringHash },
};

/** @throws LumbungError REDIS_RDB_UNSUPPORTED */
export function valueTypeOf(type: number, product: 'redis' | 'valkey'): ValueType {
  const found = TYPES[type] ?? (product === 'redis' ? REDIS_TYPES : VALKEY_TYPES)[type];
  if (found === undefined) throw unsupportedRdb(`a value of type ${type}`);
  return found;
}

function* readString(input: RdbInput, sink: ValueSink): Reading<void> {
  sink.ordered(yield* input.string());
}

function* readPlainList(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) sink.ordered(yield* input.string());
}

function* readPlainSet(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) sink.unordered([yield* input.string()]);
}

function* readPlainHash(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) {
    const field = Buffer.from(yield* input.string()); // a copy: the next read may move the buffer
    sink.unordered([field, yield* input.string()]);
  }
}

function* readPlainSortedSet(
  input: RdbInput,
  sink: ValueSink,
  readScore: (input: RdbInput) => Reading<number>,
): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) {
    const member = Buffer.from(yield* input.string());
    sink.unordered([member, scoreBytes(yield* readScore(input))]);
  }
}

function* readBinaryScore(input: RdbInput): Reading<number> {
  return Buffer.from(yield* input.bytes(8)).readDoubleLE();
}

function* readTextScore(input: RdbInput): Reading<number> {
  const length = yield* input.byte();
  if (length === 253) return NaN;
  if (length === 254) return Infinity;
  if (length === 255) return -Infinity;
  return scoreOf(yield* input.bytes(length));
}

function scoreOf(text: Uint8Array): number {
  const word = Buffer.from(text).toString('latin1');
  if (word === 'inf' || word === '-inf') return word === 'inf' ? Infinity : -Infinity;
  if (!/^[-+]?[0-9.]+(e[-+]?\d+)?$/i.test(word)) throw corruptRdb('a score that is no number');
  return Number(word);
}

function scoreBytes(score: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(score);
  return bytes;
}

function* readPackedList(input: RdbInput, sink: ValueSink, elementsOf: PackedElements): Reading<void> {
  for (const element of elementsOf(yield* input.string())) sink.ordered(element);
}

function* readPackedSet(input: RdbInput, sink: ValueSink, elementsOf: PackedElements): Reading<void> {
  for (const element of elementsOf(yield* input.string())) sink.unordered([element]);
}

function* readPackedHash(input: RdbInput, sink: ValueSink, elementsOf: PackedElements): Reading<void> {
  for (const pair of groupsOf(elementsOf(yield* input.string()), 2)) sink.unordered(pair);
}

function* readPackedSortedSet(input: RdbInput, sink: ValueSink, elementsOf: PackedElements): Reading<void> {
  for (const [member, score] of groupsOf(elementsOf(yield* input.string()), 2)) {
    if (member !== undefined && score !== undefined) sink.unordered([member, scoreBytes(scoreOf(score))]);
  }
}

function* groupsOf(elements: Iterable<Uint8Array>, size: number): Generator<readonly Uint8Array[]> {
  let group: Uint8Array[] = [];
  for (const element of elements) {
    group.push(element);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) throw corruptRdb('a pair lacks a part');
}

function* readQuicklist(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) yield* readPackedList(input, sink, ziplistElements);
}

function* readQuicklist2(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) {
    const container = yield* input.length();
    if (container === NODE_PLAIN) sink.ordered(yield* input.string());
    else if (container === NODE_PACKED) yield* readPackedList(input, sink, listpackElements);
    else throw corruptRdb('a list has a node of no known kind', input.atBytes);
  }
}

/** Redis 7.4: the times of fields count from the earliest, which is named first; 0 means none. */
function* readExpiringHash(input: RdbInput, sink: ValueSink): Reading<void> {
  const earliestMs = yield* input.int64();
  for (let left = yield* input.length(); left > 0; left -= 1) {
    const after = yield* input.wideLength();
    const field = Buffer.from(yield* input.string());
    const expireAtMs = after === 0n ? undefined : Number(after + earliestMs - 1n);
    sink.unordered([field, yield* input.string()], expireAtMs);
  }
}

function* readPackedExpiringHash(input: RdbInput, sink: ValueSink): Reading<void> {
  yield* input.int64(); // The earliest time, for the server's own use.
  for (const [field, value, time] of groupsOf(listpackElements(yield* input.string()), 3)) {
    if (field === undefined || value === undefined || time === undefined) continue; // groups are whole
    const expireAtMs = scoreOf(time);
    sink.unordered([field, value], expireAtMs === 0 ? undefined : expireAtMs);
  }
}

function* readValkeyExpiringHash(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) {
    const field = Buffer.from(yield* input.string());
    const value = Buffer.from(yield* input.string());
    const expireAtMs = Number(yield* input.int64());
    sink.unordered([field, value], expireAtMs === -1 ? undefined : expireAtMs);
  }
}

/** Entries, groups, consumers and what is pending. The statistics that later formats add are left out: a newer server
 *  makes them up when it loads an older file. */
function* readStream(input: RdbInput, sink: ValueSink, format: 1 | 2 | 3): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) {
    const node = Buffer.from(yield* input.string());
    if (node.length !== STREAM_ID_BYTES) throw corruptRdb('a stream has a node without an id', input.atBytes);
    sink.ordered(node);
    sink.ordered(yield* input.string());
  }
  yield* readNumbers(input, sink, 3); // How many entries, and the last id.
  if (format >= 2) yield* skipNumbers(input, 5);
  for (let groups = yield* input.length(); groups > 0; groups -= 1) {
    sink.ordered(yield* input.string());
    yield* readNumbers(input, sink, 2);
    if (format >= 2) yield* skipNumbers(input, 1);
    yield* readPending(input, sink);
    yield* readConsumers(input, sink, format);
  }
}

function* readPending(input: RdbInput, sink: ValueSink): Reading<void> {
  for (let left = yield* input.length(); left > 0; left -= 1) {
    sink.ordered(yield* input.bytes(STREAM_ID_BYTES + 8)); // When it was delivered stands behind the id.
    yield* readNumbers(input, sink, 1);
  }
}

function* readConsumers(input: RdbInput, sink: ValueSink, format: 1 | 2 | 3): Reading<void> {
  for (let consumers = yield* input.length(); consumers > 0; consumers -= 1) {
    sink.ordered(yield* input.string());
    yield* input.bytes(format === 3 ? 16 : 8); // When it was last seen, and active.
    for (let left = yield* input.length(); left > 0; left -= 1) sink.ordered(yield* input.bytes(STREAM_ID_BYTES));
  }
}

function* readNumbers(input: RdbInput, sink: ValueSink, count: number): Reading<void> {
  for (let left = count; left > 0; left -= 1) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigUInt64LE(yield* input.wideLength());
    sink.ordered(bytes);
  }
}

function* skipNumbers(input: RdbInput, count: number): Reading<void> {
  for (let left = count; left > 0; left -= 1) yield* input.wideLength();
}

const MODULE_END = 0n;

/** The value of a module, which nobody but the module understands: its parts in order. */
export function* readModule(input: RdbInput, sink: ValueSink): Reading<void> {
  yield* readNumbers(input, sink, 1); // Which module.
  yield* readModuleParts(input, sink);
}

export function* readModuleParts(input: RdbInput, sink: ValueSink): Reading<void> {
  for (;;) {
    const opcode = yield* input.wideLength();
    if (opcode === MODULE_END) return;
    switch (opcode) {
      case 1n:
      case 2n:
        yield* readNumbers(input, sink, 1);
        break;
      case 3n:
        sink.ordered(yield* input.bytes(4));
        break;
      case 4n:
        sink.ordered(yield* input.bytes(8));
        break;
      case 5n:
        sink.ordered(yield* input.string());
        break;
      default:
        throw corruptRdb('a module value with a part of no known kind', input.atBytes);
    }
  }
}
