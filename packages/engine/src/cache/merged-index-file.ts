import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Random } from '@lumbung/stdx';
import { z } from 'zod';
import { BlobIndex } from '../blob-index/blob-index.ts';
import { imageOfIndex, newIndexMemory, SECTION_BYTES_MAX, sectionLengths } from '../blob-index/index-image.ts';
import { SEAL_OVERHEAD_BYTES, type Sealer } from '../crypto/sealer.ts';
import { type IndexId, isIdText } from '../format/ids.ts';

// The file: magic (8), u32le length of the sealed head, sealed head, sealed sections. Head: JSON. Each section's plaintext begins with
// the tag of the head and the number of the section, so that pieces of two files cannot be mixed; the seal proves the rest.
// Sealed with the key of the repository: ids of blobs tell whether somebody has a certain file.
const MAGIC = Buffer.from('LMBINDX1', 'latin1');
const TAG_BYTES = 32;
const PREFIX_BYTES = TAG_BYTES + 4;
const HEAD_LENGTH_BYTES = 4;
const HEAD_BYTES_MAX = 256 * 2 ** 20;
/** 1 where the first byte of a word is its lowest: the words in the sections are as the machine has them. */
const BYTE_ORDER = new Uint8Array(new Uint32Array([1]).buffer)[0] ?? 0;

const countSchema = z.int().min(0).max(0xffff_ffff);
const headSchema = z.object({
  byteOrder: z.literal(BYTE_ORDER),
  tag: z.string().length(TAG_BYTES * 2),
  entryCount: countSchema,
  packCount: countSchema,
  slotCount: countSchema.refine((count) => count > 0 && (count & (count - 1)) === 0),
  extraRuns: z.array(z.tuple([countSchema, z.array(z.object({ first: countSchema, count: countSchema }))])),
  files: z.array(z.tuple([z.string().refine(isIdText), z.array(countSchema)])),
});

export interface MergedIndex {
  readonly index: BlobIndex;
  /** The index files that were merged, each with the numbers of the packs that it names. */
  readonly files: ReadonlyMap<IndexId, readonly number[]>;
}

/** The index that was stored last, or undefined: there is none, it is damaged, or it is another key's. */
export async function readMergedIndex(path: string, sealer: Sealer): Promise<MergedIndex | undefined> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const begin = Buffer.alloc(MAGIC.length + HEAD_LENGTH_BYTES);
    await file.read(begin, 0, begin.length, 0);
    if (!begin.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
    const headBytes = begin.readUInt32LE(MAGIC.length);
    if (headBytes > Math.min(HEAD_BYTES_MAX, size)) return undefined;
    const sealedHead = Buffer.allocUnsafe(headBytes);
    await file.read(sealedHead, 0, headBytes, begin.length);
    const head = headSchema.parse(JSON.parse(sealer.open(sealedHead).toString('utf8')));
    let at = begin.length + headBytes;
    let expectedBytes = at;
    for (const length of sectionLengths(head)) expectedBytes += PREFIX_BYTES + length + SEAL_OVERHEAD_BYTES;
    if (expectedBytes !== size) return undefined;

    const { sections, handle } = newIndexMemory(head);
    const longest = SECTION_BYTES_MAX + PREFIX_BYTES;
    const sealed = Buffer.allocUnsafeSlow(longest + SEAL_OVERHEAD_BYTES);
    const plain = Buffer.allocUnsafeSlow(longest);
    for (const [sectionIdx, section] of sections.entries()) {
      const sealedBytes = PREFIX_BYTES + section.length + SEAL_OVERHEAD_BYTES;
      await file.read(sealed, 0, sealedBytes, at);
      sealer.openInto(sealed.subarray(0, sealedBytes), plain, 0);
      if (!plain.subarray(0, PREFIX_BYTES).equals(prefixOf(head.tag, sectionIdx))) return undefined;
      section.set(plain.subarray(PREFIX_BYTES, PREFIX_BYTES + section.length));
      at += sealedBytes;
    }
    // Ids were checked by the schema.
    return { index: BlobIndex.adopt(handle), files: new Map(head.files as [IndexId, number[]][]) };
  } catch {
    return undefined; // whatever is wrong with it: it is made anew from the index files
  }
}

/** Stores a merged index. A failure is none: then the index files are read again next time. */
export async function writeMergedIndex(
  path: string,
  merged: MergedIndex,
  sealer: Sealer,
  random: Random,
): Promise<void> {
  const temporary = `${path}.tmp-${random.bytes(8).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { head, sections } = imageOfIndex(merged.index);
    const tag = random.bytes(TAG_BYTES).toString('hex');
    const json = JSON.stringify({ byteOrder: BYTE_ORDER, tag, ...head, files: [...merged.files] });
    const sealedHead = sealer.seal(Buffer.from(json, 'utf8'));
    const begin = Buffer.alloc(MAGIC.length + HEAD_LENGTH_BYTES);
    MAGIC.copy(begin);
    begin.writeUInt32LE(sealedHead.length, MAGIC.length);
    await using file = await open(temporary, 'wx', 0o600);
    await file.write(begin);
    await file.write(sealedHead);
    const longest = SECTION_BYTES_MAX + PREFIX_BYTES;
    const plain = Buffer.allocUnsafeSlow(longest);
    const sealed = Buffer.allocUnsafeSlow(longest + SEAL_OVERHEAD_BYTES);
    for (const [sectionIdx, section] of sections.entries()) {
      prefixOf(tag, sectionIdx).copy(plain);
      plain.set(section, PREFIX_BYTES);
      const sealedBytes = sealer.sealInto(plain.subarray(0, PREFIX_BYTES + section.length), sealed, 0);
      await file.write(sealed, 0, sealedBytes);
    }
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined); // no room, no permission: see above
  }
}

function prefixOf(tag: string, sectionNr: number): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(tag, 'hex');
  prefix.writeUInt32LE(sectionNr, TAG_BYTES);
  return prefix;
}
