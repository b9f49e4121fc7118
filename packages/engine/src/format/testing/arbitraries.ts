import { type ByteString, byteStringOf } from '@lumbung/stdx';
import fc from 'fast-check';
import type { BlobId, PackId, SnapshotId } from '../ids.ts';
import type { PackedBlob } from '../pack-header.ts';
import { formatTimestamp, type Timestamp, type Zone } from '../timestamp.ts';
import { NODE_TYPES, type TreeNode } from '../tree.ts';

// Values of the format for property tests.

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
export const blobIds = hex as fc.Arbitrary<BlobId>; // 64 hex digits are an id
export const packIds = hex as fc.Arbitrary<PackId>; // as above
export const snapshotIds = hex as fc.Arbitrary<SnapshotId>; // as above

/** Raw bytes of every kind: ASCII, any UTF-8, and what is none. */
export const byteStrings: fc.Arbitrary<ByteString> = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  )
  .map((bytes) => byteStringOf(bytes));

export const texts = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

export const zones: fc.Arbitrary<Zone> = fc
  .constantFrom(0, 7 * 3600, -5 * 3600, 19_800, -2670, 45)
  .map((offset) => ({ offsetSeconds: () => offset }));

export const timestamps: fc.Arbitrary<Timestamp> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: -1e11, max: 3e11 })),
    fc.oneof(fc.constant(0), fc.constant(500_000_000), fc.integer({ min: 0, max: 999_999_999 })),
    zones,
  )
  .map(([seconds, nanoseconds, zone]) => formatTimestamp(seconds, nanoseconds, zone));

const u32 = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const u64 = fc.oneof(
  fc.constant(0n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 10n ** 6n }),
);
const sizes = fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat());

const attributes = fc.array(
  fc.oneof(
    fc.record({ name: texts, value: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)) }),
    fc.record({ name: texts, value: fc.constant(Buffer.alloc(0)), isNull: fc.constant(true as const) }),
  ),
  { maxLength: 3 },
);

/** Nodes as they come out of parsing: what would not be written is absent. */
export const nodes: fc.Arbitrary<TreeNode> = fc.record(
  {
    name: byteStrings,
    type: fc.constantFrom(...NODE_TYPES),
    mode: u32,
    mtime: timestamps,
    atime: timestamps,
    ctime: timestamps,
    uid: u32,
    gid: u32,
    user: texts,
    group: texts,
    inode: u64,
    deviceId: u64,
    size: sizes,
    links: sizes,
    linkTarget: byteStrings.filter((target) => target !== ''),
    extendedAttributes: attributes,
    genericAttributes: fc.constantFrom('{"windows.file_attributes":32}', '{"a":[1,{"b":"\\u003c"}]}'),
    device: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    content: fc.oneof(fc.constant(null), fc.array(blobIds, { maxLength: 4 })),
    subtree: blobIds,
    error: texts.filter((text) => text !== ''),
  },
  {
    requiredKeys: [
      'name',
      'type',
      'mode',
      'mtime',
      'atime',
      'ctime',
      'uid',
      'gid',
      'user',
      'group',
      'inode',
      'deviceId',
      'size',
      'links',
      'extendedAttributes',
      'content',
    ],
  },
);

/** In the order that trees have. */
export const trees: fc.Arbitrary<TreeNode[]> = fc
  .uniqueArray(nodes, { selector: ({ name }) => name, maxLength: 6 })
  .map((list) => list.sort((a, b) => (a.name < b.name ? -1 : 1)));

/** Blobs of one pack, in order, without gaps. */
export const packedBlobs: fc.Arbitrary<PackedBlob[]> = fc
  .array(
    fc.record({
      id: blobIds,
      type: fc.constantFrom('data' as const, 'tree' as const),
      lengthBytes: fc.integer({ min: 32, max: 2 ** 24 }),
      uncompressedBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) => {
    let offset = 0;
    return list.map((blob) => {
      const placed = { ...blob, offset };
      offset += blob.lengthBytes;
      return placed;
    });
  });
