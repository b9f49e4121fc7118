import { createHash, hash } from 'node:crypto';

/** SHA-256 of bytes as they come. */
export class Digest {
  readonly #hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** 64 hexadecimal digits. Only once. */
  hex(): string {
    return this.#hash.digest('hex');
  }
}

export function sha256Hex(content: Uint8Array | string): string {
  return hash('sha256', content, 'hex');
}

/** 32 bytes. */
export function sha256(content: Uint8Array): Buffer {
  return hash('sha256', content, 'buffer');
}

/**
 * The digest of a table that lies in several files, which may have been written at the same time: of one file its own; of
 * several that of their digests, each on a line, in the order of the files.
 */
export function tableDigest(segments: readonly { readonly sha256: string }[]): string {
  const [first, ...rest] = segments;
  if (first !== undefined && rest.length === 0) return first.sha256;
  return sha256Hex(segments.map(({ sha256 }) => `${sha256}\n`).join(''));
}
