// The archive as `pg_restore` reads it from its standard input: it takes no folder there, but a tar, whose table of contents
// has the same form. Format: POSIX.1-1988 (ustar).
const BLOCK_BYTES = 512;
const CHECKSUM_AT = 148;

/** A tar of one file. */
export function* tocTar(toc: Buffer): Generator<Uint8Array> {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write('toc.dat', 0, 'latin1');
  header.write('0000600\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${toc.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write('        0', CHECKSUM_AT, 'latin1');
  header.write('ustar\0', 257, 'latin1');
  header.write('00', 263, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT, 'latin1');
  yield header;
  yield toc;
  yield Buffer.alloc((BLOCK_BYTES - (toc.length % BLOCK_BYTES)) % BLOCK_BYTES);
  yield Buffer.alloc(2 * BLOCK_BYTES);
}
