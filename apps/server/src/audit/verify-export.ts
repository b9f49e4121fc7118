import { z } from 'zod';
import { type AuditFault, type AuditHead, faultOf, GENESIS } from './chain.ts';

export type ExportVerdict =
  | { readonly status: 'whole'; readonly count: number; readonly head: AuditHead | null }
  | { readonly status: 'broken'; readonly seq: number; readonly fault: AuditFault }
  /** @property line counted from 1: it is no line of an export */
  | { readonly status: 'unreadable'; readonly line: number };

const LINE_CHARS_MAX = 1024 * 1024;
const headerSchema = z.strictObject({
  format: z.literal('lumbung-audit'),
  version: z.literal(1),
  from: z.int().min(1),
});
const headSchema = z.strictObject({ seq: z.int().min(1), hash: z.string() });
const footerSchema = z.strictObject({ count: z.int().nonnegative(), head: headSchema.nullable() });
const eventSchema = z.strictObject({
  seq: z.int().min(1),
  at: z.int(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
  previous: z.string(),
  hash: z.string(),
  mac: z.string(),
});

/** Verifies an export without any state. Without `key` it shows that the lines belong together; with it, that this
 *  installation wrote them. @param lines without their ends */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  key: Uint8Array | undefined,
): Promise<ExportVerdict> {
  let lineNumber = 0;
  let head: AuditHead | undefined;
  let count = 0;
  let footer: z.output<typeof footerSchema> | undefined;
  for await (const line of lines) {
    lineNumber += 1;
    const value = parseLine(line);
    if (head === undefined) {
      const header = headerSchema.safeParse(value);
      if (!header.success) return { status: 'unreadable', line: lineNumber };
      // What the first event follows is known only of the very first one.
      head = { seq: header.data.from - 1, hash: header.data.from === 1 ? GENESIS : '' };
      continue;
    }
    const event = eventSchema.safeParse(value);
    if (!event.success) {
      const end = footer === undefined ? footerSchema.safeParse(value) : undefined;
      if (end?.success !== true) return { status: 'unreadable', line: lineNumber };
      footer = end.data;
      continue;
    }
    if (footer !== undefined) return { status: 'unreadable', line: lineNumber };
    const { previous, ...rest } = event.data;
    const before: AuditHead = count === 0 && head.seq > 0 ? { seq: head.seq, hash: previous } : head;
    const fault = faultOf({ ...rest, previous_hash: previous }, before, key);
    if (fault !== undefined) return { status: 'broken', seq: head.seq + 1, fault };
    head = { seq: rest.seq, hash: rest.hash };
    count += 1;
  }
  if (footer === undefined) return { status: 'broken', seq: (head?.seq ?? 0) + 1, fault: 'cut' };
  const isComplete = footer.count === count && (footer.head?.hash ?? head?.hash) === head?.hash;
  if (!isComplete) return { status: 'broken', seq: (head?.seq ?? 0) + 1, fault: 'cut' };
  return { status: 'whole', count, head: footer.head };
}

function parseLine(line: string): unknown {
  if (line.length > LINE_CHARS_MAX) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
