import { LumbungError } from '@lumbung/stdx';

const FIRST_OF_OBJECT = 0x7b;
const FIRST_OF_ARRAY = 0x5b;
const COMPRESSED = 2;

/** What is sealed for a document: version 2 marks and compresses it, version 1 knows plain JSON only. */
export function encodeUnpacked(json: Uint8Array, version: number, compress: (bytes: Uint8Array) => Uint8Array): Buffer {
  if (version < 2 || json.length === 0) return Buffer.from(json);
  return Buffer.concat([Buffer.of(COMPRESSED), compress(json)]);
}

/** The document in opened bytes. @throws LumbungError UNPACKED_ENCODING_UNKNOWN (corruption); what `decompress` throws */
export function decodeUnpacked(
  plain: Uint8Array,
  options: { readonly decompress: (frame: Uint8Array) => Uint8Array },
): Uint8Array {
  const first = plain[0];
  if (first === undefined || first === FIRST_OF_OBJECT || first === FIRST_OF_ARRAY) return plain;
  if (first === COMPRESSED) return options.decompress(plain.subarray(1));
  throw new LumbungError('UNPACKED_ENCODING_UNKNOWN', {
    kind: 'corruption',
    message: `a file of the repository is encoded in a way that is not known (${first})`,
    context: { first },
    hint: 'it may have been written by a newer program',
  });
}
