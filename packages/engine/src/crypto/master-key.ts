import { assert, type Random } from '@lumbung/stdx';

/** The secrets that seal every file: AES-256 key, and key and multiplier of Poly1305-AES. A password's own key has the
 *  same shape and seals nothing but this one. Never printed: `inspect` and JSON show no bytes. */
export class MasterKey {
  /** 32 bytes. */
  readonly encrypt: Buffer;
  /** 16 bytes. */
  readonly macK: Buffer;
  /** 16 bytes. */
  readonly macR: Buffer;

  constructor(parts: { readonly encrypt: Uint8Array; readonly macK: Uint8Array; readonly macR: Uint8Array }) {
    // Kernels read this many bytes whatever they are given.
    assert(
      parts.encrypt.length === 32 && parts.macK.length === 16 && parts.macR.length === 16,
      'the parts of a key have 32, 16 and 16 bytes',
    );
    this.encrypt = Buffer.from(parts.encrypt);
    this.macK = Buffer.from(parts.macK);
    this.macR = Buffer.from(parts.macR);
  }

  /** Cuts 64 bytes into the three parts. */
  static ofBytes(bytes: Uint8Array): MasterKey {
    return new MasterKey({
      encrypt: bytes.subarray(0, 32),
      macK: bytes.subarray(32, 48),
      macR: bytes.subarray(48, 64),
    });
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'MasterKey [secret]';
  }
}

/** A new key from chance. */
export function createMasterKey(random: Random): MasterKey {
  return MasterKey.ofBytes(random.bytes(64));
}
