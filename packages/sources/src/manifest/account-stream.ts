import { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import { Digest } from './digest.ts';
import { RowSum } from './row-sum.ts';

const BUFFER_BYTES = 256 * 1024;

export interface FileAccount {
  readonly bytes: number;
  readonly sha256: string;
}

export interface RowsAccount extends FileAccount {
  readonly rows: number;
  readonly rowsum: string;
  /** With its newline. */
  readonly rowBytesMax: number;
}

/** Called with the account before the stream ends; what it throws, the stream fails with. */
type Settle<Account> = (account: Account) => void | Promise<void>;

/** The same bytes, counted and digested as they pass, at the reader's pace. Destroying it ends `source`. */
export function accountFile(source: AsyncIterable<Uint8Array>, settle: Settle<FileAccount>): Readable {
  return toReadable(fileAccounted(source, settle));
}

/**
 * The same for rows, each of which ends in a newline.
 *
 * @throws LumbungError DB_ROW_INCOMPLETE (transient), from the stream: it ends within a row
 */
export function accountRows(source: AsyncIterable<Uint8Array>, settle: Settle<RowsAccount>): Readable {
  return toReadable(rowsAccounted(source, settle));
}

function toReadable(chunks: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: BUFFER_BYTES });
}

async function* fileAccounted(
  source: AsyncIterable<Uint8Array>,
  settle: Settle<FileAccount>,
): AsyncGenerator<Uint8Array> {
  yield* accounted(source, undefined, settle);
}

async function* rowsAccounted(
  source: AsyncIterable<Uint8Array>,
  settle: Settle<RowsAccount>,
): AsyncGenerator<Uint8Array> {
  const rowSum = new RowSum();
  yield* accounted(source, rowSum, async (file) => {
    if (rowSum.openBytes > 0) {
      throw new LumbungError('DB_ROW_INCOMPLETE', {
        kind: 'transient',
        message: `the rows end within row ${rowSum.rows + 1}`,
        context: { row: rowSum.rows + 1 },
      });
    }
    await settle({ ...file, rows: rowSum.rows, rowsum: rowSum.text(), rowBytesMax: rowSum.rowBytesMax });
  });
}

/** One generator for both: each more costs a turn for every chunk. */
async function* accounted(
  source: AsyncIterable<Uint8Array>,
  rowSum: RowSum | undefined,
  settle: Settle<FileAccount>,
): AsyncGenerator<Uint8Array> {
  const digest = new Digest();
  let bytes = 0;
  for await (const chunk of source) {
    // Before it passes: whoever gets it may write over it.
    digest.update(chunk);
    rowSum?.update(chunk);
    bytes += chunk.byteLength;
    if (chunk.byteLength > 0) yield chunk;
  }
  await settle({ bytes, sha256: digest.hex() });
}
