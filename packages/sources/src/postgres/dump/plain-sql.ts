const HEAD_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/**
 * SQL of pg_dump, pg_dumpall or pg_restore without the two lines that hold a key of chance: `\restrict …` at its head and
 * `\unrestrict …` at its end. They make psql distrust the text between, and every dump differ from the last.
 */
export async function* withoutRestrictLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let key: string | undefined;
  let isHeadSeen = false;
  for await (const chunk of source) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    if (!isHeadSeen) {
      if (held.length < HEAD_BYTES) continue;
      key = keyOf(held);
      isHeadSeen = true;
    }
    // Only whole lines, so that one to be dropped is never cut.
    const end = held.lastIndexOf('\n') + 1;
    if (end > 0) yield dropLines(held.subarray(0, end), key);
    held = Buffer.from(held.subarray(end));
  }
  if (!isHeadSeen) key = keyOf(held);
  if (held.length > 0) yield dropLines(held, key);
}

function keyOf(head: Buffer): string | undefined {
  return /^\\restrict ([A-Za-z0-9]{1,128})$/m.exec(head.toString('latin1', 0, HEAD_BYTES))?.[1];
}

function dropLines(lines: Buffer, key: string | undefined): Buffer {
  if (key === undefined) return lines;
  let kept = lines;
  for (const line of [`\\restrict ${key}\n`, `\\unrestrict ${key}\n`]) {
    let at = kept.indexOf(line, 0, 'latin1');
    while (at > 0 && kept[at - 1] !== NEWLINE) at = kept.indexOf(line, at + 1, 'latin1');
    // Somebody would have to guess the key to write such a line himself.
    if (at >= 0) kept = Buffer.concat([kept.subarray(0, at), kept.subarray(at + line.length)]);
  }
  return kept;
}
