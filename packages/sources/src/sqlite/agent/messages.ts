// What the agent is asked, and what it answers: one line of JSON each. Both ends are this program, yet a database file is
// hostile, and what was made from it is parsed.

import { ERROR_KINDS } from '@lumbung/stdx';
import { z } from 'zod';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(2_000_000);

export type AgentRequest =
  /** Looks at a database that others use. */
  | { readonly act: 'describe'; readonly path: string; readonly lockWaitMs: number }
  /** Copies one into a new file, as of one moment. */
  | {
      readonly act: 'copy';
      readonly path: string;
      readonly to: string;
      readonly limitBytes: number;
      readonly lockWaitMs: number;
    }
  /** Reads every value of a file that nobody else uses. */
  | { readonly act: 'inspect'; readonly path: string }
  /** Copies tables from a file that nobody else uses into another database. */
  | {
      readonly act: 'copy-tables';
      readonly path: string;
      readonly to: string;
      readonly tables: readonly string[];
      readonly lockWaitMs: number;
    }
  /** Moves what lies in the journals into the database, and makes sure that nobody has it open. */
  | { readonly act: 'settle'; readonly path: string; readonly lockWaitMs: number }
  /** Answers a question about a file that nobody else uses. */
  | { readonly act: 'ask'; readonly path: string; readonly sql: string; readonly rowsMax: number };

const header = z.strictObject({
  pageSizeBytes: count,
  pages: count,
  freePages: count,
  encoding: text,
  userVersion: z.int(),
  applicationId: z.int(),
  journalMode: z.enum(['wal', 'rollback']),
  autoVacuum: z.enum(['none', 'full', 'incremental']),
});

const described = z.strictObject({
  header,
  tables: count,
  sizeBytes: count,
  walBytes: count,
});

const inspectedTable = z.strictObject({
  name: text,
  columns: z.array(text),
  generated: z.array(text),
  rows: count,
  sha256,
});

const inspected = z.strictObject({
  header,
  sqliteVersion: text,
  inventory: z.record(z.string(), count),
  schemaSha256: sha256,
  tables: z.array(inspectedTable),
  /** Their values lie in tables of their own, or outside the file. */
  virtualTables: z.array(z.strictObject({ name: text, module: text })),
  /** `limited`: it needs functions or collations that only the application has; the rest was checked. */
  integrity: z.enum(['full', 'limited', 'none']),
  /** Empty: it is whole. */
  problems: z.array(text),
  /** Tables whose rows point to rows that are not there. */
  brokenForeignKeys: z.array(text),
  /** Tables that only the application can read. */
  unreadable: z.array(text),
});

export type SqliteHeader = z.infer<typeof header>;
export type DescribedDatabase = z.infer<typeof described>;
export type InspectedDatabase = z.infer<typeof inspected>;
export type InspectedTable = z.infer<typeof inspectedTable>;

export const AGENT_ANSWERS = {
  describe: described,
  copy: z.strictObject({ pages: count }),
  inspect: inspected,
  'copy-tables': z.strictObject({ tables: z.array(inspectedTable) }),
  settle: z.strictObject({ openElsewhere: z.boolean() }),
  ask: z.strictObject({ rows: z.array(z.array(z.union([z.string(), z.null()]))) }),
} as const;

export type AgentAnswer<Act extends AgentRequest['act']> = z.infer<(typeof AGENT_ANSWERS)[Act]>;

const errorRecord = z.strictObject({
  code: z.string().max(100),
  kind: z.enum(ERROR_KINDS),
  message: text,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  hint: text.exactOptional(),
  causeMessage: text.exactOptional(),
});

export const agentMessage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('progress'),
    doneBytes: count,
    doneRows: count,
    expectedBytes: count.exactOptional(),
    subject: text.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('failed'), error: errorRecord }),
  z.strictObject({ kind: z.literal('done'), answer: z.unknown() }),
]);

export type AgentProgress = Extract<z.infer<typeof agentMessage>, { kind: 'progress' }>;
export type Report = (progress: Omit<AgentProgress, 'kind'>) => void;
