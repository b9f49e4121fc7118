declare module 'sodium-native' {
  const sodium: {
    /** Poly1305 with a one-time key of 32 bytes; `output` 16 bytes. */
    crypto_onetimeauth(output: Uint8Array, input: Uint8Array, key: Uint8Array): void;
    sodium_memcmp(a: Uint8Array, b: Uint8Array): boolean;
  };
  export default sodium;
}
