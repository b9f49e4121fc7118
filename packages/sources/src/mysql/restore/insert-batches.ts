const NEWLINE = 0x0a;
const COMMA = 0x2c;

export interface InsertBatch {
  readonly sql: Buffer;
  readonly rows: number;
}

/**
 * Tuples, one on a line, as INSERT statements of about `batchBytes`: never less than one tuple, however long. A tuple holds
 * no line break, so that one between tuples becomes the comma there.
 */
export async function* insertBatches(
  tuples: AsyncIterable<Uint8Array>,
  prefix: Buffer,
  batchBytes: number,
): AsyncGenerator<InsertBatch> {
  const stepBytes = Math.max(1024, Math.ceil(batchBytes / 4));
  let parts: Buffer[] = [prefix];
  let bytes = prefix.length;
  let rows = 0;
  /** Behind the last tuple that is whole. */
  let wholeEnd = 0;
  for await (const chunk of tuples) {
    for (let from = 0; from < chunk.byteLength; from += stepBytes) {
      // A copy: whoever gave the chunk may use it again.
      const part = Buffer.from(chunk.subarray(from, from + stepBytes));
      for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) {
        part[at] = COMMA;
        rows += 1;
        wholeEnd = bytes + at;
      }
      parts.push(part);
      bytes += part.length;
      if (bytes < batchBytes || rows === 0) continue;
      const all = Buffer.concat(parts);
      yield { sql: all.subarray(0, wholeEnd), rows };
      const rest = all.subarray(wholeEnd + 1);
      parts = [prefix, rest];
      bytes = prefix.length + rest.length;
      rows = 0;
    }
  }
  // What is behind the last line break belongs to no row that was counted: the digest and the count of rows tell.
  if (rows > 0) yield { sql: Buffer.concat(parts).subarray(0, wholeEnd), rows };
}
