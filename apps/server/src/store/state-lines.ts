import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';

export const STATE_FORMAT_VERSION = 1;
/** A run record or a report in one row. */
const LINE_BYTES_MAX = 64 * 2 ** 20;

/** The first line. */
export const headerSchema = z.strictObject({
  format: z.literal('lumbung-state'),
  version: z.int(),
  /** The last migration: rows have the form it gave them. */
  schema: z.string().max(100),
  dialect: z.string().max(20),
  exportedAt: z.int(),
});
/** Before the rows of a table, which are arrays of values in the order of these columns. */
export const tableSchema = z.strictObject({
  table: z.string().max(100),
  columns: z.array(z.string().max(100)).min(1).max(200),
});
const valueSchema = z.union([z.string(), z.int(), z.null()]);
export const rowSchema = z.array(valueSchema).max(200);
/** The last line. `sha256` is of all bytes before it. */
export const endSchema = z.strictObject({
  counts: z.record(z.string().max(100), z.int().nonnegative()),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export interface StateLine {
  /** From 1. */
  readonly number: number;
  /** With its end. */
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

/** Lines of JSON out of any pieces. @throws LumbungError STATE_FILE_INVALID, STATE_FILE_CUT (operator) */
export async function* readStateLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<StateLine> {
  let number = 0;
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, from)) {
      number += 1;
      const bytes = Buffer.concat([...rest, piece.subarray(from, end + 1)]);
      from = end + 1;
      rest = [];
      restBytes = 0;
      yield { number, bytes, value: parseJson(bytes, number) };
    }
    rest.push(piece.subarray(from));
    restBytes += piece.length - from;
    if (restBytes > LINE_BYTES_MAX) throw invalidLine(number + 1);
  }
  if (restBytes > 0) throw cutFile(number + 1);
}

function parseJson(bytes: Buffer, number: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalidLine(number);
  }
}

export function invalidLine(line: number): LumbungError {
  return new LumbungError('STATE_FILE_INVALID', {
    kind: 'operator',
    message: `line ${line} is no line of an exported state`,
    context: { line },
    hint: 'export the state again with `lumbung state export`, and import that file as it is',
  });
}

export function cutFile(line: number): LumbungError {
  return new LumbungError('STATE_FILE_CUT', {
    kind: 'operator',
    message: `the exported state ends in line ${line}, before its end`,
    context: { line },
    hint: 'export the state again, and copy the whole file',
  });
}
