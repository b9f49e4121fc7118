const NEWLINE = 0x0a;
const COMMA = 0x2c;

export interface InsertBatch {
  readonly sql: Buffer;
  readonly rows: number;
}

/**
 * Tuples, one on a line, as INSERT statements of at most `batchBytes`: or of one tuple, however long. A tuple holds no line
 * break, so that one between tuples becomes the comma there.
 */
export async function* insertBatches(
  tuples: AsyncIterable<Uint8Array>,
  prefix: Buffer,
  batchBytes: number,
): AsyncGenerator<InsertBatch> {
  let parts: Buffer[] = [prefix];
  let bytes = prefix.length;
  let rows = 0;
  /** Where the last tuple that is whole ends: at the comma behind it. */
  let wholeEnd = 0;
  for await (const chunk of tuples) {
    // A copy: whoever gave the chunk may use it again.
    const part = Buffer.from(chunk);
    const ends: number[] = [];
    for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) {
      part[at] = COMMA;
      ends.push(at);
    }
    parts.push(part);
    let partStart = bytes;
    bytes += part.length;
    for (const at of ends) {
      if (rows > 0 && partStart + at > batchBytes) {
        const all = Buffer.concat(parts);
        yield { sql: all.subarray(0, wholeEnd), rows };
        const rest = all.subarray(wholeEnd + 1);
        parts = [prefix, rest];
        bytes = prefix.length + rest.length;
        partStart += prefix.length - wholeEnd - 1;
        rows = 0;
      }
      rows += 1;
      wholeEnd = partStart + at;
    }
  }
  // What is behind the last line break belongs to no row that was counted: the digest and the count of rows tell.
  if (rows > 0) yield { sql: Buffer.concat(parts).subarray(0, wholeEnd), rows };
}
